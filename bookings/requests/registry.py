"""What rooms above this one say on the pages of requests and bookings."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bookings.requests.models import Booking
    from instrument_share.accounts.models import User

WaitReader = Callable[["User", int], bool]
DeadlineReader = Callable[["User", "Booking", datetime], datetime | None]
ClaimTeller = Callable[[int], str]
_claim_tellers: list[ClaimTeller] = []
_readers: list[WaitReader] = []
_deadline_readers: list[DeadlineReader] = []


def register_wait_reader(reader: WaitReader) -> None:
    """Have `reader` say whether a person waits for an instrument already."""
    _readers.append(reader)


def is_waiting(viewer: "User", instrument_id: int) -> bool:
    """Return whether the viewer is on the waiting list of the instrument already."""
    return any(reader(viewer, instrument_id) for reader in _readers)


def register_hand_over_deadline(reader: DeadlineReader) -> None:
    """Have `reader` say until when a booking may be handed over; None where it can't be."""
    _deadline_readers.append(reader)


def get_hand_over_deadline(giver: "User", booking: "Booking", now: datetime) -> datetime | None:
    """Return until when the giver may hand the booking over; None where they can't now."""
    return next((found for read in _deadline_readers if (found := read(giver, booking, now))), None)


def register_claim_teller(teller: ClaimTeller) -> None:
    """Have `teller` say whom it concerns besides its bookings if an instrument goes out of service."""
    _claim_tellers.append(teller)


def tell_claims(instrument_id: int) -> list[str]:
    """Return whom it concerns besides its bookings if the instrument goes out of service, as sentences."""
    return [sentence for tell in _claim_tellers if (sentence := tell(instrument_id))]
