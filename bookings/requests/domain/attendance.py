"""When a booking can be checked in."""

from datetime import datetime, timedelta

CHECK_IN_LEAD = timedelta(minutes=15)
"""How long before its start a booking can be checked in."""
CHECK_IN_LEAD_MINUTES = CHECK_IN_LEAD // timedelta(minutes=1)


def get_check_in_opening(starts_at: datetime) -> datetime:
    """Return the earliest time at which a booking can be checked in."""
    return starts_at - CHECK_IN_LEAD
