"""Closed lists of inspections: what is drawn, what is looked at, what comes of it."""

from collections.abc import Mapping
from enum import StrEnum

from instrument_share.kernel.errors import gettext_noop


class DrawnFrom(StrEnum):
    """What a draw is over: units, each with the same chance, or usage entries by their effective hours."""

    UNITS = "units"
    ENTRIES = "entries"


class InspectionOutcome(StrEnum):
    """What an inspection came to."""

    NO_OBJECTION = "no_objection"
    FINDING = "finding"


class Seen(StrEnum):
    """What was seen on one point of the checklist."""

    YES = "yes"
    NO = "no"
    NOT_APPLICABLE = "not_applicable"


CHECKLIST: Mapping[str, str] = {
    "instrument": gettext_noop("The instrument is there, and its label agrees with the platform"),
    "log": gettext_noop("The log kept on site agrees with the entries on the platform"),
    "hours": gettext_noop("The open hours are posted and kept"),
    "prices": gettext_noop("The price list is posted, and charges follow it"),
    "user": gettext_noop("A user who was reached confirms the use and what was paid"),
    "condition": gettext_noop("The instrument works, and stoppages are recorded"),
}
"""The points that every inspection looks at."""

LABELS: Mapping[type[StrEnum], Mapping[StrEnum, str]] = {
    DrawnFrom: {
        DrawnFrom.UNITS: gettext_noop("Units, each with the same chance"),
        DrawnFrom.ENTRIES: gettext_noop("Usage entries, weighted by effective hours"),
    },
    InspectionOutcome: {
        InspectionOutcome.NO_OBJECTION: gettext_noop("No objection"),
        InspectionOutcome.FINDING: gettext_noop("A finding is opened"),
    },
    Seen: {
        Seen.YES: gettext_noop("Yes"),
        Seen.NO: gettext_noop("No"),
        Seen.NOT_APPLICABLE: gettext_noop("Not applicable"),
    },
}
