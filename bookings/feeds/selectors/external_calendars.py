"""External calendars of instruments, and what was made of their times."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count, Prefetch, Q, QuerySet

from bookings.feeds.models import BusyTime, ExternalCalendar

if TYPE_CHECKING:
    from providers.models import Instrument


def external_calendars(instruments: "QuerySet[Instrument]", now: datetime) -> QuerySet[ExternalCalendar]:
    """Return the calendars of these instruments.

    Each has the number of its closures that are not over (`closures_ahead`), and `undecided`: the times in
    which bookings lie.
    """
    undecided = BusyTime.objects.filter(closure__isnull=True, ends_at__gt=now).order_by("starts_at")
    ahead = Q(busy_times__closure__lifted_at__isnull=True, busy_times__closure__ends_at__gt=now)
    return (
        ExternalCalendar.objects.filter(instrument__in=instruments)
        .select_related("instrument", "created_by")
        .annotate(closures_ahead=Count("busy_times__closure", filter=ahead))
        .prefetch_related(Prefetch("busy_times", queryset=undecided, to_attr="undecided"))
        .order_by("instrument__name_zh", "id")
    )
