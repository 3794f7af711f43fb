"""Classify users as the owning unit sees them."""

from typing import TYPE_CHECKING

from instrument_share.accounts.domain import OrganizationKind
from instrument_share.accounts.selectors.standing import standing
from providers.instruments.models import Instrument
from providers.terms.domain.choices import UserKind

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from instrument_share.accounts.models import Organization, User


def user_kind(
    user: "User | AnonymousUser", organization: "Organization | None", instrument: Instrument
) -> UserKind:
    """Return the kind of user by the organization that pays; without one, an individual.

    A member of the owning unit who books for themself is inside too, also while their role there waits for
    a second factor.
    """
    if organization is None:
        inside = instrument.organization_id in standing(user).belongs_to
        return UserKind.INSIDE if inside else UserKind.INDIVIDUAL
    if organization.pk == instrument.organization_id:
        return UserKind.INSIDE
    return UserKind.ENTERPRISE if organization.kind == OrganizationKind.ENTERPRISE else UserKind.OUTSIDE
