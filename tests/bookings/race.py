"""What each process of the race does; started by `test_race`, so it knows nothing of pytest."""

import os
from contextlib import suppress
from threading import BrokenBarrierError

MEETS_WITHIN = 3
"""Seconds that a process waits, between its check and its write, for the others to get there too.

Without the lock all get there. With it the others can't: they stand before the check, and the one that holds
the lock goes on alone after this time.
"""


def take_part(ready, seam, results, *, environment, locked, booker_id, facts):
    """Book once; put `booked` or the error's name into `results`."""
    os.environ.update(environment)
    import django

    django.setup()
    from django.db import connection

    from bookings.domain import pricing
    from bookings.services import booking_create
    from instrument_share.accounts.models import User
    from providers import selectors as providers

    if not locked:
        providers.instrument_lock = unlocked(connection.vendor)
        if connection.vendor == "sqlite":
            # There the transaction is the lock: it begins IMMEDIATE, one writer at a time.
            booking_create = booking_create.__wrapped__
    pricing.quote = meeting_at(seam, pricing.quote)
    actor = User.objects.get(pk=booker_id)
    ready.wait(60)
    try:
        booking_create(actor=actor, **facts)
    except Exception as error:
        results.put(type(error).__name__)
    else:
        results.put("booked")


def unlocked(vendor):
    """`instrument_lock` without the lock."""
    from providers.models import Instrument

    assert vendor in {"sqlite", "postgresql"}
    return lambda instrument_id: Instrument.objects.get(pk=instrument_id)


def meeting_at(seam, quote):
    """The price is worked out after the checks and before the write: there everybody waits for everybody."""

    def quote_when_all_are_here(*args, **kwargs):
        with suppress(BrokenBarrierError):
            seam.wait(MEETS_WITHIN)
        return quote(*args, **kwargs)

    return quote_when_all_are_here
