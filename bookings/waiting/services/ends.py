"""The end of a wait, and the journal's entries about waits."""

from datetime import datetime
from typing import TYPE_CHECKING

from bookings.waiting.domain import WaitState
from bookings.waiting.models import WaitlistEntry
from instrument_share.journal import services as journal

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

ACTIONS = {WaitState.LEFT: "waiting.left", WaitState.OVER: "waiting.ended"}
"""What the journal calls an end; that of a booked wait is the offer's acceptance."""


def wait_end(entry: WaitlistEntry, end: WaitState, *, actor: "User | None", now: datetime) -> None:
    """End a wait under the caller's lock."""
    entry.end, entry.ended_at = end.value, now
    entry.save(update_fields=["end", "ended_at"])
    if end in ACTIONS:
        record_wait(entry, ACTIONS[end], actor, now)


def record_wait(entry: WaitlistEntry, action: str, actor: "User | None", now: datetime) -> None:
    """Record what became of a wait in the journal."""
    journal.record(
        actor=actor,
        action=action,
        subject=entry,
        now=now,
        organization_id=entry.instrument.organization_id,
        details={"wanted": entry.wanted.to_text(), "minutes": entry.minutes},
    )
