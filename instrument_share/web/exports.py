"""What a page shows, as a table for other programs."""

import csv
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse

MARK = "\ufeff"
"""Spreadsheet programs read Chinese right when the file begins with it."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")


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
