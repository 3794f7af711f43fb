"""Facts about the user and payer that a usage log freezes: outside or inside, related, in the region."""

from typing import TYPE_CHECKING, Any

from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.domain import SizeClass
from providers.domain import UserKind

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization
    from providers.models import Instrument


def get_user_facts(
    instrument: "Instrument",
    organization: "Organization | None",
    user_kind: UserKind,
    related_ids: frozenset[int] | None = None,
) -> dict[str, Any]:
    """Return the fields of a log that hold the facts at the time of writing it.

    `external`: the user does not belong to the owning unit. `related`: external, but of an organization
    related to the owner. A person who pays privately counts as in the region. `related_ids` are the
    organizations related to the owner, read if not given.
    """
    if organization is None:
        return {
            "user_kind": user_kind.value,
            "user_organization_kind": "",
            "user_size_class": SizeClass.NONE.value,
            "in_region": True,
            "external": user_kind != UserKind.INSIDE,
            "related": False,
        }
    owner = instrument.organization_id
    external = user_kind != UserKind.INSIDE and organization.pk != owner
    family = accounts.related_ids(owner) if related_ids is None else related_ids
    return {
        "user_kind": user_kind.value,
        "user_organization_kind": organization.kind,
        "user_size_class": organization.size_class,
        "in_region": organization.in_region,
        "external": external,
        "related": external and organization.pk in family,
    }
