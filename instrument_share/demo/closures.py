"""Closures of instruments: regular maintenance, and seeded faults. Pure functions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from instrument_share.demo.history import DAY, HOUR, combine
from instrument_share.kernel.interval import Interval, intersect, total_length

FRIDAY = 4
REASONS = (
    ("主机故障，等待厂家工程师到场", "Main unit down, waiting for the maker’s engineer"),
    ("年度校准与期间核查", "Yearly calibration and check"),
    ("控制计算机故障，等待备件", "Control computer down, waiting for parts"),
    ("冷却水与空压系统检修", "Cooling water and compressed air under repair"),
    ("关键部件更换与性能复测", "A key part replaced and its performance measured"),
    ("软件升级与性能验收", "Software upgrade and acceptance"),
    ("实验室供电改造", "Power supply of the laboratory renewed"),
)
MAINTENANCE = ("每月最后一个周五例行维护", "Maintenance on the last Friday of the month")


@dataclass(frozen=True)
class Downtime:
    """A closure with its reason."""

    interval: Interval
    reason_zh: str
    reason_en: str


def iterate_maintenance(first: date, last: date) -> Iterator[Downtime]:
    """Yield the last Friday of each month in `[first, last)`, 8:00 to 18:00."""
    day = first
    while day < last:
        if day.weekday() == FRIDAY and (day + 7 * DAY).month != day.month:
            yield Downtime(_between(day, 8, day, 18), *MAINTENANCE)
        day += DAY


def generate_faults(
    number: str, windows: Sequence[Interval], downtime: float, first: date, last: date
) -> list[Downtime]:
    """Return faults of two to ten days in `[first, last)`, about `downtime` of the open time."""
    random = Random(f"faults/{number}")  # noqa: S311 - a demo, not a secret
    span = Interval(_between(first, 0, first, 1).start, _between(last, 0, last, 1).start)
    owed = total_length(intersect(windows, [span])) / HOUR * downtime
    days, found = (last - first).days, list[Downtime]()
    for _ in range(400):
        if owed <= 6 or days < 6:
            break
        length = random.choice((1, 2, 3)) if owed < 40 else random.choice((4, 7, 9))
        day = first + random.randrange(max(days - length, 1)) * DAY
        out = _between(day, 8, min(day + length * DAY, last - DAY), 20)
        lost = total_length(intersect(windows, [out])) / HOUR
        if 8 < lost < owed + 16 and not any(out.overlaps(other.interval) for other in found):
            found.append(Downtime(out, *random.choice(REASONS)))
            owed -= lost
    return sorted(found, key=lambda one: one.interval)


def _between(day: date, opens: int, last: date, closes: int) -> Interval:
    return Interval(combine(day, opens), combine(last, closes))
