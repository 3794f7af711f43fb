"""What an archive holds: one JSON and one CSV for each kind of rows, and a page that names them."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from instrument_share.accounts.domain.privacy import NOTICE_VERSION, PURPOSES
from instrument_share.kernel.cells import CsvLines, escape_formula
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.personal import registry
from instrument_share.web.responses.problem import told

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

AT_ONCE = 500
NEVER = frozenset({"id", "password", "digest", "session_key", "session_data"})
"""Fields that no archive holds: keys inside the database, and secrets."""

Row = dict[str, Any]


def write_archive(
    target: IO[bytes], user: "User", now: datetime, keep_progress: Callable[[int], None]
) -> None:
    """Write the ZIP of all that the site holds about a person, in the language that is active."""
    listed = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, kind in enumerate(registry.own_rows(), start=1):
            name = kind.model.replace(".", "-").lower()
            count = _write_json(archive, f"{name}.json", kind, user)
            if count:
                _write_csv(archive, f"{name}.csv", kind, user)
            listed.append({"title": _(kind.title), "name": name, "rows": count})
            keep_progress(number)
        context = {
            "owner": user,
            "now": now,
            "listed": listed,
            "purposes": PURPOSES,
            "version": NOTICE_VERSION,
        }
        archive.writestr("index.html", render_to_string("personal/archive.html", context))


def iterate_rows(kind: registry.OwnRows, user: "User") -> Iterator[Row]:
    """Yield a person's rows of one kind, oldest first, in some statements for every 500."""
    model = apps.get_model(kind.model)
    fields = [one for one in model._meta.concrete_fields if one.name not in {*NEVER, *kind.hidden}]
    own = model._default_manager.filter(
        pk__in=model._default_manager.filter(kind.condition(user)).values("pk")
    )
    last: Any = None
    while True:
        part = list((own if last is None else own.filter(pk__gt=last)).order_by("pk")[:AT_ONCE])
        if not part:
            return
        named = {one.name: _name_related(one, part) for one in fields if one.is_relation}
        for row in part:
            yield {one.name: _value(one, row, named) for one in fields}
        last = part[-1].pk


def _name_related(field: "models.Field[Any, Any]", part: list[models.Model]) -> dict[Any, Any]:
    """Return what stands for the rows that a link leads to: their public id, and a public name."""
    keys = {field.value_from_object(row) for row in part} - {None}
    target: type[models.Model] = field.related_model  # type: ignore[assignment]
    return {key: _reference(row) for key, row in target._default_manager.in_bulk(keys).items()}


def _reference(row: models.Model) -> Any:
    reference = getattr(row, "public_id", None) or str(row.pk)
    name = getattr(row, "name_zh", "")
    return {"id": reference, "name": name} if name else reference


def _value(field: "models.Field[Any, Any]", row: models.Model, named: dict[str, dict[Any, Any]]) -> Any:
    value = field.value_from_object(row)
    if field.is_relation:
        return named[field.name].get(value)
    return str(value) if isinstance(field, models.FileField) else value


def _write_json(archive: zipfile.ZipFile, name: str, kind: registry.OwnRows, user: "User") -> int:
    count = 0
    with archive.open(name, "w") as file:
        file.write(b"[")
        for count, row in enumerate(iterate_rows(kind, user), start=1):
            text = json.dumps(row, ensure_ascii=False, cls=DjangoJSONEncoder, indent=1)
            file.write(((",\n" if count > 1 else "\n") + text).encode())
        file.write(b"\n]\n")
    return count


def _write_csv(archive: zipfile.ZipFile, name: str, kind: registry.OwnRows, user: "User") -> None:
    with archive.open(name, "w") as file, io.TextIOWrapper(file, "utf-8-sig", newline="") as text:
        lines = CsvLines()
        for number, row in enumerate(iterate_rows(kind, user)):
            shown = _put_into_words(kind, row)
            if number == 0:
                text.write(lines.line(shown))
            text.write(lines.line([_cell(value) for value in shown.values()]))


def _put_into_words(kind: registry.OwnRows, row: Row) -> Row:
    """Return the row with its sentence in the active language in place of message and parameters."""
    if kind.sentence is None:
        return row
    message, params = kind.sentence
    shown = {name: value for name, value in row.items() if name != params}
    return shown | {message: told(row[message], row[params])}


def _cell(value: Any) -> str:
    """Return a value as people read it: times are those of the city, links have their names."""
    match value:
        case None:
            return ""
        case datetime():
            return f"{value.astimezone(CITY_TIME):%Y-%m-%d %H:%M:%S}"
        case {"id": reference, "name": name, **others} if not others:
            return escape_formula(f"{name} ({reference})")
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, cls=DjangoJSONEncoder)
    return escape_formula(str(value))
