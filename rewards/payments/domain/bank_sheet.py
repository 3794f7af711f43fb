"""The bank's answer to a batch: a sheet with one row for each payment, made or failed.

The platform's own sheet of a batch, filled in, is such an answer; so is a bank's list with other columns and
names, as long as a row can be told by the number of its award, or else by account and amount together.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from instrument_share.accounts.domain.bank_account import plain_number
from instrument_share.kernel.cells import cell_text, find_heads, parse_day
from instrument_share.kernel.errors import Invalid, Problem, gettext_noop
from rewards.payments.domain.errors import BankSheetWrong

AWARD, ACCOUNT, AMOUNT = "award", "account", "amount"
VOUCHER, DAY, OUTCOME, REASON = "voucher", "day", "outcome", "reason"
HEADS: Mapping[str, Sequence[str]] = {
    AWARD: ("奖励编号", "明细编号", "award"),
    ACCOUNT: ("收款账号", "账号", "收款人账号", "account"),
    AMOUNT: ("金额（元）", "金额", "交易金额", "支付金额", "amount"),
    VOUCHER: ("支付凭证号", "凭证号", "交易流水号", "流水号", "voucher"),
    DAY: ("支付日期", "拨付日期", "交易日期", "date"),
    OUTCOME: ("结果", "交易结果", "状态", "交易状态", "outcome"),
    REASON: ("失败原因", "退票原因", "备注", "reason"),
}
"""What a column holds → how its head may read."""
NEEDED = (ACCOUNT, AMOUNT, VOUCHER, DAY)
MADE = frozenset({"成功", "已支付", "支付成功", "交易成功", "paid", "ok"})
LONGEST_VOUCHER = 60
"""Characters of a number of the bank, as its row holds it."""
FAILED = frozenset({"失败", "退票", "退回", "支付失败", "交易失败", "failed"})


class Expected(NamedTuple):
    """A row of the batch that has no outcome yet."""

    award: str
    account: str
    amount: Decimal


@dataclass(frozen=True)
class BankRow:
    """What the bank says of one row: paid with a voucher on a day, or failed for a reason."""

    award: str
    paid: bool
    voucher: str = ""
    day: date | None = None
    reason: str = ""


def read_bank_sheet(rows: Sequence[Sequence[Any]], expected: Iterable[Expected]) -> list[BankRow]:
    """Return what the sheet says of the batch's rows, in the sheet's order; rows may be missing in it.

    Rows without a voucher, a date, an outcome and a reason are not answered yet and left out. Raises
    Invalid for a sheet without the columns that are needed, and BankSheetWrong with a problem for each row
    that is not of the batch, differs from it, comes twice or is incomplete.
    """
    head, columns = _find_columns(rows)
    reader = _Reader(columns, list(expected))
    for number, row in enumerate(rows[head + 1 :], start=head + 2):
        reader.take(number, row)
    if reader.problems:
        raise BankSheetWrong(problems=reader.problems)
    return reader.found


def _find_columns(rows: Sequence[Sequence[Any]]) -> tuple[int, dict[str, int]]:
    if found := find_heads(rows, HEADS, NEEDED):
        return found
    names = "、".join(HEADS[what][0] for what in NEEDED)
    message = gettext_noop("The sheet needs a row of headings with at least these columns: {names}.")
    raise Invalid(problems=[Problem("reward.bank_sheet_heads", message, {"names": names})])


class _Reader:
    """Takes the rows one by one; finds each in the batch, once."""

    def __init__(self, columns: Mapping[str, int], expected: Sequence[Expected]) -> None:
        self.columns, self.expected = columns, expected
        self.found: list[BankRow] = []
        self.problems: list[Problem] = []
        self.taken: set[str] = set()

    def take(self, number: int, row: Sequence[Any]) -> None:
        cells = {
            what: cell_text(row[place]) if place < len(row) else "" for what, place in self.columns.items()
        }
        if not cells[ACCOUNT] or not any(cells.get(what) for what in (VOUCHER, DAY, OUTCOME, REASON)):
            return
        try:
            self.found.append(self._read(cells))
        except _RowWrong as wrong:
            self.problems.append(Problem("reward.bank_row", wrong.message, {"row": number, **wrong.params}))

    def _read(self, cells: Mapping[str, str]) -> BankRow:
        award = self._match(cells)
        outcome = cells.get(OUTCOME, "").lower()
        if outcome in FAILED:
            return BankRow(award, paid=False, reason=cells.get(REASON, "") or cells[OUTCOME])
        if outcome and outcome not in MADE:
            message = gettext_noop("Row {row}: “{outcome}” is neither 成功 nor 失败.")
            raise _RowWrong(message, outcome=cells[OUTCOME])
        if not cells[VOUCHER]:
            raise _RowWrong(gettext_noop("Row {row}: the voucher number is missing."))
        if len(cells[VOUCHER]) > LONGEST_VOUCHER:
            message = gettext_noop("Row {row}: the voucher number is longer than {most} characters.")
            raise _RowWrong(message, most=LONGEST_VOUCHER)
        return BankRow(award, paid=True, voucher=cells[VOUCHER], day=_day(cells[DAY]))

    def _match(self, cells: Mapping[str, str]) -> str:
        account, amount, name = plain_number(cells[ACCOUNT]), _amount(cells[AMOUNT]), cells.get(AWARD, "")
        left = [one for one in self.expected if one.award not in self.taken]
        fitting = (
            [one for one in left if one.award == name]
            if name
            else [one for one in left if (one.account, one.amount) == (account, amount)]
        )
        if not fitting:
            message = gettext_noop("Row {row}: it matches no payment that waits in this batch ({what}).")
            raise _RowWrong(message, what=name or cells[ACCOUNT])
        one = fitting[0]
        if one.account != account:
            message = gettext_noop("Row {row}: the account is {expected} in the batch, {found} in the sheet.")
            raise _RowWrong(message, expected=one.account, found=cells[ACCOUNT])
        if one.amount != amount:
            message = gettext_noop("Row {row}: the amount is {expected} in the batch, {found} in the sheet.")
            raise _RowWrong(message, expected=str(one.amount), found=cells[AMOUNT])
        self.taken.add(one.award)
        return one.award


class _RowWrong(Exception):
    def __init__(self, message: str, **params: Any) -> None:
        self.message, self.params = message, params
        super().__init__(message)


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text.replace(",", "").removeprefix("¥").removeprefix("￥")).quantize(Decimal("0.01"))
    except InvalidOperation:
        raise _RowWrong(gettext_noop("Row {row}: “{amount}” is not an amount."), amount=text) from None


def _day(text: str) -> date:
    try:
        return parse_day(text)
    except ValueError:
        message = gettext_noop("Row {row}: “{day}” is not a date; write it as 2026-01-21.")
        raise _RowWrong(message, day=text) from None
