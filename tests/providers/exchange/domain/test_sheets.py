from datetime import date, datetime
from decimal import Decimal

import pytest

from instrument_share.sheets.table import Table
from providers.exchange.domain.sheets.maps import MapUnusable, SheetMap, parse_map
from providers.exchange.domain.sheets.reading import HeadingMissing, read_sheet

PLAIN = SheetMap()
HEADING = ["仪器编号", "仪器名称", "型号", "原值（万元）", "启用日期", "运行状态", "国别"]


def rows(*cells, mapping=PLAIN, heading=HEADING):
    return read_sheet(Table([heading, *cells]), mapping).rows


def errors(row):
    return [(problem.column, problem.code) for problem in row.problems if not problem.warning]


def test_chinese_headings_and_words_need_no_map():
    (row,) = rows(["Y-1", "扫描电镜", "SX-5", "185.60", "2019年3月5日", "偶有故障", "德国"])
    assert row.usable
    assert row.values == {
        "inner_number": "Y-1",
        "name_zh": "扫描电镜",
        "model": "SX-5",
        "value_yuan": Decimal("1856000.00"),
        "in_service_date": date(2019, 3, 5),
        "condition": "occasional_faults",
        "country": "DE",
    }


def test_titles_blank_rows_repeated_headings_and_closing_lines_are_passed_over():
    table = Table(
        [
            ["大型仪器设备清单（2025 年度）"],
            [],
            ["填报单位：云屏材料研究所", "", "", "单位：万元"],
            HEADING,
            ["Y-1", "扫描电镜"],
            HEADING,
            ["", None, "  "],
            ["Y-2", "质谱仪"],
            ["填表人：王工", "", "", "审核：李主任"],
        ]
    )
    assert [(row.number, row.inner_number) for row in read_sheet(table, PLAIN).rows] == [
        (5, "Y-1"),
        (8, "Y-2"),
    ]


def test_numbers_and_dates_as_spreadsheets_keep_them():
    heading = ["编号", "名称", "原值", "启用日期", "分类编码", "电话"]
    (row,) = rows([1001.0, "天平", 12345.5, datetime(2020, 2, 29), 10203.0, 13800000000.0], heading=heading)
    assert row.values == {
        "inner_number": "1001",
        "name_zh": "天平",
        "value_yuan": Decimal("12345.50"),
        "in_service_date": date(2020, 2, 29),
        "category": "010203",
        "phone": "13800000000",
    }


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2020-03-05", date(2020, 3, 5)),
        ("2020/3/5", date(2020, 3, 5)),
        ("2020.3.5", date(2020, 3, 5)),
        ("20200305", date(2020, 3, 5)),
        ("2020年3月", date(2020, 3, 1)),
        ("2020-03-05 00:00:00", date(2020, 3, 5)),
        ("2020-02-30", None),
        ("2020", None),
        ("03/04/2020", None),
        ("43895", None),
    ],
)
def test_dates_are_read_or_refused_and_never_guessed(said, meant):
    (row,) = rows(["Y-1", "电镜", "", "", said])
    assert row.values.get("in_service_date") == meant
    assert errors(row) == ([] if meant else [("启用日期", "instrument.date")])


def test_missing_key_is_error_and_missing_publication_field_is_warning():
    nameless, numberless, draft = rows(["Y-1", ""], ["", "电镜"], ["Y-3", "电镜"])
    assert errors(nameless) == [("仪器名称", "import.essential")]
    assert errors(numberless) == [("仪器编号", "import.essential")]
    assert draft.usable
    (warning,) = draft.problems
    assert (warning.code, warning.warning) == ("import.incomplete", True)
    assert warning.reason.params["fields"] == (
        "Category",
        "Model",
        "Manufacturer",
        "Country of manufacture",
        "Original value (yuan)",
        "In service since",
        "Technical specification",
        "Main functions",
        "Services",
        "Place",
        "Contact",
        "Phone",
    )


def test_every_unusable_value_of_a_row_is_named_with_its_column():
    (row,) = rows(["Y-1", "电" * 51, "", "很贵", "昨天", "尚可", "Atlantis"])
    assert errors(row) == [
        ("仪器名称", "instrument.too_long"),
        ("原值（万元）", "instrument.number"),
        ("启用日期", "instrument.date"),
        ("国别", "instrument.country"),
    ]


@pytest.mark.parametrize("text", ["马来西亚", "Malaysia", "MY", "my", "MY 马来西亚"])
def test_a_country_is_read_by_its_short_name_in_both_languages_or_its_code(text):
    (row,) = rows(["Y-1", "电镜", text], heading=["编号", "名称", "国别"])
    assert row.values["country"] == "MY"


def test_duplicate_number_is_refused_on_second_row():
    first, second = rows(["Y-1", "电镜"], ["Y-1", "质谱仪"])
    assert first.usable
    assert errors(second) == [("仪器编号", "import.repeated")]


def test_an_english_name_stands_in_for_a_chinese_one():
    (row,) = rows(["Y-1", "E" * 60], heading=["编号", "英文名称"])
    assert row.usable
    assert row.values["name_zh"] == "E" * 50
    assert [problem.code for problem in row.problems] == ["import.stands_in", "import.incomplete"]


def test_map_translates_foreign_headings_and_words():
    mapping = parse_map(
        """
        [columns]
        "Asset tag" = "inner_number"
        "What it is" = ["name_zh", "name_en"]
        "Cost (kEUR)" = "value_yuan"
        "First use" = "in_service_date"
        "Health" = "condition"
        "Detail A" = "specification_zh"
        "Detail B" = "specification_zh"
        [constants]
        country = "CN"
        [defaults]
        place_zh = "主楼"
        contact = "总机"
        [values.condition]
        "up" = "normal"
        "Down" = "awaiting_repair"
        [dates]
        in_service_date = ["%d.%m.%Y", "%b %Y"]
        [factors]
        value_yuan = 7800
        """
    )
    heading = [
        "asset TAG",
        "What it is",
        "Cost (kEUR)",
        "First use",
        "Health",
        "Detail A",
        "Detail B",
        "联系人",
    ]
    (row,) = rows(
        ["7", "TOF", 12.5, "31.12.2021", "down", "高分辨", "低噪声", "王工"], mapping=mapping, heading=heading
    )
    assert row.values == {
        "inner_number": "7",
        "name_zh": "TOF",
        "name_en": "TOF",
        "value_yuan": Decimal("97500.00"),
        "in_service_date": date(2021, 12, 31),
        "condition": "awaiting_repair",
        "specification_zh": "高分辨；低噪声",
        "country": "CN",
        "place_zh": "主楼",
        "contact": "王工",
    }


def test_every_fault_of_a_map_is_named():
    with pytest.raises(MapUnusable) as refused:
        parse_map(
            """
            [columns]
            "A" = "inner_number"
            "B" = "nonsense"
            [colums]
            "C" = "model"
            [values]
            condition = "normal"
            [factors]
            value_yuan = "ten"
            """
        )
    assert [problem.code for problem in refused.value.problems] == [
        "import.map_field",
        "import.map_part",
        "import.map_values",
        "import.map_factor",
    ]


@pytest.mark.parametrize("text", ["columns = ", "columns = " + "[" * 100_000])
def test_invalid_toml_is_refused(text):
    with pytest.raises(MapUnusable):
        parse_map(text)


def test_a_sheet_without_headings_is_refused():
    with pytest.raises(HeadingMissing):
        rows(["Y-1", "电镜"], heading=["甲", "乙"])


def test_unmatched_columns_are_named():
    heading = [*HEADING, "附件", ""]
    assert read_sheet(Table([heading, ["Y-1", "电镜"]]), PLAIN).ignored == ("附件",)


@pytest.mark.parametrize("factor", ["0", "-1", "true"])
def test_a_factor_is_a_number_above_0(factor):
    with pytest.raises(MapUnusable) as refused:
        parse_map(f"[factors]\nvalue_yuan = {factor}\n")
    assert [problem.code for problem in refused.value.problems] == ["import.map_factor"]
    assert parse_map("[factors]\nvalue_yuan = 0.5\n").factors == {"value_yuan": Decimal("0.5")}


def test_each_format_of_a_map_is_tried_for_a_date():
    mapping = parse_map('[dates]\nin_service_date = ["%d.%m.%Y", "%m/%Y"]\n')
    for said, meant in (("05.03.2019", date(2019, 3, 5)), ("03/2019", date(2019, 3, 1))):
        (row,) = rows(["Y-1", "电镜", "", "", said], mapping=mapping)
        assert row.values["in_service_date"] == meant
