"""The six kinds of information on a unit's page, and the dated records that decide their state."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from instrument_share.kernel.errors import gettext_noop
from instrument_share.kernel.wording import Bilingual
from providers.instruments.domain.freshness import FRESH_FOR
from providers.terms.domain.special_days import ONE_DAY

LASTS = FRESH_FOR + ONE_DAY
"""From publication or confirmation to the first day on which it no longer counts."""
NEWS_NEEDED = 4
CASES_NEEDED = 2
STATEMENT_DUE = (3, 31)
"""Last year's openness statement is due by this month and day."""


class InformationKind(StrEnum):
    """The six kinds, in the order of a unit's page."""

    PROFILE = "profile"
    INSTRUMENT = "instrument"
    NEWS = "news"
    REGULATION = "regulation"
    CASE = "case"
    OPENNESS = "openness"


KIND_WORDS = {
    InformationKind.PROFILE: gettext_noop("Profile"),
    InformationKind.INSTRUMENT: gettext_noop("Instruments"),
    InformationKind.NEWS: gettext_noop("News"),
    InformationKind.REGULATION: gettext_noop("Regulations"),
    InformationKind.CASE: gettext_noop("Service cases"),
    InformationKind.OPENNESS: gettext_noop("Openness statement"),
}


@dataclass(frozen=True)
class ProfileRevision:
    """A unit's profile from a date on; `lacking` are the labels of required values that it lacks."""

    on: date
    published: bool
    confirmed: date | None
    lacking: tuple[str, ...] = ()
    in_review: bool = False
    """The unit has handed it in; the bureau has not decided yet."""


@dataclass(frozen=True)
class InstrumentRecord:
    """An instrument with the dates of its entry, publication, confirmations and retirement."""

    name: Bilingual
    value_yuan: Decimal | None
    created: date
    published: date | None = None
    retired: date | None = None
    confirmed: tuple[date, ...] = ()
    earlier_values: tuple[tuple[date, Decimal | None], ...] = ()
    """Values before this one, each with the day on which it was replaced, in order."""
    in_review: date | None = None
    """Since when it waits for the bureau, if it does."""

    def due(self, threshold: Decimal) -> Iterator[tuple[date, date | None]]:
        """Yield the periods in which the instrument existed and was worth `threshold` or more."""
        start = self.created
        for end, value in (*self.earlier_values, (None, self.value_yuan)):
            if value is not None and value >= threshold:
                yield start, earliest(end, self.retired)
            start = start if end is None else max(start, end)

    def is_due(self, on: date, threshold: Decimal) -> bool:
        return any(start <= on and (end is None or end > on) for start, end in self.due(threshold))


@dataclass(frozen=True)
class Published:
    """Something published on a date and perhaps withdrawn on another."""

    on: date
    withdrawn: date | None = None
    effective: date | None = None
    expires: date | None = None
    """First and last day on which a regulation is in force."""
    year: int | None = None
    """The year that an openness statement is about."""

    def stands(self, as_of: date) -> bool:
        return self.on <= as_of and (self.withdrawn is None or self.withdrawn > as_of)


@dataclass(frozen=True)
class UnitRecord:
    """All that completeness depends on, by date."""

    organization_id: int
    joined: date | None = None
    """The day on which the unit was registered: what it never had is missing since then."""
    profile: tuple[ProfileRevision, ...] = ()
    instruments: tuple[InstrumentRecord, ...] = ()
    news: tuple[Published, ...] = ()
    regulations: tuple[Published, ...] = ()
    cases: tuple[Published, ...] = ()
    statements: tuple[Published, ...] = ()


def earliest(*days: date | None) -> date | None:
    """Return the earliest of several ends; None is for good."""
    return min((day for day in days if day is not None), default=None)
