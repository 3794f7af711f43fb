"""What each process of a crowd does."""

import random
from datetime import timedelta
from functools import partial

from django.db import OperationalError
from psycopg.errors import LockNotAvailable

from bookings.requests.domain import pricing
from bookings.requests.models import Booking
from bookings.requests.services import bookings as services
from bookings.requests.services.cancellations import booking_cancel
from bookings.waiting.models import WaitlistEntry, WaitlistOffer
from bookings.waiting.selectors import OPEN, OPEN_OFFER
from bookings.waiting.services.entries import waiting_join
from bookings.waiting.services.offers import offer_accept, offer_decline
from instrument_share.accounts.models import User
from instrument_share.kernel.errors import DomainError
from providers import public as providers
from tests.bookings.requests.race import meeting_at, unlocked
from tests.processes import GETS_THERE_WITHIN

MINUTE = timedelta(minutes=1)
PATIENCE = 120
"""Seconds; in SQLite chance decides who is let in next, and a busy machine makes every turn longer."""


def take_part(ready, seam, answers, *, number, locked, user_id, rounds, slots, facts):
    """Act once in each round, all processes at the same moment; put every answer there, then what one has."""
    from django.db import connection

    if connection.vendor == "sqlite":
        connection.settings_dict["OPTIONS"]["timeout"] = PATIENCE
    create = services.booking_create
    if not locked:
        providers.instrument_locks = unlocked(connection.vendor)
        pricing.calculate_quote = meeting_at(seam, pricing.calculate_quote, GETS_THERE_WITHIN)
        create = getattr(create, "__wrapped__", create) if connection.vendor == "sqlite" else create
    person = Person(User.objects.get(pk=user_id), random.Random(number), create, slots, facts)
    for _round in range(rounds):
        ready.wait(120)
        answers.put(person.act())
    told = {one.pk: (one.starts_at, one.ends_at) for one in person.bookings.values()}
    answers.put((user_id, told))


class Person:
    """Books, moves and cancels; waits for what was taken, and answers offers."""

    def __init__(self, user, chance, create, slots, facts):
        self.user, self.chance, self.create, self.slots, self.facts = user, chance, create, slots, facts
        self.bookings, self.missed = {}, None

    def act(self) -> str:
        """Do what is next, and return the word for it or the error's name.

        Who waits for longer than the database lets them is told that the site is busy: nothing was done.
        """
        try:
            return self.find_act()()
        except DomainError as error:
            return type(error).__name__
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            return "busy"

    def find_act(self):
        offer = WaitlistOffer.objects.filter(OPEN_OFFER, entry__user=self.user).first()
        if offer is not None:
            answer = self.chance.choice([self.accept, self.accept, self.decline])
            return partial(answer, offer.booking_id)
        if self.bookings and self.chance.random() < 0.7:
            return self.chance.choice([self.move, self.cancel, self.cancel])
        may_wait = self.missed and not WaitlistEntry.objects.filter(OPEN, user=self.user).exists()
        return self.wait if may_wait else self.book

    def book(self):
        self.missed = slot = self.chance.choice(self.slots)
        self.keep(self.create(actor=self.user, interval=slot, **self.facts))
        self.missed = None
        return "booked"

    def move(self):
        pk = self.chance.choice(sorted(self.bookings))
        others = [one for one in self.slots if one.start != self.bookings[pk].starts_at]
        target = self.chance.choice(others)
        self.keep(services.booking_move(**self.about(pk), interval=target))
        return "moved"

    def cancel(self):
        pk = self.chance.choice(sorted(self.bookings))
        booking_cancel(**self.about(pk))
        del self.bookings[pk]
        return "cancelled"

    def wait(self):
        slot, self.missed = self.missed, None
        minutes = (slot.end - slot.start) // MINUTE
        waiting_join(actor=self.user, wanted=slot, minutes=minutes, **self.facts)
        return "waits"

    def accept(self, pk):
        self.keep(offer_accept(**self.about(pk)))
        return "accepted"

    def decline(self, pk):
        offer_decline(**self.about(pk))
        return "declined"

    def about(self, pk):
        return {"actor": self.user, "booking_id": pk, "now": self.facts["now"]}

    def keep(self, booking: Booking):
        self.bookings[booking.pk] = booking
