"""The sums in a report: exact, rounded once, and said to be so where a reader adds up what is above them."""

from decimal import Decimal

from rewards.assessment.models import InstrumentResult
from rewards.assessment.services.recomputing import find_result_differences
from rewards.report.reports.facts import get_report_facts
from rewards.report.reports.tables import (
    build_excluded_table,
    build_instruments_list,
    build_months_list,
)
from tests.rewards.builders import YEAR, local


def add_an_internal_use_of_which_a_fraction_counts(small, instrument):
    """36 of 61 parts of ¥1,000 are ¥590.1639…"""
    own = {"payer": small.unit, "external": False}
    small.city.log(instrument, local(YEAR, 6, 1, 20), amount=Decimal(0), **own)
    small.city.log(instrument, local(YEAR, 6, 2, 2), amount=Decimal(1000), **own)


def test_internal_income_is_summed_before_it_is_rounded(small):
    second = small.city.instrument(small.unit, "透射电子显微镜")
    for instrument in (small.instrument, second):
        add_an_internal_use_of_which_a_fraction_counts(small, instrument)
    cycle = small.steps.through("score")
    rows = set(InstrumentResult.objects.values_list("internal_income_yuan", flat=True))
    assert rows == {Decimal("590.16")}
    assert cycle.totals["internal_income_yuan"] == "1180.33"
    assert build_instruments_list(get_report_facts(cycle)).totals[7] == "1,180.33"
    assert find_result_differences(cycle) == []


def test_hours_of_a_month_are_summed_before_they_are_rounded(small):
    """Two units with 57,245.9 seconds in June each have 114,492 together."""
    for name in ("云屏材料研究所", "云屏海洋研究院"):
        instrument = small.city.instrument(small.city.unit(name), "电镜")
        add_an_internal_use_of_which_a_fraction_counts(small, instrument)
    cycle = small.steps.through("score")
    assert cycle.totals["months"][5] == [114_492, 0]
    assert sum(effective for effective, _ in cycle.totals["months"]) == cycle.totals["effective_seconds"]


def test_a_year_that_was_scored_before_the_sum_was_kept_stands_as_it_was(small):
    add_an_internal_use_of_which_a_fraction_counts(small, small.instrument)
    cycle = small.steps.through("score")
    del cycle.totals["internal_income_yuan"]
    cycle.save()
    assert build_instruments_list(get_report_facts(cycle)).totals[7] == "590.16"
    assert find_result_differences(cycle) == []


def test_tables_of_hours_say_that_each_figure_is_rounded_for_itself(small):
    """Three instruments with 20 minutes each are 0.33 hours three times, and one hour together."""
    facts = get_report_facts(small.steps.through("score"))
    months = facts.cycle.totals["months"]
    tables = build_instruments_list(facts), build_months_list(months), build_excluded_table(facts.cycle)
    assert ["四舍五入到0.01小时" in table.note for table in tables] == [True] * 3


def test_numbers_of_entries_have_their_thousands_marked(small):
    cycle = small.steps.through("score")
    InstrumentResult.objects.update(entries_counted=1234)
    cycle.entries_counted = 12537
    table = build_instruments_list(get_report_facts(cycle))
    assert table.rows[0][8] == "1,234"
    assert table.totals[8] == "12,537"
