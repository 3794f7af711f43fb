"""What a version of the category table means for the instruments that there are."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet

from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors import region_of
from instrument_share.accounts.selectors.standing import standing
from providers.instruments.domain.categories import (
    CategoryChange,
    CategoryRow,
    numbered_rows,
    replacement_candidates,
    table_changes,
)
from providers.instruments.domain.choices import InstrumentState
from providers.instruments.models import Instrument, InstrumentCategory
from providers.instruments.selectors.instruments import category_table, instruments

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
    return table_changes(held, numbered_rows(rows))


def instruments_to_recode(viewer: "Viewer") -> QuerySet[Instrument]:
    """Instruments whose code is not in the table in use any more; their units give them another.

    Those of the bureau's region, and for managers of their own units, by unit and name.
    """
    found = instruments(viewer).exclude(state=InstrumentState.RETIRED).filter(category__isnull=False)
    region = region_of(viewer)
    if not region.whole:
        own = Q(organization_id__in=standing(viewer).organization_ids(Role.UNIT_MANAGER))
        found = found.filter(own | region.within("organization"))
    return found.exclude(category__in=category_table()).order_by("organization__name_zh", "name_zh", "id")


def recode_candidates(names_by_code: Mapping[str, str]) -> dict[str, Sequence[CategoryRow]]:
    """For vanished codes, with their names: what of the table in use may stand in. One statement."""
    rows = category_table().values_list("code", "name_zh", "parent__code", "name_en").order_by("code")
    table = {code: CategoryRow(code, zh, parent or "", en) for code, zh, parent, en in rows}
    return {code: replacement_candidates(code, name, table) for code, name in names_by_code.items()}
