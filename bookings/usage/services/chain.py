"""Append entries to an instrument's usage chain, under the instrument's lock."""

from datetime import datetime
from typing import TYPE_CHECKING

from bookings.usage.domain import chain
from bookings.usage.domain.choices import EntryKind
from bookings.usage.models import UsageConfirmation, UsageCorrection, UsageEntry, UsageLog, UsageWithdrawal

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from providers.models import Instrument

ChainedRow = UsageLog | UsageCorrection | UsageConfirmation | UsageWithdrawal


def build_entry(
    row: ChainedRow,
    kind: EntryKind,
    *,
    instrument: "Instrument",
    actor: "User | None",
    now: datetime,
    last_entry: UsageEntry | None,
) -> UsageEntry:
    """Return the unsaved entry of a row that follows `last_entry`; `actor` None is the clock."""
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
            recorded_by=actor.public_id if actor else None,
            row=chain.ROW_FUNCTIONS[kind](row),
        ),
    )


def append_entry(
    row: ChainedRow,
    kind: EntryKind,
    *,
    instrument: "Instrument",
    actor: "User | None",
    now: datetime,
) -> None:
    """Save a row with the next entry of the instrument's chain, under the caller's lock of the instrument."""
    last = UsageEntry.objects.filter(instrument=instrument).order_by("-number").first()
    row.entry = build_entry(row, kind, instrument=instrument, actor=actor, now=now, last_entry=last)
    row.entry.save(force_insert=True)
    row.save(force_insert=True)
