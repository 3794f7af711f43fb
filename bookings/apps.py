from django.apps import AppConfig

from bookings import guards
from bookings.requests.domain.wording import WORDS
from instrument_share.journal.guards import register
from instrument_share.kernel.wording import register_words


class BookingsConfig(AppConfig):
    name = "bookings"

    def ready(self) -> None:
        from bookings.requests import permissions  # noqa: F401 (registers the permissions)

        register_words(WORDS)
        register(*guards.NO_OVERLAP, *guards.APPEND_ONLY)
