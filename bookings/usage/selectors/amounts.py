"""What a use takes and costs, computed before it is recorded or corrected; the services write the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings

from bookings.requests.domain import pricing
from bookings.usage.domain.choices import Capture
from bookings.usage.domain.corrections import EFFECTIVE_PARTS, find_addition_problems
from bookings.usage.domain.errors import UsageRefused
from bookings.usage.domain.usage import (
    Spent,
    correction_waiting_problem,
    find_amount_problems,
    find_end_problems,
    find_samples_problems,
    get_latest_end,
    propose_end,
    truncate_to_seconds,
)
from bookings.usage.selectors.usage import (
    find_value_problems,
    get_current_values,
    has_waiting_correction,
)
from instrument_share.kernel.interval import Interval
from providers import public as providers
from providers.domain import ServiceMode, UserKind

if TYPE_CHECKING:
    from bookings.requests.models import Booking
    from bookings.usage.models import UsageLog
    from providers.domain import Terms

PRICED_FIELDS = frozenset({"starts_at", "ends_at", *EFFECTIVE_PARTS, "service_mode", "samples"})
"""The fields of a log that its amount depends on."""

AMOUNT_FIELDS = PRICED_FIELDS | {"amount_yuan"}
"""The fields of which one correction waits at a time."""


@dataclass(frozen=True)
class Use:
    """The time of a use, how it divides, the number of samples and the price."""

    time: Interval
    spent: Spent
    samples: int
    price: pricing.Quote

    def to_text(self) -> str:
        """Return what a page shows before it is recorded, so that nothing else is."""
        return f"{self.time.to_text()} {self.spent.effective_seconds} {self.samples} {self.price.total}"


def propose_end_of(booking: "Booking", now: datetime) -> datetime:
    """Return the end that a check-out of a running use proposes, in whole seconds."""
    start = truncate_to_seconds(booking.checked_in_at or now)
    return truncate_to_seconds(propose_end(start, booking.ends_at, _get_latest_end(booking, now)))


def _get_latest_end(booking: "Booking", now: datetime) -> datetime:
    checked_in_at = booking.checked_in_at or now
    return get_latest_end(checked_in_at, booking.ends_at, now, settings.MANUAL_ENTRY_LIMIT_DAYS)


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
    of the booked service under the booking's own rule for the effective time (docs/pricing.md), or the one
    agreed for samples. Raises UsageRefused with everything that does not add up.
    """
    assert booking.checked_in_at is not None
    start = truncate_to_seconds(booking.checked_in_at)
    end = truncate_to_seconds(ends_at) if ends_at else propose_end_of(booking, now)
    time = Interval(start, max(end, start + timedelta(seconds=1)))
    spent = Spent.from_interval(
        time,
        setup_seconds=setup_seconds,
        measuring_seconds=measuring_seconds,
        post_seconds=post_seconds,
        idle_seconds=idle_seconds,
    )
    counted = booking.samples if samples is None else samples
    least = 1 if booking.service_mode == ServiceMode.SAMPLES else 0
    end_problems = find_end_problems(start, end, now, _get_latest_end(booking, now))
    problems = [*(list(end_problems) or spent.find_problems(time)), *find_samples_problems(counted, least)]
    if problems:
        raise UsageRefused(problems=problems)
    return Use(time, spent, counted, _price_use(booking, time, spent, counted))


def _price_use(booking: "Booking", time: Interval, spent: Spent, samples: int) -> pricing.Quote:
    """Return the price of a use; one that was agreed before depends on neither its time nor its samples."""
    if booking.planned_by_unit:
        return pricing.read_agreed(booking.quote, booking.quoted_yuan)
    return pricing.calculate_quote(
        providers.terms_of(booking.rule),
        time,
        UserKind(booking.user_kind),
        ServiceMode(booking.service_mode),
        samples,
        charged_time=spent.effective,
    )


def calculate_correction(
    log: "UsageLog", changes: Mapping[str, Any], reason: str, now: datetime
) -> dict[str, Any]:
    """Return what a correction to these values changes.

    The amount follows the corrected values under the rule of the use, unless `changes` names it or it was
    entered by hand when the use was recorded; it has to be named where the rule has no price for them. It is
    computed from confirmed values, so that one correction that bears on it waits at a time. Raises
    UsageRefused with everything that is wrong.
    """
    before = get_current_values(log)
    differing = {name: value for name, value in changes.items() if before.get(name) != value}
    after = {**before, **differing}
    problems = find_value_problems(log, after, differing, reason)
    if after["starts_at"] < after["ends_at"]:
        problems += find_addition_problems(before, after, now, settings.MANUAL_ENTRY_LIMIT_DAYS)
    if not differing.keys().isdisjoint(AMOUNT_FIELDS) and has_waiting_correction(log, AMOUNT_FIELDS):
        problems.append(correction_waiting_problem())
    if problems:
        raise UsageRefused(problems=problems)
    if "amount_yuan" not in changes and not PRICED_FIELDS.isdisjoint(differing):
        amount = _calculate_amount(log, after)
        if amount is not None and amount != before["amount_yuan"]:
            differing["amount_yuan"] = amount
    return differing


def _calculate_amount(log: "UsageLog", values: Mapping[str, Any]) -> Decimal | None:
    """Return the price of a use with these values; None where its amount came from no rule.

    Raises UsageRefused where its rule has no price for them.
    """
    if log.booking and log.booking.planned_by_unit:
        return None
    if Capture(log.capture).is_by_hand and not log.price and not _is_nothing_by_rule(log, values):
        return None
    terms = _get_terms(log, values)
    if terms is None:
        return None
    kind, service_mode = UserKind(log.user_kind), ServiceMode(values["service_mode"])
    problems = list(find_amount_problems(None, terms, kind, service_mode))
    if problems:
        raise UsageRefused(problems=problems)
    return _quote(terms, log, values).total


def _is_nothing_by_rule(log: "UsageLog", values: Mapping[str, Any]) -> bool:
    """Return whether a use by hand costs nothing since the rule charges nothing for what was recorded."""
    terms = _get_terms(log, vars(log))
    if values["amount_yuan"] or terms is None:
        return False
    is_priced = pricing.has_price(terms, UserKind(log.user_kind), ServiceMode(log.service_mode))
    return is_priced and not _quote(terms, log, vars(log)).lines


def _get_terms(log: "UsageLog", values: Mapping[str, Any]) -> "Terms | None":
    """Return the terms that price a use with these values; None where no rule was in force."""
    if log.booking:
        return providers.terms_of(log.booking.rule)
    return providers.terms_at(log.instrument_id, values["starts_at"])


def _quote(terms: "Terms", log: "UsageLog", values: Mapping[str, Any]) -> pricing.Quote:
    """Return the price of a use with these values."""
    effective = timedelta(seconds=sum(values[part] for part in EFFECTIVE_PARTS))
    return pricing.calculate_quote(
        terms,
        Interval(values["starts_at"], values["ends_at"]),
        UserKind(log.user_kind),
        ServiceMode(values["service_mode"]),
        values["samples"],
        charged_time=effective,
    )
