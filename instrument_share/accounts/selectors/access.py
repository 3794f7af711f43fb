"""Reads of accounts for who administers them: who they are, whether they may log in, how they are in use."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from instrument_share.accounts.domain import MembershipState, OrganizationState, Role
from instrument_share.accounts.models import (
    ApiToken,
    Membership,
    Organization,
    SecondFactorReset,
    User,
)
from instrument_share.accounts.selectors.people import people_with_role
from instrument_share.accounts.selectors.sessions import get_session_end, open_sessions
from instrument_share.accounts.selectors.standing import Region, second_factors, standing, standing_rows

if TYPE_CHECKING:
    from instrument_share.accounts.selectors.standing import Viewer


class AccountState(StrEnum):
    """What the list of accounts is narrowed by."""

    OPEN = "open"
    LOCKED = "locked"
    UNUSED = "unused"


NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for the last login of an account that was never used."""
STATE_CONDITIONS = {
    AccountState.OPEN: Q(is_active=True, last_login__isnull=False),
    AccountState.LOCKED: Q(is_active=False),
    AccountState.UNUSED: Q(is_active=True, last_login__isnull=True),
}


@dataclass(frozen=True)
class OpenSession:
    """Since when somebody is logged in, where that is known, and until when at most."""

    signed_in_at: datetime | None
    ends_at: datetime


@dataclass(frozen=True)
class Access:
    """How an account is in use: sessions, the last one first, tokens that work, kinds of second factors."""

    sessions: list[OpenSession]
    tokens: int
    factors: list[str]


def accounts(viewer: "Viewer", *, text: str = "", state: str = "", role: str = "") -> QuerySet[User]:
    """Return all accounts for an administrator but deleted ones, none for others, with active memberships.

    `text` is looked for in names, user names, addresses, ids and the names of organizations; `role` is one
    that is held now. Page them by `logged_in_at`, which is never null, or by columns.
    """
    if not standing(viewer).holds(Role.SYSADMIN):
        return User.objects.none()
    found = User.objects.filter(erased_at__isnull=True).prefetch_related(
        Prefetch("memberships", queryset=_active_memberships().order_by("id"), to_attr="active_memberships")
    )
    found = found.annotate(logged_in_at=Coalesce("last_login", Value(NEVER)))
    if role:
        found = found.filter(pk__in=_active_memberships().filter(role=role).values("user"))
    if state in STATE_CONDITIONS:
        found = found.filter(STATE_CONDITIONS[AccountState(state)])
    return found.filter(_is_named(text.strip())) if text.strip() else found


def get_account_state(account: User) -> AccountState:
    """Return the state by which the list of accounts finds this one."""
    if not account.is_active:
        return AccountState.LOCKED
    return AccountState.OPEN if account.last_login else AccountState.UNUSED


def account(viewer: "Viewer", public_id: str) -> User | None:
    """Return one account for an administrator."""
    return accounts(viewer).filter(public_id=public_id).first()


def account_access(account: User, now: datetime) -> Access:
    """Return sessions, number of tokens and second factors of an account; the caller has checked the viewer.

    Recovery codes are among the factors beside one that they can replace.
    """
    has_second_factor = Exists(second_factors().filter(user=OuterRef("user")))
    factors = Authenticator.objects.filter(has_second_factor, user=account).order_by("id")
    sessions = open_sessions(account, now).order_by("-signed_in_at", "pk")
    return Access(
        [OpenSession(one.signed_in_at, get_session_end(one)) for one in sessions],
        ApiToken.objects.filter(user=account, revoked_at__isnull=True, expires_at__gt=now).count(),
        list(factors.values_list("type", flat=True)),
    )


def second_factor_resets(viewer: "Viewer", now: datetime) -> QuerySet[SecondFactorReset]:
    """Return the requests that wait for a second administrator, the oldest first; none for others."""
    waiting = resets_to_decide(now).filter(user__in=accounts(viewer).values("pk"))
    return waiting.select_related("user", "requested_by").order_by("requested_at", "id")


def resets_to_decide(now: datetime) -> QuerySet[SecondFactorReset]:
    """Return the requests to remove second factors that can be decided on; for services.

    One whose factors have all been removed since is over, though recovery codes be left of them: those of now
    were set up by who got in again.
    """
    asked_about = second_factors().filter(user=OuterRef("user"), created_at__lte=OuterRef("requested_at"))
    return SecondFactorReset.objects.filter(Exists(asked_about), granted__isnull=True, expires_at__gt=now)


def second_factor_deciders(asker: User, account: User) -> QuerySet[User]:
    """Return the administrators who could decide if `asker` asked to take off the account's second factors.

    One whose own role rests for lack of a second factor could not.
    """
    seats = standing_rows(OuterRef("pk")).filter(role=Role.SYSADMIN.value)
    others = User.objects.filter(Exists(seats), is_active=True)
    return others.exclude(pk__in=[asker.pk, account.pk]).order_by("pk")


def locked_accounts(viewer: "Viewer") -> QuerySet[User]:
    """Return the locked accounts for an administrator, the last one first."""
    return accounts(viewer, state=AccountState.LOCKED).order_by("-locked_at", "-id")


def people_matching(text: str) -> QuerySet[User]:
    """Return everybody whose name, user name, email address or id this is; names by a part of them."""
    return User.objects.filter(
        Q(name__icontains=text) | Q(username=text) | Q(public_id=text.upper()) | Q(email__iexact=text)
    )


def names_of_people(public_ids: Iterable[str]) -> dict[str, str]:
    """Return the names of accounts by their public ids; the caller has checked the viewer."""
    return {one.public_id: one.get_full_name() for one in User.objects.filter(public_id__in=list(public_ids))}


def people_in(region: Region) -> QuerySet[User]:
    """Return everybody who has or had a role in an organization of the region."""
    return User.objects.filter(
        Exists(Membership.objects.filter(region.within("organization"), user=OuterRef("pk")))
    )


def organizations_in(region: Region) -> QuerySet[Organization]:
    """Return the organizations of the region, in whatever state."""
    return Organization.objects.filter(region.within())


def organizations_matching(text: str) -> QuerySet[Organization]:
    """Return the organizations whose name holds the text or whose id or credit code it is."""
    return Organization.objects.filter(
        Q(name_zh__icontains=text)
        | Q(name_en__icontains=text)
        | Q(public_id=text.upper())
        | Q(uscc=text.upper())
    )


def memberships_by_public_id(public_ids: Iterable[str]) -> dict[str, Membership]:
    """Return memberships with person and organization; the caller has checked the viewer."""
    rows = Membership.objects.filter(public_id__in=list(public_ids)).select_related("user", "organization")
    return {row.public_id: row for row in rows}


def administrators_organization() -> Organization | None:
    """Return the organization whose administrators people ask: the first that has any who can log in."""
    administrators = people_with_role(Role.SYSADMIN)
    seats = _active_memberships().filter(user__in=administrators, role=Role.SYSADMIN.value).order_by("id")
    seat = seats.first()
    return seat.organization if seat else None


def _active_memberships() -> QuerySet[Membership]:
    return Membership.objects.filter(
        state=MembershipState.ACTIVE, organization__state=OrganizationState.ADMITTED
    ).select_related("organization")


def _is_named(text: str) -> Q:
    in_organization = Membership.objects.filter(
        Q(organization__name_zh__icontains=text) | Q(organization__name_en__icontains=text),
        user=OuterRef("pk"),
        state=MembershipState.ACTIVE,
    )
    return (
        Q(name__icontains=text)
        | Q(username__icontains=text)
        | Q(email__icontains=text)
        | Q(public_id=text.upper())
        | Q(Exists(in_organization))
    )
