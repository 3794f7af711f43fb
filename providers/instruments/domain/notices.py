"""When people are told ahead that something expires."""

from datetime import timedelta

NOTICE_AHEAD = timedelta(days=30)
"""So long before a kind runs out its unit is told."""
FIRST_HOUR = 8
"""Nobody is written to before this hour of the day."""
