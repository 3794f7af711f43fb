"""Where the top bar leads: the public pages, and the desks of a person's roles."""

from collections.abc import Iterable
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
    beyond: tuple[str, ...] = ()
    """Where pages stand that belong here too, for those who have this entry."""


USES = ("/bookings/", "/usage/")
PUBLIC = (
    Place("/instruments/", _("Catalogue"), beyond=("/compare/",)),
    Place("/timeline/", _("Timeline")),
    Place("/units/", _("Units"), beyond=("/publications/",)),
    Place("/openness/", _("Openness")),
    Place("/verify/", _("Verify")),
)
OWN = Place("/me/", _("My desk"), beyond=("/organizations/", *USES))
_BY_ROLE = (
    Place("/finance/", _("Finance desk"), frozenset({Role.FINANCE_OFFICER}), ("/bureau/", *USES)),
    Place(
        "/bureau/",
        _("Bureau desk"),
        frozenset({Role.BUREAU_OFFICER, Role.BUREAU_AUDITOR}),
        ("/finance/", "/organizations/", "/revisions/", "/unit/", *USES),
    ),
    Place("/organizations/", _("Organizations"), frozenset({Role.SYSADMIN}), ("/bureau/",)),
    Place(
        "/unit/",
        _("Unit desk"),
        frozenset({Role.UNIT_MANAGER}),
        ("/bureau/", "/keeper/", "/revisions/", *USES),
    ),
    Place("/keeper/", _("Keeper’s desk"), frozenset({Role.KEEPER}), ("/unit/", *USES)),
)
_WITHOUT_OWN_BUSINESS = frozenset(
    {Role.FINANCE_OFFICER, Role.BUREAU_OFFICER, Role.BUREAU_AUDITOR, Role.SYSADMIN}
)


def current(places: Iterable[Place], path: str) -> Place | None:
    """The one entry to which the page at `path` belongs: by its own address, else the first beyond it."""
    every = tuple(places)
    own = (place for place in every if path.startswith(place.address))
    beyond = (place for place in every if path.startswith(place.beyond))
    return next(own, None) or next(beyond, None)


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
