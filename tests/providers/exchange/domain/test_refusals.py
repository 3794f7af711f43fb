"""What a sheet may not say, and what it may say otherwise than we do."""

from datetime import date
from decimal import Decimal
from time import process_time

import pytest

from instrument_share.sheets.table import Table
from providers.exchange.domain.sheets.column_choices import choices_to_remember, sheet_columns
from providers.exchange.domain.sheets.maps import MapUnusable, SheetMap, parse_map
from providers.exchange.domain.sheets.reading import read_sheet
from providers.exchange.domain.sheets.sheet_columns import INSTRUMENTS, NEWS, PRICES, RULES
from providers.exchange.domain.sheets.words import UnknownWord, unknown_words, with_words


def read(heading, *cells, kind=INSTRUMENTS, mapping=None):
    return read_sheet(Table([heading, *cells]), mapping or SheetMap(), kind).rows


def problems(row):
    return [(one.cell, one.code) for one in row.problems if one.code != "import.incomplete"]


@pytest.mark.parametrize(
    ("kind", "heading", "field"),
    [
        (INSTRUMENTS, "分类代码", "category"),
        (INSTRUMENTS, "型号规格", "model"),
        (INSTRUMENTS, "英文名", "name_en"),
        (INSTRUMENTS, "学科", "subjects"),
        (PRICES, "价格（元/小时）", "price_yuan"),
        (RULES, "价格（元/小时）", "price_hour_yuan"),
        (RULES, "Self-operation needs a qualification", "needs_qualification"),
        (RULES, "Self-operated or remote use needs a qualification", "needs_qualification"),
    ],
)
def test_headings_of_units_are_recognised(kind, heading, field):
    (column,) = sheet_columns(Table([[heading]]), kind)
    assert (column.recognised, column.known) == (field, True)


def test_unknown_column_is_pending_until_ignored():
    table = Table([["序号", "编号", "备忘"], [1, "Y-1", "x"]])
    columns = sheet_columns(table)
    assert [one.known for one in columns] == [True, True, False]
    remembered = choices_to_remember(columns, {0: "", 2: ""}, INSTRUMENTS)
    assert remembered == {"备忘": ""}
    assert [one.known for one in sheet_columns(table, INSTRUMENTS, remembered)] == [True, True, True]


@pytest.mark.parametrize(
    "said",
    [
        "合计",
        "合　计",
        "总 计：",
        "小计（元）",
        "本页合计",
        "共计 12 台",
        "共3台",
        "合计金额：320万元",
        "合计（大写）：叁佰万元整",
        "Total",
        "Grand total:",
        "Sub-total: 3 instruments",
    ],
)
def test_totals_row_is_refused_once_in_any_spelling(said):
    heading = ["序号", "编号", "名称", "原值"]
    for cells, cell in (
        ([said, "", "", 320], "A2"),
        (["", said, "3台", 320], "B2"),
        (["", "", said], "C2"),
        ([4, said, "3台", 320], "B2"),
        ([4, "", said, 320], "C2"),
    ):
        (row,) = read(heading, cells)
        assert problems(row) == [(cell, "import.total")]


@pytest.mark.parametrize(
    "name", ["总有机碳分析仪", "总计数器", "Total station", "合成孔径雷达", "共聚焦显微镜"]
)
def test_names_that_begin_like_totals_are_instruments(name):
    (row,) = read(["编号", "名称"], ["Y-1", name])
    assert row.usable


def test_row_without_number_and_name_is_reported_once():
    (row,) = read(["编号", "名称", "原值", "国别"], ["", "", 320, "乌有国"])
    assert problems(row) == [("A2", "import.no_entry")]


ROUND_IT = "Round it in the sheet, or check the unit: yuan or 10,000 yuan."


@pytest.mark.parametrize(
    ("heading", "said", "code", "remedy"),
    [
        ("原值", "100.005", "instrument.decimals", ROUND_IT),
        ("原值（万元）", "1.0000001", "instrument.decimals", ROUND_IT),
        ("启用日期", "1948-12-31", "instrument.date_early", "Check the year in the sheet."),
        (
            "国别",
            "XX",
            "instrument.country",
            "Write the country's code, or say in the map which one is meant.",
        ),
        (
            "学科",
            "999",
            "instrument.subject_unknown",
            "Look the code up in GB/T 13745, such as 150 chemistry.",
        ),
    ],
)
def test_impossible_values_are_refused_with_their_cell_and_a_remedy(heading, said, code, remedy):
    (row,) = read(["编号", "名称", heading], ["Y-1", "电镜", said])
    assert problems(row) == [("C2", code)]
    assert [one.remedy.message for one in row.problems if not one.warning] == [remedy]
    assert not row.usable


@pytest.mark.parametrize(
    ("heading", "said", "held"),
    [
        ("原值", 0.1 + 0.2, Decimal("0.30")),
        ("原值（万元）", "1.000001", Decimal("10000.01")),
        ("原值（万元）", "320.50万元", Decimal("3205000.00")),
        ("原值", "320.5 万", Decimal("3205000.00")),
        ("启用日期", "1949-01-01", date(1949, 1, 1)),
        ("国别", "IE", "IE"),
        ("学科", "材料科学、畜牧、兽医科学", ["430", "230"]),
    ],
)
def test_possible_values_are_read(heading, said, held):
    (row,) = read(["编号", "名称", heading], ["Y-1", "电镜", said])
    assert held in row.values.values()


@pytest.mark.parametrize(
    ("kind", "heading"),
    [(INSTRUMENTS, ["编号", "名称", "原值"]), (PRICES, ["编号", "生效日期", "价格（元/小时）", "星期"])],
)
def test_long_blanks_within_a_cell_are_read_in_no_time(kind, heading):
    """Each blank was taken for the beginning of what follows them: 100 kB took twenty seconds."""
    began = process_time()
    (row,) = read(heading, ["1" + " " * 100_000 + "x"] * len(heading), kind=kind)
    assert not row.usable
    assert process_time() - began < 5


# --- Words of lists -----------------------------------------------------------------------------------------


def test_unknown_word_skips_cell_but_keeps_row():
    (row,) = read(["编号", "名称", "状态"], ["Y-1", "电镜", "还行"])
    assert row.usable
    assert "condition" not in row.values
    assert problems(row) == [("C2", "import.word_left_out")]
    (news,) = read(["标题", "正文", "发布方式"], ["开放日", "欢迎", "马上"], kind=NEWS)
    assert news.usable


def test_unknown_user_kind_refuses_price_row():
    (row,) = read(
        ["编号", "生效日期", "价格（元/小时）", "服务对象"], ["Y-1", "2030-01-01", 300, "军队"], kind=PRICES
    )
    assert problems(row) == [("D2", "import.choice")]
    assert unknown_words(row.problems) == [UnknownWord("user_kind", "军队", 1)]


def test_unknown_words_are_listed_once_and_can_be_mapped():
    heading = ["编号", "名称", "状态", "国别"]
    cells = [["Y-1", "电镜", "还行", "乌有国"], ["Y-2", "电镜", "还行", ""], ["Y-3", "电镜", "坏", ""]]
    found = [one for row in read(heading, *cells) for one in row.problems]
    assert unknown_words(found) == [
        UnknownWord("condition", "还行", 2),
        UnknownWord("condition", "坏", 1),
        UnknownWord("country", "乌有国", 1),
    ]
    words = {
        "condition": {"还行": "正常", "坏": "In order nowhere"},
        "country": {"乌有国": "JP 日本"},
        "gone": {"a": "b"},
    }
    mapping = with_words(SheetMap(), words, INSTRUMENTS)
    rows = read(heading, *cells, mapping=mapping)
    assert [row.values.get("condition") for row in rows] == ["normal", "normal", None]
    assert rows[0].values["country"] == "JP"


def test_map_overrides_remembered_word():
    mapping = parse_map('[values.condition]\n"还行" = "standby"\n')
    merged = with_words(mapping, {"condition": {"还行": "正常"}}, INSTRUMENTS)
    (row,) = read(["编号", "名称", "状态"], ["Y-1", "电镜", "还行"], mapping=merged)
    assert row.values["condition"] == "standby"


# --- Two columns of one field, and values of maps -----------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "name", "cells"),
    [
        (PRICES, "price_yuan", (300, 400)),
        (RULES, "step", (30, 60)),
        (RULES, "max_length", (8, 4)),
        (RULES, "may_span_gaps", ("是", "否")),
        (RULES, "opens", ("09:00", "10:00")),
        (INSTRUMENTS, "value_yuan", (300, 400)),
    ],
)
def test_two_columns_of_a_field_with_one_value_are_a_problem_of_the_cell(kind, name, cells):
    mapping = SheetMap(places={0: ("inner_number",), 1: (name,), 2: (name,)}, heading_at=0)
    constants = {"applies_from": date(2030, 1, 1), "price_yuan": 1, "name_zh": "电镜"}
    others = {key: value for key, value in constants.items() if key in kind.fields and key != name}
    mapping = SheetMap(places=mapping.places, heading_at=0, constants=others)
    (row,) = read(["甲", "乙", "丙"], ["Y-1", *cells], kind=kind, mapping=mapping)
    assert ("B2", "import.several_columns") in problems(row)
    (same,) = read(["甲", "乙", "丙"], ["Y-1", cells[0], cells[0]], kind=kind, mapping=mapping)
    assert name in same.values


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        (PRICES, 'price_yuan = "面议"'),
        (PRICES, "price_yuan = nan"),
        (PRICES, "price_yuan = [1]"),
        (RULES, 'step = "often"'),
        (RULES, "step = inf"),
        (RULES, 'max_length = "long"'),
        (RULES, "weekdays = 8"),
        (RULES, 'opens = "morning"'),
        (RULES, "applies_from = 7"),
        (RULES, 'may_span_gaps = "perhaps"'),
        (RULES, "user_kinds = 3"),
        (INSTRUMENTS, "subjects = 1"),
    ],
)
@pytest.mark.parametrize("part", ["constants", "defaults"])
def test_a_constant_of_the_wrong_type_is_a_fault_of_the_map(kind, line, part):
    with pytest.raises(MapUnusable) as refused:
        parse_map(f"[{part}]\n{line}\n", kind)
    assert [one.code for one in refused.value.problems] == ["import.map_value"]


def test_a_word_of_a_map_with_a_meaning_of_the_wrong_type_is_a_problem_of_the_cell():
    mapping = parse_map('[values.price_yuan]\n"面议" = "free"\n"公益" = 0\n', PRICES)
    heading = ["编号", "生效日期", "价格（元/小时）"]
    wrong, free = read(
        heading, ["Y-1", "2030-01-01", "面议"], ["Y-2", "2030-01-01", "公益"], kind=PRICES, mapping=mapping
    )
    assert problems(wrong) == [("C2", "import.number")]
    assert free.values["price_yuan"] == Decimal("0.00")


@pytest.mark.parametrize(
    ("meaning", "code", "shown"),
    [
        ("1E-999999", "instrument.decimals", "1E-999999"),
        ("0.00500", "instrument.decimals", "0.005"),
        ("九" * 5000, "instrument.number", "九" * 100),
    ],
)
def test_meaning_in_a_map_is_shown_with_few_signs_in_each_row(meaning, code, shown):
    mapping = parse_map(f'[values.value_yuan]\n"面议" = "{meaning}"\n')
    (row,) = read(["编号", "名称", "原值"], ["Y-1", "电镜", "面议"], mapping=mapping)
    problem = row.problems[0]
    assert (problem.code, problem.reason.params["value"]) == (code, shown)


def test_constants_of_a_map_are_read_like_cells():
    mapping = parse_map(
        '[constants]\nprice_yuan = 12.5\nunit = "每样品"\nweekdays = "周一至周五"\nfrom_time = 09:00:00\n',
        PRICES,
    )
    (row,) = read(["编号", "生效日期"], ["Y-1", "2030-01-01"], kind=PRICES, mapping=mapping)
    assert (row.values["price_yuan"], row.values["weekdays"]) == (Decimal("12.50"), (0, 1, 2, 3, 4))
