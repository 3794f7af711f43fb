from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instrument_share.kernel.renminbi import DIGITS, to_capitals

PLACE_VALUES = {"拾": 10, "佰": 100, "仟": 1000}


def parse(words: str) -> Decimal:
    """Reads a numeral the way a cashier does; knows nothing of how `to_capitals` builds one."""
    rest, total = words.removesuffix("整"), Decimal(0)
    if "元" in rest:
        whole, rest = rest.split("元")
        total += whole_number(whole)
    digit = 0
    for character in rest:
        if character == "角":
            total += Decimal(digit) / 10
        elif character == "分":
            total += Decimal(digit) / 100
        else:
            digit = DIGITS.index(character)
    return total


def whole_number(words: str) -> int:
    for name, value in (("亿", 10**8), ("万", 10**4)):
        if name in words:
            above, below = words.rsplit(name, 1)
            return whole_number(above) * value + whole_number(below)
    total, digit = 0, 0
    for character in words:
        if character in PLACE_VALUES:
            total += digit * PLACE_VALUES[character]
            digit = 0
        else:
            digit = DIGITS.index(character)
    return total + digit


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("10.50", "壹拾元伍角整"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("1234500.00", "壹佰贰拾叁万肆仟伍佰元整"),
        ("5000000", "伍佰万元整"),
        ("100000000.05", "壹亿元零伍分"),
        ("100000001", "壹亿零壹元整"),
        ("100001000", "壹亿零壹仟元整"),
        ("100010000", "壹亿零壹万元整"),
        ("1000000000000", "壹万亿元整"),
        ("1000500000000", "壹万零伍亿元整"),
        ("9999999999999999.99", "玖仟玖佰玖拾玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
    ],
)
def test_sums_as_the_payment_rules_write_them(amount, words):
    assert to_capitals(Decimal(amount)) == words


@given(st.decimals(min_value=0, max_value=Decimal("9999999999999999.99"), places=2))
def test_every_sum_reads_back_as_itself(amount):
    words = to_capitals(amount)
    assert parse(words) == amount
    assert "零零" not in words
    assert words.endswith(("分", "整"))


@pytest.mark.parametrize(
    "amount", ["-0.01", "0.001", "10000000000000000", "10000000000000000.01", "NaN", "Infinity"]
)
def test_inexpressible_amount_is_refused(amount):
    with pytest.raises(ValueError, match="Capital numerals need a sum"):
        to_capitals(Decimal(amount))


def test_zero_separates_groups_only_if_thousands_are_missing():
    assert to_capitals(Decimal("11000")) == "壹万壹仟元整"
    assert to_capitals(Decimal("10999")) == "壹万零玖佰玖拾玖元整"
