"""What a use takes and costs, computed before it is recorded or corrected; the services write the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from bookings.requests.domain import pricing
from bookings.usage.domain.choices import Capture
from bookings.usage.domain.corrections import EFFECTIVE_PARTS
from bookings.usage.domain.errors import UsageRefused
from bookings.usage.domain.usage import (
    OVERLAPS,
    Spent,
    find_correction_problems,
    find_end_problems,
    find_overlap_problems,
    propose_end,
    truncate_to_seconds,
)
from bookings.usage.selectors.overlaps import find_overlapping_times
from bookings.usage.selectors.usage import get_current_values
from instrument_share.kernel.interval import Interval
from providers import public as providers
from providers.domain import ServiceMode, UserKind

if TYPE_CHECKING:
    from bookings.requests.models import Booking
    from bookings.usage.models import UsageLog

PRICED_FIELDS = frozenset({"starts_at", "ends_at", *EFFECTIVE_PARTS, "service_mode", "samples"})
"""The fields of a log that its amount depends on."""


@dataclass(frozen=True)
class Use:
    """The time of a use, how it divides, the number of samples and the price."""

    time: Interval
    spent: Spent
    samples: int
    price: pricing.Quote


def calculate_use(
    booking: "Booking",
    *,
    now: datetime,
    ends_at: datetime | None = None,
    setup_seconds: int = 0,
    measuring_seconds: int | None = None,
    post_seconds: int = 0,
    idle_seconds: int = 0,
    samples: int | None = None,
) -> Use:
    """Return what a check-out of a running use records; `ends_at` defaults to the proposed end.

    In whole seconds, at least one. Measuring time defaults to what the other parts leave. The price is that
    of the booked service under the booking's own rule for the effective time (docs/pricing.md). Raises
    UsageRefused with everything that does not add up.
    """
    assert booking.checked_in_at is not None
    start = truncate_to_seconds(booking.checked_in_at)
    end = truncate_to_seconds(ends_at or propose_end(start, booking.ends_at, now))
    time = Interval(start, max(end, start + timedelta(seconds=1)))
    spent = Spent.from_interval(
        time,
        setup_seconds=setup_seconds,
        measuring_seconds=measuring_seconds,
        post_seconds=post_seconds,
        idle_seconds=idle_seconds,
    )
    problems = list(find_end_problems(start, end, now)) or list(spent.find_problems(time))
    if problems:
        raise UsageRefused(problems=problems)
    counted = booking.samples if samples is None else samples
    price = pricing.calculate_quote(
        providers.terms_of(booking.rule),
        time,
        UserKind(booking.user_kind),
        ServiceMode(booking.service_mode),
        counted,
        charged_time=spent.effective,
    )
    return Use(time, spent, counted, price)


def calculate_correction(log: "UsageLog", changes: Mapping[str, Any], reason: str) -> dict[str, Any]:
    """Return what a correction to these values changes.

    The amount follows the corrected values under the rule of the use, unless `changes` names it or it was
    entered by hand when the use was recorded. Raises UsageRefused with everything that is wrong.
    """
    before = get_current_values(log)
    differing = {name: value for name, value in changes.items() if before.get(name) != value}
    after = {**before, **differing}
    problems = list(find_correction_problems(before, after, differing, reason))
    if not problems and differing.keys() & {"starts_at", "ends_at"}:
        problems = list(find_overlap_problems(_find_new_overlaps(log, before, after), OVERLAPS))
    if problems:
        raise UsageRefused(problems=problems)
    if "amount_yuan" not in changes and not PRICED_FIELDS.isdisjoint(differing):
        amount = _calculate_amount(log, after)
        if amount is not None and amount != before["amount_yuan"]:
            differing["amount_yuan"] = amount
    return differing


def _find_new_overlaps(
    log: "UsageLog", before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, Interval]:
    """Return the uses that a log would overlap with other values, and doesn't now."""
    find = partial(find_overlapping_times, log.instrument_id, exclude_log_id=log.pk)
    known, found = (find(Interval(values["starts_at"], values["ends_at"])) for values in (before, after))
    return {public_id: time for public_id, time in found.items() if public_id not in known}


def _calculate_amount(log: "UsageLog", values: Mapping[str, Any]) -> Decimal | None:
    """Return the price of a use with these values; None where its amount came from no rule."""
    if log.capture != Capture.CHECK_OUT and not log.price:
        return None
    terms = (
        providers.terms_of(log.booking.rule)
        if log.booking
        else providers.terms_at(log.instrument_id, values["starts_at"])
    )
    if terms is None:
        return None
    effective = timedelta(seconds=sum(values[part] for part in EFFECTIVE_PARTS))
    return pricing.calculate_quote(
        terms,
        Interval(values["starts_at"], values["ends_at"]),
        UserKind(log.user_kind),
        ServiceMode(values["service_mode"]),
        values["samples"],
        charged_time=effective,
    ).total
