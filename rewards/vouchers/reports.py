"""A payout list as a signed paper, in Chinese."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import translation

from instrument_share.documents.content import (
    Block,
    Column,
    Heading,
    KeyValue,
    Paper,
    Paragraph,
    Table,
    Verification,
)
from instrument_share.documents.official import render_paper
from rewards.cycle.reports import format_date, format_money, format_money_in_capitals
from rewards.report.reports.links import get_verification_url
from rewards.vouchers.domain.codes import get_list_code

if TYPE_CHECKING:
    from rewards.vouchers.models import VoucherClaim, VoucherPayoutList, VoucherPayoutRow

COLUMNS = (
    Column("序号", "center"),
    Column("申领单位及信用代码"),
    Column("服务单位及发票号码"),
    Column("仪器使用费（元）", "right"),
    Column("兑付金额（元）", "right"),
    Column("初审／复审"),
)


def render_payout_list(payout_list: "VoucherPayoutList", rows: "Sequence[VoucherPayoutRow]") -> bytes:
    """Return the signed PDF of a list; made again, it differs in its signature only."""
    from instrument_share.documents.sealing.signing import sign_pdf

    with translation.override("zh-hans"):
        scheme, code = payout_list.scheme, get_list_code(payout_list.public_id)
        title = f"{scheme.name_zh}\n兑付清单（第{scheme.batch}批第{payout_list.number}号）"
        paper = Paper(
            title=title,
            blocks=_blocks(payout_list, rows),
            sender=f"{settings.CITY['zh']}科学技术局",
            date=format_date(payout_list.made_at),
            created_at=payout_list.made_at,
            verification=Verification(url=get_verification_url(code), code=code),
            subject=f"兑付清单{payout_list.public_id}",
        )
        return sign_pdf(
            render_paper(paper),
            reason="科技创新券兑付清单",
            signer_name=paper.sender,
            signed_at=payout_list.made_at,
            location=code,
        )


def get_printed_names(claim: "VoucherClaim") -> dict[str, Any]:
    """Return the names that a payout list prints of a claim.

    They are kept with its row: people change their own names, and what was signed must not change with them.
    """
    return {
        "holder": claim.grant.organization.name_zh,
        "uscc": claim.grant.organization.uscc,
        "seller": claim.seller.name_zh,
        "reviewers": [person.name for person in (claim.checked_by, claim.audited_by) if person],
    }


def _blocks(payout_list: "VoucherPayoutList", rows: "Sequence[VoucherPayoutRow]") -> list[Block]:
    total, scheme = payout_list.total_yuan, payout_list.scheme
    pairs = [
        ("清单号", payout_list.public_id),
        ("制单日期", format_date(payout_list.made_at)),
        ("兑付笔数", str(len(rows))),
        ("支持比例", f"{scheme.share_percent.normalize():f}%"),
        ("兑付合计", f"{format_money(total)}元"),
        ("大写", format_money_in_capitals(total)),
    ]
    totals = ["", "合计", "", "", format_money(total), ""]
    return [
        KeyValue(pairs, per_row=2),
        Heading("兑付明细"),
        Table(columns=COLUMNS, rows=[_row(row) for row in rows], totals=totals, size="list"),
        Paragraph("以上兑付申请均经初审和复审，请按清单金额拨付至各单位在平台登记并经复核的收款账户。"),
    ]


def _row(row: "VoucherPayoutRow") -> list[str]:
    claim, names = row.claim, row.names or get_printed_names(row.claim)
    return [
        str(row.position),
        f"{names['holder']}\n{names['uscc']}",
        f"{names['seller']}\n{claim.invoice_number}",
        format_money(claim.basis_yuan),
        format_money(row.amount_yuan),
        "\n".join(names["reviewers"]),
    ]
