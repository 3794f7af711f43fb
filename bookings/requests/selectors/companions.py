"""Bookings that were made together: of an instrument and of those that it can't be booked without."""

from bookings.requests.domain.states import NOT_BEGUN
from bookings.requests.models import Booking


def mates(booking: Booking) -> list[Booking]:
    """The other bookings of its group for the same time that have not begun, in order of instrument.

    They are cancelled and moved with it: one without the other is of no use.
    """
    rows = Booking.objects.filter(
        group_id=booking.group_id,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        state__in=NOT_BEGUN,
    ).exclude(pk=booking.pk)
    return list(
        rows.select_related("instrument", "rule", "user", "payer_organization", "payer_person").order_by(
            "instrument_id"
        )
    )
