"""Papers of higher rooms that are made at each request: who registers them answers for their codes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rewards.report.domain.codes import normalize_code


@dataclass(frozen=True)
class IssuedPaper:
    """What is kept of a paper, for comparison with what it says.

    `title` and the names of `facts` are messages to translate; values are as `journal.notify` takes them,
    amounts in yuan. Everybody with the code reads them.
    """

    code: str
    title: str
    facts: Sequence[tuple[str, Any]]


Finder = Callable[[str], IssuedPaper | None]
_finders: list[Finder] = []


def register_issued_papers(find: Finder) -> None:
    """Register how to find a paper by its code as printed."""
    _finders.append(find)


def find_issued_paper(code: str) -> IssuedPaper | None:
    """Return the paper with a code, however it was typed, or None."""
    wanted = normalize_code(code)
    found = (find(wanted) for find in _finders)
    return next((paper for paper in found if paper is not None), None)
