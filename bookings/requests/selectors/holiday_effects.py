"""Bookings in time that a correction of the public holidays removes."""

from collections.abc import Mapping, Sequence

from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking
from instrument_share.kernel.interval import Interval

STANDING = (BookingState.OFFERED, BookingState.REQUESTED, BookingState.APPROVED)


def find_bookings_in_lost_time(lost_time: Mapping[int, Sequence[Interval]]) -> list[Booking]:
    """Return upcoming bookings that touch lost time (by instrument id), in order of time. One statement.

    Takes no viewer: who is notified does not depend on who corrects. Pages show the bookings through
    `bookings.requests.selectors.bookings`.
    """
    spans = [span for several in lost_time.values() for span in several]
    if not spans:
        return []
    rows = (
        Booking.objects.filter(
            instrument_id__in=list(lost_time),
            state__in=STANDING,
            starts_at__lt=max(span.end for span in spans),
            ends_at__gt=min(span.start for span in spans),
        )
        .select_related("instrument", "instrument__organization", "user", "payer_organization")
        .order_by("starts_at", "pk")
    )
    return [booking for booking in rows if _touches(booking, lost_time[booking.instrument_id])]


def _touches(booking: Booking, spans: Sequence[Interval]) -> bool:
    interval = Interval(booking.starts_at, booking.ends_at)
    return any(span.overlaps(interval) for span in spans)
