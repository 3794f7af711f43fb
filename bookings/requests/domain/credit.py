"""Suspension from booking after repeated no-shows, late cancellations or misuse."""

from collections.abc import Iterable
from datetime import datetime, timedelta

EVENT_LIFETIME = timedelta(days=90)
"""How long an event counts."""

SUSPENSION_THRESHOLD = 3
"""So many that count at once suspend the person."""


def get_suspension_end(event_ends: Iterable[datetime], now: datetime) -> datetime | None:
    """Return until when a person with these credit events may not book, or None."""
    counting = sorted((end for end in event_ends if end > now), reverse=True)
    return counting[SUSPENSION_THRESHOLD - 1] if len(counting) >= SUSPENSION_THRESHOLD else None


def get_appeal_deadline(occurred_at: datetime, ends_at: datetime, days: int) -> datetime:
    """Return until when an event may be appealed: for so many days, while it counts."""
    return min(occurred_at + timedelta(days=days), ends_at)
