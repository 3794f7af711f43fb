"""Read documents written by people (TOML, JSON) and collect every problem with its path."""

import re
import tomllib
from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from itertools import pairwise
from typing import Any

from instrument_share.kernel.errors import Problem, gettext_noop

CODE = re.compile(r"[a-z0-9_-]+")
"""A dot would divide a path such as `rules[0].rate.excellent`, and a key of TOML."""

MAGNITUDE = 30
"""Powers of ten beyond which a number is a slip of the pen (written out, it could fill the memory)."""

REQUIRED: Any = object()
"""The default of a key that must be there."""


class Problems:
    """The problems found so far. Readers return a default value and go on, to find all of them."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, path: str, code: str, message: str, /, **params: Any) -> None:
        """Add a problem at a path."""
        self.found.append(Problem(code=code, message=message, params=params, field=path or "."))


class Table:
    """A table (object) of a document. Each reader takes a key; `close` reports keys that nobody read.

    `max_lengths`: how many characters a text has at most, by its key; without limit where there is none.
    """

    def __init__(
        self, data: Any, path: str, problems: Problems, max_lengths: Mapping[str, int] | None = None
    ) -> None:
        self.path = path
        self.problems = problems
        self.max_lengths = max_lengths or {}
        self.asked: set[str] = set()
        self.data: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
        if not isinstance(data, Mapping):
            self.add("", "document.not_a_table", gettext_noop("Write a table of keys and values here."))

    def at(self, key: str) -> str:
        """Return the path of a key."""
        return f"{self.path}.{key}" if self.path and key else self.path or key

    def add(self, key: str, code: str, message: str, /, **params: Any) -> None:
        """Add a problem at a key."""
        self.problems.add(self.at(key), code, message, **params)

    def has(self, key: str) -> bool:
        """Return whether the key is present."""
        return key in self.data

    def value(self, key: str, default: Any = REQUIRED) -> Any:
        """Read a value of any type."""
        self.asked.add(key)
        if key in self.data:
            return self.data[key]
        if default is REQUIRED:
            self.add(key, "document.missing", gettext_noop("“{key}” is missing. Add it."), key=key)
            return None
        return default

    def text(self, key: str, default: Any = REQUIRED) -> str:
        """Read a non-empty text that is not too long."""
        value = self.value(key, default)
        if isinstance(value, str) and (value.strip() or default is not REQUIRED):
            return self._bounded(key, value.strip())
        if value is not None:
            self.add(key, "document.not_text", gettext_noop("Write a text in quotation marks here."))
        return ""

    def _bounded(self, key: str, text: str) -> str:
        most = self.max_lengths.get(key, len(text))
        if len(text) > most:
            message = gettext_noop("This text has {length} characters. It may have {most} at most.")
            self.add(key, "document.too_long", message, length=len(text), most=most)
        return text

    def code(self, key: str, default: Any = REQUIRED) -> str:
        """Read a name for programs: small letters, digits, `-` and `_`."""
        value = self.text(key, default)
        if value and not CODE.fullmatch(value):
            message = gettext_noop(
                "“{value}” is not a code. Use only lower-case letters, digits, “-” and “_”."
            )
            self.add(key, "document.not_a_code", message, value=value)
        return value

    def flag(self, key: str, default: Any = REQUIRED) -> bool:
        """Read a boolean."""
        value = self.value(key, default)
        if value is not None and not isinstance(value, bool):
            self.add(
                key, "document.not_a_flag", gettext_noop("Write true or false, without quotation marks.")
            )
        return value is True

    def choice(self, key: str, options: Collection[str], default: Any = REQUIRED) -> str:
        """Read one of the options."""
        value = self.value(key, default)
        if value is None or (isinstance(value, str) and value in options):
            return value or ""
        message = gettext_noop("“{value}” is not one of: {options}.")
        self.add(key, "document.not_an_option", message, value=str(value), options=", ".join(options))
        return ""

    def number(
        self, key: str, default: Any = REQUIRED, *, least: Any = None, most: Any = None, whole: bool = False
    ) -> Any:
        """Read an exact Fraction within bounds (both included); `default` itself where the key is absent."""
        value = self.value(key, default)
        if value is None or (value is default and key not in self.data):
            return Fraction(0) if default is REQUIRED else default
        return self.as_number(value, key, least=least, most=most, whole=whole)

    def whole(self, key: str, default: Any = REQUIRED, *, least: int = 0, most: int | None = None) -> Any:
        """Read a whole number within bounds."""
        value = self.number(key, default, least=least, most=most, whole=True)
        return int(value) if isinstance(value, Fraction) else value

    def as_number(
        self, value: Any, key: str, *, least: Any = None, most: Any = None, whole: bool = False
    ) -> Fraction:
        """Convert a value to an exact Fraction within bounds, or report it."""
        number = parse_exact_number(value)
        if number is None:
            self.add(
                key, "document.not_a_number", gettext_noop("“{value}” must be a number."), value=str(value)
            )
        elif whole and number.denominator != 1:
            self.add(
                key, "document.not_whole", gettext_noop("{value} must be a whole number."), value=str(value)
            )
        elif least is not None and number < least:
            message = gettext_noop("{value} is too low: at least {least}.")
            self.add(key, "document.too_low", message, value=str(value), least=str(least))
        elif most is not None and number > most:
            message = gettext_noop("{value} is too high: at most {most}.")
            self.add(key, "document.too_high", message, value=str(value), most=str(most))
        else:
            return number
        return Fraction(0)

    def numbers(self, key: str, default: Any = REQUIRED, **bounds: Any) -> tuple[Fraction, ...]:
        """Read a list of numbers within bounds."""
        items = self._items(key, default)
        return tuple(self.as_number(item, f"{key}[{at}]", **bounds) for at, item in enumerate(items))

    def pairs(self, key: str, *, least: int = 0) -> tuple[tuple[Fraction, Fraction], ...]:
        """Read `[[bound, value], …]`, with rising bounds and values that do not fall."""
        pairs = []
        for at, item in enumerate(self._items(key)):
            path = f"{key}[{at}]"
            if not isinstance(item, list) or len(item) != 2:
                self.add(path, "document.not_a_pair", gettext_noop("Write two numbers here: [bound, value]."))
                continue
            pairs.append((self.as_number(item[0], path), self.as_number(item[1], path, least=least)))
        if any(b[0] <= a[0] or b[1] < a[1] for a, b in pairwise(pairs)):
            message = gettext_noop(
                "The bounds must rise and the values must not fall. Put the pairs in order."
            )
            self.add(key, "document.not_rising", message)
        return tuple(pairs)

    def table(self, key: str) -> "Table":
        """Read the table under `key`; an empty one where it is absent."""
        return Table(self.value(key, {}), self.at(key), self.problems)

    def tables(
        self, key: str, default: Any = REQUIRED, *, max_lengths: Mapping[str, int] | None = None
    ) -> list["Table"]:
        """Read a list of tables, the texts of each at most as long as `max_lengths` says."""
        return [
            Table(item, f"{self.at(key)}[{at}]", self.problems, max_lengths)
            for at, item in enumerate(self._items(key, default))
        ]

    def codes(self, key: str, options: Collection[str] | None = None) -> tuple[str, ...]:
        """Read a list of texts, each one of `options`; empty where it is absent."""
        codes = []
        for at, item in enumerate(self._items(key, ())):
            if not isinstance(item, str):
                message = gettext_noop("Write a text in quotation marks here.")
                self.add(f"{key}[{at}]", "document.not_text", message)
            elif options is not None and item not in options:
                message = gettext_noop("“{value}” is not one of: {options}.")
                params = {"value": item, "options": ", ".join(options)}
                self.add(f"{key}[{at}]", "document.not_an_option", message, **params)
            else:
                codes.append(item)
        return tuple(codes)

    def _items(self, key: str, default: Any = REQUIRED) -> list[Any]:
        value = self.value(key, default)
        if isinstance(value, list):
            return value
        if value is not None and key in self.data:
            self.add(key, "document.not_a_list", gettext_noop("Write a list here."))
        return []

    def close(self) -> None:
        """Report every key that no reader took, since it may be misspelt."""
        for key in self.data.keys() - self.asked:
            message = gettext_noop("“{key}” is not known here. Known: {known}.")
            self.add(key, "document.unknown_key", message, key=key, known=", ".join(sorted(self.asked)))


def parse_toml(text: str) -> dict[str, Any]:
    """Return the tables of a TOML document, its numbers exactly. Raises ValueError."""
    return tomllib.loads(text, parse_float=Decimal)


def parse_exact_number(value: Any) -> Fraction | None:
    """Return a number of a document exactly: an integer, a Decimal, a text ("12.50", "200/3"); else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return Fraction(value)
    if isinstance(value, str):
        try:
            return Fraction(value) if "/" in value else parse_exact_number(Decimal(value))
        except (ValueError, ZeroDivisionError, InvalidOperation):
            return None
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) <= MAGNITUDE:
        return Fraction(value)
    return None
