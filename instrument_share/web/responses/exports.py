"""What a page shows, as a table for other programs."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import translation
from django.utils.translation import get_language

from instrument_share.kernel.cells import CsvLines, escape_formula
from instrument_share.kernel.city_time import CITY_TIME

MARK = "\ufeff"
"""Spreadsheet programs read Chinese right when the file begins with it."""
CSV = "text/csv; charset=utf-8"


def csv_response(name: str, heads: Iterable[Any], rows: Iterable[Iterable[Any]]) -> StreamingHttpResponse:
    """A CSV file in UTF-8, sent while the rows come in and in the language in which it was asked for.

    Text stays text for who opens it as a spreadsheet, and figures stay figures; dates are in ISO 8601,
    instants on the city's clock, lists and the like stand in a cell as JSON.
    """
    lines = csv_lines(heads, map(_on_the_citys_clock, rows), get_language())
    response = StreamingHttpResponse(lines, content_type=CSV)
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _on_the_citys_clock(row: Iterable[Any]) -> list[Any]:
    return [value.astimezone(CITY_TIME) if isinstance(value, datetime) else value for value in row]


def csv_lines(heads: Iterable[Any], rows: Iterable[Iterable[Any]], language: str | None) -> Iterator[str]:
    """Yield the lines of a CSV file while the rows come in."""
    lines = CsvLines()
    with translation.override(language):
        yield MARK
        yield lines.line([_cell(head) for head in heads])
        for row in rows:
            yield lines.line([_cell(value) for value in row])


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list() | dict():
            return _json(value) if value else ""
        case date():
            return value.isoformat()
        case int() | float() | Decimal():
            return str(value)
    return escape_formula(str(value))


def json_parts(about: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield one JSON object with the members of `about`, and the rows in `items` while they come in."""
    yield _json(about)[:-1] + ', "items": ['
    for number, row in enumerate(rows):
        yield (",\n" if number else "\n") + _json(row)
    yield "\n]}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_json_value)


def _json_value(value: Any) -> str:
    """Instants and dates in RFC 3339, amounts as strings."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{value!r} has no place in JSON")
