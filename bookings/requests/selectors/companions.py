"""Bookings made together, of instruments that can only be booked together."""

from bookings.requests.domain.states import NOT_BEGUN_STATES
from bookings.requests.models import Booking


def get_companions(booking: Booking) -> list[Booking]:
    """Return the other bookings of the group for the same time that have not begun, by instrument.

    They are cancelled and moved together with it.
    """
    rows = Booking.objects.filter(
        group_id=booking.group_id,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        state__in=NOT_BEGUN_STATES,
    ).exclude(pk=booking.pk)
    return list(
        rows.select_related("instrument", "rule", "user", "payer_organization", "payer_person").order_by(
            "instrument_id"
        )
    )
