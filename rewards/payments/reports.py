"""A batch as a sheet for the bank, which can be filled in and given back."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.utils import translation

from instrument_share.documents.content import Column, Table
from instrument_share.documents.tables import to_xlsx
from rewards.cycle.reports import format_money
from rewards.payments.domain.bank_sheet import ACCOUNT, AMOUNT, AWARD, DAY, HEADS, OUTCOME, REASON, VOUCHER

if TYPE_CHECKING:
    from rewards.payments.models import PaymentBatch

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

REPLACED = "单位其后更换了收款账户；本表尚未送银行的，请撤回未支付的款项，重新生成批次"


def build_bank_sheet(batch: "PaymentBatch", replaced: Collection[int]) -> bytes:
    """Return the waiting rows of a batch as a workbook, in Chinese, with empty columns for the answer.

    `replaced` are the ids of rows whose unit names another account by now; where there are some, a last
    column says so, and what to do.
    """
    year = batch.report.cycle.year
    rows = [row for row in batch.rows.all() if row.is_waiting]
    columns = [
        Column("序号", "center"),
        Column(HEADS[AWARD][0]),
        Column("收款人"),
        Column("开户行"),
        Column(HEADS[ACCOUNT][0]),
        Column(HEADS[AMOUNT][0], "right"),
        Column("用途"),
        Column(HEADS[VOUCHER][0]),
        Column(HEADS[DAY][0]),
        Column(HEADS[OUTCOME][0]),
        Column(HEADS[REASON][0]),
        *([Column("提示")] if replaced else []),
    ]
    purpose = f"{year}年度大型科研仪器开放共享奖励"
    table = Table(
        columns=columns,
        rows=[
            (
                str(row.position),
                row.award.public_id,
                row.account.holder,
                row.account.bank,
                row.account.number,
                format_money(row.amount_yuan),
                purpose,
                *("",) * 4,
                *([REPLACED if row.pk in replaced else ""] if replaced else []),
            )
            for row in rows
        ],
    )
    with translation.override("zh-hans"):
        title = f"{purpose}拨付清单（第{batch.number}批）"
        return to_xlsx([("拨付清单", table)], title=title, created_at=batch.made_at)
