"""A statement as a paper and as a workbook, in the active language."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from bookings.requests.reports import describe_price_line
from instrument_share.documents.content import Block, Column, Heading, KeyValue, Paper, Paragraph, Table
from instrument_share.documents.official import render_paper
from instrument_share.documents.tables import to_xlsx
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import in_hours
from instrument_share.kernel.renminbi import to_capitals
from instrument_share.web.text.formats import (
    bilingual,
    clock_time,
    date_only,
    in_english,
    moment,
    month_label,
)

if TYPE_CHECKING:
    from bookings.statements.models import Statement, StatementAccount, StatementLine, StatementPayment

_PRICED = ("starts_at", "ends_at", "effective_seconds", "amount_yuan")
"""What a line and its log have in common as long as the log's price explains the line."""


def render_statement(
    statement: "Statement",
    lines: "Iterable[StatementLine]",
    payments: "Iterable[StatementPayment]",
    entered_since: "StatementAccount | None",
) -> bytes:
    """Return the statement as PDF; figures and order are the same in both languages.

    `entered_since` is the account of `get_account_entered_since`.
    """
    made_at = statement.sent_at or statement.drafted_at
    month = month_label(statement.month)
    return render_paper(
        Paper(
            title="\n".join([_("Statement of instrument use"), month]),
            blocks=_blocks(statement, list(lines), list(payments), entered_since),
            sender=bilingual(statement.organization, "name"),
            date=date_only(made_at),
            created_at=made_at,
            notice="" if statement.sent_at else _("Draft, not sent"),
            subject=_("Statement {number} ({payer})").format(
                number=statement, payer=_get_payer_name(statement)
            ),
            language="en" if in_english() else "zh-CN",
        )
    )


def build_statement_sheet(
    statement: "Statement", lines: "Iterable[StatementLine]", payments: "Iterable[StatementPayment]"
) -> bytes:
    """Return the lines and the payments of the statement as a workbook."""
    sheets = [(_("Lines"), _lines(statement, list(lines))), (_("Payments"), _payments(list(payments)))]
    title = _("Statement {number}").format(number=statement)
    return to_xlsx(sheets, title=title, created_at=statement.sent_at or statement.drafted_at)


def _blocks(
    statement: "Statement",
    lines: "Sequence[StatementLine]",
    payments: "Sequence[StatementPayment]",
    entered_since: "StatementAccount | None",
) -> list[Block]:
    total = statement.total_yuan
    capitals = f"人民币{'负' if total < 0 else ''}{to_capitals(abs(total))}"
    pairs = [
        (_("Statement number"), str(statement)),
        (_("Month of the statement"), month_label(statement.month)),
        (_("Paid to"), bilingual(statement.organization, "name")),
        (_("Payer"), _get_payer_name(statement)),
        (_("Total amount"), _format_yuan(total)),
        (_("Total in Chinese capitals"), capitals),
        (_("Due"), _format_term(statement)),
        (pgettext("statement", "Paid"), _format_yuan(statement.paid_yuan)),  # type: ignore[attr-defined]
    ]
    blocks: list[Block] = [
        KeyValue(pairs, per_row=2),
        *_describe_account(statement, entered_since),
        Heading(_("1. Uses and charges")),
        _shortened_lines(statement, lines),
    ]
    if payments:
        blocks += [Heading(_("2. Payments")), _payments(payments)]
    last = _("If you dispute an amount, say so with a reason on the platform before the payment is due.")
    return [*blocks, Paragraph(last)]


def _describe_account(statement: "Statement", entered_since: "StatementAccount | None") -> list[Block]:
    """Return where a statement that was sent is to be paid; nothing where nothing is owed."""
    if statement.sent_at is None or statement.total_yuan <= 0:
        return []
    account = statement.account
    if account is None:
        return [Paragraph(_("This statement names no account. Ask the unit how to pay."))]
    pairs = [
        (_("Account holder"), account.holder),
        (_("Bank and branch"), account.bank),
        (_("Account number"), account.number),
    ]
    told = filter(None, [describe_entered_since(entered_since), describe_remark(statement)])
    return [KeyValue(pairs), *(Paragraph(one) for one in told)]


def describe_entered_since(account: "StatementAccount | None") -> str:
    """Return that the unit is to be asked, as it has entered another account than the statement names."""
    if account is None:
        return ""
    return _(
        "The unit has entered another account since (ending in {digits}). Ask the unit before you pay."
    ).format(digits=account.number[-4:])


def describe_remark(statement: "Statement") -> str:
    """Return what to write into a transfer, so that the unit knows what it pays."""
    return _("Quote {number} in the remarks of the transfer.").format(number=statement)


def _lines(statement: "Statement", lines: "Sequence[StatementLine]") -> Table:
    """Return a table with a column for each fact, as programs want it."""
    columns = [
        Column(_("No."), "center"),
        Column(_("Usage log or booking")),
        Column(_("Instrument used")),
        Column(_("Who used it")),
        Column(pgettext("statement", "Time of use")),
        Column(_("Effective hours (h)"), "right"),
        Column(_("Price")),
        Column(_("Amount (yuan)"), "right"),
    ]
    numbered = [
        [
            number,
            line.source.public_id,
            bilingual(line.source.instrument, "name"),
            line.source.user.name,
            _format_time(line),
            _format_hours(line),
            _format_price(line),
            _format_money(line.amount_yuan),
        ]
        for number, line in _number(lines)
    ]
    total = [_("Total"), *[""] * (len(columns) - 2), _format_money(statement.total_yuan)]
    remarks = [_remark(line) for line in lines]
    return _build_table(columns, numbered, remarks, totals=total)


def _shortened_lines(statement: "Statement", lines: "Sequence[StatementLine]") -> Table:
    """Return a table for a page, where seven columns would leave each name four characters a line."""
    remarks = [_remark(line) for line in lines]
    columns = [
        Column(_("No."), "center"),
        Column(_("Usage log or booking, time, price")),
        Column(_("Instrument, user, remarks") if any(remarks) else _("Instrument, user")),
        Column(_("Effective hours (h)"), "right"),
        Column(_("Amount (yuan)"), "right"),
    ]
    rows = [
        [
            number,
            "\n".join(filter(None, [line.source.public_id, _format_time(line), _format_price(line)])),
            "\n".join(
                filter(None, [bilingual(line.source.instrument, "name"), line.source.user.name, remark])
            ),
            _format_hours(line),
            _format_money(line.amount_yuan),
        ]
        for (number, line), remark in zip(_number(lines), remarks, strict=True)
    ]
    total = [_("Total"), "", "", "", _format_money(statement.total_yuan)]
    return Table(columns=columns, rows=rows, totals=total, size="list")


def _number(lines: "Sequence[StatementLine]") -> "list[tuple[str, StatementLine]]":
    """Return the lines numbered anew: a charge that was taken back has left its place on the draft."""
    return [(str(number), line) for number, line in enumerate(lines, start=1)]


def _format_time(line: "StatementLine") -> str:
    starts_at, ends_at = (at.astimezone(CITY_TIME) for at in (line.starts_at, line.ends_at))
    end = clock_time(ends_at) if ends_at.date() == starts_at.date() else moment(ends_at)
    return f"{moment(starts_at)}–{end}"


def _format_hours(line: "StatementLine") -> str:
    return f"{in_hours(line.effective_seconds)}" if line.log else "—"


def describe_price(line: "StatementLine") -> list[str]:
    """Return the quantities and prices of which a use's amount is the sum, in the reader's words.

    Nothing for charges, where the amount was entered, and where the use was corrected before it was billed:
    what is kept of the price is that of the use as it was recorded.
    """
    if line.log is None or line.corrects is not None:
        return []
    if line.is_otherwise:  # type: ignore[attr-defined]
        return []
    if any(getattr(line, name) != getattr(line.log, name) for name in _PRICED):
        return []
    return [describe_price_line(one, in_figures=True) for one in line.log.price]


def _format_price(line: "StatementLine") -> str:
    return pgettext("between remarks", "; ").join(describe_price(line))


def _remark(line: "StatementLine") -> str:
    project = line.source.project
    told = _("Project: {project}").format(project=project) if project else ""
    return pgettext("between remarks", "; ").join(filter(None, [_get_reason(line), told]))


def _get_reason(line: "StatementLine") -> str:
    if line.booking and line.corrects:
        number = line.corrects.statement
        if line.booking.checked_in_at:
            return _("Gives back the charge on statement {number}: no-show taken back").format(number=number)
        if line.is_waived:  # type: ignore[attr-defined]
            return _("Gives back the charge on statement {number}: charge waived").format(number=number)
        return _("Reduces the charge on statement {number}: the time was used").format(number=number)
    if line.booking:
        return _("Cancelled late") if line.booking.late_cancel else _("No-show")
    if line.corrects is None or line.correction is None:
        return ""
    return _("Corrects statement {number}: {reason}").format(
        number=line.corrects.statement, reason=line.correction.reason
    )


def _payments(payments: "Sequence[StatementPayment]") -> Table:
    columns = [
        Column(pgettext("statement", "Date of payment")),
        Column(_("Bank voucher number")),
        Column(_("Invoice number")),
        Column(_("Invoice date")),
        Column(_("Amount (yuan)"), "right"),
    ]
    rows = [
        [
            date_only(one.paid_date),
            one.voucher,
            one.invoice_number,
            date_only(one.invoice_date),
            _format_money(one.amount_yuan),
        ]
        for one in payments
    ]
    remarks = [
        _("Reversed: {reason}").format(reason=one.reversal.reason) if hasattr(one, "reversal") else ""
        for one in payments
    ]
    return _build_table(columns, rows, remarks)


def _build_table(
    columns: "list[Column]", rows: list[list[str]], remarks: list[str], totals: list[str] | None = None
) -> Table:
    """Return a table, with one more column for the remarks if there are any."""
    if any(remarks):
        columns = [*columns, Column(_("Remarks"))]
        rows = [[*row, remark] for row, remark in zip(rows, remarks, strict=True)]
        totals = totals and [*totals, ""]
    return Table(columns=columns, rows=rows, totals=totals)


def _get_payer_name(statement: "Statement") -> str:
    payer: Any = statement.payer_organization or statement.payer_person
    return bilingual(payer, "name") if statement.payer_organization_id else payer.name


def _format_money(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def _format_yuan(amount: Decimal) -> str:
    return _("{amount} yuan").format(amount=_format_money(amount))


def _format_term(statement: "Statement") -> str:
    last_day: date | None = statement.pay_by  # type: ignore[attr-defined]
    if statement.begins_later:  # type: ignore[attr-defined]
        return _("Begins when the payer is reinstated")
    return date_only(last_day)
