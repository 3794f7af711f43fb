"""The days of a year's notice on holidays, and what keeps them from being entered."""

from datetime import date, datetime

import pytest

from providers.terms.domain.holiday_list import Day, DayKind, days_to_text, parse_days, problems_of_year

FREE, WORKED = DayKind.HOLIDAY, DayKind.WORKDAY
NATIONAL_DAY = Day(date(2026, 10, 1), FREE, "国庆节")
SOURCE = "国办发明电〔2025〕7号"


def test_rows_are_read_with_or_without_a_heading_and_blank_rows_passed_over():
    rows = [["日期", "类别", "名称"], [], [datetime(2026, 10, 1), "休", "国庆节"], ["2026-10-10", "班"]]
    assert parse_days(rows) == ([NATIONAL_DAY, Day(date(2026, 10, 10), WORKED, "")], [])
    assert parse_days(rows[2:]) == parse_days(rows)


def test_invalid_day_is_named_with_its_row():
    days, problems = parse_days([["日期", "类别"], ["10月1日", "休"], ["2026-10-01", "?"], ["", "", "x"]])
    assert days == []
    assert [(one.code, one.params["row"], one.params["value"]) for one in problems] == [
        ("calendar.row_date", 2, "10月1日"),
        ("calendar.row_kind", 3, "?"),
        ("calendar.row_date", 4, ""),
        ("calendar.row_kind", 4, ""),
    ]


def test_a_heading_stands_in_the_first_row_only():
    _, problems = parse_days([["2026-10-01", "休"], ["日期", "类别"]])
    assert [one.params["row"] for one in problems] == [2, 2]


@pytest.mark.parametrize(
    ("days", "source", "codes"),
    [
        ([NATIONAL_DAY], SOURCE, []),
        ([NATIONAL_DAY], " ", ["calendar.no_source"]),
        ([Day(date(2027, 1, 1), FREE, "元旦")], SOURCE, ["calendar.other_year"]),
        ([Day(date(2026, 10, 10), WORKED, "")], SOURCE, []),
        ([Day(date(2026, 10, 9), WORKED, "")], SOURCE, ["calendar.worked_anyway"]),
        ([Day(date(2026, 10, 11), WORKED, "")], SOURCE, []),
        ([NATIONAL_DAY, NATIONAL_DAY], SOURCE, ["calendar.twice"]),
    ],
)
def test_invalid_days_of_year_are_reported(days, source, codes):
    assert [problem.code for problem in problems_of_year(2026, days, source)] == codes


def test_a_list_that_is_written_is_read_again():
    days = [NATIONAL_DAY, Day(date(2026, 10, 10), WORKED, "调休")]
    rows = [line.split(",") for line in days_to_text(days).splitlines()]
    assert parse_days(rows) == (days, [])


@pytest.mark.parametrize(
    "written", ["2026-10-01", "2026/10/1", "2026.10.01", "2026年10月1日", "20261001", 20261001.0]
)
def test_a_day_may_be_written_in_several_ways(written):
    assert parse_days([[written, "公共", ""], [written, "法定节假日", "国庆节"]])[0] == [NATIONAL_DAY]


def test_more_than_three_cells_of_a_row_are_left_aside():
    assert parse_days([["2026-10-01", "休", "国庆节", "x", "y"]]) == ([NATIONAL_DAY], [])
    assert parse_days([["2026-10-01", "Public Holiday", None]])[0] == [Day(date(2026, 10, 1), FREE, "")]


def test_a_first_row_with_a_day_or_a_kind_is_no_heading():
    assert [one.code for one in parse_days([["2026-10-01", "?"]])[1]] == ["calendar.row_kind"]
    assert [one.code for one in parse_days([["?", "休"]])[1]] == ["calendar.row_date"]


def test_a_day_without_commas_is_one_problem_and_never_taken_for_a_heading():
    days, problems = parse_days([["2026-10-01 休 国庆节"], ["2026-10-02 休 国庆节"]])
    assert days == []
    assert [(one.code, one.params["row"]) for one in problems] == [
        ("calendar.row_commas", 1),
        ("calendar.row_commas", 2),
    ]
