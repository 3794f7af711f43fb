"""The charts on the page of a year, whose tables name every unit."""

from decimal import Decimal
from types import SimpleNamespace

from instrument_share.web.templatetags.ui import chart
from rewards.assessment.views.unit_tables import build_charts


def assessed(number):
    """A unit with so many hours, every second of them external, and a thousand yuan for each."""
    return SimpleNamespace(
        organization=SimpleNamespace(name_zh=f"单位{number}", name_en=""),
        award=SimpleNamespace(amount_yuan=Decimal(1000 * number)),
        effective_seconds=3600 * number,
        external_seconds=1800 * number,
    )


def test_tables_of_both_charts_have_every_unit_with_a_figure():
    for chart_id, title, spec in build_charts([assessed(number) for number in range(23)]):
        shown = chart(chart_id, title, spec)
        assert [name for name, _values in shown["rows"]] == [f"单位{number}" for number in range(22, 0, -1)]
        assert (shown["drawn"], len(shown["rows"])) == (20, 22)
