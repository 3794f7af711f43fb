"""Maps of units' own sheets: which heading is which field, and how cells are read.

A TOML document that a unit writes once for its sheet (providers/README.md, "Bringing in a sheet").
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from instrument_share.kernel.errors import DomainError, Problem, gettext_noop
from instrument_share.kernel.wording import Sentence
from providers.exchange.domain.sheets.aliases import normalize_heading
from providers.exchange.domain.sheets.sheet_columns import INSTRUMENTS
from providers.exchange.domain.sheets.sheet_types import SheetKind

MAP_PARTS = ("columns", "constants", "defaults", "values", "dates", "factors", "shorten")


class MapUnusable(DomainError):
    """The map has faults; `problems` lists them all."""

    code = "import.map_unusable"
    message = gettext_noop("The map can't be used as it is.")


@dataclass(frozen=True)
class SheetMap:
    """A map from headings to fields, with rules to read cells; empty for our own headings.

    `places` override headings: columns from 0 to fields, below the row `heading_at` (from 0). `shorten` maps
    a field that may be cut to its limit to the field that keeps the whole text.
    """

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    dates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    factors: Mapping[str, Decimal] = field(default_factory=dict)
    shorten: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    heading_at: int | None = None


def parse_map(text: str, kind: SheetKind = INSTRUMENTS) -> SheetMap:
    """Return the map of a TOML text. Raises MapUnusable with every fault."""
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also a number of thousands of digits
        message = gettext_noop("The map is not TOML: {error}")
        raise MapUnusable(problems=[Problem("import.map_toml", message, {"error": str(error)})]) from None
    problems = list(_problems_of_map(document, kind))
    if problems:
        raise MapUnusable(problems=problems)
    return SheetMap(
        columns={
            normalize_heading(heading): _names(target)
            for heading, target in document.get("columns", {}).items()
        },
        constants=document.get("constants", {}),
        defaults=document.get("defaults", {}),
        values={
            name: {normalize_heading(str(said)): meant for said, meant in words.items()}
            for name, words in document.get("values", {}).items()
        },
        dates={name: _names(formats) for name, formats in document.get("dates", {}).items()},
        factors={name: Decimal(str(factor)) for name, factor in document.get("factors", {}).items()},
        shorten=document.get("shorten", {}),
    )


def _names(target: str | list[str]) -> tuple[str, ...]:
    return (target,) if isinstance(target, str) else tuple(target)


def _problems_of_map(document: Mapping[str, Any], kind: SheetKind) -> Iterator[Problem]:
    for part, content in document.items():
        if part not in MAP_PARTS or not isinstance(content, dict):
            message = gettext_noop("The map has no part “{part}”. Its parts are: {parts}.")
            yield Problem("import.map_part", message, {"part": part, "parts": MAP_PARTS}, part)
            continue
        targets: Iterable[Any] = content.values() if part == "columns" else content.keys()
        if part == "shorten":
            targets = [*content.keys(), *content.values()]
        for target in targets:
            if not isinstance(target, str | list) or not all(isinstance(one, str) for one in target):
                message = gettext_noop("A column belongs to a field or a list of fields, not to “{target}”.")
                yield Problem("import.map_target", message, {"target": str(target)}, part)
                continue
            for name in _names(target):
                if name not in kind.fields:
                    message = gettext_noop("[{part}] There is no field “{name}”. Fields are: {fields}.")
                    params = {"part": part, "name": name, "fields": tuple(kind.fields)}
                    yield Problem("import.map_field", message, params, part)
        if part == "values" and not all(isinstance(words, dict) for words in content.values()):
            message = gettext_noop("[values.<field>] holds lines of the form “in the sheet” = “meant here”.")
            yield Problem("import.map_values", message, field=part)
        if part == "factors" and not all(_is_number(factor) for factor in content.values()):
            yield Problem("import.map_factor", gettext_noop("[factors] holds numbers."), field=part)
        if part in ("constants", "defaults"):
            yield from _problems_of_presets(part, content, kind)


def _problems_of_presets(part: str, content: Mapping[str, Any], kind: SheetKind) -> Iterator[Problem]:
    """Yield the problems of values that hold for every row, once for the map and not for each row."""
    for name, value in content.items():
        for problem in kind.check(name, value)[1] if name in kind.fields else ():
            message = gettext_noop("[{part}] {name}: {reason}")
            reason = Sentence(problem.message, problem.params)
            yield Problem("import.map_value", message, {"part": part, "name": name, "reason": reason}, part)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0
