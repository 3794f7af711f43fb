"""The facts about the user's side that a log freezes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.domain import SizeClass
from instrument_share.kernel.errors import NotFound
from providers.domain import UserKind

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User
    from providers.models import Instrument


def payer_of(actor: "User", organization_id: int | None) -> "Organization | None":
    """The organization that pays, among those that the actor may see (else NotFound); None: a person pays."""
    if organization_id is None:
        return None
    found = accounts.organizations(actor).filter(pk=organization_id).first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class UserSide:
    """As it was when the log was written.

    `external`: the user is not of the owning unit. `related`: external, and yet of an organization that is
    related to the owner; use inside the owner is neither. A person who pays privately counts as in the
    region.
    """

    user_kind: str
    user_organization_kind: str
    user_size_class: str
    in_region: bool
    external: bool
    related: bool


def user_side(
    instrument: "Instrument",
    organization: "Organization | None",
    user_kind: UserKind,
    related_ids: frozenset[int] | None = None,
) -> UserSide:
    """`related_ids` are those of the owner; without them they are read."""
    if organization is None:
        return UserSide(user_kind.value, "", SizeClass.NONE.value, True, user_kind != UserKind.INSIDE, False)
    owner = instrument.organization_id
    external = user_kind != UserKind.INSIDE and organization.pk != owner
    family = accounts.related_ids(owner) if related_ids is None else related_ids
    return UserSide(
        user_kind=user_kind.value,
        user_organization_kind=organization.kind,
        user_size_class=organization.size_class,
        in_region=organization.in_region,
        external=external,
        related=external and organization.pk in family,
    )
