"""Words of closed lists that a unit writes otherwise: what they mean, said once for each word."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from providers.exchange.domain.sheets.aliases import normalize_heading
from providers.exchange.domain.sheets.maps import SheetMap
from providers.exchange.domain.sheets.problems import SheetProblem
from providers.exchange.domain.sheets.sheet_types import SheetField, SheetKind
from providers.exchange.domain.sheets.values import choice_words, parse_cell
from providers.instruments.domain.fields import Unusable

CLOSED = ("choice", "several")
"""Kinds of fields whose words are few enough to be chosen from."""
CODED = ("country", "category")
"""Kinds of fields with a code for each word."""


@dataclass(frozen=True)
class UnknownWord:
    """A word that a field's list lacks, and in how many rows it stands."""

    field: str
    word: str
    rows: int


def unknown_words(problems: Iterable[SheetProblem]) -> list[UnknownWord]:
    """Return the distinct unknown words of a sheet, by field, the most frequent first."""
    rows: dict[tuple[str, str], set[int]] = {}
    for problem in problems:
        if problem.word:
            rows.setdefault((problem.field, problem.word), set()).add(problem.row)
    found = [UnknownWord(field, word, len(numbers)) for (field, word), numbers in rows.items()]
    return sorted(found, key=lambda one: (one.field, -one.rows, one.word))


def meaning(kind: SheetKind, name: str, said: str) -> Any:
    """Return the value that our word or code `said` stands for. Raises Unusable."""
    field = kind.fields[name]
    known = choice_words(field)
    if field.kind in CLOSED and (key := normalize_heading(said)) in known:
        return known[key]
    value = parse_cell(field, said, prefix=kind.prefix, words=known)
    problems = kind.check(name, value)[1]
    if problems:
        raise Unusable(problems[0])
    return value


def is_mappable(field: SheetField) -> bool:
    """Return whether the field has a list whose words can be said to mean ours."""
    return field.kind in CLOSED or field.kind in CODED


def with_words(mapping: SheetMap, words: Mapping[str, Mapping[str, str]], kind: SheetKind) -> SheetMap:
    """Return the map with what the unit has said of its words; what the map says itself comes first.

    A meaning that is no longer in its list is left out, so that the word is asked for again.
    """
    values = {name: dict(said) for name, said in mapping.values.items()}
    for name, said in words.items():
        if name in kind.fields:
            values[name] = {**_meanings(kind, name, said), **values.get(name, {})}
    return replace(mapping, values=values)


def _meanings(kind: SheetKind, name: str, said: Mapping[str, str]) -> dict[str, Any]:
    found = {}
    for word, meant in said.items():
        try:
            found[normalize_heading(word)] = meaning(kind, name, meant)
        except Unusable:
            continue
    return found
