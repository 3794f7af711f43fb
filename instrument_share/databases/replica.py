"""Reads from a replica where it is fresh enough, for pages that only show.

A view says so (`read_from_replica` in `instrument_share.web.responses.replica_pages`), and the router then
sends the ORM's reads there. Everything else, every write and whatever happens in a transaction, as all
decisions do, goes to the primary.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.models import Model

logger = logging.getLogger(__name__)

ALIAS = "replica"
APPS_READ_THERE = frozenset({"bookings", "journal", "providers", "rewards"})
"""Who somebody is and may do, sessions, limits and jobs are always read on the primary."""
LEFT_ALONE_SECONDS = 10.0
"""So long a process does not ask a replica that gave no answer."""
FRESH = """
    SELECT pg_is_in_recovery()
        AND pg_last_wal_replay_lsn() >= %s::pg_lsn
        AND clock_timestamp() - pg_last_xact_replay_timestamp() <= make_interval(secs => %s)
"""
START = "0/0"


class _Here(threading.local):
    """What this thread does at the moment."""

    reads_from_replica = False


_here = _Here()
_left_alone_until = 0.0


class ReplicaRouter:
    """Django's router: the replica for reads inside `reading_from_replica`, else the primary."""

    def db_for_read(self, model: type[Model], **_hints: Any) -> str:
        in_transaction = connections[DEFAULT_DB_ALIAS].in_atomic_block
        there = _here.reads_from_replica and not in_transaction
        return ALIAS if there and model._meta.app_label in APPS_READ_THERE else DEFAULT_DB_ALIAS

    def db_for_write(self, _model: type[Model], **_hints: Any) -> str:
        """A row that was read from the replica is saved on the primary."""
        return DEFAULT_DB_ALIAS

    def allow_relation(self, _one: Model, _other: Model, **_hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, _app_label: str, **_hints: Any) -> bool:
        return db == DEFAULT_DB_ALIAS


def has_replica() -> bool:
    """Return whether the site has a replica (`DATABASE_REPLICA_URL`)."""
    return ALIAS in settings.DATABASES


def is_reading_from_replica() -> bool:
    """Return whether this thread's reads go to the replica."""
    return _here.reads_from_replica


@contextmanager
def reading_from_replica(at_least: str = "") -> Iterator[None]:
    """Send reads to the replica if it has replayed the position `at_least` and is not too far behind.

    Otherwise, and where it gives no answer, they go to the primary as always.
    """
    before = _here.reads_from_replica
    _here.reads_from_replica = before or _is_fresh(at_least or START)
    try:
        yield
    finally:
        _here.reads_from_replica = before


def leave_replica_alone() -> None:
    """Ask the primary for a while: the replica gave no answer, or broke off."""
    global _left_alone_until
    _left_alone_until = time.monotonic() + LEFT_ALONE_SECONDS
    logger.warning("The replica gave no answer; the primary is read instead.", exc_info=True)
    connections[ALIAS].close()


def read_position() -> str:
    """Return how far the primary has written (an LSN): a replica that has replayed it has all until now.

    Raises what the database raises.
    """
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_flush_lsn()")
        return str(cursor.fetchone()[0])


def _is_fresh(at_least: str) -> bool:
    # On this thread's own connection: another may lead to another replica, which is elsewhere in the log.
    if not has_replica() or time.monotonic() < _left_alone_until:
        return False
    try:
        with connections[ALIAS].cursor() as cursor:
            cursor.execute(FRESH, [at_least, settings.DATABASE_REPLICA_LAG_SECONDS])
            return bool(cursor.fetchone()[0])
    except Error:
        leave_replica_alone()
        return False
