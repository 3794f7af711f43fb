"""Half-open intervals of time and operations on lists of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction


@dataclass(frozen=True, order=True)
class Interval:
    """`[start, end)`: aware, kept in UTC, never empty. Touching intervals do not overlap."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        for instant in (self.start, self.end):
            if instant.utcoffset() is None:
                raise ValueError(f"An interval needs a time zone: {instant!r}")
        object.__setattr__(self, "start", self.start.astimezone(UTC))
        object.__setattr__(self, "end", self.end.astimezone(UTC))
        if self.start >= self.end:
            raise ValueError(f"An interval ends after it starts: {self.start} … {self.end}")

    @classmethod
    def parse(cls, text: str) -> "Interval":
        """Parse the text that `to_text` returns."""
        start, end = text.split("/")
        return cls(datetime.fromisoformat(start), datetime.fromisoformat(end))

    def to_text(self) -> str:
        """Return the ISO 8601 form to the second: `2026-03-02T01:00:00Z/2026-03-02T03:00:00Z`."""
        return f"{self.start:%Y-%m-%dT%H:%M:%SZ}/{self.end:%Y-%m-%dT%H:%M:%SZ}"

    @property
    def length(self) -> timedelta:
        """Return the duration."""
        return self.end - self.start

    def overlaps(self, other: "Interval") -> bool:
        """Return whether the intervals have time in common."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: "Interval") -> bool:
        """Return whether the other interval lies within this one."""
        return self.start <= other.start and other.end <= self.end

    def intersection(self, other: "Interval") -> "Interval | None":
        """Return the common time, or None."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Interval(start, end) if start < end else None


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the same time as a sorted list of disjoint intervals; touching ones are joined."""
    result: list[Interval] = []
    for interval in sorted(intervals):
        if result and interval.start <= result[-1].end:
            result[-1] = Interval(result[-1].start, max(result[-1].end, interval.end))
        else:
            result.append(interval)
    return result


def subtract(intervals: Iterable[Interval], removed: Iterable[Interval]) -> list[Interval]:
    """Return the time in `intervals` but not in `removed`, sorted and merged."""
    result: list[Interval] = []
    holes = merge(removed)
    first = 0
    for interval in merge(intervals):
        start = interval.start
        while first < len(holes) and holes[first].end <= start:
            first += 1
        at = first
        while at < len(holes) and holes[at].start < interval.end:
            if holes[at].start > start:
                result.append(Interval(start, holes[at].start))
            start = max(start, holes[at].end)
            at += 1
        if start < interval.end:
            result.append(Interval(start, interval.end))
    return result


def calculate_share_left(interval: Interval, taken: Iterable[Interval]) -> Fraction:
    """Return the exact share of the interval that none of the others covers, from 0 to 1."""
    left = sum((one.length for one in subtract([interval], taken)), timedelta())
    return Fraction(left // timedelta.resolution, interval.length // timedelta.resolution)


def intersect(intervals: Iterable[Interval], others: Iterable[Interval]) -> list[Interval]:
    """Return the time that both lists have in common, sorted and merged."""
    left, right = merge(intervals), merge(others)
    result: list[Interval] = []
    i = j = 0
    while i < len(left) and j < len(right):
        common = left[i].intersection(right[j])
        if common:
            result.append(common)
        if left[i].end <= right[j].end:
            i += 1
        else:
            j += 1
    return result


def total_length(intervals: Iterable[Interval]) -> timedelta:
    """Return the duration covered, counting overlaps once."""
    return sum((interval.length for interval in merge(intervals)), timedelta())


def in_hours(seconds: int, places: int = 2) -> Decimal:
    """Return seconds as hours with so many decimals, halves rounded up, as everything shows them."""
    return (Decimal(seconds) / 3600).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
