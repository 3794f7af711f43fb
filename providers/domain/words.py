"""The closed lists of `product.md` and of the national platform's record types."""

from enum import StrEnum


class InstrumentState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    PUBLISHED = "published"
    SUSPENDED = "suspended"
    RETIRED = "retired"


class Origin(StrEnum):
    PURCHASE = "purchase"
    SELF_MADE = "self_made"
    GIFT = "gift"
    OTHER = "other"


class Purpose(StrEnum):
    """通用 or 专用; decides the yearly quota of effective hours (1400 or 800)."""

    GENERAL = "general"
    SPECIAL = "special"


class Funding(StrEnum):
    CENTRAL = "central"
    LOCAL = "local"
    OWN = "own"
    OTHER = "other"


class SharingMode(StrEnum):
    INTERNAL = "internal"
    EXTERNAL = "external"
    NONE = "none"


class Condition(StrEnum):
    NORMAL = "normal"
    STANDBY = "standby"
    REMOTE = "remote"
    OCCASIONAL_FAULTS = "occasional_faults"
    FREQUENT_FAULTS = "frequent_faults"
    AWAITING_REPAIR = "awaiting_repair"
    AWAITING_DISPOSAL = "awaiting_disposal"


class BelongsTo(StrEnum):
    """大型科学装置, 科学仪器中心 or 科学仪器服务单元 that a single instrument is part of."""

    NONE = "none"
    CENTRE = "centre"
    LARGE_FACILITY = "large_facility"
    SERVICE_UNIT = "service_unit"


class Audience(StrEnum):
    """Who may read what is attached to an instrument."""

    EVERYBODY = "everybody"
    QUALIFIED = "qualified"
    """Qualified users, the unit's managers and keepers, and the bureau."""


class GroupKind(StrEnum):
    """Why instruments stand together: one does for the other, or they complete each other."""

    INTERCHANGEABLE = "interchangeable"
    RELATED = "related"


class ProfileState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    PUBLISHED = "published"


class PublicationState(StrEnum):
    """Of news, regulations, cases and openness statements."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


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


class Completeness(StrEnum):
    MISSING = "missing"
    STALE = "stale"
    COMPLETE = "complete"
