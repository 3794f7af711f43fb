"""The logged hours of a unit, which another app provides."""

from collections.abc import Callable
from typing import Protocol


class LoggedHours(Protocol):
    """The logged hours of a unit in a year, in seconds."""

    @property
    def internal_seconds(self) -> int: ...

    @property
    def external_seconds(self) -> int: ...


_sources: list[Callable[[int, int], LoggedHours]] = []


def register_logged_hours(source: Callable[[int, int], LoggedHours]) -> None:
    """Register a function that returns the hours of an organization id in a calendar year."""
    _sources[:] = [source]


def logged_hours(organization_id: int, year: int) -> LoggedHours:
    """Return the logged hours on a unit's instruments in a calendar year."""
    (source,) = _sources
    return source(organization_id, year)
