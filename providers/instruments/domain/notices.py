"""When people are told ahead that something expires."""

from datetime import timedelta

NOTICE_AHEAD = timedelta(days=30)
"""So long before a kind runs out its unit is told."""
FIRST_HOUR = 8
"""Nobody is written to before this hour of the day."""
FRESH = timedelta(days=365)
"""For so long a publication or a confirmation counts as up to date."""
