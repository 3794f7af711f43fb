"""The closed lists of open-service rules."""

from enum import StrEnum


class ServiceMode(StrEnum):
    """自主上机, 委托测试, 送样, 远程."""

    SELF_OPERATED = "self_operated"
    OPERATED = "operated"
    SAMPLES = "samples"
    REMOTE = "remote"


class UserKind(StrEnum):
    """Who asks, seen from the owning unit; decides admission and price."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    ENTERPRISE = "enterprise"
    INDIVIDUAL = "individual"


class Decision(StrEnum):
    AT_ONCE = "at_once"
    BY_KEEPER = "by_keeper"


class PriceUnit(StrEnum):
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
    WEEKLY = "weekly"
    MONTHLY_BY_WEEKDAY = "monthly_by_weekday"


class QuotaHolder(StrEnum):
    USER = "user"
    ORGANIZATION = "organization"


class QuotaSpan(StrEnum):
    """A day, a week from Monday, or a month of the calendar in Asia/Shanghai."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class DayKind(StrEnum):
    HOLIDAY = "holiday"
    WORKDAY = "workday"
