"""The columns of sheets of rules and of prices, and their words."""

from collections.abc import Iterator, Mapping

from instrument_share.kernel.errors import gettext_noop
from providers.exchange.domain.sheets.sheet_types import SheetField, english_words
from providers.terms.domain.choices import (
    Decision,
    Frequency,
    HolidayTreatment,
    PriceUnit,
    QuotaHolder,
    QuotaSpan,
    ServiceMode,
    UserKind,
)
from providers.terms.domain.labels import LABELS, NTH_WORDS
from providers.terms.domain.terms import LAST, MOST_DECISION_HOURS, MOST_INTERVAL

ANY = ""
"""Any kind of user, any way of service."""
USERS: Mapping[str, str] = {
    "本单位用户": UserKind.INSIDE,
    "外单位科研人员": UserKind.OUTSIDE,
    "企业": UserKind.ENTERPRISE,
    "个人": UserKind.INDIVIDUAL,
}
MODES: Mapping[str, str] = {
    "自主上机": ServiceMode.SELF_OPERATED,
    "委托测试": ServiceMode.OPERATED,
    "送样": ServiceMode.SAMPLES,
    "远程": ServiceMode.REMOTE,
}


_NUMBER = SheetField(
    "inner_number",
    gettext_noop("Internal number"),
    headings=("仪器内部编号", "内部编号", "仪器编号", "资产编号", "编号"),
    limit=50,
    needed=True,
    hint=gettext_noop("As in the list of the unit's instruments."),
)
_FROM = SheetField(
    "applies_from",
    gettext_noop("Applies from"),
    "date",
    headings=("生效日期", "执行日期"),
    needed=True,
    hint=gettext_noop("From the beginning of this day; tomorrow or later."),
)
_MINIMUM = SheetField(
    "minimum_charge_yuan", gettext_noop("Minimum charge (yuan)"), "money", headings=("最低收费（元）",)
)
_WEEKDAYS_HINT = gettext_noop("Such as 周一至周五, 周一、周三 or Mon-Fri.")
_TIME_HINT = gettext_noop("Such as 09:00. Hours that end at or before the time they start end the next day.")


def _quota_fields() -> Iterator[SheetField]:
    for (holder, span), (heading, hours, bookings) in _QUOTA_LABELS.items():
        yield SheetField(f"quota_{holder}_{span}_hours", hours, "hours", headings=(f"{heading}限时（小时）",))
        yield SheetField(
            f"quota_{holder}_{span}_bookings",
            bookings,
            "whole",
            headings=(f"{heading}限次",),
            least=1,
            most=1000,
        )


_QUOTA_LABELS = {
    (QuotaHolder.USER, QuotaSpan.DAY): (
        "每人每天",
        gettext_noop("Hours per person per day"),
        gettext_noop("Bookings per person per day"),
    ),
    (QuotaHolder.USER, QuotaSpan.WEEK): (
        "每人每周",
        gettext_noop("Hours per person per week"),
        gettext_noop("Bookings per person per week"),
    ),
    (QuotaHolder.USER, QuotaSpan.MONTH): (
        "每人每月",
        gettext_noop("Hours per person per month"),
        gettext_noop("Bookings per person per month"),
    ),
    (QuotaHolder.ORGANIZATION, QuotaSpan.DAY): (
        "每单位每天",
        gettext_noop("Hours per organization per day"),
        gettext_noop("Bookings per organization per day"),
    ),
    (QuotaHolder.ORGANIZATION, QuotaSpan.WEEK): (
        "每单位每周",
        gettext_noop("Hours per organization per week"),
        gettext_noop("Bookings per organization per week"),
    ),
    (QuotaHolder.ORGANIZATION, QuotaSpan.MONTH): (
        "每单位每月",
        gettext_noop("Hours per organization per month"),
        gettext_noop("Bookings per organization per month"),
    ),
}
QUOTA_FIELDS = tuple(_quota_fields())
RULE_FIELDS: dict[str, SheetField] = {
    one.name: one
    for one in (
        _NUMBER,
        _FROM,
        SheetField(
            "weekdays",
            gettext_noop("Weekdays"),
            "weekdays",
            headings=("开放星期", "星期"),
            hint=_WEEKDAYS_HINT,
        ),
        SheetField("opens", gettext_noop("Opens"), "time", headings=("开放开始时间",), hint=_TIME_HINT),
        SheetField("closes", gettext_noop("Closes"), "time", headings=("开放结束时间",), hint=_TIME_HINT),
        SheetField(
            "frequency",
            gettext_noop("Recurs"),
            "choice",
            headings=("重复方式",),
            words={"每周": Frequency.WEEKLY.value, "每月按星期": Frequency.MONTHLY_BY_WEEKDAY.value},
            english=english_words(LABELS[Frequency]),
            hint=gettext_noop("Weekly if left empty."),
        ),
        SheetField(
            "interval",
            gettext_noop("Interval (weeks or months)"),
            "whole",
            headings=("间隔（周或月）",),
            least=1,
            most=MOST_INTERVAL,
            hint=gettext_noop("2 for every second week; 1 if left empty."),
        ),
        SheetField(
            "nth",
            gettext_noop("Which week of the month"),
            "choice",
            headings=("每月第几个",),
            words={"第一个": 1, "第二个": 2, "第三个": 3, "第四个": 4, "第五个": 5, "最后一个": LAST},
            english={str(word): nth for nth, word in NTH_WORDS.items()},
            hint=gettext_noop("Only for monthly hours."),
        ),
        SheetField(
            "starts_on",
            gettext_noop("Starting on"),
            "date",
            headings=("起算日期",),
            hint=gettext_noop("If left empty, the day from which the rule applies."),
        ),
        SheetField("until", gettext_noop("Through"), "date", headings=("截止日期",)),
        SheetField(
            "exception_date",
            gettext_noop("Exception on"),
            "date",
            headings=("例外日期",),
            hint=gettext_noop("In a row of its own: closed on this day, or open with the times of the row."),
        ),
        SheetField(
            "holidays",
            gettext_noop("Public holidays"),
            "choice",
            headings=("节假日安排",),
            words={
                "节假日停用，调休日开放": HolidayTreatment.CLOSED_AND_SHIFTED.value,
                "节假日停用": HolidayTreatment.CLOSED.value,
                "节假日照常开放": HolidayTreatment.IGNORED.value,
            },
            english=english_words(LABELS[HolidayTreatment]),
        ),
        SheetField(
            "step",
            gettext_noop("Step (minutes)"),
            "minutes",
            headings=("预约时间单位（分钟）", "预约步长（分钟）"),
            least=1,
            most=1440,
        ),
        SheetField(
            "min_length", gettext_noop("Shortest booking (hours)"), "hours", headings=("最短时长（小时）",)
        ),
        SheetField(
            "max_length", gettext_noop("Longest booking (hours)"), "hours", headings=("最长时长（小时）",)
        ),
        SheetField(
            "turnaround",
            gettext_noop("Kept free after each use (minutes)"),
            "minutes",
            headings=("用后间隔（分钟）",),
            least=0,
            most=1440,
        ),
        SheetField(
            "may_span_gaps",
            gettext_noop("A booking may run on overnight"),
            "flag",
            headings=("可跨夜预约",),
        ),
        SheetField("lead", gettext_noop("Minimum notice (hours)"), "hours", headings=("至少提前（小时）",)),
        SheetField(
            "horizon",
            gettext_noop("Bookable ahead (days)"),
            "days",
            headings=("最多提前（天）",),
            least=1,
            most=365,
        ),
        SheetField(
            "change_deadline",
            gettext_noop("Can be moved until (hours before start)"),
            "hours",
            headings=("改期截止（开始前小时）",),
        ),
        SheetField(
            "cancel_deadline",
            gettext_noop("Free cancellation until (hours before start)"),
            "hours",
            headings=("免费取消截止（开始前小时）",),
        ),
        SheetField(
            "late_cancel_percent",
            gettext_noop("Late cancellation charge (%)"),
            "whole",
            headings=("逾期取消收费（%）",),
            least=0,
            most=100,
        ),
        SheetField(
            "no_show_percent",
            gettext_noop("No-show charge (%)"),
            "whole",
            headings=("爽约收费（%）",),
            least=0,
            most=100,
        ),
        SheetField(
            "user_kinds",
            gettext_noop("Who may book"),
            "several",
            headings=("可预约对象", "开放对象"),
            words=USERS,
            english=english_words(LABELS[UserKind]),
            hint=gettext_noop("Several are separated by 、 or a comma."),
        ),
        SheetField(
            "service_modes",
            gettext_noop("Ways of service"),
            "several",
            headings=("服务方式",),
            words=MODES,
            english=english_words(LABELS[ServiceMode]),
            hint=gettext_noop("Several are separated by 、 or a comma."),
        ),
        SheetField(
            "needs_qualification",
            gettext_noop("Self-operated or remote use needs a qualification"),
            "flag",
            headings=("自主上机需资格", "自主上机须具备上机资格", "Self-operation needs a qualification"),
        ),
        SheetField(
            "decision",
            gettext_noop("Approval of requests"),
            "choice",
            headings=("审批方式",),
            words={"即时通过": Decision.AT_ONCE.value, "机组负责人审批": Decision.BY_KEEPER.value},
            english=english_words(LABELS[Decision]),
        ),
        SheetField(
            "decision_hours",
            gettext_noop("The keeper decides within (hours)"),
            "whole",
            headings=("审批时限（小时）",),
            least=1,
            most=MOST_DECISION_HOURS,
        ),
        *QUOTA_FIELDS,
        SheetField(
            "accepts_vouchers",
            gettext_noop("Innovation vouchers accepted"),
            "flag",
            headings=("接受创新券",),
        ),
        _MINIMUM,
        SheetField(
            "price_hour_yuan",
            gettext_noop("Price per hour (yuan)"),
            "money",
            headings=("每小时价格（元）", "价格（元/小时）", "单价（元/小时）"),
            hint=gettext_noop("One price for everybody. Left empty, the prices in force stay."),
        ),
    )
}
PRICE_FIELDS: dict[str, SheetField] = {
    one.name: one
    for one in (
        _NUMBER,
        _FROM,
        SheetField(
            "user_kind",
            gettext_noop("For whom"),
            "choice",
            headings=("服务对象", "用户类别"),
            words={"全部用户": ANY, **USERS},
            english={"everybody": ANY, **english_words(LABELS[UserKind])},
            hint=gettext_noop("Everybody if left empty."),
        ),
        SheetField(
            "service_mode",
            gettext_noop("Way of service"),
            "choice",
            headings=("服务方式",),
            words={"全部方式": ANY, **MODES},
            english={"every way": ANY, **english_words(LABELS[ServiceMode])},
            hint=gettext_noop("Every way if left empty."),
        ),
        SheetField(
            "unit",
            gettext_noop("Price unit"),
            "choice",
            headings=("计价方式", "计价单位"),
            words={
                "每小时": PriceUnit.HOUR.value,
                "每样品": PriceUnit.SAMPLE.value,
                "每次": PriceUnit.USE.value,
            },
            english=english_words(LABELS[PriceUnit]),
            hint=gettext_noop("Per hour if left empty."),
        ),
        SheetField(
            "price_yuan",
            gettext_noop("Price (yuan)"),
            "money",
            headings=("价格（元）", "单价（元）", "价格（元/小时）", "单价（元/小时）"),
            needed=True,
            hint=gettext_noop("0 where it is free."),
        ),
        SheetField(
            "from_time",
            gettext_noop("From (time of day)"),
            "time",
            headings=("时段开始",),
            hint=gettext_noop("Only for an hourly price by time of day; then with the end."),
        ),
        SheetField("until_time", gettext_noop("Until (time of day)"), "time", headings=("时段结束",)),
        SheetField(
            "weekdays",
            gettext_noop("Weekdays"),
            "weekdays",
            headings=("星期",),
            hint=_WEEKDAYS_HINT,
        ),
        _MINIMUM,
    )
}
