"""Whose key recorded a use: who made the key of a device or kiosk could report the use of anybody with it.

Such a use bears the name of the user who stood there, so that somebody of the unit confirms it. Whoever holds
the key is no second person. The rooms that keep keys say which uses were recorded with whose.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from bookings.usage.models import UsageLog

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

KeyReader = Callable[["User"], QuerySet[Any]]
_readers: list[KeyReader] = []


def register_key_reader(reader: KeyReader) -> None:
    """Have `reader` asked for the ids of the bookings whose use was ended with a key that a person made."""
    _readers.append(reader)


def by_key_of(person: "User") -> Q:
    """Return the condition for logs that were recorded with a key that the person made."""
    found = Q(pk__in=[])
    for reader in _readers:
        found |= Q(booking__in=reader(person))
    return found


def is_by_key_of(person: "User", log: UsageLog) -> bool:
    """Return whether a log was recorded with a key that the person made."""
    return log.booking_id is not None and UsageLog.objects.filter(by_key_of(person), pk=log.pk).exists()
