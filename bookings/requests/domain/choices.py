"""The closed lists of bookings."""

from enum import StrEnum


class Direction(StrEnum):
    """service_direction of the national record: 135, 136, 137, 138."""

    RESEARCH = "research"
    DEVELOPMENT = "development"
    TEACHING = "teaching"
    OTHER = "other"


class CreditKind(StrEnum):
    NO_SHOW = "no_show"
    LATE_CANCEL = "late_cancel"
    MISUSE = "misuse"
