"""The chart of a unit's completeness."""

from collections.abc import Sequence
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from providers.units.domain.completeness import UnitCompleteness


def completeness_chart(days: Sequence[UnitCompleteness]) -> dict[str, Any]:
    """How much of a unit's information was complete at the end of each month, and is now."""
    return {
        "type": "line",
        "unit": "%",
        "categories": [date_format(day.as_of, "YEAR_MONTH_FORMAT") for day in days],
        "series": [{"name": _("complete"), "data": [day.percent for day in days]}],
    }
