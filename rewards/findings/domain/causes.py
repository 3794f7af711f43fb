"""Candidates that speak of one cause as one candidate, with every kind of evidence.

Checks that tie entries together (`TIES`) make them one cause, with everything that other checks say of these
entries. Entries of which the same kinds are said, one of them in `ALIKE`, are one cause too. A run of days
without idle time is a cause of its own, unless another one has the very same entries.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rewards.findings.domain.checks import Candidate

ALIKE = frozenset({"no_booking", "late_by_hand", "self_dealing"})
"""Kinds that speak of many entries alike (of self-dealing: those of one organization)."""
COUNTED = ALIKE - {"self_dealing"}
"""Kinds of which only the number of entries is evidence, even of one."""
SHARED = ("user", "owner")
"""Evidence that several entries have in common."""
TIES = frozenset({"overlap", "device_disagrees", "two_places", "above_calendar", "bulk_at_year_end"})
RUN = "never_idle"

WEIGHT = (
    "self_dealing",
    "disputed",
    "two_places",
    "device_disagrees",
    "above_calendar",
    "overlap",
    "too_long",
    "bulk_at_year_end",
    "late_by_hand",
    "never_idle",
    "outside_windows",
    "no_booking",
    "amount",
)
"""Kinds in the order in which a finding is named after them."""

FURTHER = "also"
"""The key of evidence under which the evidence of other kinds stands, each with `kind` and `logs`."""


def merge_causes(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return one candidate for each cause, in order of kind and entries."""
    candidates = list(candidates)
    runs = [candidate for candidate in candidates if candidate.kind == RUN]
    others = [candidate for candidate in candidates if candidate.kind != RUN]
    causes = _join_alike(_tie(others))
    by_entries = {_entries_of(cause): cause for cause in causes}
    for run in runs:
        same = by_entries.get(frozenset(run.entries))
        if same is None:
            causes.append([run])
        else:
            same.append(run)
    return sorted(map(_merge, causes), key=_place)


def further_evidence(evidence: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the evidence beyond that of the kind after which a finding is named, each with its `kind`."""
    further: Sequence[Mapping[str, Any]] = evidence.get(FURTHER, ())
    return further


def list_kinds(kind: str, evidence: Mapping[str, Any]) -> list[str]:
    """Return every kind of evidence of a finding, each once, beginning with its own."""
    return list(dict.fromkeys([kind, *(each["kind"] for each in further_evidence(evidence))]))


def _tie(candidates: Sequence[Candidate]) -> list[list[Candidate]]:
    """Return the candidates by cause: entries that a check ties together belong to one."""
    above: dict[str, str] = {}

    def top(entry: str) -> str:
        while entry in above:
            entry = above[entry]
        return entry

    for candidate in candidates:
        if candidate.kind in TIES:
            first = top(candidate.entries[0])
            for entry in candidate.entries[1:]:
                if (other := top(entry)) != first:
                    above[other] = first
    causes: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        causes[top(candidate.entries[0])].append(candidate)
    return list(causes.values())


def _join_alike(causes: Iterable[list[Candidate]]) -> list[list[Candidate]]:
    """Join causes of single entries of which the same is said, if that is said of many alike.

    Without a booking there is no quote either: an amount without a quote says nothing more then.
    """
    joined: dict[Any, list[Candidate]] = defaultdict(list)
    for number, cause in enumerate(causes):
        kinds = frozenset(candidate.kind for candidate in cause)
        kinds -= {"amount"} if "no_booking" in kinds else set()
        users = frozenset(each.evidence["user"] for each in cause if each.kind == "self_dealing")
        joined[(kinds, users) if kinds & ALIKE and not kinds & TIES else number].extend(cause)
    return list(joined.values())


def _merge(cause: Iterable[Candidate]) -> Candidate:
    by_kind: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in cause:
        by_kind[candidate.kind].append(candidate)
    pieces = [piece for kind, alike in by_kind.items() for piece in _sum_up(kind, alike)]
    main, *further = sorted(pieces, key=_place)
    if not further:
        return main
    logs = tuple(sorted(_entries_of(pieces)))
    also = [{"kind": each.kind, "logs": list(each.entries), **each.evidence} for each in further]
    return Candidate(main.kind, logs, {**main.evidence, FURTHER: also})


def _sum_up(kind: str, alike: list[Candidate]) -> list[Candidate]:
    """Count what is said of single entries; pairs and days stay as they are."""
    if kind in TIES or (len(alike) == 1 and kind not in COUNTED):
        return alike
    logs = tuple(sorted(_entries_of(alike)))
    first = alike[0].evidence
    shared = {
        key: first[key]
        for key in SHARED
        if key in first and all(each.evidence[key] == first[key] for each in alike)
    }
    return [Candidate(kind, logs, {"entries": len(logs), **shared})]


def _entries_of(candidates: Iterable[Candidate]) -> frozenset[str]:
    return frozenset(entry for candidate in candidates for entry in candidate.entries)


def _place(candidate: Candidate) -> tuple[int, tuple[str, ...]]:
    return WEIGHT.index(candidate.kind), candidate.entries
