"""Seeded uses of the instruments over a year, or any period, as plain data. Pure functions.

The same plans, people and seed give the same uses. A use lies within one open window, on the rule's step, and
overlaps no other use of its instrument; nobody operates instruments in two places at once. Hours follow the
week and the seasons and add up, over a full year, to the hours of each plan.
"""

from bisect import bisect
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from random import Random

from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

EFFECTIVE_PART = 0.94
"""Of the booked time; the rest is idle or given back."""
REVIEWED_PART = 0.3
SLOWLY = timedelta(days=13)
"""After which the last ones confirm: a day later the clock does."""
CANCELLED_PART = 0.02
MAX_OCCUPANCY = 0.97
"""No window is used beyond this part."""
MONTHS = (0.85, 0.62, 1.12, 1.15, 1.14, 1.08, 0.86, 0.72, 1.06, 1.0, 1.16, 1.1)
"""January to December: term time, Spring Festival, summer."""
WEEKDAYS = (0.95, 1.06, 1.08, 1.06, 0.9, 0.62, 0.48)
HOLIDAY, AROUND_SPRING_FESTIVAL = 0.3, 0.55
SPRING_FESTIVAL_DAYS = 8


@dataclass(frozen=True, kw_only=True)
class UserPlan:
    """A person who uses instruments, and the organization they use them for."""

    username: str
    organization: str
    trades: tuple[str, ...]
    is_sme: bool


@dataclass(frozen=True, kw_only=True)
class InstrumentPlan:
    """An instrument and its year; `windows` are open and not closed, `hours` effective and yearly."""

    number: str
    unit: str
    place: str
    keeper: str
    trade: str
    hours: float
    external: float
    sme: float
    in_time: float
    rating: float
    slow: float
    windows: Sequence[Interval]
    step: timedelta
    turnaround: timedelta
    lead: timedelta
    decision_hours: int | None
    modes: tuple[str, ...]
    session_hours: tuple[tuple[float, int], ...]
    other_purposes: tuple[tuple[str, float], ...] = ()
    """Purposes that rewards may leave out, each with its part of the uses (`UsagePurpose`)."""


@dataclass(frozen=True)
class EarlierRequest:
    """An earlier request for the same time that lapsed or was cancelled."""

    state: str
    requested_at: datetime
    decide_by: datetime | None
    decided_at: datetime | None
    ended_at: datetime


@dataclass(frozen=True, kw_only=True)
class Use:
    """A use with its booking (`booked`; None for a use without booking)."""

    instrument: str
    user: str
    operator: str
    outside: bool
    booked: Interval | None
    used: Interval
    setup_seconds: int
    measuring_seconds: int
    post_seconds: int
    idle_seconds: int
    mode: str
    direction: str
    purpose: str
    samples: int
    requested_at: datetime | None
    decide_by: datetime | None
    decided_at: datetime | None
    recorded_at: datetime
    confirmed_at: datetime | None
    rating: str | None
    service: int
    """A number by which to choose what was done, of all that the instrument does."""
    earlier: EarlierRequest | None = None
    by_hand: bool = False
    free_of_charge: bool = False

    @property
    def effective_seconds(self) -> int:
        """Return the effective seconds."""
        return self.setup_seconds + self.measuring_seconds + self.post_seconds


@dataclass(frozen=True)
class Calendar:
    """Public holidays that shape the year."""

    holidays: frozenset[date]
    _spring: frozenset[date] = field(init=False)

    def __post_init__(self) -> None:
        longest: dict[int, list[date]] = {}
        for run in _consecutive_days(
            sorted(day for day in self.holidays if (1, 15) <= (day.month, day.day) <= (3, 1))
        ):
            if len(run) >= 3 and len(run) > len(longest.get(run[0].year, [])):
                longest[run[0].year] = run
        around = {
            run[0] + offset * DAY
            for run in longest.values()
            for offset in range(-SPRING_FESTIVAL_DAYS, len(run) + SPRING_FESTIVAL_DAYS)
        }
        object.__setattr__(self, "_spring", frozenset(around))

    def weight(self, day: date) -> float:
        """Return how busy a day is relative to others of its year."""
        weight = MONTHS[day.month - 1] * WEEKDAYS[day.weekday()]
        if day in self.holidays:
            return weight * HOLIDAY
        return weight * (AROUND_SPRING_FESTIVAL if day in self._spring else 1)


def _consecutive_days(days: Sequence[date]) -> Iterator[list[date]]:
    run = list(days[:1])
    for before, day in pairwise(days):
        if day - before > DAY:
            yield run
            run = []
        run.append(day)
    if run:
        yield run


def generate_uses(
    plans: Iterable[InstrumentPlan],
    people: Sequence[UserPlan],
    calendar: Calendar,
    until: datetime,
    seed: str,
) -> list[Use]:
    """Return all uses in the plans' windows that ended by `until`, in the order of recording."""
    busy: dict[str, list[tuple[datetime, datetime, str]]] = defaultdict(list)
    found: list[Use] = []
    for plan in plans:
        found += _History(plan, people, calendar, until, busy, seed).uses()
    found.sort(key=lambda use: (use.recorded_at, use.instrument))
    return found


def split_windows(windows: Iterable[Interval]) -> Iterator[Interval]:
    """Yield windows of at most a day, longer ones split at 8:00."""
    for window in windows:
        start = window.start
        while window.end - start > DAY:
            local = start.astimezone(CITY_TIME)
            cut = combine(local.date(), 8)
            cut = cut if cut > local else cut + DAY
            yield Interval(start, cut)
            start = cut.astimezone(UTC)
        if start < window.end:
            yield Interval(start, window.end)


class _History:
    """The uses of one instrument; missing hours carry over, so that the year's sums are met."""

    def __init__(
        self,
        plan: InstrumentPlan,
        people: Sequence[UserPlan],
        calendar: Calendar,
        until: datetime,
        busy: dict[str, list[tuple[datetime, datetime, str]]],
        seed: str,
    ) -> None:
        self.plan, self.until, self.busy = plan, until, busy
        self.calendar = calendar
        self.random = Random(f"{seed}/{plan.number}")  # noqa: S311 - a demo, not a secret
        self.insiders = [p for p in people if p.organization == plan.unit]
        outsiders = [p for p in people if p.organization != plan.unit and plan.trade in p.trades]
        self.smes = [p for p in outsiders if p.is_sme]
        self.others = [p for p in outsiders if not p.is_sme]
        self.owed = self.owed_outside = self.owed_sme = 0.0
        self.external = min(0.8, max(0.0, plan.external * self.random.uniform(0.45, 1.55)))

    def uses(self) -> Iterator[Use]:
        """Yield the uses in order of time."""
        days = [
            (piece, day, self._weight(day))
            for piece, day in ((piece, _day(piece)) for piece in split_windows(self.plan.windows))
        ]
        years = sorted({day.year for _, day, _ in days})
        rates = {year: self._rate([one for one in days if one[1].year == year]) for year in years}
        for piece, day, weight in days:
            part = min(MAX_OCCUPANCY, rates[day.year] * weight)
            for booked in self._bookings(piece, part):
                if booked.end <= self.until:
                    yield self._use(booked)

    def _weight(self, day: date) -> float:
        # A hash of day and instrument, not the next random number: independent of how many were drawn before.
        return self.calendar.weight(day) * Random(f"{self.plan.number}{day}").uniform(0.75, 1.25)  # noqa: S311

    def _rate(self, days: Sequence[tuple[Interval, date, float]]) -> float:
        """Return the factor on the days' weights that gives the planned hours of a year."""
        weighed = [(piece.length / HOUR, weight) for piece, _, weight in days]
        first, last = days[0][1], days[-1][1]
        wanted = self.plan.hours / EFFECTIVE_PART * ((last - first).days + 1) / 365
        low, high = 0.0, 50.0
        for _ in range(30):
            middle = (low + high) / 2
            booked = sum(hours * min(MAX_OCCUPANCY, middle * weight) for hours, weight in weighed)
            low, high = (middle, high) if booked < wanted else (low, middle)
        return low

    def _bookings(self, window: Interval, part: float) -> Iterator[Interval]:
        """Yield bookings in one window, of random length with gaps, until the planned hours are met."""
        self.owed = min(self.owed + part * (window.length / HOUR), 40.0)
        # The last use leaves room for its turnaround: the next piece of a long window begins at once.
        room = window.length - self.plan.turnaround
        lengths: list[timedelta] = []
        while True:
            hours = self._length(room)
            if hours is None or hours / HOUR > 2 * self.owed:
                break
            lengths.append(hours)
            self.owed -= hours / HOUR
            room -= hours + self.plan.turnaround
        slack = max(room, timedelta()) // self.plan.step
        start = window.start
        for index, length in enumerate(lengths):
            gap = self.random.randint(0, slack) if slack else 0
            if index == 0 and self.random.random() < 0.4:
                gap = 0
            slack -= gap
            start += gap * self.plan.step
            yield Interval(start, start + length)
            start += length + -(-self.plan.turnaround // self.plan.step) * self.plan.step

    def _length(self, room: timedelta) -> timedelta | None:
        fitting = [(hours, weight) for hours, weight in self.plan.session_hours if hours * HOUR <= room]
        if not fitting:
            return None
        lengths, weights = zip(*fitting, strict=True)
        hours = self.random.choices(lengths, weights)[0] * HOUR
        return hours // self.plan.step * self.plan.step

    def _use(self, booked: Interval) -> Use:
        random, plan = self.random, self.plan
        user, mode, operator = self._who(booked)
        minutes = int(booked.length / MINUTE)
        late = random.choice((0, 0, 0, 3, 5, 8)) if minutes >= 60 else 0
        early = random.choice((0, 0, 0, 5, 10)) if minutes >= 90 else 0
        used = Interval(booked.start + late * MINUTE, booked.end - early * MINUTE)
        minutes = int(used.length / MINUTE)
        idle = 0 if random.random() < 0.08 else int(minutes * random.uniform(0.01, 0.07))
        setup = int(minutes * random.uniform(0.04, 0.12))
        post = int(minutes * random.uniform(0.03, 0.09))
        requested, decide_by, decided = self._decision(booked)
        recorded = used.end + random.randint(0, 4) * MINUTE
        is_slow = random.random() < plan.slow
        confirmed = recorded + (SLOWLY if is_slow else timedelta(minutes=random.randint(20, 60 * 40)))
        outside = user.organization != plan.unit
        return Use(
            instrument=plan.number,
            user=user.username,
            operator=operator,
            outside=outside,
            booked=booked,
            used=used,
            setup_seconds=setup * 60,
            measuring_seconds=(minutes - idle - setup - post) * 60,
            post_seconds=post * 60,
            idle_seconds=idle * 60,
            mode=mode,
            direction=self._direction(outside),
            purpose=self._purpose(),
            samples=random.randint(1, 12),
            requested_at=requested,
            decide_by=decide_by,
            decided_at=decided,
            recorded_at=recorded,
            confirmed_at=confirmed if confirmed < self.until else None,
            rating=self._rating() if random.random() < REVIEWED_PART else None,
            service=random.randrange(10_000),
            earlier=self._earlier(requested),
        )

    def _who(self, booked: Interval) -> tuple[UserPlan, str, str]:
        """Return a user, operator and mode, so that outside users and small enterprises get their share."""
        hours = booked.length / HOUR
        self.owed_outside += hours * self.external
        outside = bool(self.smes or self.others) and (
            not self.insiders or self.owed_outside + self.random.uniform(-6, 6) > hours / 2
        )
        pool = self.insiders
        if outside:
            self.owed_outside -= hours
            self.owed_sme += hours * self.plan.sme
            sme = bool(self.smes) and (
                not self.others or self.owed_sme + self.random.uniform(-3, 3) > hours / 2
            )
            self.owed_sme -= hours if sme else 0
            pool = self.smes if sme else self.others
        user = self.random.choice(pool)
        mode = self.random.choice(self.plan.modes)
        if mode == "self_operated" and self._free(user.username, booked):
            return user, mode, user.username
        if mode == "self_operated":
            mode = next((m for m in self.plan.modes if m != mode), mode)
        return user, mode, user.username if mode == "remote" else self.plan.keeper

    def _free(self, username: str, booked: Interval) -> bool:
        """Return whether the person operates nothing elsewhere meanwhile, and note the time if so."""
        known = self.busy[username]
        at = bisect(known, (booked.start,))
        for start, end, place in known[max(0, at - 8) : at + 8]:
            if start < booked.end and booked.start < end and place != self.plan.place:
                return False
        known.insert(at, (booked.start, booked.end, self.plan.place))
        return True

    def _decision(self, booked: Interval) -> tuple[datetime, datetime | None, datetime]:
        ahead = self.plan.lead + timedelta(hours=self.random.randint(26, 300))
        day = _day(booked) - max(1, ahead // DAY) * DAY
        requested = combine(day, 8) + self.random.randint(0, 14 * 60) * MINUTE
        requested = min(requested, booked.start - self.plan.lead - HOUR).astimezone(UTC)
        if self.plan.decision_hours is None:
            return requested, None, requested
        decide_by = requested + self.plan.decision_hours * HOUR
        decide_by = min(decide_by, booked.start)
        decided = requested + (decide_by - requested) * self.random.uniform(0.05, 0.9)
        return requested, decide_by, decided.replace(microsecond=0)

    def _earlier(self, requested: datetime) -> EarlierRequest | None:
        """Return, for some uses, an earlier request that lapsed or was cancelled."""
        hours, drawn = self.plan.decision_hours, self.random.random()
        lapsed = 0.0 if hours is None else 1 / self.plan.in_time - 1
        if hours is not None and drawn < lapsed:
            asked = requested - (hours + self.random.randint(1, 20)) * HOUR
            ended = asked + hours * HOUR
            return EarlierRequest("lapsed", asked, ended, None, ended)
        if drawn < lapsed + CANCELLED_PART:
            asked = requested - self.random.randint(30, 90) * HOUR
            decide_by = None if hours is None else asked + hours * HOUR
            decided = asked if hours is None else asked + 3 * HOUR
            return EarlierRequest("cancelled", asked, decide_by, decided, decided + 5 * HOUR)
        return None

    def _rating(self) -> str:
        whole = self.plan.rating + self.random.uniform(-1.0, 1.0)
        return RATINGS[min(5, max(1, round(whole))) - 1]

    def _direction(self, outside: bool) -> str:
        weights = (45, 50, 1, 4) if outside else (78, 10, 10, 2)
        return self.random.choices(DIRECTIONS, weights)[0]

    def _purpose(self) -> str:
        drawn = self.random.random()
        for purpose, part in self.plan.other_purposes:
            if drawn < part:
                return purpose
            drawn -= part
        return "service"


RATINGS = ("very_poor", "dissatisfied", "neutral", "satisfied", "very_satisfied")
DIRECTIONS = ("research", "development", "teaching", "other")


def combine(day: date, hour: int = 9) -> datetime:
    """Return the instant of this day and hour in the city."""
    return datetime.combine(day, time(hour), CITY_TIME)


def _day(interval: Interval) -> date:
    return interval.start.astimezone(CITY_TIME).date()
