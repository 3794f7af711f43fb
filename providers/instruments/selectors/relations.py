"""Read which instruments are booked together and which form groups."""

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Prefetch, QuerySet

from instrument_share.kernel.errors import require_found
from instrument_share.web.text.formats import name_columns
from providers.instruments.domain.choices import InstrumentState
from providers.instruments.models import Instrument, InstrumentGroup, InstrumentLink
from providers.instruments.selectors.instruments import instruments

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from instrument_share.accounts.selectors import Viewer


Needs = dict[int, list[int]]
"""By instrument, those without which it can't be booked."""


class Group(NamedTuple):
    """A group with those of its instruments that the viewer may see, by name."""

    group: InstrumentGroup
    instruments: "Sequence[Instrument]"


def linked_ids(instrument_id: int) -> list[int]:
    """Return the ids of other instruments that a booking of this one includes, by id.

    Follows the links of linked instruments. One query for each step.
    """
    return links_of([instrument_id])[instrument_id]


def links_of(
    instrument_ids: "Iterable[int]", proposed: "Mapping[int, Collection[int]] | None" = None
) -> dict[int, list[int]]:
    """Return `linked_ids` of each of these instruments by id; one query for each step.

    Where others than there are were `proposed` for an instrument to link to, those count.
    """
    links: dict[int, set[int]] = {}
    ahead = set(instrument_ids)
    wanted = list(ahead)
    while ahead:
        links |= {pk: set() for pk in ahead}
        rows = InstrumentLink.objects.filter(instrument_id__in=ahead).values_list(
            "instrument_id", "linked_id"
        )
        for pk, linked in rows:
            links[pk].add(linked)
        links |= {pk: {*linked} for pk, linked in (proposed or {}).items() if pk in ahead}
        ahead = set().union(*links.values()) - links.keys()
    return {pk: sorted(_reached(pk, links) - {pk}) for pk in wanted}


def linking_ids(*instrument_ids: int) -> list[int]:
    """Return the ids of other instruments of which a booking includes one of these; a query for each step."""
    return sorted(_reaching({*instrument_ids}) - {*instrument_ids})


def merge_links(held: set[int], chosen: set[int], shown: set[int]) -> set[int]:
    """Return the links of an instrument that holds some, of whom somebody was shown some and chose others."""
    return (held - (shown - chosen)) | (chosen - shown)


def get_needs(instrument_id: int, wanted: "Collection[int]") -> tuple[Needs, Needs]:
    """Return what an instrument and those that need it need, before and after it links to the wanted ones."""
    ids = [instrument_id, *linking_ids(instrument_id)]
    return links_of(ids), links_of(ids, {instrument_id: wanted})


def ids_without_companions() -> set[int]:
    """Return the ids of the instruments of which a booking includes one that is not in service.

    One query for each step of their links.
    """
    missing = InstrumentLink.objects.exclude(linked__state=InstrumentState.PUBLISHED)
    lacking = set(missing.values_list("instrument_id", flat=True))
    return lacking | _reaching(lacking)


def _reaching(ids: set[int]) -> set[int]:
    """Return the ids of the instruments whose links lead to one of these."""
    found: set[int] = set()
    ahead = ids
    while ahead:
        rows = InstrumentLink.objects.filter(linked_id__in=ahead).values_list("instrument_id", flat=True)
        ahead = set(rows) - found
        found |= ahead
    return found


def all_links() -> dict[int, list[int]]:
    """Return `linked_ids` of every instrument that has any, by id."""
    return links_of(InstrumentLink.objects.values_list("instrument_id", flat=True))


def _reached(instrument_id: int, links: dict[int, set[int]]) -> set[int]:
    found, ahead = {instrument_id}, {instrument_id}
    while ahead:
        ahead = set().union(*(links[pk] for pk in ahead)) - found
        found |= ahead
    return found


def linked_instruments(viewer: "Viewer", ids: "Iterable[int]") -> QuerySet[Instrument]:
    """Return those of the linked instruments (`linked_ids`) that the viewer may see, by name."""
    return instruments(viewer).filter(pk__in=list(ids)).order_by(*name_columns(), "id")


def own_link_ids(instrument_id: int) -> list[int]:
    """Return the ids that the instrument itself links to, without further steps."""
    links = InstrumentLink.objects.filter(instrument_id=instrument_id).order_by("linked_id")
    return list(links.values_list("linked_id", flat=True))


def groups_of(viewer: "Viewer", instrument_id: int) -> list[Group]:
    """Return the groups of an instrument with their other instruments; two queries."""
    rows = _with_instruments(viewer, InstrumentGroup.objects.filter(instruments=instrument_id))
    groups = [Group(row, [one for one in row.instruments.all() if one.pk != instrument_id]) for row in rows]
    return [group for group in groups if group.instruments]


def groups_of_unit(viewer: "Viewer", organization_id: int) -> list[Group]:
    """Return every group of a unit; two queries."""
    rows = _with_instruments(viewer, InstrumentGroup.objects.filter(organization_id=organization_id))
    return [Group(row, list(row.instruments.all())) for row in rows]


def instrument_group(viewer: "Viewer", public_id: str) -> Group:
    """Return one group by public id. Raises NotFound."""
    rows = _with_instruments(viewer, InstrumentGroup.objects.filter(public_id=public_id))
    row = require_found(rows.first())
    return Group(row, list(row.instruments.all()))


def _with_instruments(viewer: "Viewer", groups: QuerySet[InstrumentGroup]) -> QuerySet[InstrumentGroup]:
    visible = instruments(viewer).order_by(*name_columns(), "id")
    return (
        groups.select_related("organization")
        .prefetch_related(Prefetch("instruments", queryset=visible))
        .order_by(*name_columns(), "id")
    )
