"""Notes and incidents of instruments: written by whoever looks after them or a device, and closed."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from bookings.devices.domain import NoteClosed, NoteKind
from bookings.devices.models import InstrumentNote
from instrument_share.accounts.permissions import require
from instrument_share.journal.services import record
from instrument_share.kernel.errors import require_found, require_reason
from providers import public as providers

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from providers.models import Instrument


@transaction.atomic
def note_write(
    *, actor: "User", instrument_id: int, kind: NoteKind, text: str, now: datetime
) -> InstrumentNote:
    """Write a note about an instrument; it stands on the keepers' desks until it is closed."""
    instrument = providers.instrument_lock(instrument_id)
    require(actor, "bookings.keep_notes", instrument)
    note = InstrumentNote.objects.create(
        instrument=instrument,
        kind=kind.value,
        text=require_reason(text, code="note.empty"),
        written_at=now,
        written_by=actor,
    )
    _record(note, actor, "note.written", now)
    return note


@transaction.atomic
def note_close(*, actor: "User", note_id: int, now: datetime) -> InstrumentNote:
    """Close a note that is settled. Raises NoteClosed the second time."""
    found = InstrumentNote.objects.select_for_update(of=("self",)).select_related("instrument")
    note = require_found(found.filter(pk=note_id).first())
    require(actor, "bookings.keep_notes", note.instrument)
    if note.closed_at is not None:
        raise NoteClosed
    note.closed_at, note.closed_by = now, actor
    note.save(update_fields=["closed_at", "closed_by"])
    _record(note, actor, "note.closed", now)
    return note


def incident_keep(instrument: "Instrument", text: str, at: datetime) -> InstrumentNote:
    """Write an incident that nobody signs, as of a device; the caller records it and tells the keepers."""
    return InstrumentNote.objects.create(
        instrument=instrument, kind=NoteKind.INCIDENT.value, text=text, written_at=at
    )


def _record(note: InstrumentNote, actor: "User", action: str, now: datetime) -> None:
    record(
        actor=actor,
        action=action,
        subject=note,
        now=now,
        organization_id=note.instrument.organization_id,
        details={"instrument": note.instrument.public_id, "kind": note.kind},
    )
