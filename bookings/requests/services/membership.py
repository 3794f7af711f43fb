"""End roles in an organization, and settle what was booked for it."""

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from django.db import transaction

from bookings.requests.domain.states import CANCELLABLE_STATES, BookingState
from bookings.requests.models import Booking
from bookings.requests.registry import announce_payer_left
from bookings.requests.selectors.affected import get_payer_condition
from bookings.requests.services import notifications
from bookings.requests.services.cancellations import notify_of_withdrawal, write_cancellation
from instrument_share.accounts import selectors as accounts
from instrument_share.accounts import services as account_services
from instrument_share.accounts.domain import MembershipState, Role
from instrument_share.accounts.domain.roles import MANAGING_ROLES
from instrument_share.kernel.wording import Bilingual
from providers import public as providers

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from instrument_share.accounts.models import Membership, User

Outcome = Literal["cancel", "keep"]
"""What becomes of the bookings ahead: given back, or kept as claims of the organization."""


@transaction.atomic
def membership_end(
    *, actor: "User", membership_id: int, now: datetime, reason: str = "", bookings: Outcome = "cancel"
) -> "Membership":
    """End an active role, one's own or another's; ending it twice changes nothing.

    With the role of keeper, the links to kept instruments end. With the last role in the organization,
    upcoming bookings that it pays are cancelled: without charge if an administrator ends the role, on the
    rule's terms if the person leaves. `bookings="keep"` leaves them to the organization; both sides are told.
    So they are of open sample orders, which nobody pays any more.
    """
    membership = accounts.membership_lock(membership_id)
    if membership.state == MembershipState.ENDED:
        return membership
    _lock_instruments(membership, now)
    account_services.membership_close(actor=actor, membership_id=membership_id, reason=reason, now=now)
    membership.refresh_from_db(fields=["state", "reason", "ended_at"])
    user, organization = membership.user, membership.organization
    if membership.role == Role.KEEPER:
        providers.keeper_links_drop(actor=actor, organization_id=organization.pk, user=user, now=now)
    if not accounts.active_roles(user.pk, organization.pk):
        settle = _cancel_upcoming if bookings == "cancel" else _notify_of_kept
        settle(membership, actor, now)
        announce_payer_left(user, organization, now)
    return membership


@transaction.atomic
def organization_leave(*, actor: "User", organization_id: int, now: datetime) -> None:
    """End all of one's own roles in an organization; without roles nothing changes. Raises LastOfRole."""
    roles = accounts.active_roles(actor.pk, organization_id)
    organization = accounts.organization_lock_for(organization_id, *roles)
    own = [
        one
        for each in accounts.belongings(actor)
        if each.organization.pk == organization.pk
        for one in each.active
    ]
    for membership in sorted(own, key=lambda one: one.role not in MANAGING_ROLES):
        membership_end(actor=actor, membership_id=membership.pk, now=now)


def _lock_instruments(membership: "Membership", now: datetime) -> None:
    """Lock at once all instruments that the end of a role may affect: those kept and those booked."""
    booked = _upcoming_bookings(membership, now).values_list("instrument_id", flat=True)
    providers.instrument_locks(
        {*providers.kept_instrument_ids(membership.user_id, membership.organization_id), *booked}
    )


def _upcoming_bookings(membership: "Membership", now: datetime) -> "QuerySet[Booking]":
    return Booking.objects.filter(get_payer_condition(membership.user_id, membership.organization_id, now))


def _cancel_upcoming(membership: "Membership", actor: "User", now: datetime) -> None:
    by_oneself = actor.pk == membership.user_id
    name = _name_payer(membership)
    ahead = _upcoming_bookings(membership, now)
    held = ahead.select_for_update(of=("self",)).select_related("instrument", "rule", "user")
    for booking in held.order_by("instrument_id", "starts_at"):
        was_offered = booking.state == BookingState.OFFERED
        write_cancellation(
            booking, actor=actor, reason=membership.reason, now=now, by_user=by_oneself, announce=False
        )
        if was_offered:
            notify_of_withdrawal(
                booking, now, message=notifications.WITHDRAWN_WITH_MEMBERSHIP, organization=name
            )
            continue
        notifications.notify_other_keepers(
            booking, notifications.CANCELLED_WITH_MEMBERSHIP, now, booking.user, organization=name
        )
        if not by_oneself:
            notifications.notify_user(
                booking, notifications.CANCELLED_WITH_OWN_MEMBERSHIP, now, organization=name
            )


def _notify_of_kept(membership: "Membership", actor: "User", now: datetime) -> None:
    name = _name_payer(membership)
    kept = _upcoming_bookings(membership, now).filter(state__in=CANCELLABLE_STATES)
    for booking in kept.select_related("instrument", "user").order_by("instrument_id", "starts_at"):
        notifications.notify_other_keepers(
            booking, notifications.KEPT_WITH_MEMBERSHIP, now, booking.user, organization=name
        )
        if actor.pk != membership.user_id:
            notifications.notify_user(booking, notifications.KEPT_WITH_OWN_MEMBERSHIP, now, organization=name)


def _name_payer(membership: "Membership") -> Bilingual:
    return Bilingual(membership.organization.name_zh, membership.organization.name_en)
