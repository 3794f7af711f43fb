"""Single changes behind the application, drawn by chance: what somebody with the database might write.

`TAMPERINGS=1000 ./dev test …` draws that many in each of the tests that ask here, in place of a few hundred.
"""

import os
import random
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import DatabaseError, models, transaction

Look = Callable[[], object]
"""Returns what a check names; nothing if it finds everything in order."""

WANTED = int(os.environ.get("TAMPERINGS", "0"))
"""How many random changes a long run draws; 0: the ordinary suite."""


def tables_of(app: str, without: Collection[str], package: str = "") -> list[type[models.Model]]:
    """Every model of an app (of one package in it) but those that are exempt."""
    found = apps.get_app_config(app).get_models()
    return [one for one in found if one.__module__.startswith(package) and one.__name__ not in without]


def columns_of(
    tables: Iterable[type[models.Model]], without: Collection[str]
) -> list[tuple[type[models.Model], Any]]:
    """Every column of the tables but keys and those that are exempt, as `Model.column`."""
    return [
        (table, field)
        for table in tables
        for field in table._meta.concrete_fields
        if not field.auto_created and f"{table.__name__}.{field.name}" not in without
    ]


class Tampering:
    """Changes of rows, each taken back once a check has named it; how many, and what went unnamed."""

    def __init__(self, looks: Mapping[str, Look], rows_of: Callable[[Any], Any]) -> None:
        self._looks, self._rows_of = looks, rows_of
        self.unnamed: list[str] = []
        self.named: dict[str, dict[str, int]] = {}

    @property
    def made(self) -> int:
        return sum(sum(by_look.values()) for by_look in self.named.values()) + len(self.unnamed)

    def change(self, draw: random.Random, table: type[models.Model], field: Any) -> None:
        """Write another value into a column of one row."""
        row = draw.choice(list(self._rows_of(table)))
        before = getattr(row, field.attname)
        after = other_value(draw, field, before)
        if after == before or (after is None and not field.null):
            return  # there is nothing else that it could be
        what = f"{table.__name__} {row.pk} {field.name}: {before!r} → {after!r}"
        self._try(table, what, lambda: _one(row).update(**{field.attname: after}))

    def remove(self, row: models.Model) -> None:
        self._try(
            type(row), f"{type(row).__name__} {row.pk} removed", lambda: _one(row)._raw_delete("default")
        )

    def add(self, row: models.Model, **values: Any) -> None:
        """Add a row like this one but for some values, with a public id of its own."""
        copy = type(row)._default_manager.get(pk=row.pk)
        copy.pk = None
        for name, value in values.items():
            setattr(copy, name, value)
        if hasattr(copy, "public_id"):
            copy.public_id = copy._meta.get_field("public_id").get_default()
        self._try(
            type(row), f"{type(row).__name__} {row.pk} added once more", lambda: copy.save(force_insert=True)
        )

    def do(self, what: str, write: Callable[[], Any]) -> None:
        """Several writes that belong together."""
        self._try(None, what, write)

    def _try(self, table: type[models.Model] | None, what: str, write: Callable[[], Any]) -> None:
        try:
            with transaction.atomic():
                write()
                name = next((name for name, look in self._looks.items() if look()), "")
                transaction.set_rollback(True)
        except DatabaseError:
            return  # a constraint refuses it
        by_look = self.named.setdefault(table.__name__ if table else "several", {})
        if name:
            by_look[name] = by_look.get(name, 0) + 1
        else:
            self.unnamed.append(what)

    def require_all_named(self) -> None:
        """Fail for what no check named; how many of each table which check named first is told (`-s`)."""
        lines = (f"{table}: {by_look}" for table, by_look in sorted(self.named.items()))
        sys.stdout.write("\n".join([f"{self.made} changes", *lines, ""]))
        assert not self.unnamed, "\n".join(self.unnamed)


def _one(row: models.Model) -> Any:
    return type(row)._default_manager.filter(pk=row.pk)


def draw_columns(draw: random.Random, columns: Sequence[Any]) -> Iterator[Any]:
    """Every column once, in a random order, then any of them without end."""
    yield from draw.sample(columns, len(columns))
    while True:
        yield draw.choice(columns)


def other_value(draw: random.Random, field: Any, value: Any) -> Any:
    """Another value of a column, such as somebody would write."""
    if isinstance(field, models.ForeignKey):
        others = field.related_model._default_manager.exclude(pk=value).order_by("pk")
        return draw.choice(list(others.values_list("pk", flat=True)) or [value])
    if field.choices:
        return draw.choice([code for code, _ in field.choices if code != value])
    match value:
        case None:
            return {"DateField": date(2026, 1, 9), "DateTimeField": datetime.now().astimezone()}.get(
                field.get_internal_type(), 7
            )
        case bool():
            return not value
        case int():
            return value + draw.choice([1, 7, 1000])
        case Decimal():
            return value + draw.choice([1, Decimal("0.01")])
        case datetime():
            return value + timedelta(seconds=draw.choice([1, 60, -3600]))
        case date():
            return value + timedelta(days=draw.choice([-1, 1]))
        case dict():
            return {**value, "x": 1}
        case list():
            return [*value, "x"]
    text = str(value)
    at = draw.randrange(len(text)) if text else 0
    return text[:at] + draw.choice("0123456789abcdef新") + text[at + 1 :]
