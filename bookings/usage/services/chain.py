"""Append entries to an instrument's usage chain, under the instrument's lock."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bookings.usage.domain import chain
from bookings.usage.domain.choices import EntryKind
from bookings.usage.models import UsageEntry

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from providers.models import Instrument


def build_entry(
    *,
    instrument: "Instrument",
    kind: EntryKind,
    row: Mapping[str, Any],
    actor: "User",
    now: datetime,
    last_entry: UsageEntry | None,
) -> UsageEntry:
    """Return the unsaved entry that follows `last_entry`."""
    number = 1 if last_entry is None else last_entry.number + 1
    previous = chain.BEGINNING if last_entry is None else last_entry.hash
    recorded_at = now.replace(microsecond=0)
    return UsageEntry(
        instrument=instrument,
        number=number,
        kind=kind.value,
        form=chain.FORM,
        previous_hash=previous,
        recorded_at=recorded_at,
        recorded_by=actor,
        hash=chain.compute_entry_hash(
            instrument=instrument.public_id,
            number=number,
            kind=kind.value,
            previous=previous,
            recorded_at=recorded_at,
            recorded_by=actor.public_id,
            row=row,
        ),
    )


def append_entry(
    *, instrument: "Instrument", kind: EntryKind, row: Mapping[str, Any], actor: "User", now: datetime
) -> UsageEntry:
    """Save the next entry; the caller saves the recorded row in the same transaction."""
    last = UsageEntry.objects.filter(instrument=instrument).order_by("-number").first()
    entry = build_entry(instrument=instrument, kind=kind, row=row, actor=actor, now=now, last_entry=last)
    entry.save(force_insert=True)
    return entry
