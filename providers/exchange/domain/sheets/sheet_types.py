"""The parts of a kind of sheet: its fields, their headings and words, and what a template shows.

One declaration for each kind (`kinds`) serves the reading, the template and the map.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

from instrument_share.kernel.errors import Problem, gettext_noop
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
    "moment",
    "flag",
    "weekdays",
    "country",
    "category",
    "subjects",
]
MISSING = gettext_noop("“{field}” is missing.")
Held = tuple[dict[str, Any], list[Problem]]


class SheetKindName(StrEnum):
    """The names of the kinds of sheets that this app reads; other apps register theirs."""

    INSTRUMENTS = "instruments"
    RULES = "rules"
    PRICES = "prices"
    NEWS = "news"


@dataclass(frozen=True)
class SheetField:
    """A column: its name, its label as a marked literal, and what its cells may hold.

    `headings` are the Chinese ones, the template's first; `ten_thousands` those of money in 万元. `words` map
    Chinese words of a closed list to values, in the template's order; `english` does so in English. `hint` is
    a marked literal.
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
        """Return whether the template offers the values in a drop-down list."""
        return bool(self.words) or self.kind in ("flag", "weekdays", "country", "category", "subjects")


@dataclass(frozen=True)
class SheetKind:
    """A kind of sheet. `essential` are groups of fields of which a row needs any one.

    `check` returns a value as its field holds it, or its problems; `prefix` begins their codes. `once` is the
    field that must be unique. `examples` are rows by field, in Chinese and in English.
    """

    name: StrEnum
    label: str
    fields: Mapping[str, SheetField]
    essential: tuple[tuple[str, ...], ...]
    check: Callable[[str, Any], Held]
    prefix: str = "import"
    once: str | None = None
    examples: tuple[tuple[Mapping[str, str], Mapping[str, str]], ...] = ()
    steps: tuple[str, ...] = ()
    """How to fill it in, as marked literals."""
    leaves_out_words: bool = False
    """A word that a choice lacks leaves its cell out, not the row: the entry can be completed later."""

    @property
    def known_headings(self) -> dict[str, tuple[str, Decimal | None]]:
        """Return known headings with their field, and a factor for money in 万元."""
        found: dict[str, tuple[str, Decimal | None]] = {}
        for name, one in self.fields.items():
            for heading in (name, one.label, *one.headings):
                found.setdefault(normalize_heading(heading), (name, None))
        for name, one in self.fields.items():
            for heading in one.ten_thousands:
                found[normalize_heading(heading)] = (name, Decimal(10_000))
        return found


def english_words(labels: Mapping[Any, str]) -> dict[str, Any]:
    """Return the values of a closed list by their English labels."""
    return {text: member.value for member, text in labels.items()}
