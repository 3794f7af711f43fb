"""What each process of a crowd does."""

import random

from bookings.requests.domain import pricing
from bookings.requests.models import Booking
from bookings.requests.services import bookings as services
from bookings.requests.services.cancellations import booking_cancel
from instrument_share.accounts.models import User
from instrument_share.kernel.errors import DomainError
from providers import public as providers
from tests.bookings.requests.race import meeting_at, unlocked


def take_part(ready, seam, answers, *, number, locked, user_id, rounds, slots, facts):
    """Book, move or cancel once in each round, all processes at the same moment; put every answer there."""
    from django.db import connection

    create = services.booking_create
    if not locked:
        providers.instrument_locks = unlocked(connection.vendor)
        pricing.calculate_quote = meeting_at(seam, pricing.calculate_quote)
        create = getattr(create, "__wrapped__", create) if connection.vendor == "sqlite" else create
    actor = User.objects.get(pk=user_id)
    chance = random.Random(number)
    mine = None
    for _round in range(rounds):
        ready.wait(120)
        slot = chance.choice(slots)
        if mine is None:
            answer = answered("booked", create, actor=actor, interval=slot, **facts)
            mine = answer[1]
        elif chance.random() < 0.5 and mine.starts_at != slot.start:
            answer = answered(
                "moved",
                services.booking_move,
                actor=actor,
                booking_id=mine.pk,
                interval=slot,
                now=facts["now"],
            )
            mine = answer[1] or mine
        else:
            answer = answered("cancelled", booking_cancel, actor=actor, booking_id=mine.pk, now=facts["now"])
            mine = None
        answers.put(answer[0])
    answers.put((user_id, mine and (mine.pk, mine.starts_at, mine.ends_at)))


def answered(word, service, **facts) -> tuple[str, Booking | None]:
    try:
        return word, service(**facts)
    except DomainError as error:
        return type(error).__name__, None
