"""Compare versions of the category table with the instruments' codes."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from django.db.models import Count, QuerySet

from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors import region_of, standing
from instrument_share.web.text.formats import name_columns
from providers.instruments.domain.categories import (
    CategoryChange,
    CategoryRow,
    numbered_rows,
    replacement_candidates,
    table_changes,
)
from providers.instruments.domain.choices import InstrumentState
from providers.instruments.models import Instrument, InstrumentCategory
from providers.instruments.selectors.instruments import category_table, instruments, managed_or_supervised

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer


def category_changes(rows: Iterable[CategoryRow]) -> list[CategoryChange]:
    """Return what the table would mean for every code in use, by code. One query."""
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
    """Return instruments whose code the current table lacks or gives another meaning, by unit and name.

    For the bureau those of its region, for managers those of their own units.
    """
    return (
        instruments(viewer)
        .filter(managed_or_supervised(viewer), category__isnull=False)
        .exclude(state=InstrumentState.RETIRED)
        .exclude(category__in=category_table())
        .order_by(*name_columns("organization__name"), *name_columns(), "id")
    )


def instruments_to_keep(viewer: "Viewer") -> QuerySet[Instrument]:
    """Return those to recode whose code the current table has, with another meaning.

    For officers, who keep the codes: those of their region, but none of a unit that they are bound to.
    """
    region = region_of(viewer, Role.BUREAU_OFFICER)
    found = instruments_to_recode(viewer).filter(region.within("organization"))
    found = found.exclude(organization__in=standing(viewer).bound_to)
    return found.filter(category__code__in=category_table().values("code"))


def current_categories(codes: Collection[str]) -> dict[str, InstrumentCategory]:
    """Return the rows of the current table with these codes, by code."""
    return {row.code: row for row in category_table().filter(code__in=codes)}


def recode_candidates(names_by_code: Mapping[str, str]) -> dict[str, Sequence[CategoryRow]]:
    """Return replacements from the current table for vanished codes, given by name. One query."""
    rows = category_table().values_list("code", "name_zh", "parent__code", "name_en").order_by("code")
    table = {code: CategoryRow(code, zh, parent or "", en) for code, zh, parent, en in rows}
    return {code: replacement_candidates(code, name, table) for code, name in names_by_code.items()}
