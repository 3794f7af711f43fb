"""Division of a use's time, and checks of what is recorded."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from bookings.requests.domain.admission import MAX_SAMPLES
from bookings.requests.domain.choices import Direction
from bookings.requests.domain.pricing import has_price
from bookings.requests.domain.quota import get_year_interval
from bookings.usage.domain.chain import CORRECTABLE
from bookings.usage.domain.choices import UsagePurpose
from bookings.usage.domain.errors import UsageRefused
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import Problem, gettext_noop
from instrument_share.kernel.interval import Interval
from instrument_share.kernel.money import round_to_fen
from providers.domain import ServiceMode, UserKind

if TYPE_CHECKING:
    from providers.domain import TermsDraft

CODED_FIELDS: Mapping[str, type[StrEnum]] = {
    "service_mode": ServiceMode,
    "direction": Direction,
    "purpose": UsagePurpose,
}
"""The fields of a log whose values are the codes of a list."""

MAX_LENGTHS: Mapping[str, int] = {"content": 200, "project": 200, "results": 500}
"""How many characters the texts of a log may have."""

MAX_REASON_LENGTH = 500
MAX_YUAN = Decimal("9999999999.99")


@dataclass(frozen=True)
class Spent:
    """Seconds of set-up, measuring and post-processing, which are effective, and of idle time."""

    setup_seconds: int
    measuring_seconds: int
    post_seconds: int
    idle_seconds: int

    @classmethod
    def from_interval(
        cls,
        time: Interval,
        *,
        setup_seconds: int = 0,
        measuring_seconds: int | None = None,
        post_seconds: int = 0,
        idle_seconds: int = 0,
    ) -> "Spent":
        """Divide the interval; measuring time defaults to what the other parts leave."""
        if measuring_seconds is None:
            rest = int(time.length.total_seconds()) - setup_seconds - post_seconds - idle_seconds
            measuring_seconds = max(rest, 0)
        return cls(setup_seconds, measuring_seconds, post_seconds, idle_seconds)

    @property
    def effective_seconds(self) -> int:
        """Return the seconds that count and are charged."""
        return self.setup_seconds + self.measuring_seconds + self.post_seconds

    @property
    def effective(self) -> timedelta:
        """Return the effective time."""
        return timedelta(seconds=self.effective_seconds)

    def to_fields(self) -> dict[str, int]:
        """Return the field values of a log."""
        return {**vars(self), "effective_seconds": self.effective_seconds}

    def find_problems(self, time: Interval) -> Iterator[Problem]:
        """Yield problems of negative parts, and of parts that exceed the time."""
        if min(vars(self).values()) < 0:
            yield Problem(
                "usage.seconds_negative",
                gettext_noop("No part of the time can be negative. Enter 0 or more."),
            )
        if self.effective_seconds + self.idle_seconds > time.length.total_seconds():
            yield Problem(
                "usage.seconds_exceed_time",
                gettext_noop("The parts add up to more than the whole time ({length}). Shorten one."),
                {"length": time.length},
            )

    def require_fit(self, time: Interval) -> None:
        """Raise UsageRefused unless the parts fit into the time."""
        problems = list(self.find_problems(time))
        if problems:
            raise UsageRefused(problems=problems)


def truncate_to_seconds(instant: datetime) -> datetime:
    """Return the instant without microseconds."""
    return instant.replace(microsecond=0)


def get_latest_end(checked_in_at: datetime, booked_end: datetime, now: datetime, limit_days: int) -> datetime:
    """Return the latest end that a check-out may record: now, or the booked end `limit_days` after it.

    Past the booked end nobody but the person who enters it knows of the use, as of one by hand.
    """
    known = max(checked_in_at, booked_end)
    return known if known < now - timedelta(days=limit_days) else now


def propose_end(checked_in_at: datetime, booked_end: datetime, latest_end: datetime) -> datetime:
    """Return the end that a check-out proposes: the booked end once it has passed, else the latest one."""
    return booked_end if checked_in_at < booked_end < latest_end else latest_end


def find_end_problems(
    checked_in_at: datetime, ends_at: datetime, now: datetime, latest_end: datetime
) -> Iterator[Problem]:
    """Yield problems of the end of a check-out; it is entered to the minute, as of the check-in's minute."""
    if ends_at > now:
        yield not_over_problem()
    elif ends_at > latest_end:
        yield Problem(
            "usage.overdue_too_long",
            gettext_noop("The booked end is too long ago to record time after it. End the use by {latest}."),
            {"latest": latest_end},
            "ends_at",
        )
    if ends_at < checked_in_at.replace(second=0, microsecond=0):
        yield ends_before_start_problem()


def not_over_problem() -> Problem:
    """Return the problem of an end that is later than now."""
    return Problem(
        "usage.not_over",
        gettext_noop("The use can't end later than now. Enter when it really ended."),
        field="ends_at",
    )


def ends_before_start_problem() -> Problem:
    """Return the problem of an end that is not after the start."""
    return Problem(
        "usage.ends_before_start", gettext_noop("The end must be after the start."), field="ends_at"
    )


def find_by_hand_problems(time: Interval, now: datetime, limit_days: int) -> Iterator[Problem]:
    """Yield problems of hours that are not over yet, or older than `limit_days`."""
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


def find_service_problems(time: Interval, first: date | None, last: date | None) -> Iterator[Problem]:
    """Yield the problem of hours of an instrument outside its days of service, as an assessment counts them.

    `first` is None for one that was never published, `last` for one that is not retired; both days belong.
    """
    if first is None:
        yield Problem(
            "usage.not_published",
            gettext_noop("This instrument is not published yet. Hours can be recorded once it is."),
            field="instrument",
        )
    elif time.start.astimezone(CITY_TIME).date() < first:
        yield Problem(
            "usage.before_service",
            gettext_noop("The instrument is in service from {day} on. Enter a time from then on."),
            {"day": first},
            "starts_at",
        )
    elif last is not None and (time.end - timedelta(seconds=1)).astimezone(CITY_TIME).date() > last:
        yield Problem(
            "usage.after_service",
            gettext_noop("The instrument was retired on {day}. Enter a time until the end of that day."),
            {"day": last},
            "ends_at",
        )


OVERLAPS = gettext_noop("This time overlaps with usage log {log} ({time}). Change the time.")
OVERLAPS_BY_HAND = gettext_noop(
    "This time overlaps with usage log {log} ({time}). Change the time, or say why both are recorded."
)

OVERLAP_AT_CHECK_OUT = gettext_noop("The other use was recorded before this one was checked out.")
"""Why a check-out records a time that another use has: the keeper saw both."""


def find_overlap_problems(times: Mapping[str, Interval], message: str) -> Iterator[Problem]:
    """Yield a problem for each log whose time overlaps with the one entered."""
    for public_id, time in times.items():
        yield Problem("usage.overlaps", message, {"log": public_id, "time": time}, "overlap_reason")


def correction_waiting_problem() -> Problem:
    """Return the problem of a correction that bears on the amount while another one waits."""
    return Problem(
        "usage.correction_waiting",
        gettext_noop(
            "Another correction of the time, samples or amount waits to be confirmed. Propose this one after "
            "that."
        ),
    )


def find_correction_problems(
    before: Mapping[str, Any], after: Mapping[str, Any], changes: Mapping[str, Any], reason: str
) -> Iterator[Problem]:
    """Yield problems of reading `after` instead of `before`; `changes` are the fields that differ."""
    if not reason.strip():
        yield Problem(
            "usage.reason_missing",
            gettext_noop("Give a reason for the correction; auditors can read it."),
            field="reason",
        )
    yield from _check_length("reason", reason, MAX_REASON_LENGTH)
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
    yield from _find_value_problems({name: after[name] for name in changes})
    if after["starts_at"] >= after["ends_at"]:
        yield ends_before_start_problem()
        return
    time = Interval(after["starts_at"], after["ends_at"])
    yield from Spent(
        after["setup_seconds"], after["measuring_seconds"], after["post_seconds"], after["idle_seconds"]
    ).find_problems(time)
    year = get_year_interval(before["starts_at"].astimezone(CITY_TIME).year)
    if not year.start <= time.start < year.end:
        yield Problem(
            "usage.other_year",
            gettext_noop("A correction can't move a use to another year. Keep the start in the same year."),
            field="starts_at",
        )


def _find_value_problems(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield problems of each value of a log by itself."""
    for name, value in values.items():
        if name in CODED_FIELDS and value not in list(CODED_FIELDS[name]):
            yield Problem(
                "usage.unknown_code",
                gettext_noop("“{value}” is not in the list. Choose an entry from the list."),
                {"value": value},
                name,
            )
        if name in MAX_LENGTHS:
            yield from _check_length(name, value, MAX_LENGTHS[name])
    if not values.get("content", "-").strip():
        yield content_missing_problem()
    yield from find_samples_problems(values.get("samples", 0))
    yield from _check_amount(values.get("amount_yuan", Decimal(0)))


def find_samples_problems(samples: int, least: int = 0) -> Iterator[Problem]:
    """Yield the problem of a number of samples that no use has; one of samples has at least one."""
    if not least <= samples <= MAX_SAMPLES:
        yield Problem(
            "usage.samples_out_of_range",
            gettext_noop("Enter a number of samples from {least} to {most}."),
            {"least": least, "most": MAX_SAMPLES},
            "samples",
        )


def content_missing_problem() -> Problem:
    """Return the problem of a use without a description."""
    return Problem("usage.content_missing", gettext_noop("Describe briefly what was done."), field="content")


def _check_length(name: str, text: str, limit: int) -> Iterator[Problem]:
    if len(text) > limit:
        yield Problem(
            "usage.text_too_long",
            gettext_noop("This text has {length} characters; at most {limit} are allowed. Shorten it."),
            {"length": len(text), "limit": limit},
            name,
        )


def find_amount_problems(
    amount_yuan: Decimal | None, terms: "TermsDraft | None", kind: UserKind, service_mode: ServiceMode
) -> Iterator[Problem]:
    """Yield problems of an entered amount, or why none follows from the rule where none is entered."""
    if amount_yuan is not None:
        yield from _check_amount(amount_yuan)
    elif terms is None:
        yield Problem(
            "usage.amount_missing",
            gettext_noop("No rule was in force then. Enter the amount, 0 if it was free."),
            field="amount_yuan",
        )
    elif not has_price(terms, kind, service_mode):
        yield Problem(
            "usage.no_price",
            gettext_noop("The rule has no price for this. Enter the amount, 0 if it was free."),
            field="amount_yuan",
        )


def _check_amount(amount: Decimal) -> Iterator[Problem]:
    if not amount.is_finite() or abs(amount) > MAX_YUAN or amount != round_to_fen(amount):
        yield Problem(
            "usage.amount_out_of_range",
            gettext_noop("An amount has at most ten digits before the decimal point and two after it."),
            field="amount_yuan",
        )
    elif amount < 0:
        yield Problem("usage.amount_negative", gettext_noop("An amount is 0 or more."), field="amount_yuan")
