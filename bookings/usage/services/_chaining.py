"""The next links of an instrument's usage chain; the caller holds the instrument's lock."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bookings.usage.domain import chain
from bookings.usage.domain.choices import EntryKind
from bookings.usage.models import UsageEntry

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from providers.models import Instrument


def link(
    *,
    instrument: "Instrument",
    kind: EntryKind,
    row: Mapping[str, Any],
    actor: "User",
    now: datetime,
    last: UsageEntry | None,
) -> UsageEntry:
    """The entry after `last`, not saved yet."""
    number = 1 if last is None else last.number + 1
    previous = chain.BEGINNING if last is None else last.hash
    recorded_at = now.replace(microsecond=0)
    return UsageEntry(
        instrument=instrument,
        number=number,
        kind=kind.value,
        form=chain.FORM,
        previous_hash=previous,
        recorded_at=recorded_at,
        recorded_by=actor,
        hash=chain.entry_hash(
            instrument=instrument.public_id,
            number=number,
            kind=kind.value,
            previous=previous,
            recorded_at=recorded_at,
            recorded_by=actor.public_id,
            row=row,
        ),
    )


def append(
    *, instrument: "Instrument", kind: EntryKind, row: Mapping[str, Any], actor: "User", now: datetime
) -> UsageEntry:
    """Save the next entry of the chain; the row that it stands for is to be saved in the same transaction."""
    last = UsageEntry.objects.filter(instrument=instrument).order_by("-number").first()
    entry = link(instrument=instrument, kind=kind, row=row, actor=actor, now=now, last=last)
    entry.save(force_insert=True)
    return entry
