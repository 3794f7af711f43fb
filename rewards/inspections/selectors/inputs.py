"""What a draw depends on, gathered from the frozen year and from who belongs where."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from hashlib import file_digest
from typing import IO, TYPE_CHECKING

from django.core.files.storage import default_storage

from instrument_share.accounts.selectors import (
    organization_ids_by_public_id,
    organization_ids_of_people,
    organizations_by_id,
    related_ids,
)
from instrument_share.kernel.city_time import CITY_TIME
from rewards.cycle.domain.errors import SnapshotDamaged
from rewards.cycle.selectors.snapshot import StoredSnapshot
from rewards.inspections.domain.choices import DrawnFrom
from rewards.inspections.domain.draw import Inputs, Item, decode_inputs

if TYPE_CHECKING:
    from rewards.cycle.models import AssessmentCycle
    from rewards.inspections.models import InspectionDraw


def list_items(cycle: "AssessmentCycle", over: DrawnFrom) -> list[Item]:
    """Return what may be drawn, in order of its id: units, or the year's entries by effective seconds."""
    snapshot = StoredSnapshot(cycle)
    if over is DrawnFrom.UNITS:
        return sorted((Item(row.uscc, 1, row.uscc) for row in snapshot.units()), key=lambda item: item.id)
    return sorted(_entries(cycle.year, snapshot), key=lambda item: item.id)


def _entries(year: int, snapshot: StoredSnapshot) -> Iterator[Item]:
    for instrument in snapshot.instruments():
        for row in snapshot.usage(instrument.instrument):
            if row.effective_seconds and row.starts_at.astimezone(CITY_TIME).year == year:
                yield Item(row.id, row.effective_seconds, instrument.uscc, instrument.instrument)


def units_of_year(cycle: "AssessmentCycle") -> Mapping[str, str]:
    """Return the USCC of each unit of the frozen year by its Chinese name."""
    return {unit.name_zh: unit.uscc for unit in StoredSnapshot(cycle).units()}


def find_conflicts(cycle: "AssessmentCycle", user_ids: Collection[int]) -> Mapping[int, frozenset[str]]:
    """Return the units (USCC) that each person may not inspect.

    They are those to which the person belongs or asks to, or did since the year began, and those related to
    these, now or when the year was frozen.
    """
    since = datetime(cycle.year, 1, 1, tzinfo=CITY_TIME)
    belongs = organization_ids_of_people(user_ids, since)
    related = {each: related_ids(each) for some in belongs.values() for each in some}
    units = StoredSnapshot(cycle).units()
    ids = organization_ids_by_public_id(
        {each for unit in units for each in (unit.organization, *unit.related)}
    )
    families = {unit.uscc: {ids[each] for each in (unit.organization, *unit.related)} for unit in units}
    reach = {
        person: {one for each in belongs.get(person, ()) for one in related[each]} for person in user_ids
    }
    return {
        person: frozenset(uscc for uscc, family in families.items() if family & reach[person])
        for person in user_ids
    }


def find_conflicts_of_experts(
    cycle: "AssessmentCycle", organization_names: Collection[str]
) -> Mapping[str, frozenset[str]]:
    """Return the units (USCC) that people of these organizations may not inspect, by the name as written.

    They are those whose Chinese name, or that of an organization related to them now or when the year was
    frozen, stands in what was written: who is of 云屏大学物理学院 is of 云屏大学.
    """
    units = list(StoredSnapshot(cycle).units())
    ids = organization_ids_by_public_id(
        {each for unit in units for each in (unit.organization, *unit.related)}
    )
    members = {
        unit.uscc: {ids[unit.organization], *(ids[each] for each in unit.related)}
        | related_ids(ids[unit.organization])
        for unit in units
    }
    known = organizations_by_id({pk for some in members.values() for pk in some})
    families = {
        unit.uscc: {unit.name_zh, *(known[pk].name_zh for pk in members[unit.uscc])} for unit in units
    }
    return {
        written: frozenset(
            uscc for uscc, family in families.items() if any(name in written for name in family)
        )
        for written in organization_names
    }


def open_inputs(draw: "InspectionDraw") -> IO[bytes]:
    """Open the published inputs of a draw, as announced. Raises SnapshotDamaged where they changed."""
    try:
        file = default_storage.open(draw.inputs_file)
    except OSError as error:
        raise SnapshotDamaged(part=draw.public_id) from error
    if file_digest(file, "sha256").hexdigest() != draw.inputs_sha256:
        file.close()
        raise SnapshotDamaged(part=draw.public_id)
    file.seek(0)
    return file


def read_inputs(draw: "InspectionDraw") -> Inputs:
    """Return the published inputs of a draw. Raises SnapshotDamaged where they changed."""
    with open_inputs(draw) as file:
        return decode_inputs(file.read())
