"""Files that are no tables say what they are; of a workbook the first visible sheet is read."""

import io
import zipfile

import openpyxl
import pytest
from django.utils import translation

from instrument_share.sheets.reading import NotATable, SheetUnreadable, read_table
from instrument_share.web.responses.problem import told
from tests import factories


def archive(*names):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name in names:
            made.writestr(name, b"")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", "图片"),
        (factories.jpeg(), "图片"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "图片"),
        (b"BM\x00\x00\x00\x00", "图片"),
        (b"%PDF-1.7", "PDF 文档"),
        (bytes.fromhex("D0CF11E0A1B11AE1"), "旧版 Office 文件（.xls、.doc）或加密文件"),
        (b"\xef\xbb\xbf <html><table>", "网页或 XML 文件（扩展名可能为 .xls）"),
        (b"<?xml version='1.0'?>", "网页或 XML 文件（扩展名可能为 .xls）"),
        (archive("word/document.xml"), "Word 文档"),
        (archive("ppt/presentation.xml"), "演示文稿"),
        (archive("mimetype", "content.xml"), "OpenDocument 文件（.ods、.odt）"),
        (archive("a.xlsx"), "压缩包，请先解压"),
        (b"\xef\xbb\xbf \r\n", "空文件"),
    ],
)
def test_a_file_that_is_no_table_says_what_it_is(content, what):
    with pytest.raises(NotATable) as refused:
        read_table(content)
    with translation.override("zh-hans"):
        said = told(refused.value.message, refused.value.params)
    assert said == f"该文件不是可读取的表格，而是{what}。请将表格另存为 .xlsx 或 .csv。"


def test_a_text_that_begins_like_a_bitmap_is_a_table_and_bytes_are_not():
    assert read_table("BM编号,名称\n".encode()).rows == [["BM编号", "名称"]]
    with pytest.raises(SheetUnreadable):
        read_table(b"\x01\x02\x03,a\n")


def test_the_first_visible_sheet_is_read_with_its_own_formulas():
    book = openpyxl.Workbook()
    book.active.append(["hidden", "=1+1"])
    book.active.sheet_state = "hidden"
    shown = book.create_sheet("shown")
    shown.append(["编号", "名称"])
    shown.append(["Y-1", "=1+1"])
    book.create_sheet("later").append(["later"])
    book.active = 1
    file = io.BytesIO()
    book.save(file)
    table = read_table(file.getvalue())
    assert table.rows[0] == ["编号", "名称"]
    assert table.formulas == {(2, 1)}


def test_a_chart_before_the_table_is_no_sheet_to_read():
    book = openpyxl.Workbook()
    book.active.append(["编号", "名称"])
    book.create_chartsheet("chart", 0)
    file = io.BytesIO()
    book.save(file)
    assert read_table(file.getvalue()).rows == [["编号", "名称"]]
