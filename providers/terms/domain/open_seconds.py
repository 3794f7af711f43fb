"""Open time in whole seconds, for a million uses: a tenth of the time that intervals take."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime

from instrument_share.kernel.interval import Interval


class OpenSeconds:
    """Times of whole seconds since 1970, sorted and merged."""

    __slots__ = ("ends", "starts")

    def __init__(self, times: Iterable[tuple[int, int]]) -> None:
        """Take times that are sorted by their start."""
        self.starts: list[int] = []
        self.ends: list[int] = []
        for start, end in times:
            if self.ends and start <= self.ends[-1]:
                self.ends[-1] = max(self.ends[-1], end)
            else:
                self.starts.append(start)
                self.ends.append(end)

    @classmethod
    def of(cls, intervals: Iterable[Interval]) -> "OpenSeconds":
        """Return the time of intervals of whole seconds."""
        return cls((int(each.start.timestamp()), int(each.end.timestamp())) for each in sorted(intervals))

    @property
    def total(self) -> int:
        """Return the seconds of all of it."""
        return sum(self.ends) - sum(self.starts)

    def seconds_inside(self, start: datetime, end: datetime) -> int:
        """Return how many seconds of a use lie in this time."""
        begins, ends = int(start.timestamp()), int(end.timestamp())
        inside, at = 0, bisect_right(self.ends, begins)
        while at < len(self.starts) and self.starts[at] < ends:
            inside += min(self.ends[at], ends) - max(self.starts[at], begins)
            at += 1
        return inside
