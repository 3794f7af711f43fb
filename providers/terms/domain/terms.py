"""The terms on which an instrument is open: an opening pattern, who may book what, when, and for how much."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import product

from instrument_share.kernel.city_time import FIRST_YEAR, LAST_YEAR, is_countable
from instrument_share.kernel.errors import Problem, gettext_noop
from instrument_share.kernel.wording import word
from providers.terms.domain.choices import (
    Decision,
    Frequency,
    HolidayTreatment,
    PriceUnit,
    QuotaHolder,
    QuotaSpan,
    ServiceMode,
    UserKind,
)

LAST = -1
"""`nth` of the last such weekday of a month."""
NTHS = (1, 2, 3, 4, 5, LAST)
MOST_INTERVAL = 52
"""In weeks or months, between two of the same opening hours."""
MOST_DECISION_HOURS = 720
MOST_HOURS = 8760
"""Of any length that is entered in hours: a year."""
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
YEARS = {"first": str(FIRST_YEAR), "last": str(LAST_YEAR)}
"""In which days lie, as text: years have no thousands separator."""


@dataclass(frozen=True)
class OpeningPattern:
    """Recurring opening hours, in Asia/Shanghai; hours that end no later than they start end the next day.

    Weekly: every `interval` weeks on `weekdays` (0 Monday … 6 Sunday), counted from the week of `starts_on`.
    Monthly: on the `nth` (1 … 5, -1 for the last) of one weekday; a month without a fifth is skipped.
    """

    opens: time
    closes: time
    starts_on: date
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    frequency: Frequency = Frequency.WEEKLY
    interval: int = 1
    nth: int | None = None
    until: date | None = None
    """The last day on which it opens."""


@dataclass(frozen=True)
class Price:
    """A public price in yuan by hour, sample or use; None stands for any kind of user or mode of service."""

    price_yuan: Decimal
    user_kind: UserKind | None = None
    service_mode: ServiceMode | None = None
    unit: PriceUnit = PriceUnit.HOUR
    from_time: time | None = None
    until_time: time | None = None
    weekdays: tuple[int, ...] = ()

    def covers(self, kind: UserKind, mode: ServiceMode) -> bool:
        """Return whether the price applies to this kind of user and mode of service."""
        return self.user_kind in (None, kind) and self.service_mode in (None, mode)

    @property
    def has_times(self) -> bool:
        """Return whether the price names a time of day or weekdays."""
        return self.from_time is not None or self.until_time is not None or bool(self.weekdays)

    def applies_at(self, moment: datetime) -> bool:
        """Return whether the price holds at a moment of the city's clock."""
        if self.weekdays and moment.weekday() not in self.weekdays:
            return False
        if self.from_time is None or self.until_time is None:
            return True
        if self.from_time < self.until_time:
            return self.from_time <= moment.time() < self.until_time
        return moment.time() >= self.from_time or moment.time() < self.until_time


def find_most_specific(prices: Iterable[Price]) -> Price | None:
    """Return the price that names most: user kind, mode, time of day, weekday; the cheapest of equals."""
    return min(prices, key=_generality, default=None)


def _generality(price: Price) -> tuple[bool, bool, bool, bool, Decimal]:
    return (
        price.user_kind is None,
        price.service_mode is None,
        price.from_time is None,
        not price.weekdays,
        price.price_yuan,
    )


@dataclass(frozen=True)
class DayException:
    """A day without the patterns' hours, or with additional hours.

    Two for one day, with and without hours, replace its hours. Additional hours apply on public holidays too.
    """

    day: date
    opens: time | None = None
    closes: time | None = None


@dataclass(frozen=True)
class Quota:
    """What one holder may book of the instrument in a span; None sets no limit."""

    holder: QuotaHolder
    span: QuotaSpan
    most_time: timedelta | None = None
    most_bookings: int | None = None


@dataclass(frozen=True, kw_only=True)
class TermsDraft:
    """Terms as a unit enters them, not in force yet.

    `rule_columns` derives the columns of a rule's row from the scalar fields; their descriptions document the
    API and the open data. The order is that of the open data's columns, so a new field comes last.
    """

    patterns: tuple[OpeningPattern, ...]
    exceptions: tuple[DayException, ...] = ()
    quotas: tuple[Quota, ...] = ()
    prices: tuple[Price, ...]
    minimum_charge_yuan: Decimal = field(
        default_factory=Decimal, metadata={"description": gettext_noop("minimum charge in yuan")}
    )
    late_cancel_percent: int = field(
        default=50, metadata={"description": gettext_noop("charged for a late cancellation, in per cent")}
    )
    no_show_percent: int = field(
        default=100, metadata={"description": gettext_noop("charged for a no-show, in per cent")}
    )
    accepts_vouchers: bool = field(
        default=False, metadata={"description": gettext_noop("whether innovation vouchers are accepted")}
    )
    user_kinds: frozenset[UserKind] = field(
        metadata={"description": gettext_noop("kinds of user that may book")}
    )
    service_modes: frozenset[ServiceMode] = field(metadata={"description": gettext_noop("modes of service")})
    needs_qualification: bool = field(
        default=False, metadata={"description": gettext_noop("whether a qualification is needed")}
    )
    decision: Decision = field(
        default=Decision.BY_KEEPER, metadata={"description": gettext_noop("decided at once or by a keeper")}
    )
    decision_hours: int = field(
        default=24, metadata={"description": gettext_noop("hours within which a keeper decides")}
    )
    step: timedelta = field(
        default=30 * MINUTE, metadata={"description": gettext_noop("step of start and length, in minutes")}
    )
    min_length: timedelta = field(
        default=30 * MINUTE, metadata={"description": gettext_noop("shortest booking, in minutes")}
    )
    max_length: timedelta = field(
        default=timedelta(hours=8), metadata={"description": gettext_noop("longest booking, in minutes")}
    )
    lead: timedelta = field(
        default=timedelta(), metadata={"description": gettext_noop("how long ahead at least, in minutes")}
    )
    horizon: timedelta = field(
        default=30 * DAY,
        metadata={"description": gettext_noop("how far ahead at most, in days"), "unit": DAY},
    )
    change_deadline: timedelta = field(
        default=DAY,
        metadata={
            "description": gettext_noop(
                "until when a booking may be changed, at the latest until cancelling it costs something, in "
                "minutes before it"
            )
        },
    )
    cancel_deadline: timedelta = field(
        default=DAY,
        metadata={
            "description": gettext_noop("until when it may be cancelled free of charge, in minutes before it")
        },
    )
    turnaround: timedelta = field(
        default=timedelta(),
        metadata={
            "description": gettext_noop(
                "kept free after each booking, until its use is checked out, in minutes"
            )
        },
    )
    may_span_gaps: bool = field(
        default=False,
        metadata={
            "description": gettext_noop("whether a booking may run on through hours that are not open")
        },
    )
    holidays: HolidayTreatment = HolidayTreatment.CLOSED_AND_SHIFTED


@dataclass(frozen=True, kw_only=True)
class Terms(TermsDraft):
    """One immutable version of an instrument's terms, in force from an instant."""

    rule_id: int
    version: int
    applies_from: datetime


def problems_of_terms(draft: TermsDraft) -> list[Problem]:
    """Return every reason why these terms cannot be published."""
    return [
        *_problems_of_patterns(draft.patterns),
        *_problems_of_exceptions(draft.exceptions),
        *_problems_of_lengths(draft),
        *_problems_of_admission(draft),
        *_problems_of_quotas(draft.quotas),
        *_problems_of_prices(draft.prices),
    ]


def _problems_of_patterns(patterns: Sequence[OpeningPattern]) -> Iterator[Problem]:
    if not patterns:
        yield Problem(
            "rule.no_hours", gettext_noop("There are no opening hours. Enter at least one."), field="patterns"
        )
    for number, pattern in enumerate(patterns, 1):
        yield from _problems_of_pattern(number, pattern)


def _problems_of_pattern(number: int, pattern: OpeningPattern) -> Iterator[Problem]:
    def problem(code: str, message: str, **params: int | str) -> Problem:
        return Problem(f"rule.{code}", message, {"number": number, **params}, "patterns")

    monthly = pattern.frequency is Frequency.MONTHLY_BY_WEEKDAY
    if not pattern.weekdays or not set(pattern.weekdays) <= set(range(7)):
        yield problem("weekdays", gettext_noop("Opening hours {number}: choose the weekdays."))
    elif monthly and len(pattern.weekdays) != 1:
        yield problem(
            "one_weekday",
            gettext_noop("Opening hours {number}: monthly hours have one weekday; enter each on its own."),
        )
    if monthly and pattern.nth not in NTHS:
        yield problem(
            "nth",
            gettext_noop("Opening hours {number}: choose which week of the month, first to fifth or last."),
        )
    if not monthly and pattern.nth is not None:
        yield problem(
            "nth_weekly", gettext_noop("Opening hours {number}: only monthly hours have a week of the month.")
        )
    if not 1 <= pattern.interval <= MOST_INTERVAL:
        yield problem(
            "interval",
            gettext_noop("Opening hours {number}: repeat them every 1 to {most} weeks or months."),
            most=MOST_INTERVAL,
        )
    if pattern.until is not None and pattern.until < pattern.starts_on:
        yield problem("until", gettext_noop("Opening hours {number}: they end before they start."))
    if not all(is_countable(day) for day in (pattern.starts_on, pattern.until) if day is not None):
        yield problem(
            "day_far_off",
            gettext_noop("Opening hours {number}: choose days in the years {first} to {last}."),
            **YEARS,
        )


def _problems_of_exceptions(exceptions: Sequence[DayException]) -> Iterator[Problem]:
    for number, exception in enumerate(exceptions, 1):
        if not is_countable(exception.day):
            yield Problem(
                "rule.exception_far_off",
                gettext_noop("Exception {number}: choose a day in the years {first} to {last}."),
                {"number": number, **YEARS},
                "exceptions",
            )
        if (exception.opens is None) != (exception.closes is None):
            yield Problem(
                "rule.exception_times",
                gettext_noop("Exception {number}: enter both times, or neither where the day is closed."),
                {"number": number},
                "exceptions",
            )
    if len(set(exceptions)) < len(exceptions):
        yield Problem(
            "rule.exception_twice",
            gettext_noop("The same exception is entered twice. Leave one out."),
            field="exceptions",
        )


def _problems_of_quotas(quotas: Sequence[Quota]) -> Iterator[Problem]:
    for number, quota in enumerate(quotas, 1):
        length, count = quota.most_time, quota.most_bookings
        is_empty = length is None and count is None
        if is_empty or (length is not None and length < MINUTE) or (count is not None and count < 1):
            yield Problem(
                "rule.quota_empty",
                gettext_noop("Quota {number}: enter hours, bookings or both, more than 0."),
                {"number": number},
                "quotas",
            )
    if len({(quota.holder, quota.span) for quota in quotas}) < len(quotas):
        yield Problem(
            "rule.quota_twice",
            gettext_noop("Two quotas are for the same holder and span. Combine them."),
            field="quotas",
        )


def _problems_of_lengths(draft: TermsDraft) -> Iterator[Problem]:
    if draft.step < MINUTE or draft.step > timedelta(days=1) or draft.step % MINUTE:
        yield Problem(
            "rule.step",
            gettext_noop("The step must be a whole number of minutes, from 1 minute to 1 day."),
            field="step",
        )
        return
    if draft.min_length < draft.step or draft.min_length % draft.step:
        yield Problem(
            "rule.min_length",
            gettext_noop("The shortest booking must be one step ({step}) or a whole number of steps."),
            {"step": draft.step},
            "min_length",
        )
    if draft.max_length < draft.min_length or draft.max_length % draft.step:
        yield Problem(
            "rule.max_length",
            gettext_noop(
                "The longest booking must be a whole number of steps and not below the shortest ({shortest})."
            ),
            {"shortest": draft.min_length},
            "max_length",
        )
    if draft.horizon < max(draft.lead, timedelta(days=1)) or draft.horizon % timedelta(days=1):
        yield Problem(
            "rule.horizon",
            gettext_noop(
                "Booking ahead is limited to whole days, at least one, and more than the lead time."
            ),
            field="horizon",
        )
    for name in ("lead", "change_deadline", "cancel_deadline", "turnaround"):
        length: timedelta = getattr(draft, name)
        if length < timedelta() or length % MINUTE:
            yield Problem(
                f"rule.{name}",
                gettext_noop("A length of time must be a whole number of minutes and not negative."),
                field=name,
            )


def _problems_of_admission(draft: TermsDraft) -> Iterator[Problem]:
    if not draft.user_kinds:
        yield Problem("rule.no_users", gettext_noop("Choose at least one kind of user."), field="user_kinds")
    if not draft.service_modes:
        yield Problem(
            "rule.no_modes", gettext_noop("Choose at least one way of service."), field="service_modes"
        )
    if draft.decision is Decision.BY_KEEPER and not 1 <= draft.decision_hours <= MOST_DECISION_HOURS:
        yield Problem(
            "rule.decision_hours",
            gettext_noop("The keeper decides within 1 to {most} hours."),
            {"most": MOST_DECISION_HOURS},
            "decision_hours",
        )
    for kind, mode in product(sorted(draft.user_kinds), sorted(draft.service_modes)):
        if not any(price.covers(kind, mode) for price in draft.prices):
            yield Problem(
                "rule.no_price",
                gettext_noop(
                    "There is no price for {kind}, {mode}. Prices are public; enter 0 where it is free."
                ),
                {"kind": word(kind), "mode": word(mode)},
                "prices",
            )


def _problems_of_prices(prices: Sequence[Price]) -> Iterator[Problem]:
    for number, price in enumerate(prices, 1):
        if price.price_yuan < 0:
            yield Problem(
                "rule.price_negative",
                gettext_noop("Price {number}: it can't be negative."),
                {"number": number},
                "prices",
            )
        if (price.from_time is None) != (price.until_time is None):
            yield Problem(
                "rule.price_times",
                gettext_noop("Price {number}: enter both the time from and the time until, or neither."),
                {"number": number},
                "prices",
            )
        if price.unit is not PriceUnit.HOUR and price.has_times:
            yield Problem(
                "rule.price_counted_at_times",
                gettext_noop(
                    "Price {number}: only an hourly price can depend on the time of day or the weekday. "
                    "Leave both empty, or charge per hour."
                ),
                {"number": number},
                "prices",
            )
