"""Record what the inspectors saw."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import IO, TYPE_CHECKING

from django.db import transaction

from instrument_share.accounts.services import unit_managers_tell
from instrument_share.journal.addresses import page_address
from instrument_share.journal.domain import NotificationKind
from instrument_share.journal.services import record
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import gettext_noop, require_found
from providers.public import prepare_picture, store_once
from rewards.cycle.domain.entries import EntryFacts
from rewards.cycle.selectors.cycles import cycle_lock
from rewards.declarations.permissions import require_on_other_unit
from rewards.findings.models import Finding
from rewards.findings.selectors.frozen_logs import get_frozen_logs
from rewards.findings.services.opening import finding_open
from rewards.inspections.domain.choices import CHECKLIST, InspectionOutcome, Seen
from rewards.inspections.domain.errors import (
    ChecklistIncomplete,
    InspectedInFuture,
    InspectionRecorded,
    LogsNotOfUnit,
    NotesMissing,
    PhotosTooMany,
)
from rewards.inspections.models import InspectionPhoto, RandomInspection
from rewards.inspections.selectors.inspections import get_drawn_date

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

MOST_PHOTOS = 12
SEEN = ("outcome", "inspected_date", "checklist", "notes", "finding", "recorded_at", "recorded_by")
"""What a record writes; the rest was drawn."""


@transaction.atomic
def inspection_record(
    *,
    actor: "User",
    inspection_id: int,
    outcome: InspectionOutcome,
    inspected_date: date,
    checklist: Mapping[str, Seen],
    notes: str,
    now: datetime,
    photos: Collection[IO[bytes]] = (),
    logs: Collection[str] = (),
) -> RandomInspection:
    """Record an inspection once, as one of its inspectors; with the outcome `finding`, open a finding.

    Where none of them is left who may, any auditor of the bureau records it who is not bound to the unit.
    `logs` are the public ids of the usage logs that the finding is about; the entry that was drawn is always
    among them. Raises OwnUnit, InspectionRecorded, ChecklistIncomplete, NotesMissing, InspectedInFuture,
    LogsNotOfUnit, PhotosTooMany, PictureUnusable.
    """
    inspection = _lock(inspection_id)
    require_on_other_unit(actor, "rewards.record_inspection", inspection)
    _require_complete(inspection, outcome, inspected_date, checklist, notes, now)
    if len(photos) > MOST_PHOTOS:
        raise PhotosTooMany(most=MOST_PHOTOS)
    inspection.outcome, inspection.inspected_date = outcome.value, inspected_date
    inspection.checklist = {code: Seen(checklist[code]).value for code in CHECKLIST}
    inspection.notes = notes.strip()
    inspection.recorded_at, inspection.recorded_by = now, actor
    if outcome is InspectionOutcome.FINDING:
        inspection.finding = _open_finding(actor, inspection, logs, now)
    files = _keep_photos(inspection, photos)
    inspection.save(update_fields=SEEN)
    record(
        actor=actor,
        action="inspection.recorded",
        subject=inspection,
        now=now,
        organization_id=inspection.organization_id,
        details={
            "outcome": outcome.value,
            "checklist": inspection.checklist,
            "photos": files,
            "finding": inspection.finding.public_id if inspection.finding else "",
            "sha256": inspection.fingerprint,
        },
    )
    if inspection.finding is None:  # of a finding the unit is told as it is opened
        _tell(inspection, now)
    return inspection


def _lock(inspection_id: int) -> RandomInspection:
    """Lock the year, as every step does first, then the inspection."""
    found = RandomInspection.objects.filter(pk=inspection_id)
    cycle_lock(require_found(found.values_list("draw__cycle_id", flat=True).first()))
    locked = found.select_for_update(of=("self",)).select_related("draw__cycle", "lead", "second")
    return require_found(locked.first())


def _require_complete(
    inspection: RandomInspection,
    outcome: InspectionOutcome,
    inspected_date: date,
    checklist: Mapping[str, Seen],
    notes: str,
    now: datetime,
) -> None:
    if inspection.outcome:
        assert inspection.recorded_by is not None
        raise InspectionRecorded(name=inspection.recorded_by.name, time=inspection.recorded_at)
    drawn = get_drawn_date(inspection)
    if not drawn <= inspected_date <= now.astimezone(CITY_TIME).date():
        raise InspectedInFuture(first=drawn)
    if set(CHECKLIST) - set(checklist):
        raise ChecklistIncomplete
    has_to_tell = outcome is InspectionOutcome.FINDING or Seen.NO in checklist.values()
    if has_to_tell and not notes.strip():
        raise NotesMissing


def _open_finding(
    actor: "User", inspection: RandomInspection, logs: Collection[str], now: datetime
) -> Finding:
    wanted = {*logs, *([inspection.log] if inspection.log else [])}
    about = _require_logs_of_unit(actor, inspection, wanted)
    assert inspection.inspected_date is not None
    return finding_open(
        cycle=inspection.draw.cycle,
        kind="inspection",
        organization_id=inspection.organization_id,
        instrument_id=inspection.instrument_id,
        logs=about,
        evidence={
            "inspection": inspection.public_id,
            "day": inspection.inspected_date.isoformat(),
            "seen": inspection.notes,
        },
        actor=actor,
        now=now,
    )


def _require_logs_of_unit(
    actor: "User", inspection: RandomInspection, logs: Collection[str]
) -> list[EntryFacts]:
    """Return the logs as frozen. Raises LogsNotOfUnit for those of another unit or not of that year."""
    if not logs:
        return []
    cycle, unit = inspection.draw.cycle, inspection.organization.public_id
    frozen = get_frozen_logs(actor, cycle, logs)
    own = [each for each in frozen if each.owner == unit and each.is_of_year(cycle.year)]
    foreign = sorted(set(logs) - {each.public_id for each in own})
    if foreign:
        raise LogsNotOfUnit(logs=", ".join(foreign))
    return own


def _keep_photos(inspection: RandomInspection, photos: Iterable[IO[bytes]]) -> list[str]:
    """Keep the photos in their order; return the files, each named by its content."""
    files = [store_once("inspections", prepare_picture(photo)) for photo in photos]
    InspectionPhoto.objects.bulk_create(
        InspectionPhoto(inspection=inspection, file=file, position=position)
        for position, file in enumerate(files, start=1)
    )
    return files


def _tell(inspection: RandomInspection, now: datetime) -> None:
    unit_managers_tell(
        inspection.organization,
        gettext_noop("The random inspection {inspection} of your unit is recorded: no objection."),
        now,
        kind=NotificationKind.ASSESSMENT,
        params={"inspection": inspection.public_id},
        path=page_address("inspection", inspection.public_id),
    )
