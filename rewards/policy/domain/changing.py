"""Make another version of a policy: change figures of its document, and write it as TOML."""

import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from decimal import Decimal
from typing import Any

PLACE = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
NAMES = ("code", "version", "format")
"""Texts that look like numbers and are none."""


def figures_of(data: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the path and value of every figure of a document, in its order."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            if key not in NAMES:
                yield from figures_of(value, f"{path}.{key}" if path else key)
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from figures_of(value, f"{path}[{number}]")
    elif is_figure(data):
        yield path, data


def is_figure(value: Any) -> bool:
    """Return whether a value is a number, or a fraction written as a text."""
    return (isinstance(value, int | Decimal) and not isinstance(value, bool)) or (
        isinstance(value, str) and re.fullmatch(r"\d+/\d+", value) is not None
    )


def change(data: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document with other values at these paths; None takes the key out."""
    changed = deepcopy(dict(data))
    for path, value in changes.items():
        steps = [key or int(number) for key, number in PLACE.findall(path)]
        table: Any = changed
        for step in steps[:-1]:
            table = table.setdefault(step, {}) if isinstance(table, dict) else table[step]
        if value is not None:
            table[steps[-1]] = value
        elif isinstance(table, dict):
            table.pop(steps[-1], None)
    return changed


def write_toml(data: Mapping[str, Any]) -> str:
    """Write a document of texts, numbers, flags, lists and tables as TOML."""
    return "\n".join(_lines(data, "")).strip() + "\n"


def _lines(table: Mapping[str, Any], name: str) -> Iterator[str]:
    nested = {key: value for key, value in table.items() if _is_section(value)}
    yield from (f"{key} = {_value(value)}" for key, value in table.items() if key not in nested)
    for key, value in nested.items():
        path = f"{name}.{key}" if name else key
        for part in value if isinstance(value, list) else [value]:
            yield ""
            yield f"[[{path}]]" if isinstance(value, list) else f"[{path}]"
            yield from _lines(part, path)


def _is_section(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(each, Mapping) for each in value)
    return isinstance(value, Mapping)


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case list():
            return f"[{', '.join(_value(each) for each in value)}]"
        case int() | Decimal():
            return format(value, "f") if isinstance(value, Decimal) else str(value)
    return json.dumps(value, ensure_ascii=False)
