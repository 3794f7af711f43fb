"""Entries of an instrument's chain about one use."""

from django.db.models import Q, QuerySet

from bookings.usage.models import UsageEntry, UsageLog


def usage_entries(log: UsageLog) -> QuerySet[UsageEntry]:
    """Return the entries of a log, its corrections and confirmations; the caller may see the log."""
    return (
        UsageEntry.objects.filter(Q(log=log) | Q(correction__log=log) | Q(confirmation__log=log))
        .select_related("recorded_by", "correction__confirmation", "confirmation__correction")
        .order_by("number")
    )
