"""Files that people send as sheets: encodings, workbooks of offices, and those that would end a reader."""

import io
import re
import subprocess
import sys
import zipfile
from contextlib import nullcontext
from datetime import date, datetime
from time import process_time

import openpyxl
import pytest
from django.conf import settings
from django.utils import translation
from openpyxl.utils import get_column_letter

from instrument_share.sheets import read_apart
from instrument_share.sheets import reading as tables
from instrument_share.sheets.read_apart import ReadTooMuch
from instrument_share.sheets.reading import SheetTooFull, SheetTooLarge, SheetUnreadable, read_table
from instrument_share.web.responses import problem
from providers.exchange.services.imports import apply
from providers.instruments.models import Instrument
from tests.providers.conftest import NOW

HEADING = "仪器编号,仪器名称,型号,原值（万元）\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_the_encodings_that_offices_write(encoding):
    assert read_table((HEADING + "Y-1,㐂扫描电镜,,\n").encode(encoding)).rows[1][1] == "㐂扫描电镜"


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters(delimiter):
    assert read_table(f"编号{delimiter}名称\nY-1{delimiter}a,b\n".encode()).rows[1] == ["Y-1", "a,b"]


def xlsx(rows, sheet=None):
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    if sheet:
        sheet(workbook.active)
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def test_an_xlsx_of_an_office_goes_through(world):
    def merge(sheet):
        sheet.merge_cells("A1:G1")
        sheet.merge_cells("A3:C3")

    rows = [
        ["云屏材料研究所大型仪器设备一览表"],
        [],
        ["基本信息", None, None, "价值", None, "状态"],
        ["序号", "资产编号", "*仪器设备名称", "原值（万元）", "启用日期", "设备状态", "国别"],
        [1, 20190031, "场发射扫描电镜", 320.5, date(2019, 5, 6), "正常", "日本"],
        [2, 20190032, "=1+1", 99, "2019年6月", "待修", "美国"],
        ["合计", None, None, 419.5],
    ]
    table = read_table(xlsx(rows, merge))
    report = apply(actor=world.manager, organization_id=world.unit.pk, table=table, now=NOW, partial=True)
    first = Instrument.objects.get(inner_number="20190031")
    assert (first.name_zh, str(first.value_yuan), first.in_service_date.isoformat(), first.condition) == (
        "场发射扫描电镜",
        "3205000.00",
        "2019-05-06",
        "normal",
    )
    # A formula that was never computed has no value; it is not carried out here.
    assert [(error.row, error.code) for error in report.errors] == [
        (6, "import.essential"),
        (7, "import.total"),
    ]
    assert report.ignored_columns == ("序号",)


def test_a_file_that_is_too_large_or_has_too_many_rows_is_refused(monkeypatch):
    with pytest.raises(SheetTooLarge):
        read_table(b"x" * (tables.MAX_BYTES + 1))
    with pytest.raises(SheetTooLarge):
        read_table(("a,b\n" * (tables.MAX_ROWS + 2)).encode())
    assert len(read_table(("a,b\n" * (tables.MAX_ROWS + 1)).encode()).rows) == 20_001


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (tables.MAX_UNPACKED_BYTES + 1))
    with pytest.raises(SheetTooLarge):
        read_table(bomb.getvalue())


@pytest.mark.parametrize("cell", ["A1048576", "XFD1"])
def test_a_cell_at_the_far_end_is_refused_before_the_area_is_filled(cell, monkeypatch):
    monkeypatch.setattr(tables, "read_in_subprocess", None)
    with pytest.raises(SheetTooLarge):
        read_table(xlsx([["a"]], lambda sheet: sheet.__setitem__(cell, "b")))


def repacked(content, packing=zipfile.ZIP_DEFLATED, change=lambda name, part: (name, part)):
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", packing) as new:
        for part in old.infolist():
            new.writestr(*change(part.filename, old.read(part)))
    return made.getvalue()


def test_far_end_is_found_under_any_sheet_part_name(monkeypatch):
    def elsewhere(name, part):
        return name.replace("worksheets/", "others/"), part.replace(b"worksheets/", b"others/")

    assert read_table(repacked(xlsx([["a"]]), change=elsewhere)).rows == [["a"]]
    monkeypatch.setattr(tables, "read_in_subprocess", None)
    far = xlsx([["a"]], lambda sheet: sheet.__setitem__("XFD1", "b"))
    with pytest.raises(SheetTooLarge):
        read_table(repacked(far, change=elsewhere))


def test_all_parts_count_towards_the_limits(monkeypatch):
    monkeypatch.setattr(tables, "read_in_subprocess", None)
    for parts, refused in ((1000, None), (1001, SheetTooLarge)):
        many = io.BytesIO()
        with zipfile.ZipFile(many, "w") as archive:
            for number in range(parts):
                archive.writestr(f"xl/media/{number}.png", b"")
        with pytest.raises(refused) if refused else nullcontext():
            tables._check_archive(many.getvalue())
    monkeypatch.setattr(tables, "MAX_UNPACKED_BYTES", 1_000_000)
    heavy = io.BytesIO()
    with zipfile.ZipFile(heavy, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(11):
            archive.writestr(f"docProps/{number}.xml", b"0" * 100_000)
    with pytest.raises(SheetTooLarge):
        read_table(heavy.getvalue())


def test_a_workbook_that_declares_entities_is_refused(monkeypatch):
    monkeypatch.setattr(tables, "read_in_subprocess", None)

    def declare(name, part):
        declared = b'<!DOCTYPE s [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet'
        return name, part.replace(b"<worksheet", declared)

    with pytest.raises(SheetUnreadable):
        read_table(repacked(xlsx([["a"]]), change=declare))


@pytest.mark.parametrize("packing", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_workbook_with_invalid_packing_is_refused(packing):
    with pytest.raises(SheetUnreadable):
        read_table(repacked(xlsx([["a"]]), packing))


def test_part_with_undecodable_name_is_refused():
    # The mark says that names are UTF-8 (bit 11), which this one isn't.
    broken = repacked(xlsx([["a"]]), change=lambda name, part: (name.replace("theme", "主题"), part))
    with pytest.raises(SheetUnreadable):
        read_table(broken.replace("主题".encode(), b"\xff" * 6))


def test_a_column_that_is_merged_again_and_again_is_refused(monkeypatch):
    monkeypatch.setattr(tables, "MAX_MERGED_CELLS", 300)
    rows, merged = [["a"] for _ in range(100)], [((0, 0), (1_000_000, 0))]
    tables._fill_merged(rows, merged * 3)
    with pytest.raises(SheetTooLarge):
        tables._fill_merged(rows, merged * 4)


@pytest.mark.parametrize("place", [b'<row r="4294967295">', b'<row r="99999999999999999999">'])
def test_a_workbook_with_more_rows_than_a_sheet_has_is_refused(place):
    made = io.BytesIO(xlsx([["a"]]))
    huge = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(huge, "w") as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                content = content.replace(b'<row r="1">', place).replace(b' r="A1"', b"")
                assert place in content
            new.writestr(part.filename, content)
    with pytest.raises((SheetTooFull, SheetUnreadable)):
        read_table(huge.getvalue())


def workbook_of_one_text(rows, columns, text):
    """A small file in which every cell has the same text."""
    letters = [get_column_letter(column) for column in range(1, columns + 1)]
    cells = "".join(
        f'<row r="{row}">{"".join(f"""<c r="{one}{row}" t="s"><v>0</v></c>""" for one in letters)}</row>'
        for row in range(1, rows + 1)
    )

    def fill(name, part):
        return name, re.sub(rb"<row.*</row>", cells.encode(), part) if "sheet1" in name else part

    made = io.BytesIO(repacked(xlsx([[1]]), change=fill))
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive:
        name_space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{name_space}"><si><t>{text}</t></si></sst>')
    return made.getvalue()


MEASURE = """
import sys
from instrument_share.sheets.reading import SheetTooFull, read_table

def peak():
    (line,) = [one for one in open("/proc/self/status") if one.startswith("VmHWM")]
    return int(line.split()[1]) // 1024

content = sys.stdin.buffer.read()
before = peak()
try:
    read_table(content)
except SheetTooFull as error:
    print(peak() - before, error.params["cells"], error.params["characters"])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak of the memory as Linux tells it")
@pytest.mark.parametrize(("rows", "length"), [(1000, 600), (4000, 2000)])
def test_text_repeated_in_every_cell_is_refused_without_filling_the_memory(rows, length):
    content = workbook_of_one_text(rows, 200 if rows == 1000 else 60, "字" * length)
    assert len(content) < 10_000_000
    done = subprocess.run(
        [sys.executable, "-c", MEASURE], input=content, capture_output=True, check=True, cwd=settings.BASE_DIR
    )
    megabytes, cells, characters = done.stdout.split()
    assert int(megabytes) < 100
    assert (cells, characters) == (b"1000000", b"10000000")


def test_refusal_of_a_sheet_too_full_says_the_bound_and_what_to_do():
    with translation.override("zh-hans"):
        assert problem.body_of(SheetTooFull())["detail"] == (
            "表格内容过多：有内容的单元格最多 1,000,000 个，合计最多 10,000,000 个字符。"
            "请拆分表格，或删除不需要的列。"
        )


def test_many_cells_with_the_same_text_are_read_as_one_text():
    rows = read_table(workbook_of_one_text(200, 50, "场发射扫描电子显微镜")).rows
    assert {len(row) for row in rows} == {50}
    assert len({id(value) for row in rows for value in row}) == 1


def test_cells_and_characters_are_counted_together(monkeypatch):
    monkeypatch.setattr(read_apart, "MAX_CELLS", 3)
    assert list(read_apart.take_rows([["a", "", 1.0], ["", True, ""]], 1)) == [
        ["", "a", "", 1.0],
        ["", "", True, ""],
    ]
    with pytest.raises(ReadTooMuch):
        list(read_apart.take_rows([["a", "", 1.0], ["", True, 0.0]], 0))
    monkeypatch.setattr(read_apart, "MAX_CHARACTERS", 4)
    assert len(list(read_apart.take_rows([["ab"], ["ab"]], 0))) == 2
    with pytest.raises(ReadTooMuch):
        list(read_apart.take_rows([["ab"], ["ab"], ["c"]], 0))


def test_csv_has_the_same_bounds_as_a_workbook(monkeypatch):
    monkeypatch.setattr(read_apart, "MAX_CELLS", 3)
    assert read_table("名称,,型号\n质谱仪,,\n".encode()).rows == [["名称", "", "型号"], ["质谱仪", "", ""]]
    with pytest.raises(SheetTooFull):
        read_table("名称,,型号\n质谱仪,,7500\n".encode())


def test_sheet_that_begins_away_from_the_corner_keeps_its_places():
    def away(sheet):
        sheet["C4"], sheet["D6"] = "名称", 3

    assert read_table(xlsx([], away)).rows == [
        *[["", "", "", ""]] * 3,
        ["", "", "名称", ""],
        ["", "", "", ""],
        ["", "", "", 3.0],
    ]


def test_tags_repeated_in_a_comment_do_not_occupy_the_server():
    """Each was looked for to the end of its part: a file of 6 KB took a minute, one of 10 KB ten."""
    comment, broken = b"<!--" + b"<sheet " * 40_000 + b"-->", io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx([["a"]]))) as old, zipfile.ZipFile(broken, "w") as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename == "xl/workbook.xml":
                content = content.replace(b"</workbook>", comment + b"</workbook>")
            new.writestr(part.filename, content)
    began = process_time()
    assert read_table(broken.getvalue()).rows == [["a"]]
    assert process_time() - began < 10


FORMATS = ["yyyy/m/d h:mm", 'yyyy"年"m"月"d"日" h:mm', "m/d/yy h:mm", "yyyy/m/d h:mm AM/PM"]


@pytest.mark.parametrize("shown_as", FORMATS)
def test_midnight_is_a_time_where_the_cell_shows_one(shown_as):
    def show(sheet):
        for row in sheet.iter_rows():
            row[0].number_format = row[1].number_format = shown_as
            row[2].number_format = 'yyyy/m/d "h"'

    midnight = datetime(2026, 2, 27)
    for evening in (datetime(2026, 2, 26, 22), midnight):
        (row,) = read_table(xlsx([[evening, midnight, midnight, 46080]], show)).rows
        assert row == [evening, midnight, date(2026, 2, 27), 46080]
        assert [type(cell) for cell in row[:3]] == [datetime, datetime, date]


def test_workbook_with_undecodable_part_names_is_refused():
    made = io.BytesIO(xlsx([["a"]]))
    broken = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(broken, "w") as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename == "xl/_rels/workbook.xml.rels":
                content = content.replace(b"worksheets/sheet1.xml", b"worksheets/sheet\xff.xml")
            new.writestr(part.filename, content)
    with pytest.raises(SheetUnreadable):
        read_table(broken.getvalue())


def test_error_in_omitted_row_is_ignored(monkeypatch):
    content = xlsx([["a", "b"], [], ["#DIV/0!", "#N/A"]])
    monkeypatch.setattr(tables, "read_in_subprocess", lambda content: (0, [["a"], [], [None]], []))
    assert read_table(content).rows == [["a"], [], ["#DIV/0!"]]
    monkeypatch.setattr(tables, "read_in_subprocess", lambda content: (0, [["a"]], []))
    assert read_table(content).rows == [["a"]]


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04nonsense", bytes.fromhex("D0CF11E0A1B11AE1"), b"\x00\x01\x02", b"\xff\xfe\x00"]
)
def test_non_sheet_is_refused(content):
    with pytest.raises(SheetUnreadable):
        read_table(content)


# --- The command, and a real sheet of another shape ---------------------------------------------------------
