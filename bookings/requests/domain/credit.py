"""When a person's credit suspends them from booking."""

from collections.abc import Iterable
from datetime import datetime, timedelta

LASTS = timedelta(days=90)
"""How long a no-show or a late cancel counts."""

SUSPENDS_AT = 3
"""So many that count at once suspend the person."""


def suspended_until(ends: Iterable[datetime], now: datetime) -> datetime | None:
    """Until when somebody with credit events ending at `ends` may not book, or None."""
    counting = sorted((end for end in ends if end > now), reverse=True)
    return counting[SUSPENDS_AT - 1] if len(counting) >= SUSPENDS_AT else None
