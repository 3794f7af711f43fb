"""Chart data from figures of selectors."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from bookings.public import Hours


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
            {"name": _("for external users"), "data": [_hours(row.external_seconds) for row in rows]},
            {"name": _("for the unit itself"), "data": [_hours(row.internal_seconds) for row in rows]},
        ],
    }


def _hours(seconds: int) -> Decimal:
    return (Decimal(seconds) / 3600).quantize(Decimal("0.1"))
