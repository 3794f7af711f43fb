"""Free time: open windows minus closures and held time, in steps of the rule."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval, subtract

if TYPE_CHECKING:
    from providers.domain import TermsDraft


@dataclass(frozen=True)
class ClosedTime:
    """The time of a closure and its reason, which everybody may read; the English one can be missing."""

    interval: Interval
    reason_zh: str
    reason_en: str = ""


@dataclass(frozen=True)
class OwnTime:
    """The time of another booking of who asks, until when it is held, and its public id."""

    interval: Interval
    held_until: datetime
    public_id: str


def get_blocked_interval(hold: Interval, turnaround: timedelta) -> Interval:
    """Return the interval that a new booking must not overlap because of a hold.

    A hold includes its own turnaround at its end. A booking before it needs a turnaround too, so the blocked
    interval starts one turnaround before the hold.
    """
    return Interval(hold.start - turnaround, hold.end)


def find_free_intervals(
    windows: Iterable[Interval],
    closures: Iterable[Interval],
    holds: Iterable[Interval],
    turnaround: timedelta = timedelta(),
) -> list[Interval]:
    """Return the intervals in which bookings may lie: sorted, merged and disjoint.

    `holds` last until their `held_until`. `turnaround` is what a new booking needs after its end; it may
    extend past the end of a window, since nobody else uses the instrument then.
    """
    return subtract(windows, [*closures, *(get_blocked_interval(held, turnaround) for held in holds)])


def floor_to_step(instant: datetime, step: timedelta) -> datetime:
    """Return the last step at or before the instant; steps count from midnight in Asia/Shanghai."""
    local = instant.astimezone(CITY_TIME)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return instant - (local - midnight) % step


def ceil_to_step(instant: datetime, step: timedelta) -> datetime:
    """Return the first step at or after the instant; every midnight in Asia/Shanghai is a step."""
    floor = floor_to_step(instant, step)
    if floor == instant:
        return instant
    midnight = (floor.astimezone(CITY_TIME) + timedelta(days=1)).replace(hour=0, minute=0, second=0)
    return min(floor + step, midnight.astimezone(instant.tzinfo))


def is_on_step(instant: datetime, step: timedelta) -> bool:
    """Return whether the instant is on a step."""
    return floor_to_step(instant, step) == instant


def get_latest_end(terms: "TermsDraft", now: datetime) -> datetime:
    """Return the last instant at which a booking that is made now may end: a step of the rule."""
    return floor_to_step(now + terms.horizon, terms.step)


def find_next_free(
    free_time: Sequence[Interval], step: timedelta, min_length: timedelta, earliest: datetime
) -> Interval | None:
    """Return the first interval, from `earliest` on, in which the shortest booking fits, or None.

    It starts on a step and ends where that stretch of free time ends.
    """
    for stretch in free_time:
        start = ceil_to_step(max(stretch.start, earliest), step)
        if start + min_length <= stretch.end:
            return Interval(start, stretch.end)
    return None
