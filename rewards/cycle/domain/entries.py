"""Usage entries and instruments as frozen facts: the input of counting and checks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

import msgspec

from bookings.domain import Rating
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval


class EntryFacts(msgspec.Struct, frozen=True):
    """One usage entry with its corrections applied. `number` is unique on its instrument.

    A struct of msgspec is made in a quarter of the time of a frozen dataclass, a million times a year.
    """

    public_id: str
    instrument: str
    number: int
    recorded_at: datetime
    start: datetime
    end: datetime
    setup_seconds: int = 0
    measuring_seconds: int = 0
    post_seconds: int = 0
    idle_seconds: int = 0
    amount: Decimal = Decimal(0)
    """The corrected amount in yuan, paid or not."""
    external: bool = False
    related: bool = False
    enterprise: bool = False
    sme: bool = False
    """The user's organization is a small or medium enterprise (then `enterprise` is true too)."""
    purpose: str = ""
    """"" or one of the exclusions by purpose: statutory, commodity_inspection, medical, filming, telecom."""
    inside_region: bool = True
    capture: str = ""
    by_hand: bool = False
    """Typed in afterwards by a person, as against captured by check-in and check-out or by a device."""
    confirmed: bool = True
    invalidated: bool = False
    user_organization: str = ""
    owner: str = ""
    """Ids of the organization that used the instrument and of the unit that owns it."""
    operator: str = ""
    place: str = ""
    """Where the operator was; empty where nobody knows, and where they operated it remotely."""
    booking: str = ""
    booked_from: datetime | None = None
    booked_until: datetime | None = None
    """The booking with its grace before and after it."""
    quoted: Decimal | None = None
    outside_seconds: int = 0
    """How much of it lies outside every open window."""
    rating: Rating | None = None
    """The user's review of this use."""
    open_dispute: str | None = None
    """The user's dispute of these hours (public id) that the unit had not answered at the freeze."""
    logged_end: datetime | None = None
    """The end as it was logged, where a correction has changed it."""

    @property
    def interval(self) -> Interval:
        """Return the time of the use."""
        return Interval(self.start, self.end)

    @property
    def effective_seconds(self) -> int:
        """Return set-up + measuring + post-processing, without idle time."""
        return self.setup_seconds + self.measuring_seconds + self.post_seconds

    @property
    def length_seconds(self) -> Fraction:
        """Return the exact length in seconds."""
        return count_seconds(self.interval)

    @property
    def delay(self) -> timedelta:
        """Return how long after the use it was recorded, by the end that was entered then.

        What is corrected later changes nothing about when the entry was made.
        """
        return self.recorded_at - (self.logged_end or self.end)

    def is_of_year(self, year: int) -> bool:
        """Return whether the entry starts in the year, in the city's time."""
        months = months_of_year(year)
        return months[0] <= self.start < months[-1]

    def is_recorded_before(self, other: "EntryFacts") -> bool:
        """Return whether this entry was recorded first.

        On one instrument the number in its chain decides: an import can date an instant back.
        """
        if self.instrument == other.instrument:
            return self.number < other.number
        return (self.recorded_at, self.number) < (other.recorded_at, other.number)


@dataclass(frozen=True)
class InstrumentStanding:
    """The facts that decide an instrument's eligibility, as of 31 December 24:00."""

    public_id: str
    published_in_year: bool
    original_value: Decimal
    externally_shared: bool
    in_service_from: date
    retired_on: date | None = None
    """Its last day of service, if it was retired."""


@lru_cache(maxsize=16)
def months_of_year(year: int) -> tuple[datetime, ...]:
    """Return the instants at which the months of a year begin in the city, and the next year, in UTC."""
    starts = [datetime(year, month, 1, tzinfo=CITY_TIME) for month in range(1, 13)]
    return tuple(each.astimezone(UTC) for each in (*starts, datetime(year + 1, 1, 1, tzinfo=CITY_TIME)))


def count_seconds(interval: Interval) -> Fraction:
    """Return the exact length of an interval in seconds."""
    length = interval.length
    return Fraction(length.days * 86400 + length.seconds) + Fraction(length.microseconds, 1_000_000)


def find_overlapping_pairs(entries: Iterable[EntryFacts]) -> list[tuple[EntryFacts, EntryFacts]]:
    """Find overlapping pairs of entries (of one instrument or operator), the earlier recorded one first."""
    pairs: list[tuple[EntryFacts, EntryFacts]] = []
    running: list[EntryFacts] = []
    for entry in sorted(entries, key=lambda each: (each.start, each.instrument, each.number)):
        if running:
            running = [held for held in running if held.end > entry.start]
        for held in running:
            pairs.append((held, entry) if held.is_recorded_before(entry) else (entry, held))
        running.append(entry)
    return pairs


def is_late_by_hand(entry: EntryFacts, days: int | None) -> bool:
    """Return whether an entry was made by hand more than `days` days after its end; None: no limit."""
    return days is not None and entry.by_hand and entry.delay > timedelta(days=days)
