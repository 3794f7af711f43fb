"""The closed lists of bookings."""

from enum import StrEnum


class Direction(StrEnum):
    """service_direction of the national record: 135, 136, 137, 138."""

    RESEARCH = "research"
    DEVELOPMENT = "development"
    TEACHING = "teaching"
    OTHER = "other"


class BookingGroupKind(StrEnum):
    """What was booked together: one request with its linked instruments, a series or a basket."""

    SINGLE = "single"
    SERIES = "series"
    BASKET = "basket"


class CreditKind(StrEnum):
    """Why a credit event counts against a person."""

    NO_SHOW = "no_show"
    LATE_CANCEL = "late_cancel"
    MISUSE = "misuse"


class CreditOutcome(StrEnum):
    """How an appeal against a credit event is answered."""

    UPHELD = "upheld"
    LIFTED = "lifted"
