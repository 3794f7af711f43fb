from django.apps import AppConfig

from bookings import guards
from bookings.requests.domain import wording as request_wording
from bookings.usage.domain import wording as usage_wording
from instrument_share.journal.guards import register
from instrument_share.kernel.wording import register_words


class BookingsConfig(AppConfig):
    name = "bookings"

    def ready(self) -> None:
        from bookings.requests import (
            labels,
            permissions,  # noqa: F401 (registers the permissions)
        )
        from bookings.requests.views.rules import RULE_TAB, rule_notice
        from bookings.usage import labels as usage_labels
        from bookings.usage.selectors.statistics import hours_of_unit_in
        from instrument_share.journal.addresses import register_pages
        from instrument_share.web.labels import register_labels
        from providers.public import (
            register_instrument_notice,
            register_instrument_tabs,
            register_logged_hours,
        )

        register_labels(labels.STATES, labels.MOVES)
        register_labels(acts=usage_labels.ACTS)
        register_pages(
            "booking",
            "holiday_year",
            "instrument_resume",
            "instrument_retire",
            "instrument_suspend",
            "qualification_revoke",
            "usage_log",
        )
        register_instrument_tabs(RULE_TAB)
        register_instrument_notice(rule_notice)
        register_logged_hours(hours_of_unit_in)
        register_words(request_wording.WORDS)
        register_words(usage_wording.WORDS)
        register(*guards.NO_OVERLAP, *guards.APPEND_ONLY)
