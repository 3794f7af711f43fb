"""Decisions on many requests at once."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking
from bookings.requests.services.bookings import booking_approve, booking_reject
from providers import public as providers

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


@transaction.atomic
def requests_decide(
    *, actor: "User", booking_ids: Collection[int], approve: bool, now: datetime, reason: str = ""
) -> int:
    """Approve these requests, or reject them with one reason: all or none; return their number.

    What is no longer a request, since somebody decided or cancelled meanwhile, is left as it is.
    """
    together = Booking.objects.filter(group__bookings__in=booking_ids)
    providers.instrument_locks(set(together.values_list("instrument_id", flat=True)))
    waiting = Booking.objects.filter(pk__in=booking_ids, state=BookingState.REQUESTED)
    ids = list(waiting.order_by("decide_by", "pk").values_list("pk", flat=True))
    for pk in ids:
        if approve:
            booking_approve(actor=actor, booking_id=pk, now=now)
        else:
            booking_reject(actor=actor, booking_id=pk, reason=reason, now=now)
    return len(ids)
