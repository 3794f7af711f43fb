"""Who sees the figures of an instrument, a unit, an organization that uses instruments, or the city."""

from typing import TYPE_CHECKING

from bookings.requests.selectors.scope import OVERSEER_ROLES
from instrument_share.accounts.domain import Role
from instrument_share.accounts.permissions import (
    add_permissions,
    has_role,
    has_role_in,
    is_supervisor_in,
)
from providers.public import is_keeper_of

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization
    from providers.models import Instrument


def _owner(instrument: "Instrument") -> int:
    return instrument.organization_id


def _itself(organization: "Organization") -> int:
    return organization.pk


add_permissions(
    {
        "bookings.statistics_of_city": has_role(*OVERSEER_ROLES),
        "bookings.statistics_of_unit": (
            has_role_in(_itself, Role.UNIT_MANAGER) | is_supervisor_in(_itself, *OVERSEER_ROLES)
        ),
        "bookings.statistics_of_instrument": (
            is_keeper_of | has_role_in(_owner, Role.UNIT_MANAGER) | is_supervisor_in(_owner, *OVERSEER_ROLES)
        ),
        "bookings.statistics_of_organization": has_role_in(_itself, Role.ORG_ADMIN),
    }
)
