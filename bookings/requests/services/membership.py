"""Ending somebody's role in an organization, and what becomes of what they have booked for it."""

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from django.db import transaction

from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking
from bookings.requests.services import _messages as messages
from bookings.requests.services.bookings import cancel, is_late_now
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
    """End an active role, one's own or another's; a second time changes nothing.

    With the role of keeper the instruments go that were kept by it. With the last role in the organization
    the bookings go that it pays and that have not begun: without charge where an administrator ends it, on
    the rule's ordinary terms where the person leaves. `bookings="keep"` leaves them to the organization.
    """
    membership = accounts.membership_lock(membership_id)
    if membership.state == MembershipState.ENDED:
        return membership
    _hold_instruments(membership, now)
    account_services.membership_close(actor=actor, membership_id=membership_id, reason=reason, now=now)
    membership.refresh_from_db(fields=["state", "reason", "ended_at"])
    user, organization = membership.user, membership.organization
    if membership.role == Role.KEEPER:
        providers.keeper_links_drop(actor=actor, organization_id=organization.pk, user=user, now=now)
    if bookings == "cancel" and not accounts.active_roles(user.pk, organization.pk):
        _give_back(membership, actor, now)
    return membership


@transaction.atomic
def organization_leave(*, actor: "User", organization_id: int, now: datetime) -> None:
    """End all of one's own roles in an organization; where there are none, nothing changes.

    Raises LastOfRole where nobody else would answer for it.
    """
    organization = accounts.organization_lock(organization_id)
    own = [
        one
        for each in accounts.belongings(actor)
        if each.organization.pk == organization.pk
        for one in each.active
    ]
    for membership in sorted(own, key=lambda one: one.role not in MANAGING_ROLES):
        membership_end(actor=actor, membership_id=membership.pk, now=now)


def _hold_instruments(membership: "Membership", now: datetime) -> None:
    """Lock what the end of a role may touch, all at once: instruments kept by it, and those booked."""
    booked = _ahead(membership, now).values_list("instrument_id", flat=True)
    providers.instrument_locks(
        {*providers.kept_instrument_ids(membership.user_id, membership.organization_id), *booked}
    )


def _ahead(membership: "Membership", now: datetime) -> "QuerySet[Booking]":
    """What the person has booked for the organization and has not begun; what was booked together with it is
    among it."""
    return Booking.objects.filter(
        user_id=membership.user_id,
        payer_organization_id=membership.organization_id,
        state__in=[BookingState.REQUESTED, BookingState.APPROVED],
        starts_at__gt=now,
    )


def _give_back(membership: "Membership", actor: "User", now: datetime) -> None:
    by_oneself = actor.pk == membership.user_id
    name = Bilingual(membership.organization.name_zh, membership.organization.name_en)
    ahead = _ahead(membership, now)
    held = ahead.select_for_update(of=("self",)).select_related("instrument", "rule", "user")
    counted: set[int] = set()
    for booking in held.order_by("instrument_id", "starts_at"):
        late = by_oneself and booking.state == BookingState.APPROVED and is_late_now(booking, now)
        first = booking.group_id not in counted
        cancel(booking, actor=actor, reason=membership.reason, late=late, now=now, counts=first)
        counted.add(booking.group_id)
        messages.tell_keepers(booking, messages.LEFT_THE_PAYER, now, organization=name)
        if not by_oneself:
            messages.tell_user(booking, messages.LEFT_THE_PAYER, now, organization=name)
