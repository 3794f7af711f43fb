"""The code by which a user is recognized at the instrument: computed from the site's own key, not kept."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from instrument_share.kernel.public_id import ALPHABET

if TYPE_CHECKING:
    from bookings.requests.models import Booking

CHECK_IN = "bookings.requests.check_in"
LENGTH = 6


def get_first_key() -> str:
    """Return the oldest key that the site names: what is computed from it outlives a new `SECRET_KEY`."""
    key: str = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS][-1]
    return key


def get_check_in_code(booking: "Booking") -> str:
    """Return a booking's code: six letters and digits that are not mistaken.

    It is its user's: a booking that is handed over has another one, and whoever gave it away can't start it.
    """
    whose = f"{booking.public_id} {booking.user_id}"
    digest = salted_hmac(CHECK_IN, whose, secret=get_first_key(), algorithm="sha256").digest()
    return "".join(ALPHABET[byte & 31] for byte in digest[:LENGTH])


def is_check_in_code(booking: "Booking", typed: str) -> bool:
    """Return whether this is the booking's code, in whichever case it was typed."""
    return constant_time_compare(get_check_in_code(booking), typed.strip().upper())
