from django.apps import AppConfig

from bookings import guards
from instrument_share.journal.guards import register


class BookingsConfig(AppConfig):
    name = "bookings"

    def ready(self) -> None:
        from bookings.requests import permissions  # noqa: F401 (registers the permissions)

        register(*guards.NO_OVERLAP, *guards.APPEND_ONLY)
