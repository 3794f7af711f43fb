from django.apps import AppConfig

from bookings import guards
from bookings.requests.domain import wording as request_wording
from bookings.usage.domain import wording as usage_wording
from instrument_share.journal.guards import register
from instrument_share.kernel.wording import register_words


class BookingsConfig(AppConfig):
    name = "bookings"

    def ready(self) -> None:
        from bookings.requests import permissions  # noqa: F401 (registers the permissions)

        register_words(request_wording.WORDS)
        register_words(usage_wording.WORDS)
        register(*guards.NO_OVERLAP, *guards.APPEND_ONLY)
