"""From when on a booking to which nobody came counts as a no-show."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef, Subquery

from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking
from bookings.requests.selectors.admission import is_in_service
from bookings.requests.selectors.companions import (
    find_uses_in_the_way,
    get_no_show_graces,
    is_used_together,
)


def get_no_show_times(shown: Collection[Booking], now: datetime) -> dict[int, datetime]:
    """Return from when on those of the bookings that have begun are no-shows unless somebody comes, by id.

    Left out is what is not held against its user if nobody comes, and what waits for the use of somebody
    else: the time is not known before that ends.
    """
    uses = find_uses_in_the_way(OuterRef("group"), OuterRef("part"), OuterRef("starts_at"))
    awaited = Booking.objects.filter(
        ~Exists(uses.filter(checked_out_at=None)),
        ~is_used_together(),
        pk__in=[one.pk for one in shown],
        state=BookingState.APPROVED,
        starts_at__lte=now,
        planned_by_unit=False,
        moved_by_unit_at=None,
    ).annotate(kept_until=Subquery(uses.order_by("-checked_out_at").values("checked_out_at")[:1]))
    with_instrument = awaited.select_related("instrument__organization")
    rows = [one for one in with_instrument if is_in_service(one.instrument)]
    graces = get_no_show_graces(rows)
    times = {one: (one.kept_until or one.starts_at) + graces[one.pk] for one in rows}
    # Whoever was kept waiting until the end is not to blame; what has passed waits for something else.
    return {one.pk: at for one, at in times.items() if at > now and (at <= one.ends_at or not one.kept_until)}
