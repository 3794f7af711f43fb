"""Free time: open windows without closures, without what is held, on the rule's step."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval, subtracted


def blocked(held: Interval, turnaround: timedelta) -> Interval:
    """Where no booking may lie because of a hold.

    A hold ends with its own turnaround. A booking before it needs its turnaround too, so the hold reaches
    back by that much: `[start, end)` fits exactly when it does not overlap what is returned here.
    """
    return Interval(held.start - turnaround, held.end)


def free(
    windows: Iterable[Interval],
    closures: Iterable[Interval],
    holds: Iterable[Interval],
    turnaround: timedelta = timedelta(),
) -> list[Interval]:
    """The time in which bookings may lie: sorted, merged, without overlaps.

    `holds` run until their `held_until`. `turnaround` is what a new booking needs after its end; it may reach
    beyond the closing of a window, since nobody else uses the instrument then.
    """
    return subtracted(windows, [*closures, *(blocked(held, turnaround) for held in holds)])


def step_floor(instant: datetime, step: timedelta) -> datetime:
    """The last step at or before `instant`; steps are counted from midnight in Asia/Shanghai."""
    local = instant.astimezone(CITY_TIME)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return instant - (local - midnight) % step


def step_ceiling(instant: datetime, step: timedelta) -> datetime:
    """The first step at or after `instant`; every midnight in Asia/Shanghai is one."""
    floor = step_floor(instant, step)
    if floor == instant:
        return instant
    midnight = (floor.astimezone(CITY_TIME) + timedelta(days=1)).replace(hour=0, minute=0, second=0)
    return min(floor + step, midnight.astimezone(instant.tzinfo))


def on_step(instant: datetime, step: timedelta) -> bool:
    return step_floor(instant, step) == instant


def next_free(
    free_time: Sequence[Interval], step: timedelta, min_length: timedelta, earliest: datetime
) -> Interval | None:
    """From the first instant at or after `earliest` at which the shortest booking fits, to where that stretch
    of free time ends."""
    for stretch in free_time:
        start = step_ceiling(max(stretch.start, earliest), step)
        if start + min_length <= stretch.end:
            return Interval(start, stretch.end)
    return None
