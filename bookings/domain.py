"""The types and rules of bookings that other apps may use; pure Python."""

from bookings.requests.domain.attendance import CHECK_IN_MINUTES, CHECK_IN_OPENS
from bookings.requests.domain.availability import blocked, next_free, step_floor
from bookings.requests.domain.choices import Direction
from bookings.requests.domain.credit import SUSPENDS_AT, suspended_until
from bookings.requests.domain.states import HOLDING, BookingState
from bookings.usage.domain.choices import Capture, Rating, UsagePurpose
from bookings.usage.domain.history import HistoryRow, PastUse
from bookings.usage.domain.national import service_record
