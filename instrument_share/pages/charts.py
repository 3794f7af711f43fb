"""Chart data from figures of selectors."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from bookings.public import Hours
from instrument_share.kernel.interval import in_hours


def build_stacked_hours(
    rows: Sequence[Hours[Any]], labels: Sequence[str], *, horizontal: bool = False
) -> dict[str, Any]:
    """Return chart data of hours for others stacked on hours for the own unit."""
    return {
        "type": "stacked",
        "unit": _("hours"),
        "horizontal": horizontal,
        "categories": list(labels),
        "series": [
            {"name": _("for external users"), "data": [in_hours(row.external_seconds) for row in rows]},
            {"name": _("for the unit itself"), "data": [in_hours(row.internal_seconds) for row in rows]},
        ],
    }
