"""What bookings and waits, which this room does not know, say when a project changes."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from instrument_share.kernel.interval import Interval

if TYPE_CHECKING:
    from bookings.projects.models import Project
    from instrument_share.accounts.models import User

Counter = Callable[["Project", datetime], int]
Reader = Callable[["Project", datetime], Iterable[tuple[int, Interval]]]
Teller = Callable[["Project", "User", datetime], None]
Watcher = Callable[["Project", datetime], Callable[["User"], None]]
_counters: list[Counter] = []
_time_readers: list[Reader] = []
_wait_counters: list[Callable[["Project"], int]] = []
_tellers: list[Teller] = []
_tellers_of_reopening: list[Teller] = []
_watchers: list[Watcher] = []


def register_bookings_ahead(
    counter: Counter, time_reader: Reader, teller: Teller, teller_of_reopening: Teller
) -> None:
    """Have `counter` count the bookings ahead that name a project, and `teller` tell their users.

    `time_reader` gives the time of each, with the id of its user.
    """
    _counters.append(counter)
    _time_readers.append(time_reader)
    _tellers.append(teller)
    _tellers_of_reopening.append(teller_of_reopening)


def register_waits(counter: Callable[["Project"], int], teller: Teller, watcher: Watcher) -> None:
    """Have `counter` count the waits that name a project, and `teller` tell who waits of its closing.

    `watcher` looks at the waits before a change, and returns what tells who waits, but not who made it, what
    has become of them.
    """
    _wait_counters.append(counter)
    _tellers.append(teller)
    _watchers.append(watcher)


def count_bookings_ahead(project: "Project", now: datetime) -> int:
    """Return how many bookings that have not begun name the project."""
    return sum(counter(project, now) for counter in _counters)


def list_times_ahead(project: "Project", now: datetime) -> list[tuple[int, Interval]]:
    """Return the times of bookings that name the project and have not begun, each with the id of its user."""
    return [found for reader in _time_readers for found in reader(project, now)]


def count_waits(project: "Project") -> int:
    """Return how many waits name the project."""
    return sum(counter(project) for counter in _wait_counters)


def tell_of_closing(project: "Project", actor: "User", now: datetime) -> None:
    """Tell those whose bookings or waits name the project that it is closed, but not who closed it."""
    for teller in _tellers:
        teller(project, actor, now)


def tell_of_reopening(project: "Project", actor: "User", now: datetime) -> None:
    """Tell those whose bookings name the project that it is open again, but not who opened it."""
    for teller in _tellers_of_reopening:
        teller(project, actor, now)


def watch_waits(project: "Project", now: datetime) -> Callable[["User"], None]:
    """Return what tells those whose waits name the project, after a change, what it does to them."""
    watched = [watcher(project, now) for watcher in _watchers]

    def tell(actor: "User") -> None:
        for tell_of_change in watched:
            tell_of_change(actor)

    return tell
