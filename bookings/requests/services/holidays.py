"""Entering and correcting public holidays, and telling those whose bookings then lie outside open time."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from bookings.requests.selectors.holiday_effects import bookings_outside
from bookings.requests.services import _messages as messages
from bookings.requests.services.next_free import next_free_rebuild
from instrument_share.accounts.permissions import require_unless_system
from providers import public as providers
from providers.domain import Day, DayTable
from providers.public import window_changes

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


@transaction.atomic
def holidays_set(*, actor: "User | None", year: int, days: Iterable[Day], source: str, now: datetime) -> int:
    """Enter or correct a year (`providers.calendar_year_set`); the number of bookings now outside open time.

    These bookings stand, as after any change of terms; their users and the keepers are told. When
    instruments are next free follows at once.
    """
    require_unless_system(actor, "providers.maintain_tables")
    entered = list(days)
    corrected = DayTable({day.date: day.kind for day in entered}, frozenset({year}))
    changed = window_changes(corrected, now)
    outside = bookings_outside({pk: one.lost for pk, one in changed.items()})
    providers.calendar_year_set(actor=actor, year=year, days=entered, source=source, now=now)
    next_free_rebuild(now)
    for booking in outside:
        messages.tell_user(booking, messages.OUTSIDE_NOW, now)
        messages.tell_keepers(booking, messages.OUTSIDE_NOW, now)
    return len(outside)
