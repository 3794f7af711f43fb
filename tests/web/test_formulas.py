"""Text that looks like a formula stays text in every table that leaves the site."""

import io
import re
from pathlib import Path

import pytest
from django.conf import settings
from openpyxl import Workbook, load_workbook

from instrument_share.documents.content import Column, Table
from instrument_share.documents.tables import to_csv, to_xlsx
from instrument_share.pages.national import records
from instrument_share.sheets.table import Table as Sheet
from instrument_share.web.responses.exports import csv_lines
from providers.exchange.views.sheet_files import marked_xlsx
from tests.factories import NOW

FORMULAS = ["=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "＝1+1", "\t=1+1", "\r=1+1"]
WRITERS = {
    "instrument_share/documents/tables.py",
    "instrument_share/kernel/cells.py",
    "instrument_share/pages/national/records.py",
    "instrument_share/personal/contents.py",
    "instrument_share/web/responses/exports.py",
    "providers/exchange/views/sheet_files.py",
}
WRITES = re.compile(r"\bcsv(_writer)?\.(writer|DictWriter)\(|\bCsvLines\(\)|\bWorkbook\(")


def test_no_other_module_writes_tables():
    """A new one either uses these, or stands here and in the tests below."""
    root = Path(settings.BASE_DIR)
    modules = (
        path
        for app in ("instrument_share", "providers", "bookings", "rewards")
        for path in (root / app).rglob("*.py")
    )
    found = {
        str(path.relative_to(root)) for path in modules if WRITES.search(path.read_text(encoding="utf-8"))
    }
    assert {one for one in found if "/demo/" not in one} == WRITERS


def kinds(book):
    """The types of the cells that hold something; `f` is a formula."""
    return {
        cell.data_type
        for sheet in load_workbook(io.BytesIO(book))
        for row in sheet
        for cell in row
        if cell.value
    }


@pytest.mark.parametrize("text", FORMULAS)
def test_csv_puts_an_apostrophe_before_it(text):
    lines = "".join(csv_lines([text], [[text]], "en"))
    assert lines.count("'" + text[:2]) == 2
    table = Table(columns=[Column(text)], rows=[[text]])
    assert to_csv(table).decode().count("'" + text[:2]) == 2


@pytest.mark.parametrize("text", FORMULAS)
def test_a_workbook_holds_it_as_text(text):
    table = Table(columns=[Column(text)], rows=[[text]])
    assert "f" not in kinds(to_xlsx([("a", table)], title="a", created_at=NOW))
    assert "f" not in kinds(marked_xlsx(Sheet([[text]]), []))
    book = Workbook(write_only=True)
    book.create_sheet().append([records._text(book.worksheets[0], text)])
    written = io.BytesIO()
    book.save(written)
    assert "f" not in kinds(written.getvalue())
