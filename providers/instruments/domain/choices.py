"""The closed lists of instruments."""

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
