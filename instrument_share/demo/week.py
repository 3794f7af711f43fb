"""Plan the bookings of today and the days ahead. Pure functions.

Each takes the first suitable free time; those that find none (in a long holiday) are left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from bookings.domain import find_next_free, floor_to_step, get_blocked_interval
from instrument_share.demo.city import City
from instrument_share.demo.history import DAY, HOUR, UserPlan
from instrument_share.kernel.interval import Interval, subtract

AHEAD = 16 * DAY
BACK = 12 * DAY

IN_USE, OVERDUE, GIVEN_UP = "YUT-EM-004", "YUT-EM-001", "YUT-EM-002"
CLOSING = "YUT-EM-006"
"""The instrument that is closed for two days next week."""

OWN_PLANS = ("lin", "chen")
"""People of the demo accounts, who book only what is listed here."""

WAITING = (
    # instrument, user, hours since it was asked for, hours until it may start, hours long
    ("YUT-EM-001", "chen", 21, 26, 4),
    ("YUT-EM-002", "lin", 9, 50, 6),
    ("YUT-EM-006", "du.lingfeng", 2, 70, 3),
    ("YUT-EM-005", "ren.qiubai", 1, 96, 4),
    ("YUT-NF-001", "zhong.weihe", 14, 60, 5),
    ("YPU-CH-03", "hua.zhiwei", 16, 40, 6),
    ("YPU-BI-01", "ren.qiubai", 6, 72, 4),
    ("IMD-D-01", "chen", 40, 52, 10),
    ("IMD-T-01", "lou.xingchen", 18, 30, 4),
    ("JL-E-031", "lou.xingchen", 5, 80, 8),
    ("MD-C-02", "hua.zhiwei", 20, 44, 4),
    ("LH-T-02", "ning.wangxi", 8, 66, 8),
    ("AM-101", "wen.ruxin", 12, 54, 5),
    ("CY-LAB-07", "jiang.tingsong", 60, 70, 6),
    ("QN-006", "mai.shiquan", 30, 120, 4),
)
AGREED = (
    ("YUT-EM-002", "jiang.tingsong", 52, 1, 3),
    ("YUT-EM-006", "xu.huaijin", 50, 1, 3),
    ("YUT-EM-003", "liang.chuxue", 40, 1, 2),
    ("YUT-EM-002", "lin", 70, 20, 4),
    ("YPU-CH-01", "lin", 20, 30, 2),
    ("IMD-T-01", "lin", 60, 92, 5),
    ("IMD-D-01", "chen", 80, 18, 8),
    ("YUT-EM-004", "chen", 74, 70, 10),
)


SERIES = ("YUT-EM-003", "lin", 30, 40, 3)
"""The first of a series of weekly bookings."""
BASKET = (("YPU-CH-01", "lin", 1, 75, 2), ("IMD-T-01", "lin", 1, 100, 3))
WEEKLY = 4


@dataclass(frozen=True)
class PlannedBooking:
    """A booking to request at `asked_at`, and to leave waiting, approve (`agreed`) or start (`begun`).

    One that is given up (`given_up`) is cancelled an hour before it starts.
    """

    number: str
    user: str
    interval: Interval
    asked_at: datetime
    agreed: bool
    begun: bool = False
    given_up: bool = False


class Week:
    """Plans bookings one by one, each removing its time from what is free."""

    def __init__(self, city: City, free: Mapping[str, Sequence[Interval]], now: datetime) -> None:
        self.city, self.now = city, now
        self.free = {number: list(stretches) for number, stretches in free.items()}
        self.terms = {facts.number: city.terms[facts.terms] for facts in city.instruments}

    def begun(self) -> list[PlannedBooking]:
        """Return a use in progress, one that should have been checked out long ago, and one given up late."""
        found = []
        if IN_USE in self.terms:
            start = floor_to_step(self.now, HOUR) - 2 * HOUR
            found.append(Interval(start, start + 4 * HOUR))
            self._take(IN_USE, found[-1])
        planned = [
            PlannedBooking(IN_USE, "liang.chuxue", time, time.start - 3 * DAY, True, True) for time in found
        ]
        late = self._last_before(OVERDUE, self.now - HOUR, 3 * HOUR) if OVERDUE in self.terms else None
        if late is not None:
            self._take(OVERDUE, late)
            planned.append(PlannedBooking(OVERDUE, "pan.yuebai", late, late.start - 3 * DAY, True, True))
        given_up = (
            self._last_before(GIVEN_UP, self.now - 2 * HOUR, 2 * HOUR) if GIVEN_UP in self.terms else None
        )
        if given_up is not None:
            self._take(GIVEN_UP, given_up)
            planned.append(
                PlannedBooking(GIVEN_UP, "lin", given_up, given_up.start - 3 * DAY, True, given_up=True)
            )
        return planned

    def series(self) -> Sequence[Interval]:
        """Return a free time and the same hours of the weeks after it, which may be taken; or nothing."""
        first = self._find(*SERIES, agreed=True)
        if first is None:
            return ()
        weeks = [week * 7 * DAY for week in range(WEEKLY)]
        return [Interval(first.interval.start + week, first.interval.end + week) for week in weeks]

    def basket(self) -> Sequence[PlannedBooking]:
        """Return free times that somebody collects, and which nothing else here takes."""
        found = [self._find(*row, agreed=False) for row in BASKET]
        return [one for one in found if one is not None]

    def close(self, number: str, interval: Interval) -> None:
        """Remove the interval from the instrument's free time."""
        if number in self.free:
            self.free[number] = subtract(self.free[number], [interval])

    def coming(self, people: Sequence[UserPlan]) -> list[PlannedBooking]:
        """Return waiting requests, approved bookings, and others that fill the days ahead."""
        planned = [self._find(*row, agreed=True) for row in AGREED]
        planned += [self._find(*row, agreed=False) for row in WAITING]
        return [one for one in planned if one is not None] + list(self._others(people))

    def _others(self, people: Sequence[UserPlan]) -> Iterable[PlannedBooking]:
        for facts in self.city.instruments:
            random = Random(f"week/{facts.number}")  # noqa: S311 - a demo, not a secret
            users = [
                p.username
                for p in people
                if p.username not in OWN_PLANS and (p.organization == facts.unit or facts.trade in p.trades)
            ]
            for _ in range(random.choice((1, 1, 2, 2))):
                row = (
                    facts.number,
                    random.choice(users),
                    random.randint(50, 140),
                    random.randint(2, 150),
                    random.choice((2, 3, 4, 6)),
                )
                found = self._find(*row, agreed=True)
                if found is not None:
                    yield found

    def _find(
        self, number: str, user: str, asked: int, after: int, hours: int, *, agreed: bool
    ) -> PlannedBooking | None:
        if number not in self.terms:
            return None
        terms, length = self.terms[number], hours * HOUR
        step = timedelta(minutes=terms["step_minutes"])
        asked_at = self.now - asked * HOUR
        earliest = max(self.now + after * HOUR, asked_at + timedelta(minutes=terms["lead_minutes"]))
        found = find_next_free(self.free[number], step, length, earliest)
        if found is None or found.start + length > asked_at + terms["horizon_days"] * DAY:
            return None
        interval = Interval(found.start, found.start + length)
        self._take(number, interval)
        return PlannedBooking(number, user, interval, asked_at, agreed)

    def _last_before(self, number: str, latest: datetime, length: timedelta) -> Interval | None:
        step = timedelta(minutes=self.terms[number]["step_minutes"])
        for stretch in reversed(self.free[number]):
            end = floor_to_step(min(stretch.end, latest), step)
            if end - length >= stretch.start:
                return Interval(end - length, end)
        return None

    def _take(self, number: str, interval: Interval) -> None:
        turnaround = timedelta(minutes=self.terms[number]["turnaround_minutes"])
        held = Interval(interval.start, interval.end + turnaround)
        self.free[number] = subtract(self.free[number], [get_blocked_interval(held, turnaround)])
