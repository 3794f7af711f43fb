"""Two processes answer one offer at the same moment, or free time while another offer lapses.

First with the lock off and nothing else changed: both answers are taken. Then with it: one is, and the other
is told that the offer is over.
"""

from datetime import timedelta

import pytest
from django.db import connection

from bookings.requests.models import Booking
from bookings.requests.services.cancellations import booking_cancel
from bookings.waiting.domain import SHORTEST_ANSWER, SHORTEST_NOTICE
from instrument_share.accounts.domain import Role
from instrument_share.journal.models import AuditEntry
from tests import factories
from tests.bookings.requests.booking import book
from tests.bookings.waiting import race
from tests.bookings.waiting.waiting import held, join, offered
from tests.factories import NOW, slot
from tests.processes import in_two_processes

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite writes one after the other"),
]
HOURS = timedelta(hours=1)
ANSWERS = ("booking.offer_accepted", "booking.offer_declined", "booking.offer_lapsed")


@pytest.fixture
def city(transactional_db):
    return factories.city()


def answer_together(environment, city, answer, *, is_locked, now=NOW):
    """The user accepts while the payer's administrator answers too: both outcomes, and how many are kept."""
    booking, entry = book(city), join(city)
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=NOW)
    admin = factories.member(city.company, Role.ORG_ADMIN, name="庚")
    facts = {"is_locked": is_locked, "booking_id": held(entry).pk}
    connection.close()
    outcomes = in_two_processes(
        environment,
        (race.accept_slowly, {**facts, "actor_id": entry.user.pk, "now": now - timedelta(minutes=1)}),
        (race.answer_meanwhile, {**facts, "actor_id": admin.pk, "now": now, "answer": answer}),
    )
    return outcomes, AuditEntry.objects.filter(action__in=ANSWERS).count()


@pytest.mark.parametrize("answer", ["offer_accept", "offer_decline"])
def test_without_lock_both_answers_are_taken(process_environment, city, answer):
    outcomes, kept = answer_together(process_environment, city, answer, is_locked=False)
    assert (outcomes, kept) == (["offer_accept", answer], 2)


@pytest.mark.parametrize("answer", ["offer_accept", "offer_decline"])
def test_of_two_who_see_one_offer_one_gets_it(process_environment, city, answer):
    outcomes, kept = answer_together(process_environment, city, answer, is_locked=True)
    assert (outcomes, kept) == (["offer_accept", "OfferOver"], 1)
    assert [*Booking.objects.exclude(state="cancelled").values_list("state", flat=True)] == ["approved"]


def test_without_lock_accepted_offer_lapses(process_environment, city):
    outcomes, kept = answer_together(process_environment, city, "lapse", is_locked=False, now=NOW + 2 * HOURS)
    assert (outcomes, kept) == (["offer_accept", 1], 2)


def test_offer_accepted_in_its_last_minute_does_not_lapse(process_environment, city):
    outcomes, kept = answer_together(process_environment, city, "lapse", is_locked=True, now=NOW + 2 * HOURS)
    assert (outcomes, kept) == (["offer_accept", 0], 1)


@pytest.mark.parametrize(
    ("is_locked", "ended", "left"), [(False, 1, ("over", "offered")), (True, 0, ("", "offered"))]
)
def test_wait_that_is_offered_time_in_its_last_minute_does_not_end(
    process_environment, city, is_locked, ended, left
):
    booking, entry = book(city), join(city)
    now = entry.earliest - SHORTEST_NOTICE - SHORTEST_ANSWER
    facts = {"actor_id": city.researcher.pk, "booking_id": booking.pk, "now": now}
    connection.close()
    outcomes = in_two_processes(
        process_environment,
        (race.offer_slowly, {**facts, "is_locked": is_locked}),
        (race.end_meanwhile, {"now": now + timedelta(minutes=1), "is_locked": is_locked}),
    )
    entry.refresh_from_db()
    assert (outcomes, entry.end, offered(entry)[0][2]) == (["booking_cancel", ended], *left)


def test_booking_cancelled_while_an_offer_lapses_keeps_the_order(process_environment, city):
    """Two times of one instrument come free at once: each goes to the first who still waits for it."""
    early, _middle, late = (book(city, slot(hour=hour)) for hour in (9, 11, 13))
    first = join(city)
    second, third = (
        join(city, wanted=slot(length=6), now=NOW + timedelta(minutes=minutes)) for minutes in (1, 2)
    )
    booking_cancel(actor=city.researcher, booking_id=early.pk, now=NOW)
    connection.close()
    now = NOW + 2 * HOURS
    outcomes = in_two_processes(
        process_environment,
        (race.cancel_slowly, {"actor_id": city.researcher.pk, "booking_id": late.pk, "now": now}),
        (race.lapse_meanwhile, {"now": now}),
    )
    assert outcomes[0] == "booking_cancel"
    assert [state for *_, state in offered(first)] == ["lapsed"]
    ((second_time, *_),), ((third_time, *_),) = offered(second), offered(third)
    assert {second_time, third_time} == {slot().start, slot(hour=13).start}
    assert second.offers.get().pk < third.offers.get().pk
