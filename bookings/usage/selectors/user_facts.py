"""Who pays for a use by hand, and the facts about user and payer that a log freezes: outside, related …"""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bookings.usage.domain.errors import UsageRefused
from bookings.usage.domain.use_sheet import IN_PERSON
from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.domain import OrganizationState, SizeClass
from instrument_share.kernel.errors import Problem, gettext_noop
from instrument_share.kernel.interval import Interval
from instrument_share.kernel.wording import Bilingual
from providers import public as providers
from providers.domain import UserKind

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User
    from providers.models import Instrument


def get_user_kind_then(
    user: "User",
    organization: "Organization | None",
    instrument: "Instrument",
    left_ids: frozenset[int],
) -> UserKind:
    """Return the kind of user of a use that is entered later, by the organization that pays.

    `left_ids` are the organizations of the use's start that the user has left since. Who belonged to the
    owning unit then and paid for it is inside, as when it was booked then.
    """
    kind = providers.user_kind(user, organization, instrument)
    if kind == UserKind.INDIVIDUAL and instrument.organization_id in left_ids:
        return UserKind.INSIDE
    return kind


def get_left_ids(user: "User", organization: "Organization | None", starts_at: datetime) -> frozenset[int]:
    """Return the organizations of a use's start that a user who pays has left since.

    None where an organization pays: what it is decides then.
    """
    if organization is not None:
        return frozenset()
    return frozenset(one.pk for one in accounts.organizations_left_since(user, starts_at))


def get_related_ids_then(owner_id: int, starts_at: datetime) -> frozenset[int]:
    """Return the organizations related to the owner, and those of a use's start that no longer are."""
    former = accounts.times_of_former_relations(owner_id)
    return accounts.related_ids(owner_id) | get_ids_at(former, starts_at)


def get_ids_at(times: Iterable[tuple[int, Interval]], at: datetime) -> frozenset[int]:
    """Return the ids whose time an instant lies in."""
    return frozenset(pk for pk, time in times if time.start <= at < time.end)


def get_user_facts(
    instrument: "Instrument",
    user: "User",
    organization: "Organization | None",
    user_kind: UserKind,
    related_ids: frozenset[int] | None = None,
    left_ids: frozenset[int] = frozenset(),
) -> dict[str, Any]:
    """Return the fields of a log that hold the facts at the time of writing it.

    `external`: the user does not belong to the owning unit. `related`: external, but of an organization
    related to the owner: the one that pays, or any of theirs where the user pays. A person who pays
    privately counts as in the region. `related_ids` are the organizations related to the owner, read
    if not given; `left_ids` those that the user has left since, of a use that is entered later.
    """
    owner = instrument.organization_id
    external = is_external(instrument, organization, user_kind)
    family = accounts.related_ids(owner) if related_ids is None else related_ids
    if organization is None:
        theirs = accounts.standing(user).belongs_to | left_ids
        return {
            "user_kind": user_kind.value,
            "user_organization_kind": "",
            "user_size_class": SizeClass.NONE.value,
            "in_region": True,
            "external": external,
            "related": external and not family.isdisjoint(theirs),
        }
    return {
        "user_kind": user_kind.value,
        "user_organization_kind": organization.kind,
        "user_size_class": organization.size_class,
        "in_region": organization.in_region,
        "external": external,
        "related": external and organization.pk in family,
    }


def is_of_user(organization: "Organization", user: "User", starts_at: datetime) -> bool:
    """Return whether the user belongs to the organization, or did at the start of a use."""
    return organization.pk in accounts.standing(user).organization_ids() or organization in (
        _payers_left_since(user, starts_at)
    )


def _payers_left_since(user: "User", starts_at: datetime) -> "list[Organization]":
    """Return the organizations left since that may pay: nothing is billed to a suspended one."""
    left = accounts.organizations_left_since(user, starts_at)
    return [one for one in left if one.state == OrganizationState.ADMITTED]


def is_external(instrument: "Instrument", organization: "Organization | None", user_kind: UserKind) -> bool:
    """Return whether a use counts as one from outside the owning unit."""
    is_owner = organization is not None and organization.pk == instrument.organization_id
    return user_kind != UserKind.INSIDE and not is_owner


def find_payer(user: "User", named: str, starts_at: datetime) -> "Organization | None":
    """Return the organization of the user that pays, None when the user pays in person.

    `named` is its credit code, number or name, or one of `IN_PERSON`; they belong to it, or did at the start
    of the use. Empty: the only one that they belong to, and nobody else where they belong to none. Raises
    UsageRefused.
    """
    theirs = {one.organization_id: one.organization for one in accounts.standing(user).memberships}
    wanted = named.strip().lower()
    if wanted in IN_PERSON or not (wanted or theirs):
        return None
    for one in [*theirs.values(), *(_payers_left_since(user, starts_at) if wanted else ())]:
        if wanted in {text.lower() for text in (one.uscc, one.public_id, one.name_zh, one.name_en) if text}:
            return one
    if wanted:
        message = gettext_noop(
            "The user was not a member of this organization then. Choose one that they belong to."
        )
        raise UsageRefused(problems=[Problem("usage.payer_not_of_user", message, field="organization")])
    if len(theirs) > 1:
        message = gettext_noop("The user belongs to several: {named}. Enter the code of the one that pays.")
        several = tuple(
            Bilingual(f"{one.name_zh} {one.uscc}", f"{one.name_en or one.name_zh} {one.uscc}")
            for one in theirs.values()
        )
        raise UsageRefused(
            problems=[Problem("usage.payer_unclear", message, {"named": several}, "organization")]
        )
    return next(iter(theirs.values()))
