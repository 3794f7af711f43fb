"""Decisions about an instrument that hit its bookings: what `providers` decides, and what becomes of each."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from bookings.requests.domain.errors import REASON_MISSING, InstrumentHitsBookings, QualificationHitsBookings
from bookings.requests.models import Booking
from bookings.requests.selectors.holds import settling_lock
from bookings.requests.selectors.settling import booked_by_right, not_begun
from bookings.requests.services._settling import Outcome, carry_out, hit_lock, require_outcomes
from bookings.requests.services.next_free import next_free_refresh
from instrument_share.accounts.permissions import require
from instrument_share.kernel.errors import require_reason
from providers import public as providers

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from providers.domain import TermsDraft
    from providers.models import Closure, Instrument, OpenServiceRule, Qualification

WITHOUT_OUTCOME = "instrument.booking_without_outcome"


@transaction.atomic
def instrument_suspend(
    *,
    actor: "User",
    instrument_id: int,
    reason: str,
    now: datetime,
    outcomes: Mapping[str, Outcome] | None = None,
) -> "Instrument":
    """Take an instrument out of service for a time.

    `outcomes` say by public id what becomes of each booking that has not begun: it takes place all the same
    ("keep", where the instrument is back by then), goes to another time, or is cancelled without charge.
    Raises InstrumentHitsBookings with those of which it is not said. The users are told at once.
    """
    instrument = settling_lock(instrument_id)
    require(actor, "providers.suspend_instrument", instrument)
    said = outcomes or {}
    hit = hit_lock(not_begun(instrument_id, now))
    _require(hit, said, {"cancel", "move", "keep"})
    # Moved first: no booking goes to an instrument that is suspended.
    for booking in hit:
        carry_out(booking, said[booking.public_id], actor=actor, reason=reason, because="suspension", now=now)
    suspended = providers.instrument_suspend(actor=actor, instrument_id=instrument_id, reason=reason, now=now)
    next_free_refresh([instrument_id], now)
    return suspended


@transaction.atomic
def instrument_resume(*, actor: "User", instrument_id: int, now: datetime) -> "Instrument":
    """Put an instrument back into service: its open time is offered again at once."""
    resumed = providers.instrument_resume(actor=actor, instrument_id=instrument_id, now=now)
    next_free_refresh([instrument_id], now)
    return resumed


@transaction.atomic
def instrument_retire(
    *,
    actor: "User",
    instrument_id: int,
    reason: str,
    now: datetime,
    outcomes: Mapping[str, Outcome] | None = None,
) -> "Instrument":
    """Take a suspended instrument out of service for good. Bookings that were kept have to be cancelled."""
    instrument = settling_lock(instrument_id)
    require(actor, "providers.edit_instrument", instrument)
    said = outcomes or {}
    hit = hit_lock(not_begun(instrument_id, now))
    _require(hit, said, {"cancel"})
    for booking in hit:
        carry_out(booking, "cancel", actor=actor, reason=reason, because="retirement", now=now)
    retired = providers.instrument_retire(actor=actor, instrument_id=instrument_id, reason=reason, now=now)
    next_free_refresh([instrument_id], now)
    return retired


@transaction.atomic
def qualification_revoke(
    *,
    actor: "User",
    qualification_id: int,
    reason: str,
    now: datetime,
    outcomes: Mapping[str, Outcome] | None = None,
) -> "Qualification":
    """End a person's right to operate an instrument.

    `outcomes` say what becomes of each booking of theirs that rested on this right alone: kept, or cancelled
    without charge. Raises QualificationHitsBookings with those of which it is not said.
    """
    settling_lock(providers.qualification_instrument_id(qualification_id))
    qualification = providers.qualification_lock(qualification_id)
    require(actor, "providers.qualify_user", qualification.instrument)
    reason = require_reason(reason, code=REASON_MISSING)
    said = outcomes or {}
    hit = [] if qualification.revoked_at else hit_lock(booked_by_right(qualification, now))
    require_outcomes(
        hit,
        said,
        {"cancel", "keep"},
        refusal=QualificationHitsBookings,
        code="qualification.booking_without_outcome",
    )
    for booking in hit:
        outcome = said[booking.public_id]
        carry_out(booking, outcome, actor=actor, reason=reason, because="qualification", now=now)
    revoked = providers.qualification_revoke(actor=actor, qualification_id=qualification_id, now=now)
    next_free_refresh([qualification.instrument_id], now)
    return revoked


@transaction.atomic
def closure_lift(*, actor: "User", closure_id: int, now: datetime) -> "Closure":
    """End a closure early, or take a planned one back: the time can be booked again at once."""
    closure = providers.closure_lift(actor=actor, closure_id=closure_id, now=now)
    next_free_refresh([closure.instrument_id], now)
    return closure


@transaction.atomic
def rule_put_in_force(
    *, actor: "User", instrument_id: int, draft: "TermsDraft", applies_from: datetime, now: datetime
) -> "OpenServiceRule":
    """Publish new terms (`providers.rule_publish`); when the instrument is next free follows at once."""
    rule = providers.rule_publish(
        actor=actor, instrument_id=instrument_id, draft=draft, applies_from=applies_from, now=now
    )
    next_free_refresh([instrument_id], now)
    return rule


def _require(hit: list[Booking], said: Mapping[str, Outcome], ways: Collection[str]) -> None:
    require_outcomes(hit, said, ways, refusal=InstrumentHitsBookings, code=WITHOUT_OUTCOME)
