"""Processes that book different hours of one instrument at once, against bare single-row transactions.

Each process first writes as many rows, a transaction for each, as it then makes bookings; a round lasts from
the moment when all have begun until the last has ended.
"""

import multiprocessing
from datetime import timedelta
from time import time

from django.db import connection, transaction

from benchmarks.harness import Verdict, make_database
from bookings.requests.models import Booking, BookingGroup
from bookings.requests.services.bookings import booking_create
from bookings.requests.services.next_free import next_free_rebuild
from instrument_share.accounts.models import User
from instrument_share.kernel.interval import Interval
from providers.terms.domain.choices import ServiceMode
from tests import factories
from tests.factories import NOW

PROCESSES = 4
EACH = 30
HOURS_A_DAY = 12
ACCEPTED = {"sqlite": 30, "postgresql": 150}
"""On PostgreSQL bare rows are written side by side; bookings of one instrument wait for its lock."""


def main() -> None:
    make_database()
    verdict = Verdict()
    city = factories.city()
    bookers = [factories.member(city.company).pk for _ in range(PROCESSES)]
    next_free_rebuild(NOW)
    connection.close()
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(PROCESSES), context.Queue()
    processes = [
        context.Process(
            target=take_part, args=(barrier, results, number, booker, city.instrument.pk, city.company.pk)
        )
        for number, booker in enumerate(bookers)
    ]
    for process in processes:
        process.start()
    spans = [results.get(timeout=60) for _ in processes]
    for process in processes:
        process.join(60)
    booked = PROCESSES * EACH
    assert Booking.objects.count() == booked + PROCESSES, "some were not booked"
    floor, measured = (lasted([one[step] for one in spans]) / booked for step in (0, 1))
    verdict.judge(f"a booking, {PROCESSES} processes × {EACH}", measured, floor, ACCEPTED[connection.vendor])
    verdict.exit()


def lasted(spans) -> float:
    """From the first beginning to the last end."""
    return max(end for _, end in spans) - min(begin for begin, _ in spans)


def take_part(barrier, results, number, booker_id, instrument_id, company_id) -> None:
    """Both rounds of one process, as (begin, end) of each; one of either before, so that all is loaded."""
    booker = User.objects.get(pk=booker_id)

    def bare(_) -> None:
        with transaction.atomic():
            BookingGroup.objects.create(user=booker, created_at=NOW)

    def book(turn) -> None:
        day, hour = divmod(number * (EACH + 1) + turn, HOURS_A_DAY)
        start = NOW + timedelta(days=day + 1, hours=hour)
        booking_create(
            actor=booker,
            instrument_id=instrument_id,
            interval=Interval(start, start + timedelta(hours=1)),
            service_mode=ServiceMode.SELF_OPERATED,
            payer_organization_id=company_id,
            subject="二氧化钛薄膜",
            now=NOW,
        )

    spans = []
    for act in (bare, book):
        act(0)
        barrier.wait(60)
        begun = time()
        for turn in range(1, EACH + 1):
            act(turn)
        spans.append((begun, time()))
    results.put(spans)
    connection.close()


if __name__ == "__main__":
    main()
