"""Suspend an organization, and settle what is booked on its instruments or paid by it."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking
from bookings.requests.registry import announce_leaving, announce_payer_suspension
from bookings.requests.selectors.affected import (
    get_organization_condition,
    get_organization_suspension_condition,
)
from bookings.requests.services import notifications
from bookings.requests.services.cancellations import write_cancellation
from bookings.requests.services.next_free import next_free_refresh
from instrument_share.accounts import selectors as accounts
from instrument_share.accounts import services as account_services
from instrument_share.accounts.domain import Role
from instrument_share.kernel.wording import Bilingual
from providers import public as providers
from providers.domain import InstrumentState

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User


@transaction.atomic
def organization_suspend(
    *, actor: "User", organization_id: int, reason: str, now: datetime
) -> "Organization":
    """Suspend an organization: cancel without charge what has not begun, and tell everybody it hits.

    That is what is booked on its instruments, and what it pays elsewhere. Who awaits its instruments, or
    others at its expense, is told, too. Uses under way go on; keepers check them out although the unit is
    suspended.
    """
    accounts.organization_lock_for(organization_id, Role.SYSADMIN)
    accounts.memberships_of_organization_lock(organization_id)
    own_ids = _lock_instruments(organization_id)
    suspended = account_services.organization_suspend(
        actor=actor, organization_id=organization_id, reason=reason, now=now
    )
    _cancel_what_has_not_begun(suspended, actor, now)
    next_free_refresh(own_ids, now)
    _notify_of_uses_under_way(suspended, now)
    for instrument in providers.instruments_by_id(own_ids):
        if instrument.state == InstrumentState.PUBLISHED:
            announce_leaving(actor, instrument, suspended.reason, now)
    announce_payer_suspension(actor, suspended, now)
    return suspended


def _lock_instruments(organization_id: int) -> set[int]:
    """Lock at once the organization's instruments and those of bookings that the suspension ends.

    Return the keys of its own.
    """
    own = providers.instruments_with_related().filter(organization_id=organization_id)
    own_ids = set(own.values_list("pk", flat=True))
    ending = Booking.objects.filter(get_organization_suspension_condition(organization_id))
    providers.instrument_locks(
        {
            *own_ids,
            *ending.values_list("instrument_id", flat=True),
        }
    )
    return own_ids


def _cancel_what_has_not_begun(organization: "Organization", actor: "User", now: datetime) -> None:
    ending = (
        Booking.objects.select_for_update(of=("self",))
        .filter(get_organization_suspension_condition(organization.pk))
        .select_related("instrument", "rule", "user")
        .order_by("instrument_id", "starts_at")
    )
    for booking in ending:
        cancel_for_suspension(booking, organization, actor=actor, now=now)


def cancel_for_suspension(
    booking: Booking, organization: "Organization", *, actor: "User | None", now: datetime
) -> None:
    """Cancel a booking that can't begin, without charge, and tell its user and keepers elsewhere.

    Of an offer from the waiting list, `write_cancellation` tells that it is withdrawn; of one of its own
    instruments they read as they are told that nothing is offered (`announce_leaving`).
    """
    is_elsewhere = booking.instrument.organization_id != organization.pk
    was_offered = booking.state == BookingState.OFFERED
    announce = was_offered and is_elsewhere
    write_cancellation(booking, actor=actor, reason=organization.reason, now=now, announce=announce)
    if was_offered:
        return
    told = {"organization": _name(organization), "reason": organization.reason}
    notifications.notify_user(booking, notifications.CANCELLED_WITH_SUSPENSION, now, **told)
    if is_elsewhere:
        notifications.notify_keepers(booking, notifications.CANCELLED_WITH_SUSPENSION, now, **told)


def _notify_of_uses_under_way(organization: "Organization", now: datetime) -> None:
    under_way = Booking.objects.filter(
        get_organization_condition(organization.pk), state=BookingState.IN_USE
    ).select_related("instrument", "user")
    for booking in under_way:
        for notify in (notifications.notify_user, notifications.notify_keepers):
            notify(booking, notifications.USE_GOES_ON, now, organization=_name(organization))


def _name(organization: "Organization") -> Bilingual:
    return Bilingual(organization.name_zh, organization.name_en)
