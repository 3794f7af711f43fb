"""Where the top bar leads: the public pages, and the desks of a person's roles."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise

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


@dataclass(frozen=True)
class Navigation:
    """The entries of the top bar: for everybody, by role, and of everybody who has bookings of their own."""

    public: tuple[Place, ...]
    by_role: tuple[Place, ...]
    own: Place


_navigation: list[Navigation] = []


def register_navigation(navigation: Navigation) -> None:
    """Set the entries of the top bar; done by the package that knows every page."""
    _navigation[:] = [navigation]


def navigation() -> Navigation:
    """Return the entries of the top bar."""
    (registered,) = _navigation
    return registered


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
    held = tuple(place for place in navigation().by_role if place.roles & roles)
    if held and roles <= _WITHOUT_OWN_BUSINESS:
        return held
    return (*held, navigation().own)
