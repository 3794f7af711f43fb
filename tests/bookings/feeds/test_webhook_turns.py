"""Receivers that don't answer, on a clock that they move: how long others, mails and jobs wait."""

from datetime import timedelta

import pytest
from django_tasks_db.models import DBTaskResult

from bookings.feeds.domain.webhooks import ATTEMPTS, get_retry_delay
from bookings.feeds.models import Webhook, WebhookDelivery
from bookings.feeds.services import calls, deliveries, sending
from bookings.feeds.services.calls import Answer
from bookings.feeds.services.webhooks import webhook_test
from instrument_share.journal.selectors import last_entry
from tests.bookings.requests.booking import book
from tests.factories import NOW, slot

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
LONGEST_CALL = 2 * calls.SECONDS_TO_POST * SECOND
LONGEST_ROUND = sending.ROUND + LONGEST_CALL


class Internet:
    """Hosts that answer at once, or not before the call is ended; either moves the clock."""

    def __init__(self, clock):
        self.clock, self.dead, self.calls, self.bodies = clock, set(), [], []

    def post(self, address, body, headers):
        self.calls.append((address, self.clock.now()))
        self.bodies.append(body)
        if address in self.dead:
            self.clock.set(self.clock.now() + LONGEST_CALL)
            raise TimeoutError("timed out")
        return Answer(200, "ok")

    def count(self, address):
        return sum(1 for called, _at in self.calls if called == address)


@pytest.fixture
def internet(monkeypatch, clock):
    made = Internet(clock)
    monkeypatch.setattr(sending, "post_json", made.post)
    return made


def add(city, *addresses):
    return Webhook.objects.bulk_create(
        Webhook(
            organization=city.owner,
            address=address,
            actions=["booking.requested"],
            created_at=NOW,
            read_through=last_entry(),
        )
        for address in addresses
    )


def rounds(clock):
    """Run jobs until nothing is due; return how long each held the worker."""
    lengths, goes_on = [], True
    while goes_on:
        began = clock.now()
        goes_on = sending.deliveries_send(read_clock=clock.now)
        lengths.append(clock.now() - began)
    return lengths


def test_twenty_dead_receivers_hold_the_queue_for_seconds_and_others_go_on(city, internet, clock):
    dead = [f"https://dead-{number}.example.org/" for number in range(20)]
    internet.dead = set(dead)
    add(city, *dead, "https://alive.example.org/")
    book(city)
    clock.set(NOW + MINUTE)
    deliveries.webhooks_gather(clock.now())
    lengths = rounds(clock)
    assert max(lengths) <= LONGEST_ROUND
    assert internet.calls[20] == ("https://alive.example.org/", NOW + MINUTE + 20 * LONGEST_CALL)
    # From then on it is told within a round, and a dead one is called ever more rarely.
    slowest = timedelta(0)
    for minute in range(0, 20, 2):
        now = NOW + HOUR + minute * MINUTE
        clock.set(now)
        if minute in (4, 14):
            book(city, slot(day=2 + minute), now=now)
        deliveries.webhooks_gather(now)
        assert max(rounds(clock)) <= LONGEST_ROUND
        told = [at - now for called, at in internet.calls if "alive" in called and at >= now]
        slowest = max([slowest, *told])
    assert internet.count("https://alive.example.org/") == 3
    assert {internet.count(one) for one in dead} == {5}
    assert slowest <= 20 * LONGEST_CALL


def test_a_round_leaves_the_rest_to_a_job_behind_those_that_wait(city, internet, clock, run_jobs):
    internet.dead = {f"https://dead-{number}.example.org/" for number in range(5)}
    add(city, *internet.dead)
    book(city)
    clock.set(NOW + MINUTE)
    deliveries.webhooks_gather(clock.now())
    deliveries.webhooks_gather(clock.now())
    assert DBTaskResult.objects.ready().count() == 1
    run_jobs()
    assert len(internet.calls) == 5
    assert DBTaskResult.objects.successful().count() == 3


def test_a_receiver_has_one_message_in_flight(city, internet, clock, monkeypatch):
    add(city, "https://slow.example.org/")
    book(city)
    book(city, slot(day=2))
    clock.set(NOW + MINUTE)
    deliveries.webhooks_gather(clock.now())
    seen = []

    def post(*args):
        seen.append(sending.deliveries_send(read_clock=clock.now))
        return Answer(200, "ok")

    monkeypatch.setattr(sending, "post_json", post)
    sending.deliveries_send(read_clock=clock.now)
    assert seen == [False, False]


def test_a_claim_of_a_worker_that_died_ends(city, internet, clock):
    add(city, "https://alive.example.org/")
    book(city)
    clock.set(NOW + MINUTE)
    deliveries.webhooks_gather(clock.now())
    Webhook.objects.update(claimed_until=clock.now() + sending.CLAIM)
    rounds(clock)
    assert internet.calls == []
    clock.set(NOW + MINUTE + sending.CLAIM)
    rounds(clock)
    assert len(internet.calls) == 1


def test_a_message_that_is_refused_for_a_day_makes_way_for_the_next(city, internet, clock):
    address = "https://dead.example.org/"
    add(city, address)
    internet.dead = {address}
    book(city)
    book(city, slot(day=2))
    deliveries.webhooks_gather(NOW)
    first, second = WebhookDelivery.objects.order_by("id")
    clock.set(NOW)
    for _attempt in range(ATTEMPTS):
        rounds(clock)
        clock.set(Webhook.objects.get().due_at)
    first.refresh_from_db()
    assert (first.attempts, first.given_up_at - NOW > 24 * HOUR) == (ATTEMPTS, True)
    internet.dead = set()
    rounds(clock)
    second.refresh_from_db()
    assert (second.attempts, second.delivered_at) == (1, clock.now())


def test_a_test_is_sent_before_what_waits_and_before_the_next_turn(city, internet, clock):
    address = "https://dead.example.org/"
    (webhook,) = add(city, address)
    internet.dead = {address}
    book(city)
    clock.set(NOW)
    deliveries.webhooks_gather(NOW)
    rounds(clock)
    internet.dead = set()
    test = webhook_test(actor=city.manager, webhook_id=webhook.pk, now=NOW)
    rounds(clock)
    assert internet.bodies[1] == test.body
    assert WebhookDelivery.objects.filter(delivered_at__isnull=True).count() == 0


def test_the_delay_doubles_up_to_ten_minutes():
    minutes = [get_retry_delay(failures) / MINUTE for failures in (1, 2, 3, 4, 5, 6, 40_000)]
    assert minutes == [1, 2, 4, 8, 10, 10, 10]
