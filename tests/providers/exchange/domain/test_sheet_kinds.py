"""What every kind of sheet declares, and how cells of rules, prices and news are read."""

from datetime import date, time, timedelta
from decimal import Decimal

import pytest

from instrument_share.sheets.table import Table
from providers.exchange.domain.sheets.columns import map_of_choices, sheet_columns, to_remember
from providers.exchange.domain.sheets.kinds import INSTRUMENTS, KINDS, NEWS, PRICES, RULES
from providers.exchange.domain.sheets.maps import SheetMap, map_read
from providers.exchange.domain.sheets.reading import address, sheet_read
from providers.exchange.domain.sheets.terms import RowOfTerms, prices_of_rows, rule_of_rows, same_terms
from providers.exchange.domain.sheets.words import plain
from providers.terms.domain.terms import DayException, OpeningPattern, Price, Quota
from providers.terms.domain.words import Frequency, QuotaHolder, QuotaSpan, ServiceMode, UserKind


def row_of(kind, **cells):
    """One row, headed by the names of the fields."""
    essential = {"inner_number": "Y-1", "applies_from": "2031-03-03"} if kind in (RULES, PRICES) else {}
    cells = {**essential, **cells}
    (row,) = sheet_read(Table([list(cells), list(cells.values())]), SheetMap(), kind).rows
    return row


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_every_field_has_a_chinese_heading_and_no_heading_means_two_fields(kind):
    headings = [(plain(one.headings[0]), name) for name, one in kind.fields.items()]
    assert len(dict(headings)) == len(headings)
    known = {heading: name for heading, (name, _) in kind.known_headings.items()}
    assert [known[heading] for heading, _ in headings] == list(kind.fields)
    assert [known[plain(one.label)] for one in kind.fields.values()] == list(kind.fields)


def test_an_address_is_that_of_a_spreadsheet():
    assert [address(7, index) for index in (0, 2, 25, 26, 701, 702)] == [
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


def test_lengths_in_hours_minutes_and_days_and_yes_and_no_and_several_words():
    row = row_of(
        RULES,
        min_length="0.5",
        step="15",
        horizon="14",
        may_span_gaps="否",
        needs_qualification="yes",
        user_kinds="企业、个人",
        service_modes="operated by the user, 送样",
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


def test_excels_number_of_a_day_is_read_and_said():
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
    first, second = sheet_read(table, SheetMap()).rows
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
    read = sheet_read(table, SheetMap())
    assert [(one.cell, one.code) for one in read.problems] == [("D1", "import.heading_twice")]
    columns = sheet_columns(table)
    chosen = sheet_read(table, map_of_choices(columns, {2: "", 3: "model"}))
    assert chosen.problems == ()
    assert chosen.rows[0].values["model"] == "B"
    assert chosen.ignored == ("型号",)


def test_chosen_columns_are_remembered_by_heading():
    table = Table([["甲", "乙", "型号"], ["Y-1", "电镜", "A"]])
    columns = sheet_columns(table)
    kept = to_remember(columns, {0: "inner_number", 1: "name_zh", 2: "model"}, INSTRUMENTS)
    assert kept == {"甲": "inner_number", "乙": "name_zh"}
    again = sheet_columns(table, INSTRUMENTS, kept)
    assert [column.recognised for column in again] == ["inner_number", "name_zh", "model"]
    (row,) = sheet_read(table, map_of_choices(again, {})).rows
    assert (row.inner_number, row.values["name_zh"]) == ("Y-1", "电镜")


def test_a_map_shortens_what_is_too_long_and_keeps_the_whole_text():
    mapping = map_read('[shorten]\nmodel = "specification_zh"\n')
    long = "M" * 120
    table = Table([["编号", "名称", "型号", "技术指标"], ["Y-1", "电镜", long, "0.1 nm"]])
    (row,) = sheet_read(table, mapping).rows
    assert row.usable
    assert row.values["model"] == "M" * 99 + "…"
    assert row.values["specification_zh"] == f"{long}；0.1 nm"
    first = row.problems[0]
    assert (first.code, first.cell) == ("import.shortened", "C2")
    (unmapped,) = sheet_read(table, SheetMap()).rows
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
    return rule_of_rows([RowOfTerms(number, values) for number, values in enumerate(rows, 2)], base)


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
    assert same_terms(rule(FIRST, base=base).draft, base)


def test_rows_that_contradict_each_other_and_terms_that_cant_be_are_named_with_their_row():
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
        RowOfTerms(2, {**NEXT, "price_yuan": Decimal(300), "minimum_charge_yuan": Decimal(50)}),
        RowOfTerms(3, {**NEXT, "price_yuan": Decimal(450), "user_kind": "enterprise", "unit": "sample"}),
    ]
    draft = prices_of_rows(rows, base).draft
    assert [(one.price_yuan, one.user_kind, one.unit) for one in draft.prices] == [
        (Decimal(300), None, "hour"),
        (Decimal(450), UserKind.ENTERPRISE, "sample"),
    ]
    assert draft.minimum_charge_yuan == 50
    assert (draft.patterns, draft.step) == (base.patterns, base.step)
    missing = prices_of_rows(rows, None)
    assert [(row, one.code) for row, one in missing.problems] == [(2, "import.no_rule")]


def test_news_need_a_title_and_a_text():
    rows = sheet_read(Table([["标题", "正文"], ["开放日", ""], ["", "欢迎"]]), SheetMap(), NEWS).rows
    assert [(one.cell, one.code) for row in rows for one in row.problems] == [
        ("B2", "import.essential"),
        ("A3", "import.essential"),
    ]


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("interval", 1, 52),
        ("step", 1, 1440),
        ("turnaround", 0, 1440),
        ("horizon", 1, 365),
        ("late_cancel_percent", 0, 100),
        ("no_show_percent", 0, 100),
        ("decision_hours", 1, 720),
        ("quota_user_day_bookings", 1, 1000),
        ("quota_organization_month_bookings", 1, 1000),
    ],
)
def test_a_whole_number_lies_in_the_range_of_its_field(name, least, most):
    for said in (least, most):
        row = row_of(RULES, **{name: said})
        assert (row.values.get(name), row.problems) == (said, ())
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
