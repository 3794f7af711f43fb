"""When a booking can be checked in, and when it counts as a no-show."""

from datetime import datetime, timedelta

CHECK_IN_LEAD = timedelta(minutes=15)
"""How long before its start a booking can be checked in."""
CHECK_IN_LEAD_MINUTES = CHECK_IN_LEAD // timedelta(minutes=1)


def get_check_in_opening(starts_at: datetime) -> datetime:
    """Return the earliest time at which a booking can be checked in."""
    return starts_at - CHECK_IN_LEAD


def get_no_show_limit(now: datetime, grace: timedelta) -> datetime:
    """Return the latest start with which a booking that nobody attended is a no-show."""
    return now - grace
