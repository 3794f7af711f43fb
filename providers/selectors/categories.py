"""What a version of the category table means for the instruments that there are."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Count, QuerySet

from providers.domain.categories import CategoryChange, CategoryRow, changes, folded
from providers.domain.words import InstrumentState
from providers.models import Instrument, InstrumentCategory
from providers.selectors.instruments import category_table, instruments

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer


def category_changes(rows: Iterable[CategoryRow]) -> list[CategoryChange]:
    """What the table would mean for every code that instruments have, in order of code. One statement."""
    counted = (
        InstrumentCategory.objects.filter(instruments__isnull=False)
        .values_list("code", "name_zh")
        .annotate(number=Count("instruments"))
        .order_by("code", "pk")
    )
    held: dict[str, tuple[str, int]] = {}
    for code, name, number in counted:
        held[code] = (name, held.get(code, ("", 0))[1] + number)
    return changes(held, folded(rows))


def instruments_to_recode(viewer: "Viewer") -> QuerySet[Instrument]:
    """Instruments whose code is not in the table in use any more; their units give them another."""
    found = instruments(viewer).exclude(state=InstrumentState.RETIRED).filter(category__isnull=False)
    return found.exclude(category__in=category_table()).order_by("organization_id", "name_zh", "id")
