"""The arithmetic of every preset: cases computed by hand, to the 分."""

from decimal import Decimal
from pathlib import Path

import pytest

from rewards.assessment.domain.allocation import allocate
from rewards.assessment.domain.claims import Claimant
from rewards.policy.domain.policy_document import read_policy
from tests.rewards.assessment.domain.make import amounts, instrument

FOLDER = Path(__file__).parents[4] / "rewards" / "policies"


def preset(name):
    return read_policy((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def units(*facts):
    """Units A, B, C … with these facts."""
    return [Claimant(uscc=chr(65 + at), **each) for at, each in enumerate(facts)]


def income(basis, *yuan, **more):
    return [{basis: Decimal(amount), **more} for amount in yuan]


def values(*yuan, **more):
    return {
        "instruments": tuple(
            instrument(f"INS-{n}", nonfiscal_value=Decimal(y), **more) for n, y in enumerate(yuan)
        )
    }


def lets(*yuan):
    return {
        "instruments": tuple(instrument(f"INS-{n}", external_income=Decimal(y)) for n, y in enumerate(yuan))
    }


def fees(yuan, *qualifications):
    return {"fees_paid": Decimal(yuan), "qualifications": frozenset(qualifications)}


def enterprises(yuan, grade):
    return {"enterprise_income": Decimal(yuan), "grade": grade}


CASES = {
    "anhui-2015: 20 %, 5 000 000 at most": (
        "anhui-2015",
        income("external_income", "1234567.89", "24999999.99", "26000000", "0"),
        None,
        ["246913.58", "5000000.00", "5000000.00", "0.00"],
    ),
    # 246,913.578 and 5,000,000 share 2,000,000: 94,117.646… and 1,905,882.353…
    "anhui-2015: over the budget": (
        "anhui-2015",
        income("external_income", "1234567.89", "26000000"),
        2_000_000,
        ["94117.65", "1905882.35"],
    ),
    "qingdao: 10 % of enterprises' fees, 2 000 000 at most": (
        "qingdao",
        income("enterprise_income", "123456.75", "123456.74", "20000010", external_income=Decimal(10**9)),
        None,
        ["12345.68", "12345.67", "2000000.00"],
    ),
    "hunan-2024: by grade": (
        "hunan-2024",
        [
            enterprises("333333.33", "excellent"),
            enterprises("333333.33", "good"),
            enterprises("333333.33", "pass"),
            enterprises("333333.33", "poor"),
            enterprises("333333.33", None),
        ],
        None,
        ["33333.33", "26666.67", "20000.00", "0.00", "0.00"],
    ),
    "chongqing: the highest of 10, 20 and 30 %, 50 000 at most": (
        "chongqing",
        [
            fees("100000.05", "project"),
            fees("100000.05", "networked"),
            fees("100000.05", "municipal"),
            fees("100000.05", "project", "municipal"),
            fees("166666.67", "municipal"),
            fees("100000.05"),
        ],
        None,
        ["10000.01", "20000.01", "30000.02", "30000.02", "50000.00", "0.00"],
    ),
    "fujian-2019: by value, once": (
        "fujian-2019",
        [
            values("299999.99"),
            values("300000", "499999.99"),
            values("500000", "999999.99"),
            values("1000000"),
            values("1000000", rewarded_before=True),
            {"instruments": (instrument("INS-0", original_value=Decimal(1000000)),)},
        ],
        None,
        ["0.00", "40000.00", "80000.00", "60000.00", "0.00", "0.00"],
    ),
    "fujian-2019: at 75 % as in 2019": (
        "fujian-2019",
        [values("1000000"), values("500000"), values("300000")],
        90_000,
        ["45000.00", "30000.00", "15000.00"],
    ),
    # 50,000 + 12,345.675, rounded once
    "shanghai-draft: 10 % and 50 000 at most for each instrument": (
        "shanghai-draft",
        [lets("620000", "123456.75"), lets("500000", "500000.01")],
        None,
        ["62345.68", "100000.00"],
    ),
    # weights 30, 15, 10: 654,545 is capped at 500,000; 700,000 go 15 : 10
    "yunping-draft: above 60, 500 000 at most, the rest to the others": (
        "yunping-draft",
        [{"score": Decimal(score)} for score in ("90", "75", "70", "60", "59.99")],
        1_200_000,
        ["500000.00", "420000.00", "280000.00", "0.00", "0.00"],
    ),
    # 1,000 by 1 : 1 : 1 in 百元: 333.33 each, rounded down 300; the odd 100 to the lowest USCC
    "yunping-draft: whole hundreds": (
        "yunping-draft",
        [{"score": Decimal(61)}] * 3,
        1050,
        ["400.00", "300.00", "300.00"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_preset_pays_what_is_computed_by_hand(case):
    name, facts, budget, expected = CASES[case]
    assert amounts(allocate(preset(name), units(*facts), budget)) == expected


def test_every_preset_has_its_cases():
    assert {name for name, *_ in CASES.values()} == {path.stem for path in FOLDER.glob("*.toml")}
