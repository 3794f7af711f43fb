"""Work on all instruments in batches, each a transaction of its own: nobody waits for the whole."""

import time
from collections.abc import Callable, Collection, Iterator

from django.db import connection, transaction

from providers.instruments.models import Instrument
from providers.instruments.selectors.instruments import instrument_locks

AT_ONCE = 10
"""So many instruments are locked at a time: some 60 ms of the processor where their index is right already,
up to twice as much where all of it is written.
"""
REST_SECONDS = 0.1
"""On SQLite who waits for the one lock looks for it every tenth of a second, and has to find it free."""

Tell = Callable[[int], None]
"""Is told, between two batches, how many instruments are done."""


def for_each_batch(
    act: Callable[[list[int]], None], *, instrument_ids: Collection[int] | None = None, tell: Tell
) -> int:
    """Call `act` with the ids of some locked instruments at a time, until all (or these) are done.

    What `act` reads is read behind the locks, so that no write between two batches is lost. Each batch is
    kept when the next begins: what was cut off is begun again. Returns the number of instruments.
    """
    done = 0
    for ids in _batches(instrument_ids):
        if done:
            tell(done)
            if connection.vendor == "sqlite":
                time.sleep(REST_SECONDS)
        with transaction.atomic():
            act([one.pk for one in instrument_locks(ids)])
        done += len(ids)
    return done


def _batches(instrument_ids: Collection[int] | None) -> Iterator[list[int]]:
    rows = Instrument.objects.order_by("pk")
    if instrument_ids is not None:
        rows = rows.filter(pk__in=list(instrument_ids))
    last = 0
    while ids := list(rows.filter(pk__gt=last).values_list("pk", flat=True)[:AT_ONCE]):
        yield ids
        last = ids[-1]
