"""Free time, prices, bookings and usage in the API."""

from bookings.api.bookings import router as bookings
from bookings.api.free_time import router as public
from bookings.api.usage import router as usage

__all__ = ["bookings", "public", "usage"]
