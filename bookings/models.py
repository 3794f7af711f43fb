"""Claims to instruments, and what really happened."""

from bookings.requests.models import Booking, BookingGroup, CreditEvent, NextFree
from bookings.usage.models import CaseUse, Review, UsageConfirmation, UsageCorrection, UsageEntry, UsageLog
