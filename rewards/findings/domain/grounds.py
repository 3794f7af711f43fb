"""What the checks say of a single frozen use, and which uses a piece of evidence is about."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from rewards.cycle.domain.entries import EntryFacts
from rewards.findings.domain.checks import (
    check_amount,
    check_booking,
    check_disputes,
    check_late_entries,
    check_length,
    check_self_dealing,
    check_windows,
)

OF_ONE_USE = frozenset(
    {"too_long", "outside_windows", "no_booking", "self_dealing", "late_by_hand", "amount", "disputed"}
)
"""Kinds that speak of each use by itself, whatever else was used when."""


def kinds_of_use(entry: EntryFacts, related: Collection[str]) -> frozenset[str]:
    """Return the kinds of `OF_ONE_USE` that the checks see in a use."""
    return frozenset(
        candidate.kind
        for candidates in (
            check_length([entry]),
            check_windows([entry]),
            check_booking([entry]),
            check_self_dealing([entry], related),
            check_late_entries([entry]),
            check_amount([entry]),
            check_disputes([entry]),
        )
        for candidate in candidates
    )


def uses_of_piece(
    piece: Mapping[str, Any], kind: str, uses: Iterable[str], kinds: Mapping[str, Collection[str]]
) -> Sequence[str]:
    """Return those of a finding's `uses` (public ids) that a piece of its evidence speaks of.

    A further piece names its own. The main one of several speaks of those in which its check sees something,
    and of all where it looks at several uses together. `kinds` are those of each use.
    """
    if "logs" in piece:
        return [use for use in uses if use in piece["logs"]]
    return [use for use in uses if kind not in OF_ONE_USE or kind in kinds[use]]
