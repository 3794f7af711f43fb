"""Figures of uses and bookings; pure Python."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from instrument_share.kernel.city_time import CITY_TIME

HOUR = timedelta(hours=1)
DAYS, HOURS, MONTHS = 7, 24, 12


@dataclass
class Month:
    """What was used in a month: effective seconds, amounts and the number of uses."""

    internal_seconds: int = 0
    external_seconds: int = 0
    amount_yuan: Decimal = Decimal(0)
    uses: int = 0


@dataclass
class UsageFigures:
    """Uses of a year by month and by hour of the week, with time claimed twice counted once."""

    months: list[Month] = field(default_factory=lambda: [Month() for _ in range(MONTHS)])
    week: list[list[int]] = field(default_factory=lambda: [[0] * DAYS for _ in range(HOURS)])
    """Effective seconds by clock hour, then by day from Monday."""
    users: set[int] = field(default_factory=set)
    payers: set[int] = field(default_factory=set)
    """Organizations that pay."""

    def add(
        self,
        *,
        starts_at: datetime,
        ends_at: datetime,
        effective_seconds: int,
        external: bool,
        amount_yuan: Decimal,
        user: int,
        payer: int | None,
    ) -> None:
        """Count a use for the month in which it starts."""
        month = self.months[starts_at.astimezone(CITY_TIME).month - 1]
        if external:
            month.external_seconds += effective_seconds
        else:
            month.internal_seconds += effective_seconds
        month.amount_yuan += amount_yuan
        month.uses += 1
        self.users.add(user)
        if payer is not None:
            self.payers.add(payer)
        for day, hour, seconds in spread_over_week(starts_at, ends_at, effective_seconds):
            self.week[hour][day] += seconds

    @property
    def year(self) -> Month:
        """Return the sums of all months."""
        return Month(
            sum(one.internal_seconds for one in self.months),
            sum(one.external_seconds for one in self.months),
            sum((one.amount_yuan for one in self.months), Decimal(0)),
            sum(one.uses for one in self.months),
        )


@dataclass(frozen=True)
class BookingFigures:
    """Bookings of a year that were taken up or should have been."""

    number: int
    no_shows: int
    late_cancels: int
    median_lead: timedelta | None
    """From the request to the start."""

    @property
    def no_show_share(self) -> Decimal | None:
        """Return the part nobody came to; None without bookings."""
        return Decimal(self.no_shows) / self.number if self.number else None


def spread_over_week(
    starts_at: datetime, ends_at: datetime, effective_seconds: int
) -> Iterator[tuple[int, int, int]]:
    """Yield day (Monday is 0), clock hour and seconds of a use, evenly over its time.

    The seconds are whole and add up to `effective_seconds`.
    """
    start, end = starts_at.astimezone(CITY_TIME), ends_at.astimezone(CITY_TIME)
    length, at, counted = end - start, start, 0
    while at < end:
        until = min(at.replace(minute=0, second=0, microsecond=0) + HOUR, end)
        reached = effective_seconds * (until - start) // length
        yield at.weekday(), at.hour, reached - counted
        at, counted = until, reached
