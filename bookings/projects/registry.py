"""What bookings and waits, which this room does not know, say when a project is closed."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bookings.projects.models import Project
    from instrument_share.accounts.models import User

Counter = Callable[["Project", datetime], int]
Teller = Callable[["Project", "User", datetime], None]
_counters: list[Counter] = []
_wait_counters: list[Callable[["Project"], int]] = []
_tellers: list[Teller] = []


def register_bookings_ahead(counter: Counter, teller: Teller) -> None:
    """Have `counter` count the bookings ahead that name a project, and `teller` tell their users."""
    _counters.append(counter)
    _tellers.append(teller)


def register_waits(counter: Callable[["Project"], int], teller: Teller) -> None:
    """Have `counter` count the waits that name a project, and `teller` tell who waits."""
    _wait_counters.append(counter)
    _tellers.append(teller)


def count_bookings_ahead(project: "Project", now: datetime) -> int:
    """Return how many bookings that have not begun name the project."""
    return sum(counter(project, now) for counter in _counters)


def count_waits(project: "Project") -> int:
    """Return how many waits name the project."""
    return sum(counter(project) for counter in _wait_counters)


def tell_of_closing(project: "Project", actor: "User", now: datetime) -> None:
    """Tell those whose bookings or waits name the project that it is closed, but not who closed it."""
    for teller in _tellers:
        teller(project, actor, now)
