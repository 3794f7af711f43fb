"""The label of a sample order: a sheet with a code that goes with the samples."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import gettext

from bookings.samples.domain.choices import Afterwards, SampleHazard, SampleStorage
from instrument_share.documents.content import Code, Column, KeyValue, Paper, Table
from instrument_share.documents.official import render_paper
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.wording import word

if TYPE_CHECKING:
    from datetime import datetime

    from bookings.samples.models import Sample, SampleOrder

COLUMNS = (
    Column("序号", "center"),
    Column("样品编号"),
    Column("名称"),
    Column("保存条件"),
    Column("危险性"),
    Column("检测要求"),
)


def render_label(order: "SampleOrder", samples: "Iterable[Sample]", address: str) -> bytes:
    """Return the label as PDF, in Chinese; its code leads to the order's page."""
    with translation.override("zh-hans"):
        return render_paper(
            Paper(
                title="送样标签",
                blocks=[
                    Code(address, [order.public_id, order.instrument.name_zh, f"送样人：{order.user.name}"]),
                    KeyValue(_pairs(order)),
                    Table(columns=COLUMNS, rows=[_row(one) for one in samples], size="list"),
                ],
                sender=order.instrument.organization.name_zh,
                date=_format_day(order.submitted_at),
                created_at=order.submitted_at,
                subject=f"送样委托{order.public_id}",
                signed=False,
            )
        )


def _pairs(order: "SampleOrder") -> list[tuple[str, str]]:
    instrument = order.instrument
    return [
        ("收样单位", instrument.organization.name_zh),
        ("地点", instrument.place_zh or "—"),
        ("联系人", f"{instrument.contact} {instrument.phone}".strip() or "—"),
        ("检测内容", order.subject),
        ("测后处理", gettext(word(Afterwards(order.afterwards)))),
        ("送样期限", _format_day(order.due_at) if order.due_at and not order.received_at else "—"),
    ]


def _row(sample: "Sample") -> list[str]:
    hazards = [gettext(word(SampleHazard(code))) for code in sample.hazards]
    return [
        str(sample.position),
        sample.number,
        sample.name,
        gettext(word(SampleStorage(sample.storage))),
        "、".join(hazards) or "无",
        sample.tests,
    ]


def _format_day(moment: "datetime") -> str:
    day = moment.astimezone(CITY_TIME)
    return f"{day.year}年{day.month}月{day.day}日"
