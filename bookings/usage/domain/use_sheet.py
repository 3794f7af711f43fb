"""The sheet of hours of use: its columns, their words, and how to fill it in."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import partial

from bookings.requests.domain.admission import MAX_SAMPLES
from bookings.requests.domain.choices import Direction
from bookings.requests.domain.labels import LABELS as REQUEST_LABELS
from bookings.usage.domain.choices import UsagePurpose
from bookings.usage.domain.labels import LABELS
from bookings.usage.domain.national import INCOMES, OTHER_INCOME
from bookings.usage.domain.usage import MAX_LENGTHS, MAX_REASON_LENGTH
from instrument_share.kernel.errors import gettext_noop
from providers.domain import (
    SERVICE_MODE_WORDS,
    TERM_LABELS,
    ServiceMode,
    SheetField,
    SheetKind,
    clean_field,
    english_words,
)

MOST_MINUTES = 92 * 24 * 60
IN_PERSON = frozenset({"个人", "本人", "in person"})
"""What stands for the payer where the user pays in person, in lower case."""
DIRECTION_WORDS: Mapping[str, str] = {
    "科学研究": Direction.RESEARCH,
    "技术开发": Direction.DEVELOPMENT,
    "教学": Direction.TEACHING,
    "其他": Direction.OTHER,
}
PURPOSE_WORDS: Mapping[str, str] = {
    "共享服务": UsagePurpose.SERVICE,
    "法定检验": UsagePurpose.STATUTORY_TESTING,
    "商品检验": UsagePurpose.GOODS_INSPECTION,
    "医疗诊治": UsagePurpose.MEDICAL_CARE,
    "商业拍摄": UsagePurpose.COMMERCIAL_FILMING,
    "电信计费": UsagePurpose.TELECOM_BILLING,
}
OTHER_FUNDING = "其他"


class UseSheetName(StrEnum):
    """The name of the kind of sheet."""

    USES = "uses"


class Side(StrEnum):
    """Whether the user belongs to the owning unit."""

    INSIDE = "inside"
    OUTSIDE = "outside"


def _by_name(fields: Iterable[SheetField]) -> dict[str, SheetField]:
    return {field.name: field for field in fields}


FIELDS: Mapping[str, SheetField] = _by_name(
    (
        SheetField(
            "inner_number",
            gettext_noop("Instrument"),
            headings=("仪器内部编号", "内部编号", "仪器编号", "资产编号", "编号"),
            limit=50,
            needed=True,
            hint=gettext_noop("Its internal number, or its number INS-…"),
        ),
        SheetField(
            "user",
            gettext_noop("User"),
            headings=("使用人账号", "使用人", "用户", "用户名"),
            limit=150,
            needed=True,
            hint=gettext_noop("User name, email address or number (USR-…) of the account"),
        ),
        SheetField(
            "organization",
            gettext_noop("Organization that pays"),
            headings=("付费单位", "使用单位", "用户单位", "统一社会信用代码"),
            limit=200,
            hint=gettext_noop(
                "Credit code, number (ORG-…) or name; “in person” where the user pays. Empty where the user "
                "belongs to one organization only."
            ),
        ),
        SheetField(
            "side",
            gettext_noop("Inside or outside the unit"),
            "choice",
            headings=("服务对象", "对内对外", "使用单位类别"),
            words={"本单位": Side.INSIDE, "外单位": Side.OUTSIDE},
            english={"Inside": Side.INSIDE, "Outside": Side.OUTSIDE},
            hint=gettext_noop("Optional; checked against the organization that pays."),
        ),
        SheetField(
            "starts_at",
            gettext_noop("Starts at"),
            "moment",
            headings=("开始时间", "上机时间"),
            needed=True,
            hint=gettext_noop("Such as 2026-03-05 09:00."),
        ),
        SheetField(
            "ends_at",
            gettext_noop("Ends at"),
            "moment",
            headings=("结束时间", "下机时间"),
            needed=True,
            hint=gettext_noop("Such as 2026-03-05 11:30."),
        ),
        SheetField(
            "effective",
            gettext_noop("Effective minutes"),
            "minutes",
            headings=("有效机时（分钟）", "有效机时"),
            least=0,
            most=MOST_MINUTES,
            hint=gettext_noop("Leave empty for the whole time less idle time."),
        ),
        SheetField(
            "idle",
            gettext_noop("Idle minutes"),
            "minutes",
            headings=("空闲时间（分钟）", "空闲时间", "空置时间"),
            least=0,
            most=MOST_MINUTES,
        ),
        SheetField(
            "service_mode",
            gettext_noop("Way of service"),
            "choice",
            headings=("服务方式",),
            words=SERVICE_MODE_WORDS,
            english=english_words(TERM_LABELS[ServiceMode]),
            needed=True,
        ),
        SheetField(
            "direction",
            gettext_noop("Direction"),
            "choice",
            headings=("服务方向", "使用方向"),
            words=DIRECTION_WORDS,
            english=english_words(REQUEST_LABELS[Direction]),
            hint=gettext_noop("Scientific research if left empty."),
        ),
        SheetField(
            "purpose",
            gettext_noop("Kind of use"),
            "choice",
            headings=("使用类型",),
            words=PURPOSE_WORDS,
            english=english_words(LABELS[UsagePurpose]),
            hint=gettext_noop("Shared use if left empty."),
        ),
        SheetField(
            "content",
            gettext_noop("Work done"),
            headings=("工作内容", "使用内容", "服务内容", "测试内容"),
            limit=MAX_LENGTHS["content"],
            needed=True,
        ),
        SheetField(
            "project", gettext_noop("Project"), headings=("课题名称", "项目"), limit=MAX_LENGTHS["project"]
        ),
        SheetField(
            "funding",
            gettext_noop("Funding"),
            "several",
            headings=("经费来源", "课题经费来源"),
            words={**{name: name for name in INCOMES}, OTHER_FUNDING: OTHER_INCOME},
        ),
        SheetField(
            "samples",
            gettext_noop("Number of samples"),
            "whole",
            headings=("样品数", "样品数量"),
            least=0,
            most=MAX_SAMPLES,
        ),
        SheetField(
            "amount_yuan",
            gettext_noop("Amount (yuan)"),
            "money",
            headings=("金额（元）", "收费（元）", "费用（元）"),
            hint=gettext_noop(
                "Leave empty for the price under the rule then in force; enter 0 if it was free."
            ),
        ),
        SheetField(
            "overlap_reason",
            gettext_noop("Why both uses are recorded"),
            headings=("重叠原因", "重叠说明"),
            limit=MAX_REASON_LENGTH,
            hint=gettext_noop("Only where the time overlaps another use; the common time counts once."),
        ),
    )
)
USES = SheetKind(
    UseSheetName.USES,
    gettext_noop("Hours of use"),
    FIELDS,
    essential=tuple((name,) for name, field in FIELDS.items() if field.needed),
    check=partial(clean_field, FIELDS),
    examples=(
        (
            {
                "inner_number": "SEM-01",
                "user": "lin",
                "side": "外单位",
                "starts_at": "2026-03-05 09:00",
                "ends_at": "2026-03-05 11:30",
                "idle": "30",
                "service_mode": "委托测试",
                "direction": "技术开发",
                "content": "断口形貌观察",
                "samples": "3",
            },
            {
                "side": "Outside",
                "service_mode": "operated by staff",
                "direction": "Technical development",
                "content": "Fracture surfaces",
            },
        ),
        (
            {
                "inner_number": "SEM-01",
                "user": "fang",
                "starts_at": "2026-03-06 14:00",
                "ends_at": "2026-03-06 16:00",
                "service_mode": "自主上机",
                "content": "样品成像",
                "project": "高强钢疲劳裂纹研究",
                "funding": "国家自然科学基金",
                "amount_yuan": "0",
            },
            {"service_mode": "self-operated", "content": "Imaging"},
        ),
    ),
    steps=(
        gettext_noop(
            "One row for each use without a booking; the person who used the instrument confirms it."
        ),
        gettext_noop("Uses that began more than 92 days ago are refused."),
        gettext_noop("What is recorded can't be changed afterwards, only corrected."),
    ),
)
