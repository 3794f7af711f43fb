"""Notes and incidents stand on the keepers' desk until they are settled."""

import pytest

from bookings.devices.domain import NoteClosed, NoteKind
from bookings.devices.models import InstrumentNote
from bookings.devices.services.notes import note_close, note_write
from instrument_share.journal.models import AuditEntry
from instrument_share.kernel.errors import ReasonMissing
from tests import factories
from tests.bookings.devices.signing import TestDevice
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_note_stands_on_the_desk_until_it_is_settled(city, see, send):
    form = {"instrument": city.instrument.public_id, "kind": "incident", "text": "液氮不足"}
    assert send(city.keeper, "instrument_notes", **form).status_code == 302
    note = InstrumentNote.objects.get()
    assert (note.text, note.kind, note.written_by) == ("液氮不足", "incident", city.keeper)
    assert "液氮不足" in see(city.keeper, "keeper").content.decode()
    assert "液氮不足" in see(city.manager, "instrument_notes").content.decode()
    elsewhere = factories.city()
    assert "液氮不足" not in see(elsewhere.keeper, "instrument_notes").content.decode()
    settled = send(city.keeper, "note_close", note.public_id, next="/keeper/")
    assert settled.url == "/keeper/"
    assert "液氮不足" not in see(city.keeper, "keeper").content.decode()
    acts = AuditEntry.objects.filter(subject_id=note.public_id).order_by("id")
    assert [entry.action for entry in acts] == ["note.written", "note.closed"]


def test_note_has_a_text_and_is_settled_once(city, send):
    values = {"actor": city.keeper, "now": NOW}
    with pytest.raises(ReasonMissing):
        note_write(instrument_id=city.instrument.pk, kind=NoteKind.NOTE, text=" ", **values)
    note = note_write(instrument_id=city.instrument.pk, kind=NoteKind.NOTE, text="泵油已换", **values)
    note_close(note_id=note.pk, **values)
    with pytest.raises(NoteClosed):
        note_close(note_id=note.pk, **values)
    assert send(city.keeper, "instrument_notes", instrument="", kind="note", text="").status_code == 422


def test_note_that_a_colleague_has_just_closed_says_so(city, send):
    note = note_write(
        actor=city.keeper, instrument_id=city.instrument.pk, kind=NoteKind.NOTE, text="泵油已换", now=NOW
    )
    note_close(actor=city.keeper, note_id=note.pk, now=NOW)
    late = send(city.manager, "note_close", note.public_id)
    assert late.status_code == 409
    assert "该记录已办结，无需再处理。" in late.content.decode()


def test_fault_that_a_device_reports_is_an_incident(city, client, clock, see):
    clock.set(NOW)
    TestDevice(city, client, clock).send("fault", detail="真空泵停转")
    note = InstrumentNote.objects.get()
    assert (note.kind, note.text, note.written_by) == ("incident", "真空泵停转", None)
    assert "真空泵停转" in see(city.keeper, "keeper").content.decode()
