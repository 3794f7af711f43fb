"""Who is reminded of what is not complete, and who is not."""

from datetime import datetime, timedelta
from enum import StrEnum

from providers.units.domain.completeness import UnitCompleteness
from providers.units.domain.information import InformationKind

LEFT_IN_PEACE = timedelta(days=7)
"""For so long after a reminder a unit gets another one only if the bureau insists."""
LONGEST_NOTE = 300
TOLD_LATE = timedelta(days=7)
"""For so long after it ran out a unit is still told that it did."""


class ReminderOutcome(StrEnum):
    """What becomes of a unit when the bureau reminds several."""

    SENT = "sent"
    RECENT = "recent"
    """Reminded within LEFT_IN_PEACE: left out, unless the bureau insists."""
    COMPLETE = "complete"
    """Nothing is open, or what is waits for the bureau."""
    UNREACHABLE = "unreachable"
    """It has no manager who could be told."""


def reminder_outcome(
    unit: UnitCompleteness,
    *,
    reachable: bool,
    last_sent_at: datetime | None,
    now: datetime,
    insist: bool = False,
) -> ReminderOutcome:
    """What becomes of one unit."""
    if not unit.to_do:
        return ReminderOutcome.COMPLETE
    if not reachable:
        return ReminderOutcome.UNREACHABLE
    if last_sent_at is not None and now < last_sent_at + LEFT_IN_PEACE and not insist:
        return ReminderOutcome.RECENT
    return ReminderOutcome.SENT


def open_kinds(kinds: list[str], unit: UnitCompleteness) -> tuple[InformationKind, ...]:
    """What a reminder asked for and is not done."""
    return tuple(one.kind for one in unit.to_do if one.kind in kinds)
