"""How the time of a use divides, and when what is recorded can't be true."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bookings.domain.availability import CITY_TIME
from bookings.domain.chain import CORRECTABLE
from bookings.domain.errors import UsageRefused
from bookings.domain.quota import year_of
from instrument_share.kernel.errors import Problem, gettext_noop
from instrument_share.kernel.interval import Interval


@dataclass(frozen=True)
class Spent:
    """Seconds of set-up, measuring and post-processing (effective) and idle (not)."""

    setup_seconds: int
    measuring_seconds: int
    post_seconds: int
    idle_seconds: int

    @classmethod
    def of(
        cls,
        time: Interval,
        *,
        setup_seconds: int = 0,
        measuring_seconds: int | None = None,
        post_seconds: int = 0,
        idle_seconds: int = 0,
    ) -> "Spent":
        """Measuring is what the other parts leave of the time, when it is not given."""
        if measuring_seconds is None:
            rest = int(time.length.total_seconds()) - setup_seconds - post_seconds - idle_seconds
            measuring_seconds = max(rest, 0)
        return cls(setup_seconds, measuring_seconds, post_seconds, idle_seconds)

    @property
    def effective_seconds(self) -> int:
        return self.setup_seconds + self.measuring_seconds + self.post_seconds

    @property
    def effective(self) -> timedelta:
        return timedelta(seconds=self.effective_seconds)

    def fields(self) -> dict[str, int]:
        """As they stand on a log."""
        return {**vars(self), "effective_seconds": self.effective_seconds}

    def problems(self, time: Interval) -> Iterator[Problem]:
        if min(vars(self).values()) < 0:
            yield Problem(
                "usage.seconds_negative",
                gettext_noop("No part of the time can be negative. Enter 0 or more."),
            )
        if timedelta(seconds=self.effective_seconds + self.idle_seconds) > time.length:
            yield Problem(
                "usage.seconds_exceed_time",
                gettext_noop("The parts add up to more than the whole time ({length}). Shorten one."),
                {"length": time.length},
            )

    def require_fits(self, time: Interval) -> None:
        """UsageRefused unless the parts fit into the time."""
        problems = list(self.problems(time))
        if problems:
            raise UsageRefused(problems=problems)


def whole_seconds(instant: datetime) -> datetime:
    return instant.replace(microsecond=0)


def by_hand_problems(time: Interval, now: datetime, limit_days: int) -> Iterator[Problem]:
    """Hours that are not over yet, or that are too old to be entered by hand."""
    if time.end > now:
        yield Problem(
            "usage.not_over",
            gettext_noop("This use is not over yet. Record it after its end."),
            field="ends_at",
        )
    if time.start < now - timedelta(days=limit_days):
        yield Problem(
            "usage.too_old",
            gettext_noop("Hours older than {days} days can't be entered by hand any more."),
            {"days": limit_days},
            "starts_at",
        )


def correction_problems(
    before: Mapping[str, Any], after: Mapping[str, Any], changes: Mapping[str, Any], reason: str
) -> Iterator[Problem]:
    """What stands against reading `after` instead of `before`; `changes` are the fields that differ."""
    if not reason.strip():
        yield Problem(
            "usage.reason_missing",
            gettext_noop("Say why this is corrected; an auditor reads it."),
            field="reason",
        )
    if not changes:
        yield Problem(
            "usage.nothing_changed", gettext_noop("Nothing differs from what counts now. Change a value.")
        )
    unknown = sorted(set(changes) - CORRECTABLE)
    if unknown:
        yield Problem(
            "usage.not_correctable",
            gettext_noop(
                "{fields} can't be corrected. Record the use again and ask for this one to be dropped."
            ),
            {"fields": ", ".join(unknown)},
        )
        return
    if after["starts_at"] >= after["ends_at"]:
        yield Problem(
            "usage.ends_before_start", gettext_noop("The end lies after the start."), field="ends_at"
        )
        return
    time = Interval(after["starts_at"], after["ends_at"])
    yield from Spent(
        after["setup_seconds"], after["measuring_seconds"], after["post_seconds"], after["idle_seconds"]
    ).problems(time)
    year = year_of(before["starts_at"].astimezone(CITY_TIME).year)
    if not year.start <= time.start < year.end:
        yield Problem(
            "usage.other_year",
            gettext_noop("A correction can't move a use to another year. Keep the start in the same year."),
            field="starts_at",
        )
    if after["amount_yuan"] < 0:
        yield Problem("usage.amount_negative", gettext_noop("An amount is 0 or more."), field="amount_yuan")
