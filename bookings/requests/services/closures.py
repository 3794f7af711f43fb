"""Closures of instruments, and the bookings in that time."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from bookings.requests.domain.errors import ClosureHitsBookings
from bookings.requests.selectors.affected import get_overlap_condition
from bookings.requests.selectors.holds import instrument_group_lock
from bookings.requests.services.next_free import next_free_refresh
from bookings.requests.services.outcomes import Outcome, affected_bookings_lock, apply_outcomes
from instrument_share.accounts.permissions import require
from instrument_share.kernel.interval import Interval
from instrument_share.kernel.wording import Bilingual
from providers import public as providers

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from providers.models import Closure


@transaction.atomic
def closure_place(
    *,
    actor: "User",
    instrument_id: int,
    interval: Interval,
    reason_zh: str,
    now: datetime,
    reason_en: str = "",
    outcomes: Mapping[str, Outcome] | None = None,
) -> "Closure":
    """Close an instrument for an interval, with a reason shown to users, who are notified at once.

    `outcomes` give, by public id, the outcome of each booking in that time. Raises ClosureHitsBookings with
    the bookings that lack one.
    """
    instrument = instrument_group_lock(instrument_id)
    require(actor, "providers.close_instrument", instrument)
    affected = affected_bookings_lock(
        get_overlap_condition(instrument_id, interval),
        outcomes,
        {"cancel", "move"},
        error_class=ClosureHitsBookings,
        code="closure.booking_without_outcome",
    )
    closure = providers.closure_record(
        actor=actor,
        instrument_id=instrument_id,
        interval=interval,
        reason_zh=reason_zh,
        reason_en=reason_en,
        now=now,
    )
    reason = Bilingual(reason_zh, reason_en)
    apply_outcomes(affected, actor=actor, reason=reason, decision="closure", now=now)
    next_free_refresh([instrument_id], now)
    return closure
