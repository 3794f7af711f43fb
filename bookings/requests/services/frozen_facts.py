"""Facts about the user and payer that a usage log freezes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.domain import SizeClass
from instrument_share.kernel.errors import NotFound
from providers.domain import UserKind

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User
    from providers.models import Instrument


def get_payer(actor: "User", organization_id: int | None) -> "Organization | None":
    """Return the organization that pays, None when the person pays. Raises NotFound if not visible."""
    if organization_id is None:
        return None
    found = accounts.organizations(actor).filter(pk=organization_id).first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class UserFacts:
    """The facts at the time of writing the log.

    `external`: the user does not belong to the owning unit. `related`: external, but of an organization
    related to the owner. A person who pays privately counts as in the region.
    """

    user_kind: str
    user_organization_kind: str
    user_size_class: str
    in_region: bool
    external: bool
    related: bool


def get_user_facts(
    instrument: "Instrument",
    organization: "Organization | None",
    user_kind: UserKind,
    related_ids: frozenset[int] | None = None,
) -> UserFacts:
    """Return the facts; `related_ids` are organizations related to the owner, read if not given."""
    if organization is None:
        return UserFacts(user_kind.value, "", SizeClass.NONE.value, True, user_kind != UserKind.INSIDE, False)
    owner = instrument.organization_id
    external = user_kind != UserKind.INSIDE and organization.pk != owner
    family = accounts.related_ids(owner) if related_ids is None else related_ids
    return UserFacts(
        user_kind=user_kind.value,
        user_organization_kind=organization.kind,
        user_size_class=organization.size_class,
        in_region=organization.in_region,
        external=external,
        related=external and organization.pk in family,
    )
