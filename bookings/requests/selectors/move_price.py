"""What a booking costs at another time."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bookings.requests.domain.pricing import Quote, read_agreed
from bookings.requests.models import Booking
from bookings.requests.selectors.admission import get_linked_quotes, get_quote
from instrument_share.kernel.interval import Interval
from providers.domain import ServiceMode

if TYPE_CHECKING:
    from providers.models import Instrument


@dataclass(frozen=True)
class MovePrice:
    """The price of a booking with those that move with it, in yuan: as it is agreed, and at another time."""

    before_yuan: Decimal
    quote: Quote
    linked: "Sequence[tuple[Instrument, Quote]]"

    @property
    def after_yuan(self) -> Decimal:
        return sum((one.total for _, one in self.linked), self.quote.total)

    @property
    def difference_yuan(self) -> Decimal:
        return self.after_yuan - self.before_yuan


def get_move_price(booking: Booking, companions: Sequence[Booking], interval: Interval) -> MovePrice:
    """Return what a booking and its companions cost at another time; of an agreed quote, the same.

    Raises BookingRefused where no rule is in force then.
    """
    before = sum((one.quoted_yuan for one in companions), booking.quoted_yuan)
    if booking.planned_by_unit:
        return MovePrice(before, read_agreed(booking.quote, booking.quoted_yuan), [])
    asked: dict[str, Any] = {
        "interval": interval,
        "service_mode": ServiceMode(booking.service_mode),
        "payer_organization": booking.payer_organization,
        "samples": booking.samples,
    }
    return MovePrice(
        before,
        get_quote(booking.user, booking.instrument, **asked),
        get_linked_quotes(booking.user, [one.instrument_id for one in companions], **asked),
    )
