"""What every kind of sheet declares, and how cells of rules, prices and news are read."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest

from instrument_share.sheets.table import Table
from providers.exchange.domain.sheets.aliases import normalize_heading
from providers.exchange.domain.sheets.column_choices import build_map, choices_to_remember, sheet_columns
from providers.exchange.domain.sheets.maps import MapUnusable, SheetMap, parse_map
from providers.exchange.domain.sheets.reading import HeadingMissing, SheetRow, cell_name, read_sheet
from providers.exchange.domain.sheets.sheet_columns import INSTRUMENTS, KINDS, NEWS, PRICES, RULES
from providers.exchange.domain.sheets.terms import build_prices, build_rule, is_same_terms
from providers.terms.domain.choices import Frequency, QuotaHolder, QuotaSpan, ServiceMode, UserKind
from providers.terms.domain.terms import DayException, OpeningPattern, Price, Quota


def row_of(kind, **cells):
    """One row, headed by the names of the fields."""
    essential = {"inner_number": "Y-1", "applies_from": "2031-03-03"} if kind in (RULES, PRICES) else {}
    cells = {**essential, **cells}
    (row,) = read_sheet(Table([list(cells), list(cells.values())]), SheetMap(), kind).rows
    return row


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_every_field_has_a_chinese_heading_and_no_heading_means_two_fields(kind):
    headings = [(normalize_heading(one.headings[0]), name) for name, one in kind.fields.items()]
    assert len(dict(headings)) == len(headings)
    known = {heading: name for heading, (name, _) in kind.known_headings.items()}
    assert [known[heading] for heading, _ in headings] == list(kind.fields)
    assert [known[normalize_heading(one.label)] for one in kind.fields.values()] == list(kind.fields)


def test_cell_name_uses_spreadsheet_notation():
    assert [cell_name(7, index) for index in (0, 2, 25, 26, 701, 702)] == [
        "A7",
        "C7",
        "Z7",
        "AA7",
        "ZZ7",
        "AAA7",
    ]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("周一至周五", (0, 1, 2, 3, 4)),
        ("周一、周三", (0, 2)),
        ("一,三,五", (0, 2, 4)),
        ("Mon-Fri", (0, 1, 2, 3, 4)),
        ("1-5", (0, 1, 2, 3, 4)),
        ("每天", (0, 1, 2, 3, 4, 5, 6)),
        ("星期六至星期日", (5, 6)),
        ("周五至周一", None),
        ("周二至周一", None),
        ("周一至周一", (0,)),
        ("工作日", (0, 1, 2, 3, 4)),
        ("周末", (5, 6)),
        ("Weekend", (5, 6)),
        ("everyday", (0, 1, 2, 3, 4, 5, 6)),
        ("Every day", (0, 1, 2, 3, 4, 5, 6)),
        ("周日", (6,)),
        ("星期天、二", (1, 6)),
        ("周一至周二至周三", None),
        ("周一、", None),
        ("周八", None),
    ],
)
def test_weekdays(said, meant):
    row = row_of(RULES, weekdays=said)
    assert row.values.get("weekdays") == meant
    assert [problem.code for problem in row.problems] == ([] if meant else ["import.weekdays"])


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("9:00", time(9)),
        ("09:30:00", time(9, 30)),
        ("９：００", time(9)),
        ("14点", time(14)),
        ("8时30分", time(8, 30)),
        ("24:00", time(0)),
        (0.375, time(9)),
        (time(17, 45), time(17, 45)),
        (0, time(0)),
        (1, time(0)),
        (timedelta(hours=24), time(0)),
        (1.5, None),
        (timedelta(hours=36), None),
        (-0.25, None),
        ("23:59", time(23, 59)),
        ("24:01", None),
        ("9", None),
        (datetime(2031, 3, 3, 8, 15), time(8, 15)),
        (timedelta(hours=8, minutes=30), time(8, 30)),
        (True, None),
        ("23:60", None),
        ("25:00", None),
        ("早上", None),
    ],
)
def test_times_of_day(said, meant):
    row = row_of(RULES, opens=said)
    assert row.values.get("opens") == meant
    assert [problem.code for problem in row.problems] == ([] if meant is not None else ["import.time"])


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("１２３４．５", Decimal("1234.50")),
        ("1,234.5", Decimal("1234.50")),
        ("¥ 300", Decimal("300.00")),
        ("300元", Decimal("300.00")),
        ("1,23", None),
        ("12,34,567", None),
        ("三百", None),
    ],
)
def test_amounts_and_their_thousand_separators(said, meant):
    row = row_of(PRICES, price_yuan=said)
    assert row.values.get("price_yuan") == meant
    assert [problem.code for problem in row.problems] == ([] if meant else ["import.number"])


def test_headings_of_former_templates_are_still_read():
    assert RULES.known_headings[normalize_heading("预约步长（分钟）")] == ("step", None)
    assert RULES.known_headings[normalize_heading("Inner number")] == ("inner_number", None)
    held = INSTRUMENTS.known_headings[normalize_heading("Inner number of what it is part of")]
    assert held == ("belongs_to_number", None)


def test_lengths_in_hours_minutes_and_days_and_yes_and_no_and_several_words():
    row = row_of(
        RULES,
        min_length="0.5",
        step="15",
        horizon="14",
        may_span_gaps="否",
        needs_qualification="yes",
        user_kinds="企业、个人",
        service_modes="self-operated, 送样",
    )
    assert row.problems == ()
    assert row.values == {
        "inner_number": "Y-1",
        "applies_from": date(2031, 3, 3),
        "min_length": timedelta(minutes=30),
        "step": timedelta(minutes=15),
        "horizon": timedelta(days=14),
        "may_span_gaps": False,
        "needs_qualification": True,
        "user_kinds": {"enterprise", "individual"},
        "service_modes": {"self_operated", "samples"},
    }


def test_excel_date_number_is_read_and_reported():
    row = row_of(RULES, applies_from=47910.0)
    assert row.values["applies_from"] == date(2031, 3, 3)
    (note,) = row.problems
    assert (note.code, note.warning, note.cell) == ("import.serial_date", True, "B2")


def test_formulas_hidden_rows_and_errors_of_the_spreadsheet_are_said():
    table = Table(
        [["内部编号", "名称", "型号"], ["Y-1", "电镜", "#REF!"], ["Y-2", "", ""]],
        formulas=frozenset({(2, 1), (3, 1)}),
        hidden=frozenset({3}),
    )
    first, second = read_sheet(table, SheetMap()).rows
    told = [(one.cell, one.code, one.warning) for one in (*first.problems, *second.problems)]
    assert [one for one in told if one[1] != "import.incomplete"] == [
        ("B2", "import.formula", True),
        ("C2", "import.cell_error", False),
        ("B3", "import.formula_empty", True),
        ("B3", "import.essential", False),
        ("", "import.hidden", True),
    ]


def test_two_columns_with_one_heading_are_a_problem_until_one_is_chosen():
    table = Table([["编号", "名称", "型号", "型号"], ["Y-1", "电镜", "A", "B"]])
    read = read_sheet(table, SheetMap())
    assert [(one.cell, one.code) for one in read.problems] == [("D1", "import.heading_twice")]
    columns = sheet_columns(table)
    chosen = read_sheet(table, build_map(columns, {2: "", 3: "model"}))
    assert chosen.problems == ()
    assert chosen.rows[0].values["model"] == "B"
    assert chosen.ignored == ("型号",)


def test_chosen_columns_are_remembered_by_heading():
    table = Table([["甲", "乙", "型号"], ["Y-1", "电镜", "A"]])
    columns = sheet_columns(table)
    kept = choices_to_remember(columns, {0: "inner_number", 1: "name_zh", 2: "model"}, INSTRUMENTS)
    assert kept == {"甲": "inner_number", "乙": "name_zh"}
    again = sheet_columns(table, INSTRUMENTS, kept)
    assert [column.recognised for column in again] == ["inner_number", "name_zh", "model"]
    (row,) = read_sheet(table, build_map(again, {})).rows
    assert (row.inner_number, row.values["name_zh"]) == ("Y-1", "电镜")


def test_a_map_shortens_what_is_too_long_and_keeps_the_whole_text():
    mapping = parse_map('[shorten]\nmodel = "specification_zh"\n')
    long = "M" * 120
    table = Table([["编号", "名称", "型号", "技术指标"], ["Y-1", "电镜", long, "0.1 nm"]])
    (row,) = read_sheet(table, mapping).rows
    assert row.usable
    assert row.values["model"] == "M" * 99 + "…"
    assert row.values["specification_zh"] == f"{long}；0.1 nm"
    first = row.problems[0]
    assert (first.code, first.cell) == ("import.shortened", "C2")
    (unmapped,) = read_sheet(table, SheetMap()).rows
    assert [one.code for one in unmapped.problems if not one.warning] == ["instrument.too_long"]


# --- Terms ------------------------------------------------------------------------------------------

FIRST = {
    "inner_number": "Y-1",
    "applies_from": date(2031, 3, 3),
    "weekdays": (0, 1),
    "opens": time(9),
    "closes": time(17),
    "user_kinds": frozenset({"enterprise"}),
    "service_modes": frozenset({"operated"}),
    "price_hour_yuan": Decimal("300.00"),
    "step": timedelta(minutes=15),
    "min_length": timedelta(minutes=30),
    "quota_user_week_hours": timedelta(hours=20),
}
NEXT = {"inner_number": "Y-1", "applies_from": date(2031, 3, 3)}


def rule(*rows, base=None):
    return build_rule([SheetRow(number, values) for number, values in enumerate(rows, 2)], base)


def test_the_rows_of_an_instrument_make_one_rule():
    saturday = {
        **NEXT,
        "weekdays": (5,),
        "opens": time(9),
        "closes": time(12),
        "frequency": "monthly_by_weekday",
        "nth": -1,
    }
    holiday = {**NEXT, "exception_date": date(2031, 4, 1)}
    found = rule(FIRST, saturday, holiday)
    assert found.problems == ()
    draft = found.draft
    assert draft.patterns == (
        OpeningPattern(time(9), time(17), date(2031, 3, 3), (0, 1)),
        OpeningPattern(
            time(9), time(12), date(2031, 3, 3), (5,), frequency=Frequency.MONTHLY_BY_WEEKDAY, nth=-1
        ),
    )
    assert draft.exceptions == (DayException(date(2031, 4, 1)),)
    assert draft.prices == (Price(Decimal("300.00")),)
    assert draft.quotas == (Quota(QuotaHolder.USER, QuotaSpan.WEEK, most_time=timedelta(minutes=1200)),)
    assert (draft.step, draft.user_kinds, draft.service_modes) == (
        timedelta(minutes=15),
        {UserKind.ENTERPRISE},
        {ServiceMode.OPERATED},
    )


def test_empty_cells_keep_terms_in_force():
    base = rule(FIRST).draft
    found = rule({**NEXT, "turnaround": timedelta(minutes=10)}, base=base)
    assert found.draft.turnaround == timedelta(minutes=10)
    assert (found.draft.patterns, found.draft.prices, found.draft.quotas) == (
        base.patterns,
        base.prices,
        base.quotas,
    )
    assert is_same_terms(rule(FIRST, base=base).draft, base)


def test_contradicting_rows_and_invalid_terms_name_their_row():
    found = rule(
        FIRST, {**NEXT, "weekdays": (5,), "opens": time(9), "closes": time(12), "step": timedelta(minutes=20)}
    )
    assert [(row, one.code, one.field) for row, one in found.problems] == [
        (3, "import.contradiction", "step")
    ]
    bad = {**FIRST, "min_length": timedelta(minutes=20)}
    found = rule(bad, {**NEXT, "weekdays": (5,), "opens": time(9), "closes": time(12), "nth": 1})
    assert [(row, one.code, one.field) for row, one in found.problems] == [
        (3, "rule.nth_weekly", "weekdays"),
        (2, "rule.min_length", "min_length"),
    ]


def test_a_first_rule_needs_users_ways_and_a_price():
    found = rule({**NEXT, "weekdays": (0,), "opens": time(9), "closes": time(17)})
    assert [(row, one.code, one.field) for row, one in found.problems] == [
        (2, "rule.no_users", "user_kinds"),
        (2, "rule.no_modes", "service_modes"),
    ]
    found = rule({key: value for key, value in FIRST.items() if key != "price_hour_yuan"})
    assert [(one.code, one.field) for _, one in found.problems] == [("rule.no_price", "price_hour_yuan")]


def test_prices_replace_prices_and_nothing_else():
    base = rule(FIRST).draft
    rows = [
        SheetRow(2, {**NEXT, "price_yuan": Decimal(300), "minimum_charge_yuan": Decimal(50)}),
        SheetRow(3, {**NEXT, "price_yuan": Decimal(450), "user_kind": "enterprise", "unit": "sample"}),
    ]
    draft = build_prices(rows, base).draft
    assert [(one.price_yuan, one.user_kind, one.unit) for one in draft.prices] == [
        (Decimal(300), None, "hour"),
        (Decimal(450), UserKind.ENTERPRISE, "sample"),
    ]
    assert draft.minimum_charge_yuan == 50
    assert (draft.patterns, draft.step) == (base.patterns, base.step)
    missing = build_prices(rows, None)
    assert [(row, one.code) for row, one in missing.problems] == [(2, "import.no_rule")]


def test_news_need_a_title_and_a_text():
    rows = read_sheet(Table([["标题", "正文"], ["开放日", ""], ["", "欢迎"]]), SheetMap(), NEWS).rows
    assert [(one.cell, one.code) for row in rows for one in row.problems] == [
        ("B2", "import.essential"),
        ("A3", "import.essential"),
    ]


@pytest.mark.parametrize(
    ("name", "least", "most", "unit"),
    [
        ("interval", 1, 52, 1),
        ("step", 1, 1440, timedelta(minutes=1)),
        ("turnaround", 0, 1440, timedelta(minutes=1)),
        ("horizon", 1, 365, timedelta(days=1)),
        ("late_cancel_percent", 0, 100, 1),
        ("no_show_percent", 0, 100, 1),
        ("decision_hours", 1, 720, 1),
        ("quota_user_day_bookings", 1, 1000, 1),
        ("quota_organization_month_bookings", 1, 1000, 1),
    ],
)
def test_a_whole_number_lies_in_the_range_of_its_field(name, least, most, unit):
    for said in (least, most):
        row = row_of(RULES, **{name: said})
        assert (row.values.get(name), row.problems) == (said * unit, ())
    for said in (least - 1, most + 1, least + 0.5):
        row = row_of(RULES, **{name: said})
        (problem,) = row.problems
        assert (name in row.values, problem.code) == (False, "import.range")
        assert (problem.reason.params["least"], problem.reason.params["most"]) == (least, most)


def test_texts_of_news_have_the_length_that_a_page_allows():
    assert [kind.fields["inner_number"].limit for kind in (RULES, PRICES)] == [50, 50]
    limits = {name: field.limit for name, field in NEWS.fields.items() if field.limit}
    assert limits == {"title_zh": 100, "title_en": 200, "body_zh": 20_000, "body_en": 20_000}
    assert [name for name, field in NEWS.fields.items() if field.needed] == ["title_zh", "body_zh"]
    assert [name for name, field in PRICES.fields.items() if field.needed] == [
        "inner_number",
        "applies_from",
        "price_yuan",
    ]
    assert [name for name, field in RULES.fields.items() if field.needed] == ["inner_number", "applies_from"]


@pytest.mark.parametrize(
    ("said", "held"),
    [
        ("0", timedelta()),
        ("0.5", timedelta(minutes=30)),
        (1.25, timedelta(minutes=75)),
        ("8760", timedelta(days=365)),
        ("8761", None),
        ("-1", None),
        ("0.01", None),
    ],
)
def test_hours_are_whole_minutes_up_to_a_year(said, held):
    row = row_of(RULES, max_length=said)
    assert row.values.get("max_length") == held
    assert [problem.code for problem in row.problems] == ([] if held is not None else ["import.hours"])
    for problem in row.problems:
        assert problem.reason.params["most"] == 8760


@pytest.mark.parametrize(
    ("said", "held"),
    [
        ("0", Decimal("0.00")),
        ("99999999.99", Decimal("99999999.99")),
        ("100000000", None),
        ("-0.01", None),
        ("0.005", None),
        ("0.5", Decimal("0.50")),
    ],
)
def test_amounts_are_below_100_million_in_whole_fen(said, held):
    row = row_of(PRICES, price_yuan=said)
    assert row.values.get("price_yuan") == held
    assert [problem.code for problem in row.problems] == ([] if held is not None else ["import.amount"])


@pytest.mark.parametrize(
    ("serial", "day"),
    [
        (18264, date(1950, 1, 1)),
        (73050, date(2099, 12, 31)),
        (18263, None),
        (73051, None),
        (True, None),
    ],
)
def test_excels_numbers_are_days_from_1950_to_2099(serial, day):
    row = row_of(RULES, until=serial)
    assert row.values.get("until") == day
    assert [problem.code for problem in row.problems] == [
        "import.serial_date" if day else "import.date",
    ]


@pytest.mark.parametrize(
    ("said", "held"),
    [
        ("2099-12-31", date(2099, 12, 31)),
        ("1900-01-01", date(1900, 1, 1)),
        ("9999-12-31", None),
        (date(1, 1, 1), None),
    ],
)
def test_days_from_which_nobody_can_count_are_refused(said, held):
    row = row_of(RULES, until=said)
    assert row.values.get("until") == held
    assert [problem.code for problem in row.problems] == ([] if held else ["import.date_far_off"])


def test_map_has_no_far_off_day_either():
    with pytest.raises(MapUnusable) as refused:
        parse_map("constants = { until = 9999-12-31 }", RULES)
    assert [problem.params["reason"].params["last"] for problem in refused.value.problems] == ["2099"]


@pytest.mark.parametrize(
    ("said", "held"),
    [("√", True), ("Y", True), ("需要", True), ("×", False), ("0", False), ("不可以", False), ("或许", None)],
)
def test_yes_and_no(said, held):
    row = row_of(RULES, accepts_vouchers=said)
    assert row.values.get("accepts_vouchers") is held
    assert [problem.code for problem in row.problems] == ([] if held is not None else ["import.flag"])


@pytest.mark.parametrize(
    ("said", "held", "unknown"),
    [
        ("企业", {"enterprise"}, None),
        ("企业；个人/outside researchers", {"enterprise", "individual", "outside"}, None),
        ("企业、 外星人 、仙人", None, "外星人"),
        ("、", None, "、"),
    ],
)
def test_several_words_are_all_known_or_the_first_unknown_is_named(said, held, unknown):
    row = row_of(RULES, user_kinds=said)
    assert row.values.get("user_kinds") == held
    assert [problem.reason.params["value"] for problem in row.problems] == ([unknown] if unknown else [])


@pytest.mark.parametrize(
    ("said", "nth"),
    [
        ("第一个", 1),
        ("第二个", 2),
        ("第三个", 3),
        ("第四个", 4),
        ("第五个", 5),
        ("最后一个", -1),
        ("last", -1),
    ],
)
def test_which_week_of_the_month(said, nth):
    assert row_of(RULES, nth=said).values["nth"] == nth


def test_too_long_text_is_reported_and_not_cut():
    def title(length):
        table = Table([["标题", "正文"], ["题" * length, "正文"]])
        return read_sheet(table, SheetMap(), NEWS).rows[0].problems

    assert title(100) == ()
    (problem,) = title(101)
    assert (problem.code, problem.reason.params["limit"], problem.reason.params["length"]) == (
        "import.too_long",
        100,
        101,
    )


def test_code_is_read_from_template_choice():
    table = Table(
        [
            ["编号", "名称", "分类编码", "国别", "学科领域"],
            ["Y-1", "电镜", "010101 透射电子显微镜", "DE 德国", "430 材料科学、150 化学"],
            ["Y-2", "电镜", "10101", "de", "430"],
        ]
    )
    first, second = read_sheet(table, SheetMap()).rows
    assert [first.values.get(name) for name in ("category", "country", "subjects")] == [
        "010101",
        "DE",
        ["430", "150"],
    ]
    assert (second.values["category"], second.values["subjects"]) == ("010101", ["430"])


# --- Columns --------------------------------------------------------------------------------------------


def test_first_of_two_heading_like_rows_is_heading():
    table = Table([["甲", "乙"], ["编号", "名称"], ["编号", "名称"], ["Y-1", "电镜"]])
    assert [(column.heading, column.place, column.row) for column in sheet_columns(table)] == [
        ("编号", 0, 1),
        ("名称", 1, 1),
    ]
    unknown = Table([["甲"], ["乙", "丙"], ["丁", "戊"]])
    assert [column.heading for column in sheet_columns(unknown)] == ["乙", "丙"]
    assert sheet_columns(Table([])) == []


def test_the_heading_is_looked_for_in_ten_rows():
    heading, row = ["编号", "名称"], ["Y-1", "电镜"]
    tenth = Table([*[["说明"]] * 9, heading, row])
    assert [column.row for column in sheet_columns(tenth)] == [9, 9]
    assert read_sheet(tenth, SheetMap()).rows[0].number == 11
    assert read_sheet(tenth, build_map(sheet_columns(tenth), {})).rows[0].number == 11
    eleventh = Table([*[["说明"]] * 10, heading, row])
    assert [column.heading for column in sheet_columns(eleventh)] == ["说明"]
    with pytest.raises(HeadingMissing) as refused:
        read_sheet(eleventh, SheetMap())
    assert refused.value.params["rows"] == 10


def test_a_column_shows_its_first_three_cells_that_hold_something():
    table = Table([["编号", "编号"], ["Y-1", None], ["", "b"], ["Y-2"], ["Y-3"], ["Y-4"]])
    first, second = sheet_columns(table)
    assert (first.recognised, first.samples) == ("inner_number", ("Y-1", "Y-2", "Y-3"))
    assert (second.recognised, second.samples) == ("", ("b",))


def test_money_in_ten_thousands_is_a_choice_of_its_own():
    table = Table([["编号", "名称", "价"], ["Y-1", "电镜", "1.5"]])
    columns = sheet_columns(table)
    for choice, yuan in (("value_yuan", "1.50"), ("value_yuan/10000", "15000.00")):
        (row,) = read_sheet(table, build_map(columns, {2: choice})).rows
        assert row.values["value_yuan"] == Decimal(yuan)
    unknown = build_map(columns, {2: "nonsense"})
    assert dict(unknown.places) == {0: ("inner_number",), 1: ("name_zh",)}
    assert choices_to_remember(columns, {2: "nonsense"}, INSTRUMENTS) == {}
    assert choices_to_remember(columns, {0: "", 2: "model"}, INSTRUMENTS) == {"编号": "", "价": "model"}


def test_map_constant_replaces_column_and_first_row_is_heading():
    mapping = parse_map('[constants]\ninner_number = "Y-1"\nname_zh = "电镜"\n')
    rows = read_sheet(Table([["甲"], ["1"], ["2"]]), mapping).rows
    assert [row.number for row in rows] == [2, 3]
    assert rows[0].values["name_zh"] == "电镜"


def test_a_problem_shows_the_first_hundred_characters_of_a_cell():
    (problem,) = row_of(RULES, opens="早" * 101).problems
    assert (problem.value, problem.cell, problem.column) == ("早" * 100, "C2", "opens")


def test_rows_after_a_repeated_heading_and_a_closing_line_with_a_name_count():
    table = Table([["编号", "名称"], ["备注", "电镜"], ["备注", "备注"], ["", "Y"], ["Y-2"]])
    rows = read_sheet(table, SheetMap()).rows
    assert [(row.number, row.inner_number) for row in rows] == [(2, "备注"), (4, ""), (5, "Y-2")]


def test_a_repeated_row_names_the_first_one():
    table = Table([["编号", "名称"], ["Y-1", "电镜"], ["Y-1", "电镜"], ["Y-1", "电镜"]])
    rows = read_sheet(table, SheetMap()).rows
    told = [
        problem.reason.params for row in rows for problem in row.problems if problem.code == "import.repeated"
    ]
    assert told == [{"row": 2}, {"row": 2}]


# --- Terms of several rows --------------------------------------------------------------------------


def test_an_exception_has_no_weekdays_and_keeps_its_times():
    day = {**NEXT, "exception_date": date(2031, 4, 1), "opens": time(9), "closes": time(12)}
    assert rule(FIRST, day).draft.exceptions == (DayException(date(2031, 4, 1), time(9), time(12)),)
    found = rule(FIRST, {**day, "weekdays": (0,)})
    assert [(row, one.code, one.field) for row, one in found.problems] == [
        (3, "import.exception", "exception_date")
    ]


def test_opening_hours_need_days_and_times():
    found = rule(FIRST, {**NEXT, "weekdays": (5,), "opens": time(9)})
    assert [(row, one.code, one.field) for row, one in found.problems] == [(3, "import.essential", "closes")]


def test_opening_hours_recur_as_their_row_says():
    row = {
        **FIRST,
        "interval": 2,
        "starts_on": date(2031, 3, 10),
        "until": date(2031, 12, 31),
    }
    assert rule(row).draft.patterns == (
        OpeningPattern(time(9), time(17), date(2031, 3, 10), (0, 1), interval=2, until=date(2031, 12, 31)),
    )


def test_limits_of_quotas_replace_those_in_force_one_by_one():
    base = rule({**FIRST, "quota_user_week_bookings": 5}).draft
    assert base.quotas == (Quota(QuotaHolder.USER, QuotaSpan.WEEK, timedelta(hours=20), 5),)
    changed = {**NEXT, "quota_user_week_bookings": 3, "quota_organization_month_hours": timedelta(hours=90)}
    assert set(rule(changed, base=base).draft.quotas) == {
        Quota(QuotaHolder.USER, QuotaSpan.WEEK, timedelta(hours=20), 3),
        Quota(QuotaHolder.ORGANIZATION, QuotaSpan.MONTH, timedelta(hours=90)),
    }


def test_a_price_says_for_whom_when_and_how():
    row = {
        **NEXT,
        "price_yuan": Decimal(300),
        "user_kind": "",
        "service_mode": "samples",
        "from_time": time(18),
        "until_time": time(22),
        "weekdays": (5, 6),
    }
    draft = build_prices(
        [SheetRow(2, row), SheetRow(3, {**NEXT, "price_yuan": Decimal(1)})], rule(FIRST).draft
    ).draft
    assert draft.prices[0] == Price(
        Decimal(300),
        service_mode=ServiceMode.SAMPLES,
        from_time=time(18),
        until_time=time(22),
        weekdays=(5, 6),
    )


def test_a_wrong_price_is_shown_in_its_row():
    rows = [
        SheetRow(2, {**NEXT, "price_yuan": Decimal(1)}),
        SheetRow(3, {**NEXT, "price_yuan": Decimal(2), "from_time": time(9)}),
    ]
    found = build_prices(rows, rule(FIRST).draft)
    assert [(row, one.field) for row, one in found.problems] == [(3, "price_yuan")]
    assert found.draft is None


def test_a_quota_of_nothing_is_shown_at_the_first_of_its_columns():
    found = rule({**FIRST, "quota_user_week_hours": timedelta()})
    assert [(row, one.code, one.field) for row, one in found.problems] == [
        (2, "rule.quota_empty", "quota_user_day_hours")
    ]


def test_numeric_category_is_not_read_as_excel_date():
    table = Table([["编号", "名称", "分类编码"], ["Y-1", "电镜", 20200]])
    (row,) = read_sheet(table, SheetMap()).rows
    assert row.values["category"] == "020200"
    assert [problem.code for problem in row.problems] == ["import.incomplete"]


def test_columns_after_ignored_column_are_read():
    columns = sheet_columns(Table([["备考", "编号", "名称"], ["x", "Y-1", "电镜"]]))
    assert dict(build_map(columns, {}).places) == {1: ("inner_number",), 2: ("name_zh",)}
