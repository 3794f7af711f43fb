"""The routers of the rooms, for the API."""

from bookings.requests.api.bookings import router as bookings
from bookings.requests.api.free_time import router as free_time
from bookings.usage.api import router as usage

__all__ = ["bookings", "free_time", "usage"]
