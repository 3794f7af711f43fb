"""Public holidays and the bookings that a correction leaves outside open time."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking
from bookings.requests.selectors.affected import find_bookings_in_lost_time
from bookings.requests.selectors.companions import get_companions
from bookings.requests.services import notifications
from bookings.requests.services.cancellations import write_cancellation
from bookings.requests.services.next_free import next_free_rebuild
from instrument_share.accounts.permissions import require_unless_system
from instrument_share.kernel.wording import Bilingual
from providers import public as providers
from providers.domain import Day, DayTable
from providers.public import window_changes

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

HOLIDAYS_CORRECTED = Bilingual("公共节假日安排已更正。", "The public holidays were corrected.")
"""Why an offer is withdrawn."""


@transaction.atomic
def holidays_set(
    *,
    actor: "User | None",
    year: int,
    days: Iterable[Day],
    source: str,
    now: datetime,
    seen: str | None = None,
) -> int:
    """Set a year's holidays and return how many bookings are now outside open time.

    These bookings stand, as after any change of terms; their users and the keepers are notified. Offers from
    the waiting list, which nobody could accept there, are withdrawn. Next free times are refreshed. `seen` is
    the version of the year that was previewed; raises CalendarYearChanged if it is another one now.
    """
    require_unless_system(actor, "providers.maintain_tables")
    entered = list(days)
    corrected = DayTable({day.date: day.kind for day in entered}, frozenset({year}))
    changed = window_changes(corrected, now)
    providers.calendar_year_set(actor=actor, year=year, days=entered, source=source, now=now, seen=seen)
    # Under the locks that the change of windows took: what is booked meanwhile is told too.
    lost_time = {pk: one.lost for pk, one in changed.items()}
    outside = find_bookings_in_lost_time(lost_time)
    next_free_rebuild(now)
    for offer in find_bookings_in_lost_time(lost_time, {BookingState.OFFERED}):
        if _is_open(offer):  # it may have gone with the one before, together with which it was offered
            for one in (offer, *get_companions(offer)):
                write_cancellation(one, actor=actor, reason=HOLIDAYS_CORRECTED, now=now)
    for booking in outside:
        notifications.notify_user(booking, notifications.OUTSIDE_OPEN_TIME, now)
        notifications.notify_keepers(booking, notifications.OUTSIDE_OPEN_TIME, now)
    return len(outside)


def _is_open(offer: Booking) -> bool:
    return Booking.objects.filter(pk=offer.pk, state=BookingState.OFFERED).exists()
