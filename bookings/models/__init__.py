"""Claims to instruments, and what really happened."""

from bookings.models.booking import Booking, BookingGroup, NextFree
from bookings.models.case import CaseUse
from bookings.models.usage import (
    CreditEvent,
    Review,
    UsageConfirmation,
    UsageCorrection,
    UsageEntry,
    UsageLog,
)

__all__ = [
    "Booking",
    "BookingGroup",
    "CaseUse",
    "CreditEvent",
    "NextFree",
    "Review",
    "UsageConfirmation",
    "UsageCorrection",
    "UsageEntry",
    "UsageLog",
]
