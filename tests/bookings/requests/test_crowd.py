"""Many processes book, move and cancel the same few hours at the same moments; those who miss them wait.

With locks and the database's refusal off some hours are sold twice; with them none is, every process gets an
answer each time, what each was told last is what stands, and what came free was offered. With 64 processes:
CROWD=64 pytest tests/bookings/requests/test_crowd.py
"""

import os
from collections import Counter
from itertools import pairwise

import pytest
from django.db import connection

from bookings.requests.domain.states import HOLDING_STATES
from bookings.requests.models import Booking
from bookings.requests.services.next_free import next_free_rebuild
from bookings.waiting.domain import WaitState
from bookings.waiting.models import WaitlistEntry, WaitlistOffer
from bookings.waiting.services.offers import free_time_offer_due
from providers.terms.domain.choices import ServiceMode
from tests import factories
from tests.bookings.requests import crowd
from tests.bookings.requests.test_race import refusal_off
from tests.factories import NOW, slot
from tests.processes import forking

CROWD = int(os.environ.get("CROWD", "8"))
ROUNDS = 5
SLOTS = [slot(day=3 + day, hour=hour) for day in range(max(CROWD // 12, 2)) for hour in (9, 11, 13)]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def gather(process_environment):
    """Lets the crowd act; returns its answers, counted, and what each person was told last, by their id."""
    city = factories.city()
    people = [factories.member(city.company, name=f"甲{number}").pk for number in range(CROWD)]
    next_free_rebuild(NOW)
    connection.close()
    facts = {
        "instrument_id": city.instrument.pk,
        "service_mode": ServiceMode.SELF_OPERATED,
        "payer_organization_id": city.company.pk,
        "subject": "二氧化钛薄膜",
        "now": NOW,
    }

    def gather(*, locked, rounds=ROUNDS, slots=SLOTS):
        context = forking(process_environment)
        ready, seam, answers = context.Barrier(CROWD), context.Barrier(CROWD), context.Queue()
        processes = [
            context.Process(
                target=crowd.take_part,
                args=(ready, seam, answers),
                kwargs={
                    "number": number,
                    "locked": locked,
                    "user_id": person,
                    "rounds": rounds,
                    "slots": slots,
                    "facts": facts,
                },
            )
            for number, person in enumerate(people)
        ]
        for process in processes:
            process.start()
        given = [answers.get(timeout=180) for _ in range(CROWD * (rounds + 1))]
        for process in processes:
            process.join(60)
        return (
            Counter(one for one in given if isinstance(one, str)),
            dict(one for one in given if isinstance(one, tuple)),
        )

    return gather


def overlaps():
    held = Booking.objects.filter(state__in=HOLDING_STATES).order_by("starts_at", "pk")
    return [after for before, after in pairwise(held) if after.starts_at < before.held_until]


def test_unguarded_the_crowd_gets_hours_that_others_have(gather):
    with refusal_off():
        gather(locked=False, rounds=1, slots=SLOTS[:1])
        assert overlaps()


def test_the_crowd_gets_every_answer_and_no_hour_twice(gather):
    answers, told = gather(locked=True)
    assert answers.total() == CROWD * ROUNDS
    # Who gets an offer, finds another time free, or waits for too long depends on who comes first: of these
    # there may be none.
    always = {"booked", "cancelled", "waits", "SlotTaken"}
    assert always <= set(answers) <= always | {"moved", "accepted", "declined", "busy"}
    assert overlaps() == []
    offers = WaitlistOffer.objects.all()
    held = Booking.objects.filter(state__in=HOLDING_STATES).exclude(state="offered")
    assert {(one.user_id, one.pk, one.starts_at, one.ends_at) for one in held} == {
        (person, pk, *times) for person, last in told.items() for pk, times in last.items()
    }
    assert Booking.objects.count() == answers["booked"] + offers.count()
    assert (
        WaitlistEntry.objects.count(),
        WaitlistEntry.objects.filter(end=WaitState.BOOKED).count(),
        offers.filter(booking__state="lapsed").count(),
    ) == (answers["waits"], answers["accepted"], answers["declined"])
    assert free_time_offer_due(NOW) == 0
