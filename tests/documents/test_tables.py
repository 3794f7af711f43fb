from datetime import UTC, datetime
from io import BytesIO

import openpyxl
import pytest

from instrument_share.documents.content import Column, Table
from instrument_share.documents.tables import to_csv, to_xlsx

AT = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
TABLE = Table(
    columns=[Column("单位"), Column("代码"), Column("金额（元）", "right"), Column("变化", "right")],
    rows=[
        ('=HYPERLINK("http://x")', "00123", "1,234,500.00", "-12.5"),
        ("@云屏, “示例”", "＝1+1", "0.05", "—"),
    ],
    totals=("合计", "", "1,234,500.05", "-SUM(A1)"),
)


def test_csv_has_bom_and_escapes_formulas():
    assert (
        to_csv(TABLE)
        == (
            "\ufeff单位,代码,金额（元）,变化\r\n"
            '"\'=HYPERLINK(""http://x"")",00123,"1,234,500.00",-12.5\r\n'
            "\"'@云屏, “示例”\",'＝1+1,0.05,—\r\n"
            '合计,,"1,234,500.05",\'-SUM(A1)\r\n'
        ).encode()
    )


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_text_starts_a_formula_in_csv(start):
    table = Table([Column(f"{start}甲")], [(f"{start}1",)])
    head, row = (
        to_csv(table).decode("utf-8-sig").replace('"', "").split("\r\n", 1)[0],
        to_csv(table).decode("utf-8-sig"),
    )
    assert head.startswith(f"'{start}"[:1])
    assert f"'{start}1" in row


def test_xlsx_has_numbers_where_figures_are_and_text_elsewhere():
    book = openpyxl.load_workbook(BytesIO(to_xlsx([("结果", TABLE)], title="评价结果", created_at=AT)))
    sheet = book["结果"]
    assert [[cell.value for cell in row] for row in sheet] == [
        ["单位", "代码", "金额（元）", "变化"],
        ['=HYPERLINK("http://x")', "00123", 1234500.00, -12.5],
        ["@云屏, “示例”", "＝1+1", 0.05, "—"],
        ["合计", None, 1234500.05, "-SUM(A1)"],
    ]
    types = [[cell.data_type for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert types == [["s", "s", "n", "n"], ["s", "s", "n", "s"], ["s", "n", "n", "s"]]
    assert [cell.number_format for cell in sheet["C"]][1:] == ["#,##0.00", "0.00", "#,##0.00"]
    assert sheet["A2"].quotePrefix
    assert book.properties.title == "评价结果"


def test_sheet_names_are_valid_for_excel():
    long = "云屏市" * 20
    sheets = [("a/b:c", TABLE), ("a b c", TABLE), (long, TABLE), (long, TABLE), ("", TABLE), ("[']", TABLE)]
    book = openpyxl.load_workbook(BytesIO(to_xlsx(sheets, title="", created_at=AT)))
    assert book.sheetnames == ["a b c", "a b c 2", long[:31], f"{long[:29]} 2", "Sheet", "Sheet 2"]


def test_characters_invalid_in_workbook_are_removed():
    table = Table([Column("甲\x00")], [("乙\x1f\ud800丙",)])
    book = openpyxl.load_workbook(BytesIO(to_xlsx([("表", table)], title="\x01", created_at=AT)))
    assert [cell.value for cell in book["表"]["A"]] == ["甲", "乙丙"]


def test_the_same_tables_give_the_same_bytes():
    made = [to_xlsx([("表", TABLE)], title="表", created_at=AT) for _ in range(2)]
    assert made[0] == made[1]
    assert openpyxl.load_workbook(BytesIO(made[0])).properties.modified == AT.replace(tzinfo=None)
