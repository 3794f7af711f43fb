"""Bookings that lie in time which a correction of the public holidays takes away."""

from collections.abc import Mapping, Sequence

from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking
from instrument_share.kernel.interval import Interval

STANDING = (BookingState.OFFERED, BookingState.REQUESTED, BookingState.APPROVED)


def bookings_outside(lost: Mapping[int, Sequence[Interval]]) -> list[Booking]:
    """The bookings still to come that touch time lost, by instrument, in order of time. One statement.

    No viewer: who is told, and how many there are, does not depend on who corrects. A page shows them by
    `bookings.requests.selectors.bookings`.
    """
    spans = [span for several in lost.values() for span in several]
    if not spans:
        return []
    rows = (
        Booking.objects.filter(
            instrument_id__in=list(lost),
            state__in=STANDING,
            starts_at__lt=max(span.end for span in spans),
            ends_at__gt=min(span.start for span in spans),
        )
        .select_related("instrument", "instrument__organization", "user", "payer_organization")
        .order_by("starts_at", "pk")
    )
    return [booking for booking in rows if _touches(booking, lost[booking.instrument_id])]


def _touches(booking: Booking, spans: Sequence[Interval]) -> bool:
    interval = Interval(booking.starts_at, booking.ends_at)
    return any(span.overlaps(interval) for span in spans)
