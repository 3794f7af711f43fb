"""When a booking can be checked in."""

from datetime import datetime, timedelta

CHECK_IN_OPENS = timedelta(minutes=15)
"""How long before its start a booking can be checked in."""
CHECK_IN_MINUTES = CHECK_IN_OPENS // timedelta(minutes=1)


def check_in_opens_at(starts_at: datetime) -> datetime:
    return starts_at - CHECK_IN_OPENS
