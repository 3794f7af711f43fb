"""Writers of who belongs to an organization, and as what.

Each takes the organization's lock first and reads the actor's standing again behind it: of two administrators
who take each other's role, one is told that the role is gone.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from instrument_share.accounts import selectors
from instrument_share.accounts.domain import MembershipState, OrganizationState, Role
from instrument_share.accounts.domain.roles import MANAGING_ROLES, NAMES, SEATS
from instrument_share.accounts.domain.states import MEMBERSHIP
from instrument_share.accounts.models import Membership, Organization, User
from instrument_share.accounts.permissions import require
from instrument_share.accounts.services._common import activate_membership, record_membership
from instrument_share.journal import selectors as journal
from instrument_share.journal.addresses import page_address
from instrument_share.journal.domain import NotificationKind
from instrument_share.journal.services import notify
from instrument_share.kernel.errors import Conflict, DomainError, Kind, gettext_noop, require_reason
from instrument_share.kernel.states import next_state
from instrument_share.kernel.wording import Bilingual, Words

if TYPE_CHECKING:
    from django.db.models import QuerySet

SAME_REQUEST = timedelta(days=1)
WITHDRAWN = "membership.withdrawn"

ASKED = gettext_noop("{user} asks to be admitted to “{organization}”.")
GRANTED = gettext_noop("You have a new role in “{organization}”.")
GIVEN_BY_ADMINISTRATOR = gettext_noop(
    "The system administrator {administrator} gave {user} the role “{role}” in “{organization}”."
)
ADMITTED = gettext_noop("You are admitted to “{organization}” and can book for it.")
REFUSED = gettext_noop("“{organization}” did not admit you: {reason}")
ENDED = gettext_noop("A role of yours in “{organization}” has ended: {reason}")
LEFT = gettext_noop("{user} has left “{organization}”.")


class RoleNotYours(DomainError):
    code = "membership.role_not_yours"
    kind: Kind = "forbidden"
    message = gettext_noop(
        "You may not give or withdraw this role in this organization. Ask its manager or the system "
        "administrator."
    )


class NotAMember(DomainError):
    code = "membership.not_a_member"
    message = gettext_noop("This person does not belong to the organization. Invite them first.")


class AlreadyMember(Conflict):
    code = "membership.already"
    message = gettext_noop("This person belongs to the organization in this role already.")


class NotJoinable(Conflict):
    code = "membership.not_joinable"
    message = gettext_noop(
        "This organization admits nobody now: it was refused or is suspended. Ask its administrator."
    )


class NoSuccessor(Conflict):
    """There is nobody to whom a role could be handed over."""

    code = "membership.no_successor"
    message = gettext_noop("Nobody else belongs to the organization yet: invite a colleague first.")


class LastOfRole(Conflict):
    """An organization keeps somebody who answers for it."""

    code = "membership.last_of_role"
    message = gettext_noop(
        "Nobody else answers for the organization in this role. Give the role to a colleague first."
    )


@transaction.atomic
def membership_grant(
    *, actor: User | None, user: User, organization: Organization, role: Role, now: datetime
) -> Membership:
    """Give a person a role in an organization; a second time changes nothing.

    Who manages its people gives roles to those who belong to it; system administrators to anybody, and those
    who answer for the organization are told. `actor` is None at installation only.
    """
    held = selectors.organization_lock_for(organization.pk, role)
    if actor is not None:
        require_may_grant(actor, held, role)
        is_sysadmin = selectors.standing(actor).holds(Role.SYSADMIN)
        if not is_sysadmin and not selectors.active_roles(user.pk, held.pk):
            raise NotAMember
    membership, is_new = activate_membership(user, held, role, now)
    if is_new:
        record_membership(actor, "membership.granted", membership, now)
        if actor is not None and actor.pk != user.pk:
            _tell([user], GRANTED, membership, now)
        if actor is not None:
            tell_of_administrator(actor, membership, now)
    return membership


def tell_of_administrator(giver: User, membership: Membership, now: datetime) -> None:
    """Tell who answers for an organization or sits in it that a system administrator gave a role there.

    They need not have asked for it, and the administrator may be whom it was given to. Of a seat the other
    administrators are told too, as nobody else may sit there. A role that somebody else gave is not told.
    """
    if not selectors.standing(giver).holds(Role.SYSADMIN):
        return
    people = selectors.managers_of(membership.organization, roles=MANAGING_ROLES | SEATS.keys())
    told = {*people}
    if membership.role in {*SEATS, Role.SYSADMIN}:
        told |= {*selectors.people_with_role(Role.SYSADMIN)}
    _tell(
        sorted(told - {giver, membership.user}, key=lambda person: person.pk),
        GIVEN_BY_ADMINISTRATOR,
        membership,
        now,
        administrator=giver.name,
        role=Words(NAMES[Role(membership.role)]),
    )


@transaction.atomic
def membership_request(*, actor: User, organization_id: int, now: datetime, note: str = "") -> Membership:
    """Ask to be admitted to an organization as a researcher; asking again changes nothing.

    Who withdraws a request and asks again within `SAME_REQUEST` makes the same request: it waits as before,
    and those who decide on it are not told once more.
    """
    organization = selectors.organization_lock(organization_id)
    require(actor, "accounts.ask_membership", organization)
    if organization.state not in {OrganizationState.ADMITTED, OrganizationState.PENDING}:
        raise NotJoinable
    if selectors.active_roles(actor.pk, organization.pk):
        raise AlreadyMember
    role = Role.RESEARCHER.value
    membership = Membership.objects.filter(user=actor, organization=organization, role=role).first()
    if membership is None:
        membership = Membership(user=actor, organization=organization, role=role, created_at=now)
    elif membership.state == MembershipState.PENDING:
        return membership
    is_same = _is_withdrawn_since(membership, now - SAME_REQUEST)
    if membership.pk is not None:
        membership.state = next_state(MEMBERSHIP, membership.state, "ask", kind="membership")
        membership.created_at = membership.created_at if is_same else now
    membership.note, membership.reason, membership.ended_at = note.strip()[:200], "", None
    membership.save()
    record_membership(actor, "membership.requested", membership, now)
    if not is_same:
        _tell(selectors.managers_of(organization), ASKED, membership, now, path=_members_path(organization))
    return membership


def _is_withdrawn_since(membership: Membership, asked_since: datetime) -> bool:
    """Return whether the person asked since an instant and took that back, and nothing else came of it."""
    if membership.pk is None or membership.created_at < asked_since:
        return False
    last = journal.history(membership).last()
    return last is not None and last.action == WITHDRAWN


@transaction.atomic
def membership_admit(*, actor: User, membership_id: int, now: datetime) -> Membership:
    """Admit a person who asks; a second time changes nothing."""
    membership = selectors.membership_lock(membership_id)
    require_may_grant(actor, membership.organization, Role(membership.role))
    if membership.state != MembershipState.ACTIVE:
        membership.state = next_state(MEMBERSHIP, membership.state, "admit", kind="membership")
        membership.save(update_fields=["state"])
        record_membership(actor, "membership.admitted", membership, now)
        _tell([membership.user], ADMITTED, membership, now)
        tell_of_administrator(actor, membership, now)
    return membership


@transaction.atomic
def membership_refuse(*, actor: User, membership_id: int, reason: str, now: datetime) -> Membership:
    """Refuse a person who asks, with a reason; they may ask again."""
    membership = selectors.membership_lock(membership_id)
    require_may_grant(actor, membership.organization, Role(membership.role))
    membership.reason = require_reason(reason)
    membership.state = next_state(MEMBERSHIP, membership.state, "refuse", kind="membership")
    membership.ended_at = now
    membership.save(update_fields=["state", "reason", "ended_at"])
    record_membership(actor, "membership.refused", membership, now, reason=membership.reason)
    _tell(
        [membership.user],
        REFUSED,
        membership,
        now,
        path=page_address("my_organizations"),
        reason=membership.reason,
    )
    return membership


@transaction.atomic
def membership_withdraw(*, actor: User, membership_id: int, now: datetime) -> Membership:
    """Withdraw one's own request while it waits; a second time changes nothing."""
    membership = selectors.membership_lock(membership_id)
    require(actor, "accounts.end_own_membership", membership)
    if membership.state == MembershipState.PENDING:
        membership.state, membership.ended_at = MembershipState.ENDED.value, now
        membership.save(update_fields=["state", "ended_at"])
        record_membership(actor, WITHDRAWN, membership, now)
    return membership


@transaction.atomic
def membership_close(*, actor: User, membership_id: int, now: datetime, reason: str = "") -> Membership:
    """End an active role: one's own, or another's with a reason. A second time changes nothing.

    What becomes of bookings and instruments is for `bookings.requests.services.membership_end`, which calls
    this. Raises LastOfRole where nobody else would answer for the organization.
    """
    membership = selectors.membership_lock(membership_id)
    by_oneself = membership.user_id == actor.pk
    if not by_oneself:
        _require_may_end(actor, membership)
        reason = require_reason(reason)
    if membership.state == MembershipState.ENDED:
        return membership
    _require_not_last(membership)
    _close(membership, reason.strip()[:500], now)
    record_membership(actor, "membership.ended", membership, now, reason=membership.reason)
    is_left = not selectors.active_roles(membership.user_id, membership.organization_id)
    if by_oneself and is_left:
        others = selectors.managers_of(membership.organization).exclude(pk=actor.pk)
        _tell(others, LEFT, membership, now, path=_members_path(membership.organization))
    elif not by_oneself:
        _tell(
            [membership.user],
            ENDED,
            membership,
            now,
            path=page_address("my_organizations"),
            reason=membership.reason,
        )
    return membership


@transaction.atomic
def membership_hand_over(*, actor: User, membership_id: int, successor_id: int, now: datetime) -> Membership:
    """Give one's own role to a colleague and end it, in one step; the successor's membership.

    Who hands over stays as a researcher, so that bookings and what they are for are not touched.
    """
    membership = selectors.membership_lock(membership_id)
    require(actor, "accounts.end_own_membership", membership)
    organization = membership.organization
    successor = selectors.successors(organization, actor.pk).filter(pk=successor_id).first()
    if successor is None:
        raise NotAMember
    if membership.state != MembershipState.ACTIVE or membership.role not in MANAGING_ROLES:
        raise RoleNotYours
    taken, is_new = activate_membership(successor, organization, Role(membership.role), now)
    record_membership(actor, "membership.handed_over", taken, now, **{"from": actor.public_id})
    _close(membership, "", now)
    record_membership(actor, "membership.ended", membership, now, to=successor.public_id)
    if not selectors.active_roles(actor.pk, organization.pk):
        kept, _is_new = activate_membership(actor, organization, Role.RESEARCHER, now)
        record_membership(actor, "membership.granted", kept, now)
    if is_new:
        _tell([successor], GRANTED, taken, now)
    return taken


def unit_managers_tell(
    unit: Organization,
    message: str,
    now: datetime,
    *,
    kind: NotificationKind,
    path: str,
    params: Mapping[str, Any] | None = None,
    exclude: User | None = None,
) -> None:
    """Tell who manages a unit, also while it is suspended; see `role_holders_tell`."""
    managers = selectors.managers_of(unit, roles={Role.UNIT_MANAGER})
    users = managers if exclude is None else managers.exclude(pk=exclude.pk)
    role_holders_tell(unit, users, message, now, kind=kind, path=path, params=params)


def role_holders_tell(
    organization: Organization,
    users: "QuerySet[User]",
    message: str,
    now: datetime,
    *,
    kind: NotificationKind,
    path: str,
    params: Mapping[str, Any] | None = None,
) -> None:
    """Tell people who hold a role in an organization, and lead them to the page that the message is about.

    Those of a suspended one are led to the organization's own page, which says why they can't open others.
    """
    is_suspended = organization.state == OrganizationState.SUSPENDED
    notify(
        users=users,
        kind=kind,
        message=message,
        params=params,
        path=page_address("organization", organization.public_id) if is_suspended else path,
        now=now,
    )


def require_may_grant(actor: User, organization: Organization, role: Role) -> None:
    """Raise Forbidden for who manages nobody here, RoleNotYours for a role that is not theirs to give."""
    selectors.refresh_standing(actor)
    require(actor, "accounts.manage_members", organization)
    if role not in selectors.roles_to_grant(actor, organization):
        raise RoleNotYours


def _require_may_end(actor: User, membership: Membership) -> None:
    selectors.refresh_standing(actor)
    require(actor, "accounts.manage_members", membership.organization)
    if membership.role not in selectors.roles_to_end(actor, membership.organization):
        raise RoleNotYours


def _require_not_last(membership: Membership) -> None:
    if membership.state == MembershipState.ACTIVE and selectors.is_held_alone(membership):
        raise LastOfRole


def _close(membership: Membership, reason: str, now: datetime) -> None:
    membership.state = next_state(MEMBERSHIP, membership.state, "end", kind="membership")
    membership.reason, membership.ended_at = reason, now
    membership.save(update_fields=["state", "reason", "ended_at"])


def _tell(
    users: Any, message: str, membership: Membership, now: datetime, path: str = "", **params: Any
) -> None:
    organization = membership.organization
    notify(
        users=users,
        message=message,
        params={
            "user": membership.user.name,
            "organization": Bilingual(organization.name_zh, organization.name_en),
            **params,
        },
        path=path or page_address("organization", organization.public_id),
        now=now,
    )


def _members_path(organization: Organization) -> str:
    """Return the list of members; the organization's own page while nobody can act for it."""
    is_admitted = organization.state == OrganizationState.ADMITTED
    return page_address("members" if is_admitted else "organization", organization.public_id)
