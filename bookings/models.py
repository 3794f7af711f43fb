"""Claims to instruments, and what really happened."""

from bookings.requests.models import Booking, BookingGroup, CreditEvent, NextFree
from bookings.usage.models import CaseUse, Review, UsageConfirmation, UsageCorrection, UsageEntry, UsageLog

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
