"""What packages above register: chains whose links become leaves, and checks that run at night."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import InterfaceError, OperationalError

logger = logging.getLogger(__name__)
OUT_OF_REACH = (OperationalError, InterfaceError, OSError, MemoryError)
"""The database, a file or the memory."""
SEALS = "seals"
"""The chain of the journal's seals, as leaves name it."""


@dataclass(frozen=True)
class ChainSource:
    """Chains whose links are numbered 1, 2, 3, … without gaps.

    `heads` returns the last number of each chain by its name; `digests` yields the links of a chain after one
    number and up to another: the number, and the link's SHA-256 in hexadecimal, which is the leaf's content.
    """

    heads: Callable[[], Mapping[str, int]]
    digests: Callable[[str, int, int], Iterator[tuple[int, str]]]


@dataclass(frozen=True)
class Check:
    """A check in pieces of a few seconds: `run` takes where to go on (None: the beginning).

    It returns where the next piece begins (None: this was the last) and what it has found, in English.
    """

    name: str
    run: Callable[[Any], tuple[Any, list[str]]]

    def run_piece(self, position: Any) -> tuple[Any, list[str]]:
        """Run a piece; what stops it is a finding and ends the check, as changed rows can have any shape.

        What keeps the machine from reading (`OUT_OF_REACH`) is raised: it says nothing about what is there.
        """
        try:
            return self.run(position)
        except OUT_OF_REACH:
            raise
        except Exception as problem:
            return None, [describe_stop(self.name, problem)]

    def run_all(self) -> list[str]:
        """Run every piece and return all that was found."""
        position, found = self.run_piece(None)
        while position is not None:
            position, more = self.run_piece(position)
            found = found + more
        return found


_sources: list[ChainSource] = []
_checks: dict[str, Check] = {}
_invariants: dict[str, Check] = {}


def whole(name: str, find: Callable[[], Iterable[str]]) -> Check:
    """Return a check of a single piece; what it had found when it stopped stays."""
    return Check(name, lambda _position: (None, list(_find_until_stopped(name, find))))


def _find_until_stopped(name: str, find: Callable[[], Iterable[str]]) -> Iterator[str]:
    try:
        yield from find()
    except OUT_OF_REACH:
        raise
    except Exception as problem:
        yield describe_stop(name, problem)


def describe_stop(name: str, problem: Exception) -> str:
    """Return the finding that a check could not go on, in the log with where."""
    logger.error("The check %s could not be completed.", name, exc_info=problem)
    return f"the check {name} could not be completed: {type(problem).__name__}: {problem}"


def register_chains(*sources: ChainSource) -> None:
    """Add the links of these chains to the log."""
    _sources.extend(sources)


def registered_chains() -> tuple[ChainSource, ...]:
    """Return where leaves come from."""
    return tuple(_sources)


def register_checks(*checks: Check) -> None:
    """Add checks that run each night."""
    _checks.update({one.name: one for one in checks})


def registered_checks() -> tuple[Check, ...]:
    """Return every check."""
    return tuple(_checks.values())


def register_invariants(*checks: Check) -> None:
    """Add checks of what must be true of rows, whatever happened; `manage.py verify` runs them."""
    _invariants.update({one.name: one for one in checks})


def registered_invariants() -> tuple[Check, ...]:
    """Return every invariant that an app has registered."""
    return tuple(_invariants.values())
