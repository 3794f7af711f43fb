"""Effects of decided findings on counting."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Rulings:
    """Invalidated logs, and upheld findings by unit."""

    invalidated: frozenset[str] = frozenset()
    upheld: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """USCC → kind of finding (and "upheld", "overdue") → how many."""
    falsified: frozenset[str] = frozenset()
    """USCCs of units with a proven falsification."""
