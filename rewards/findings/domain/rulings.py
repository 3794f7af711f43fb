"""Effects of decided findings on counting."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Rulings:
    """Invalidated logs, and upheld findings by unit."""

    invalidated: frozenset[str] = frozenset()
    upheld: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """USCC → kind of finding (and "upheld", "overdue") → how many."""
    falsified: frozenset[str] = frozenset()
    """USCCs of units with a proven falsification."""


@dataclass(frozen=True)
class Ruling:
    """What a finding says now; `invalidated` of its `logs` count no more where it is upheld."""

    key: int
    uscc: str
    kind: str
    logs: frozenset[str]
    invalidated: frozenset[str]
    upheld: bool
    overdue: bool
    falsified: bool


def build_rulings(rulings: Iterable[Ruling]) -> Rulings:
    """Return the effects of the upheld findings together; each counts once, under its kind."""
    invalidated: set[str] = set()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    falsified: set[str] = set()
    for each in rulings:
        if not each.upheld:
            continue
        invalidated.update(each.invalidated)
        counts[each.uscc].update([each.kind, "upheld", *(["overdue"] if each.overdue else [])])
        if each.falsified:
            falsified.add(each.uscc)
    return Rulings(frozenset(invalidated), counts, frozenset(falsified))
