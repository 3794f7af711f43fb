"""A statement as a paper and as a workbook, in Chinese."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import translation

from instrument_share.documents.content import Block, Column, Heading, KeyValue, Paper, Paragraph, Table
from instrument_share.documents.official import render_paper
from instrument_share.documents.tables import to_xlsx
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import in_hours
from instrument_share.kernel.renminbi import to_capitals

if TYPE_CHECKING:
    from bookings.statements.models import Statement, StatementLine, StatementPayment

LINE_COLUMNS = (
    Column("序号", "center"),
    Column("上机记录或预约"),
    Column("仪器"),
    Column("使用人"),
    Column("上机时间"),
    Column("有效机时（小时）", "right"),
    Column("金额（元）", "right"),
)
PAYMENT_COLUMNS = (
    Column("到账日期"),
    Column("银行凭证号"),
    Column("发票号码"),
    Column("开票日期"),
    Column("金额（元）", "right"),
)


def render_statement(
    statement: "Statement", lines: "Iterable[StatementLine]", payments: "Iterable[StatementPayment]"
) -> bytes:
    """Return the statement as PDF."""
    with translation.override("zh-hans"):
        return render_paper(
            Paper(
                title=f"仪器使用费结算单\n{_format_month(statement.month)}",
                blocks=_blocks(statement, lines, list(payments)),
                sender=statement.organization.name_zh,
                date=_format_date(statement.sent_at or statement.drafted_at),
                created_at=statement.sent_at or statement.drafted_at,
                notice="" if statement.sent_at else "草稿，尚未发送",
                subject=f"结算单{statement}（{_get_payer_name(statement)}）",
            )
        )


def build_statement_sheet(
    statement: "Statement", lines: "Iterable[StatementLine]", payments: "Iterable[StatementPayment]"
) -> bytes:
    """Return the lines and the payments of the statement as a workbook."""
    sheets = [("明细", _lines(statement, lines)), ("到账", _payments(payments))]
    created_at = statement.sent_at or statement.drafted_at
    return to_xlsx(sheets, title=f"结算单{statement}", created_at=created_at)


def _blocks(
    statement: "Statement", lines: "Iterable[StatementLine]", payments: "Sequence[StatementPayment]"
) -> list[Block]:
    total = statement.total_yuan
    capitals = f"{'负' if total < 0 else ''}{to_capitals(abs(total))}"
    pairs = [
        ("结算单号", str(statement)),
        ("结算月份", _format_month(statement.month)),
        ("收款单位", statement.organization.name_zh),
        ("付款方", _get_payer_name(statement)),
        ("金额合计", f"{_format_money(total)}元"),
        ("大写", f"人民币{capitals}"),
        ("付款期限", _format_term(statement)),
        ("已付", f"{_format_money(statement.paid_yuan)}元"),  # type: ignore[attr-defined]
    ]
    blocks: list[Block] = [KeyValue(pairs, per_row=2), Heading("一、费用明细"), _lines(statement, lines)]
    if payments:
        blocks += [Heading("二、到账记录"), _payments(payments)]
    return [*blocks, Paragraph("对金额有异议的，请在付款期限前通过平台提出并说明理由。")]


def _lines(statement: "Statement", lines: "Iterable[StatementLine]") -> Table:
    shown = list(lines)
    remarks = [_remark(line) for line in shown]
    # Numbered anew: a charge that was taken back has left its place on the draft.
    numbered = [[str(number), *_row(line)] for number, line in enumerate(shown, start=1)]
    columns, rows = _with_remarks(LINE_COLUMNS, numbered, remarks)
    total = ["合计", *[""] * (len(LINE_COLUMNS) - 2), _format_money(statement.total_yuan)]
    total += [""] * (len(columns) - len(LINE_COLUMNS))
    return Table(columns=columns, rows=rows, totals=total, size="list")


def _row(line: "StatementLine") -> list[str]:
    source = line.source
    starts_at, ends_at = (moment.astimezone(CITY_TIME) for moment in (line.starts_at, line.ends_at))
    end = "%H:%M" if ends_at.date() == starts_at.date() else "%m-%d %H:%M"
    return [
        source.public_id,
        source.instrument.name_zh,
        source.user.name,
        f"{starts_at:%Y-%m-%d %H:%M}–{ends_at:{end}}",
        f"{in_hours(line.effective_seconds)}" if line.log else "—",
        _format_money(line.amount_yuan),
    ]


def _remark(line: "StatementLine") -> str:
    project = f"项目：{line.source.project}" if line.source.project else ""
    return "；".join(filter(None, [_get_reason(line), project]))


def _get_reason(line: "StatementLine") -> str:
    if line.booking and line.corrects:
        why = "爽约已撤销" if line.booking.checked_in_at else "费用已免除"
        return f"冲减结算单{line.corrects.statement}：{why}"
    if line.booking:
        return "逾期取消" if line.booking.late_cancel else "爽约"
    if line.corrects is None or line.correction is None:
        return ""
    return f"更正结算单{line.corrects.statement}：{line.correction.reason}"


def _payments(payments: "Iterable[StatementPayment]") -> Table:
    shown = list(payments)
    rows = [
        [
            _format_date(one.paid_date),
            one.voucher,
            one.invoice_number,
            _format_date(one.invoice_date),
            _format_money(one.amount_yuan),
        ]
        for one in shown
    ]
    remarks = [f"已冲销：{one.reversal.reason}" if hasattr(one, "reversal") else "" for one in shown]
    columns, rows = _with_remarks(PAYMENT_COLUMNS, rows, remarks)
    return Table(columns=columns, rows=rows)


def _with_remarks(
    columns: "Sequence[Column]", rows: list[list[str]], remarks: list[str]
) -> "tuple[Sequence[Column], list[list[str]]]":
    """Return columns and rows, with one more for the remarks if there are any."""
    if not any(remarks):
        return columns, rows
    return [*columns, Column("备注")], [[*row, remark] for row, remark in zip(rows, remarks, strict=True)]


def _get_payer_name(statement: "Statement") -> str:
    payer: Any = statement.payer_organization or statement.payer_person
    return payer.name_zh if statement.payer_organization_id else payer.name


def _format_money(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def _format_term(statement: "Statement") -> str:
    last_day: date | None = statement.pay_by  # type: ignore[attr-defined]
    if last_day is None:
        return "自付款方恢复之日起算" if statement.due_date else "—"
    return _format_date(last_day)


def _format_month(month: date) -> str:
    return f"{month.year}年{month.month}月"


def _format_date(moment: datetime | date) -> str:
    day = moment.astimezone(CITY_TIME) if isinstance(moment, datetime) else moment
    return f"{day.year}年{day.month}月{day.day}日"
