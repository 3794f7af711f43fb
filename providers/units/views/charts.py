"""The chart of a unit's completeness."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from instrument_share.web.text.formats import month_label
from providers.units.domain.completeness import UnitCompleteness


def completeness_chart(days: Sequence[UnitCompleteness], today: date) -> dict[str, Any]:
    """Return the chart of a unit's completeness at the end of each month, and as of today where it is one."""
    return {
        "type": "line",
        "unit": "%",
        "categories": [month_label(day.as_of, is_running=day.as_of == today) for day in days],
        "series": [{"name": _("complete"), "data": [day.percent for day in days]}],
    }
