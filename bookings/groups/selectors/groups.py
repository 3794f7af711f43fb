"""Bookings that were made together."""

from typing import TYPE_CHECKING

from bookings.groups.domain import Scope
from bookings.requests.domain.choices import BookingGroupKind
from bookings.requests.domain.states import CANCELLABLE_STATES
from bookings.requests.models import Booking, BookingGroup
from bookings.requests.selectors.bookings import bookings
from instrument_share.kernel.errors import require_found

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer


def get_group(viewer: "Viewer", public_id: str) -> tuple[BookingGroup, list[Booking]]:
    """Return a group with its bookings that the viewer may see, by time. Raises NotFound."""
    found = bookings(viewer).filter(group__public_id=public_id).select_related("group", "rule")
    rows = list(found.order_by("starts_at", "part", "instrument_id"))
    return require_found(rows[0].group if rows else None), rows


def require_series(booking: Booking) -> None:
    """Raise NotFound unless the booking is a date of a series."""
    require_found(booking if booking.group.kind == BookingGroupKind.SERIES else None)


def get_dates_ahead(booking: Booking, scope: Scope) -> list[Booking]:
    """Return the dates of a series, with this one, that can still be changed, by time. Raises NotFound.

    They are those of the same person on the same instrument; a date that was handed over is the colleague's.
    """
    require_series(booking)
    dates = Booking.objects.filter(
        group_id=booking.group_id,
        instrument_id=booking.instrument_id,
        user_id=booking.user_id,
        state__in=CANCELLABLE_STATES,
    ).select_related("group", "instrument", "instrument__organization", "rule", "user", "payer_organization")
    if scope is Scope.FOLLOWING:
        dates = dates.filter(starts_at__gte=booking.starts_at)
    return list(dates.order_by("starts_at"))
