"""What an instrument's chain says about one use, in the order of its recording."""

from django.db.models import Q, QuerySet

from bookings.usage.models import UsageEntry, UsageLog


def usage_entries(log: UsageLog) -> QuerySet[UsageEntry]:
    """The log's own entry and those of its corrections and confirmations; the caller may see the log."""
    return (
        UsageEntry.objects.filter(Q(log=log) | Q(correction__log=log) | Q(confirmation__log=log))
        .select_related("recorded_by", "correction__confirmation", "confirmation__correction")
        .order_by("number")
    )
