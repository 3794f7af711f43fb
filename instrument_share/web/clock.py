"""The clock, read at the edge only: views, API and commands call `clock.now()` and pass the instant on."""

from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return timezone.now()
