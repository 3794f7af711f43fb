"""Upkeep of the counts that limits go by; allauth writes them through Django's cache."""

from datetime import datetime

from instrument_share.web.models import SharedCount


def delete_expired_counts(*, now: datetime) -> int:
    """Delete counts that are over: they hold network addresses. Returns how many."""
    return SharedCount.objects.filter(expires__lt=now).delete()[0]
