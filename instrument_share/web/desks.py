"""Where the top bar leads: the public pages, and the desks of a person's roles."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors import standing

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer


@dataclass(frozen=True)
class Place:
    """An entry of the navigation. Addresses are fixed: papers, mails and bookmarks carry them."""

    address: str
    label: str | Promise
    roles: frozenset[Role] = frozenset()

    def is_current(self, path: str) -> bool:
        return path.startswith(self.address)


PUBLIC = (
    Place("/instruments/", _("Catalogue")),
    Place("/timeline/", _("Timeline")),
    Place("/units/", _("Units")),
    Place("/openness/", _("Openness")),
    Place("/verify/", _("Verify")),
)
OWN = Place("/me/", _("My desk"))
_BY_ROLE = (
    Place("/finance/", _("Finance desk"), frozenset({Role.FINANCE_OFFICER})),
    Place("/bureau/", _("Bureau desk"), frozenset({Role.BUREAU_OFFICER, Role.BUREAU_AUDITOR})),
    Place("/organizations/", _("Organizations"), frozenset({Role.SYSADMIN})),
    Place("/unit/", _("Unit desk"), frozenset({Role.UNIT_MANAGER})),
    Place("/keeper/", _("Keeper’s desk"), frozenset({Role.KEEPER})),
)
_WITHOUT_OWN_BUSINESS = frozenset(
    {Role.FINANCE_OFFICER, Role.BUREAU_OFFICER, Role.BUREAU_AUDITOR, Role.SYSADMIN}
)


def desks(viewer: "Viewer") -> tuple[Place, ...]:
    """The desks of a person, the one to land on first.

    Who only works for the bureau, for finance or on the system has no bookings and so no desk of their own.
    """
    if not viewer.is_authenticated:
        return ()
    roles = standing(viewer).roles
    held = tuple(place for place in _BY_ROLE if place.roles & roles)
    if held and roles <= _WITHOUT_OWN_BUSINESS:
        return held
    return (*held, OWN)
