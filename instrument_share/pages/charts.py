"""Chart data from figures of selectors."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from bookings.public import Hours
from instrument_share.kernel.interval import in_hours
from instrument_share.web.text.formats import bilingual
from providers.public import CategoryCount


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


def build_category_counts(categories: Sequence[CategoryCount], total: int) -> dict[str, Any]:
    """Return chart data of instruments by category, the most first; `total` has those without one, too."""
    ordered = sorted(categories, key=lambda one: -one.count)
    rows = [(bilingual(one, "name"), one.count) for one in ordered]
    if without := total - sum(one.count for one in categories):
        rows.append((_("Without category"), without))
    return {
        "type": "bar",
        "unit": _("instruments"),
        "horizontal": True,
        "categories": [name for name, _count in rows],
        "series": [{"name": _("Instruments"), "data": [count for _name, count in rows]}],
    }
