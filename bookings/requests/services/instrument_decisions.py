"""Decisions of `providers` about an instrument, and the bookings that they affect."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from bookings.requests.domain.errors import REASON_MISSING, InstrumentHitsBookings, QualificationHitsBookings
from bookings.requests.models import Booking
from bookings.requests.registry import (
    announce_companion_leaving,
    announce_companion_return,
    announce_companion_unlinked,
    announce_grant_changes,
    announce_leaving,
    announce_return,
    end_with_retirement,
)
from bookings.requests.selectors.admission import is_in_service
from bookings.requests.selectors.affected import (
    find_depending,
    find_freed_and_bound,
    get_qualification_condition,
    get_upcoming_condition,
)
from bookings.requests.selectors.granting import get_link_changes
from bookings.requests.selectors.holds import instrument_group_lock
from bookings.requests.services.cancellations import notify_of_withdrawal
from bookings.requests.services.held_time import pass_on_instruments
from bookings.requests.services.next_free import next_free_refresh
from bookings.requests.services.outcomes import (
    Outcome,
    affected_bookings_lock,
    affected_offers_withdraw,
    apply_outcomes,
)
from instrument_share.accounts.permissions import require
from instrument_share.kernel.errors import require_reason
from providers import public as providers
from providers.domain import InstrumentState

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from providers.models import Closure, Instrument, Qualification


@transaction.atomic
def instrument_suspend(
    *,
    actor: "User",
    instrument_id: int,
    reason: str,
    now: datetime,
    outcomes: Mapping[str, Outcome] | None = None,
) -> "Instrument":
    """Suspend an instrument and notify the users of its bookings, and who awaits it otherwise.

    Among them is who awaits an instrument that can't be booked without it.

    `outcomes` give, by public id, the outcome of each booking that has not begun: "keep" (where the
    instrument is back by then), another interval, or "cancel", without charge. What the unit has suspended
    already, and the bureau suspends too, takes no booking elsewhere. Raises InstrumentHitsBookings with the
    bookings that lack one.
    """
    instrument = instrument_group_lock(instrument_id)
    require(actor, "providers.suspend_instrument", instrument)
    leaves_service = is_in_service(instrument)
    can_move = instrument.state != InstrumentState.SUSPENDED
    choices = {"cancel", "move", "keep"} if can_move else {"cancel", "keep"}
    affected = _upcoming_bookings_lock(instrument_id, outcomes, choices, now)
    booked, withdrawn = affected_offers_withdraw(affected, actor=actor, reason=reason, now=now)
    # Moved first: no booking goes to an instrument that is suspended.
    apply_outcomes(booked, actor=actor, reason=reason, decision="suspension", now=now)
    suspended = providers.instrument_suspend(actor=actor, instrument_id=instrument_id, reason=reason, now=now)
    next_free_refresh([instrument_id], now)
    if leaves_service:
        reason = suspended.suspension_reason
        depending = find_depending(instrument_id)
        announce_leaving(actor, suspended, reason, now)
        for one in depending:
            announce_companion_leaving(actor, one, suspended, reason, now)
        heard = {instrument_id, *(one.pk for one in depending)}
        for offer in withdrawn:
            if offer.instrument_id not in heard:  # it needed this instrument only when it was offered
                notify_of_withdrawal(offer, now, reason=reason)
    return suspended


@transaction.atomic
def instrument_resume(*, actor: "User", instrument_id: int, now: datetime) -> "Instrument":
    """Put an instrument back into service and refresh its next free time; who awaits it is told.

    So is who awaits an instrument that can't be booked without it. While its unit is suspended it stays out
    of service.
    """
    resumed = providers.instrument_resume(actor=actor, instrument_id=instrument_id, now=now)
    next_free_refresh([instrument_id], now)
    if is_in_service(resumed):
        announce_return(actor, resumed, now)
        for depending in find_depending(instrument_id):
            announce_companion_return(actor, depending, resumed, now)
    pass_on_instruments([instrument_id], now)
    return resumed


def instrument_links_follow(
    actor: "User",
    instrument_id: int,
    former_needs: Mapping[int, Collection[int]],
    needs: Mapping[int, Collection[int]],
    now: datetime,
) -> None:
    """Refresh the next free time of an instrument that is booked with others than before, and offer its time.

    Where one of those that it needs no more is out of service, who awaits it is told that nothing keeps it
    from being booked; where one that it needs now is, that it can't be. So is whom the rule of one refuses.
    The caller has locked the instrument.
    """
    next_free_refresh([instrument_id], now)
    freed, bound = find_freed_and_bound(former_needs, needs)
    for one, companion in freed:
        announce_companion_unlinked(actor, one, companion, now)
    for one, companion in bound:
        announce_companion_leaving(actor, one, companion, companion.suspension_reason, now)
    announce_grant_changes(get_link_changes(former_needs, needs, now), now)
    pass_on_instruments([instrument_id], now)


@transaction.atomic
def instrument_retire(
    *,
    actor: "User",
    instrument_id: int,
    reason: str,
    now: datetime,
    outcomes: Mapping[str, Outcome] | None = None,
) -> "Instrument":
    """Retire a suspended instrument for good; bookings that were kept have to be cancelled, waits end."""
    instrument = instrument_group_lock(instrument_id)
    require(actor, "providers.edit_instrument", instrument)
    affected = _upcoming_bookings_lock(instrument_id, outcomes, {"cancel"}, now)
    apply_outcomes(affected, actor=actor, reason=reason, decision="retirement", now=now)
    end_with_retirement(actor, instrument_id, reason, now)
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
    """Revoke a person's qualification to operate an instrument.

    `outcomes` say whether each booking that depends on it is kept or cancelled without charge. Raises
    QualificationHitsBookings with the bookings that lack one.
    """
    instrument_group_lock(providers.qualification_instrument_id(qualification_id))
    qualification = providers.qualification_lock(qualification_id)
    require(actor, "providers.qualify_user", qualification.instrument)
    reason = require_reason(reason, code=REASON_MISSING)
    if not qualification.revoked_at:
        affected = affected_bookings_lock(
            get_qualification_condition(qualification, now),
            outcomes,
            {"cancel", "keep"},
            error_class=QualificationHitsBookings,
            code="qualification.booking_without_outcome",
        )
        apply_outcomes(affected, actor=actor, reason=reason, decision="qualification", now=now)
    revoked = providers.qualification_revoke(
        actor=actor, qualification_id=qualification_id, reason=reason, now=now
    )
    next_free_refresh([qualification.instrument_id], now)
    return revoked


@transaction.atomic
def closure_lift(*, actor: "User", closure_id: int, now: datetime) -> "Closure":
    """End a closure early, or withdraw a planned one; the time can be booked at once."""
    closure = providers.closure_lift(actor=actor, closure_id=closure_id, now=now)
    next_free_refresh([closure.instrument_id], now)
    pass_on_instruments([closure.instrument_id], now)
    return closure


def _upcoming_bookings_lock(
    instrument_id: int, outcomes: Mapping[str, Outcome] | None, choices: Collection[str], now: datetime
) -> list[tuple[Booking, Outcome]]:
    return affected_bookings_lock(
        get_upcoming_condition(instrument_id, now),
        outcomes,
        choices,
        error_class=InstrumentHitsBookings,
        code="instrument.booking_without_outcome",
    )
