"""What a kind of sheet is made of: its fields, how offices head and word them, and what a template shows.

One declaration per kind (`sheet_kinds`) serves the reading, the template and the map.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

from instrument_share.kernel.errors import Problem
from providers.exchange.domain.sheets.aliases import normalize_heading

ValueKind = Literal[
    "text",
    "email",
    "choice",
    "several",
    "money",
    "whole",
    "hours",
    "minutes",
    "days",
    "date",
    "time",
    "flag",
    "weekdays",
    "country",
    "category",
    "subjects",
]
Held = tuple[dict[str, Any], list[Problem]]


class SheetKindName(StrEnum):
    INSTRUMENTS = "instruments"
    RULES = "rules"
    PRICES = "prices"
    NEWS = "news"


@dataclass(frozen=True)
class SheetField:
    """A column: its name, its label as a marked literal, and what its cells may hold.

    `headings` are the Chinese ones, the template's first; `ten_thousands` those of money in 万元. `words` are
    the Chinese words of a closed list and what they mean, one after another as the template offers them;
    `english` the same in English. `hint` is a marked literal.
    """

    name: str
    label: str
    kind: ValueKind = "text"
    headings: tuple[str, ...] = ()
    ten_thousands: tuple[str, ...] = ()
    limit: int | None = None
    least: int | None = None
    most: int | None = None
    words: Mapping[str, Any] = field(default_factory=dict)
    english: Mapping[str, Any] = field(default_factory=dict)
    needed: bool = False
    hint: str = ""

    @property
    def is_list(self) -> bool:
        """Whether the template offers its values in a drop-down list."""
        return bool(self.words) or self.kind in ("flag", "weekdays", "country", "category", "subjects")


@dataclass(frozen=True)
class SheetKind:
    """A kind of sheet. `essential` lists what a row can't do without: any one of each group.

    `check` holds a value of a field or says what is wrong with it; `prefix` begins the codes of its problems.
    `once` is the field that tells rows apart, where two rows may not say the same. `examples` are rows of
    words, by field, as a template shows them in Chinese and in English.
    """

    name: SheetKindName
    label: str
    fields: Mapping[str, SheetField]
    essential: tuple[tuple[str, ...], ...]
    check: Callable[[str, Any], Held]
    prefix: str = "import"
    once: str | None = None
    examples: tuple[tuple[Mapping[str, str], Mapping[str, str]], ...] = ()
    steps: tuple[str, ...] = ()
    """How to fill it in, as marked literals."""

    @property
    def known_headings(self) -> dict[str, tuple[str, Decimal | None]]:
        """Every heading that is understood without a map → field, and a factor for money in 万元."""
        found: dict[str, tuple[str, Decimal | None]] = {}
        for name, one in self.fields.items():
            for heading in (name, one.label, *one.headings):
                found.setdefault(normalize_heading(heading), (name, None))
        for name, one in self.fields.items():
            for heading in one.ten_thousands:
                found[normalize_heading(heading)] = (name, Decimal(10_000))
        return found
