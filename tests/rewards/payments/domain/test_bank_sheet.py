"""What the bank's sheet says of a batch: found row by row, nothing guessed."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from instrument_share.accounts.domain.bank_account import (
    AccountIncomplete,
    AccountNumberUnlikely,
    BankAccount,
)
from instrument_share.kernel.errors import Invalid
from rewards.payments.domain.bank_sheet import BankRow, Expected, read_bank_sheet
from rewards.payments.domain.errors import BankSheetWrong

OURS = [
    "序号",
    "奖励编号",
    "收款人",
    "开户行",
    "收款账号",
    "金额（元）",
    "用途",
    "支付凭证号",
    "支付日期",
    "结果",
    "失败原因",
]
BATCH = [
    Expected("AWD-1", "6222020000001234", Decimal("91933.00")),
    Expected("AWD-2", "6222020000005678", Decimal("8067.00")),
]
PAID = BankRow("AWD-1", paid=True, voucher="ZF-1", day=date(2026, 1, 21))


def ours(award="AWD-1", account="6222020000001234", amount=91933.0, voucher="", day="", outcome="", why=""):
    return [1, award, "云屏大学", "云屏银行", account, amount, "奖励", voucher, day, outcome, why]


def problems(rows):
    with pytest.raises(BankSheetWrong) as refused:
        read_bank_sheet(rows, BATCH)
    return [(one.params["row"], one.message.format_map(one.params)) for one in refused.value.problems]


def test_our_own_sheet_filled_in():
    rows = [
        OURS,
        ours(voucher="ZF-1", day=datetime(2026, 1, 21), outcome="成功"),
        ours("AWD-2", "6222020000005678", 8067, outcome="失败", why="户名不符"),
    ]
    assert read_bank_sheet(rows, BATCH) == [PAID, BankRow("AWD-2", paid=False, reason="户名不符")]


def test_a_row_that_is_not_answered_yet_is_left_out():
    assert read_bank_sheet([OURS, ours(), ours(voucher="ZF-1", day="2026/1/21")], BATCH) == [PAID]


def test_a_list_of_the_bank_is_matched_by_account_and_amount():
    rows = [
        ["云屏银行代付结果", "", "", ""],
        ["交易日期", "收款人账号", "交易金额", "交易流水号", "交易状态"],
        ["2026年1月21日", "6222 0200 0000 1234", "91,933.00", "ZF-1", "交易成功"],
    ]
    assert read_bank_sheet(rows, BATCH) == [PAID]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            ours("AWD-9", voucher="1", day="2026-01-21"),
            "Row 2: it matches no payment that waits in this batch (AWD-9).",
        ),
        (
            ours(account="6222020000009999", voucher="1", day="2026-01-21"),
            "Row 2: the account is 6222020000001234 in the batch, 6222020000009999 in the sheet.",
        ),
        (
            ours(amount="91932.00", voucher="1", day="2026-01-21"),
            "Row 2: the amount is 91933.00 in the batch, 91932.00 in the sheet.",
        ),
        (ours(amount="九万", voucher="1", day="2026-01-21"), "Row 2: “九万” is not an amount."),
        (ours(day="2026-01-21"), "Row 2: the voucher number is missing."),
        (
            ours(voucher="1" * 61, day="2026-01-21"),
            "Row 2: the voucher number is longer than 60 characters.",
        ),
        (ours(voucher="1", day="上周"), "Row 2: “上周” is not a date; write it as 2026-01-21."),
        (ours(voucher="1", day="2026-02-30"), "Row 2: “2026-02-30” is not a date; write it as 2026-01-21."),
        (ours(voucher="1", day="2026-01-21", outcome="处理中"), "Row 2: “处理中” is neither 成功 nor 失败."),
    ],
)
def test_a_row_that_cannot_be_recorded_says_why(row, said):
    assert problems([OURS, row]) == [(2, said)]


def test_a_row_that_comes_twice_is_refused_with_every_other_problem():
    good = ours(voucher="ZF-1", day="2026-01-21")
    bad = ours("AWD-2", "6222020000005678", 1, voucher="ZF-2", day="2026-01-21")
    assert [row for row, _ in problems([OURS, good, good, bad])] == [3, 4]


def test_a_sheet_without_the_columns_names_them():
    with pytest.raises(Invalid) as refused:
        read_bank_sheet([["户名", "金额"], ["云屏大学", 1]], BATCH)
    assert refused.value.problems[0].params == {"names": "收款账号、金额（元）、支付凭证号、支付日期"}


def test_an_account_is_kept_in_digits():
    typed = {"holder": " 云屏大学 ", "bank": "云屏银行", "number": "6222-0200 0000 1234"}
    assert BankAccount.parse(**typed) == BankAccount("云屏大学", "云屏银行", "6222020000001234")
    for number in ("1234567", "62220200X0001234", "６２２２０２００"):
        with pytest.raises(AccountNumberUnlikely):
            BankAccount.parse(holder="甲", bank="乙", number=number)
    for holder, bank in ((" ", "乙"), ("甲", " ")):
        with pytest.raises(AccountIncomplete):
            BankAccount.parse(holder=holder, bank=bank, number="6222020000001234")
