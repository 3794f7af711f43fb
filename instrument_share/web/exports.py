"""What a page shows, as a table for other programs."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse

MARK = "\ufeff"
"""Spreadsheet programs read Chinese right when the file begins with it."""
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


def csv_response(name: str, heads: Sequence[Any], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """A CSV file in UTF-8. Text that a spreadsheet would take for a formula is marked as text."""
    response = HttpResponse(MARK, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    writer = csv.writer(response)
    writer.writerow([str(head) for head in heads])
    writer.writerows([_plain(value) for value in row] for row in rows)
    return response


def _plain(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA) else text


# --- Row by row, for data sets of any size ------------------------------------------------------------------


class _Echo:
    """A file that gives back what is written, for `csv.writer`."""

    def write(self, line: str) -> str:
        return line


def csv_stream(name: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> StreamingHttpResponse:
    """The same as `csv_response`, while the rows come in; lists and the like stand in a cell as JSON."""

    def lines() -> Iterator[str]:
        writer = csv.writer(_Echo())
        yield MARK
        yield writer.writerow(columns)
        for row in rows:
            yield writer.writerow([_cell(row[column]) for column in columns])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _cell(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case list() | dict():
            return _json(value) if value else ""
        case date():
            return value.isoformat()
    return _plain(value)


def json_stream(about: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> StreamingHttpResponse:
    """One JSON object: what `about` says, and in `items` the rows while they come in."""

    def parts() -> Iterator[str]:
        yield _json(about)[:-1] + ', "items": ['
        for number, row in enumerate(rows):
            yield (",\n" if number else "\n") + _json(row)
        yield "\n]}\n"

    return StreamingHttpResponse(parts(), content_type="application/json")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_json_value)


def _json_value(value: Any) -> str:
    """Instants and dates in RFC 3339, amounts as strings."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{value!r} has no place in JSON")
