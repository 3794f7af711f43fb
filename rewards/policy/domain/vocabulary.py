"""Measures and checks that a policy can name."""

from collections.abc import Mapping
from enum import StrEnum

from instrument_share.kernel.errors import gettext_noop

KINDS: Mapping[str, str] = {
    "overlap": gettext_noop("Two entries overlap on one instrument"),
    "too_long": gettext_noop("Longer than {hours} hours, or beyond the booking with its grace"),
    "outside_windows": gettext_noop("Outside the open windows"),
    "no_booking": gettext_noop("Without a booking"),
    "self_dealing": gettext_noop("The user is the owner or a related organization, but marked as outside"),
    "late_by_hand": gettext_noop("Entered by hand late"),
    "bulk_at_year_end": gettext_noop("Entered by hand in bulk at the end of the year"),
    "amount": gettext_noop("The amount is 0, far from the quote, or without a quote"),
    "disputed": gettext_noop("The user disputes the hours, and the unit has not answered"),
    "two_places": gettext_noop("One operator on two instruments in different places at once"),
    "never_idle": gettext_noop("Effective time equal to the whole length day after day"),
    "above_calendar": gettext_noop("More hours than the calendar day holds"),
    "device_disagrees": gettext_noop("A device-captured entry disagrees with one made by hand"),
}
"""Every kind of check with what it says, as a message to translate and to fill in (`CHECK_FIGURES`)."""


class OpenedKind(StrEnum):
    """What led a person to open a finding that no check saw."""

    INSPECTION = "inspection"
    OBJECTION = "objection"


LABELS: Mapping[type[StrEnum], Mapping[StrEnum, str]] = {
    OpenedKind: {
        OpenedKind.INSPECTION: gettext_noop("Seen at a random inspection"),
        OpenedKind.OBJECTION: gettext_noop("Raised by an objection during the public notice"),
    },
}
OPENED_KINDS: Mapping[str, str] = {kind.value: text for kind, text in LABELS[OpenedKind].items()}
"""Kinds of findings that people open, not checks; a policy counts them as `upheld`."""

MEASURES: Mapping[str, str] = {
    "effective_hours_mean": gettext_noop("Effective hours per instrument and year of service"),
    "utilization": gettext_noop("Effective hours ÷ quota of hours"),
    "external_hours_mean": gettext_noop("External hours per instrument and year of service"),
    "external_share": gettext_noop("External hours ÷ effective hours"),
    "sme_share": gettext_noop("Hours for small and medium enterprises ÷ external hours"),
    "external_income": gettext_noop("Income from external users"),
    "income_yield": gettext_noop("(Internal income + {weight} × external income) ÷ original value"),
    "open_hours_share": gettext_noop("Hours offered to outside users ÷ quota of hours"),
    "uptime_share": gettext_noop("1 − closed hours ÷ offered hours"),
    "networked_share": gettext_noop("Published instruments ÷ declared instruments"),
    "completeness": gettext_noop("Kinds of information complete ÷ {kinds}, mean over the month ends"),
    "satisfaction": gettext_noop("Mean rating of the reviews, 1 to {best}"),
    "decision_timeliness": gettext_noop("Requests decided in time ÷ (decided + lapsed)"),
    "data_quality": gettext_noop("1 − invalidated hours ÷ reported hours"),
    "organizations_served": gettext_noop("Organizations served"),
    "major_projects": gettext_noop("Major projects served"),
    "cases_published": gettext_noop("Service cases published"),
}
"""Every measure that a policy can use, with what it is: a message to fill in (`MEASURE_FIGURES`)."""
