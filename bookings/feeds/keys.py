"""Secrets computed from the site's own key: they can be shown again, and a copy of the database has none.

They change with the generation of their row, and all of them when the site forgets its first `SECRET_KEY`.
"""

from django.core.signing import Signer
from django.utils.crypto import constant_time_compare

from bookings.requests.keys import get_first_key

CALENDAR = "bookings.feeds.calendar"
WEBHOOK = "bookings.feeds.webhook"


def get_secret(use: str, public_id: str, generation: int) -> str:
    """Return the secret of a row for one use, of letters, digits, `-` and `_`."""
    return Signer(key=get_first_key(), salt=use).signature(f"{public_id}.{generation}")


def is_secret(use: str, public_id: str, generation: int, given: str) -> bool:
    """Return whether the secret is the row's, in a time that tells nothing about it."""
    return constant_time_compare(get_secret(use, public_id, generation), given)
