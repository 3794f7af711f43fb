"""The closed lists of open-service rules."""

from enum import StrEnum


class ServiceMode(StrEnum):
    """自主上机, 委托测试, 送样, 远程."""

    SELF_OPERATED = "self_operated"
    OPERATED = "operated"
    SAMPLES = "samples"
    REMOTE = "remote"


OPERATED_BY_USER = frozenset({ServiceMode.SELF_OPERATED, ServiceMode.REMOTE})
"""The user operates the instrument, beside it or from elsewhere; a rule may ask for a qualification then."""


class UserKind(StrEnum):
    """The kind of user as the owning unit sees it; decides admission and price."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    ENTERPRISE = "enterprise"
    INDIVIDUAL = "individual"


FOR_THEMSELVES = frozenset({UserKind.INSIDE, UserKind.INDIVIDUAL})
"""As what somebody books whose booking no organization pays; as anything else an organization pays."""


class Decision(StrEnum):
    """How a booking is decided: at once, or by the keeper."""

    AT_ONCE = "at_once"
    BY_KEEPER = "by_keeper"


class PriceUnit(StrEnum):
    """计价单位: what a price is for."""

    HOUR = "hour"
    SAMPLE = "sample"
    USE = "use"


class HolidayTreatment(StrEnum):
    """What a rule does on public holidays and on 调休 days."""

    CLOSED_AND_SHIFTED = "closed_and_shifted"
    """Closed on public holidays; a 调休 working day has the hours of the Monday of its week."""
    CLOSED = "closed"
    IGNORED = "ignored"


class Frequency(StrEnum):
    """How an opening pattern recurs."""

    WEEKLY = "weekly"
    MONTHLY_BY_WEEKDAY = "monthly_by_weekday"


class QuotaHolder(StrEnum):
    """Whose bookings a quota counts."""

    USER = "user"
    ORGANIZATION = "organization"


class QuotaSpan(StrEnum):
    """A day, a week from Monday, or a month of the calendar in Asia/Shanghai."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class DayKind(StrEnum):
    """How a day differs from its weekday: a holiday, or a 调休 working day."""

    HOLIDAY = "holiday"
    WORKDAY = "workday"


class RuleTopic(StrEnum):
    """What a sentence about a rule answers."""

    TIME = "time"
    ACCESS = "access"
    COSTS = "costs"
    CANCELLATION = "cancellation"
