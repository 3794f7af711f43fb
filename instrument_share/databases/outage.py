"""Which errors mean that the database is away for the moment, or that a disk has no room."""

import errno

import psycopg
from django.db import OperationalError
from psycopg import errors as postgresql
from psycopg_pool import PoolTimeout, TooManyRequests

BROKEN = (
    postgresql.AdminShutdown,
    postgresql.CrashShutdown,
    postgresql.IdleInTransactionSessionTimeout,
    # A machine that is primary no longer.
    postgresql.ReadOnlySqlTransaction,
)
NEVER_BEGUN = (PoolTimeout, TooManyRequests, postgresql.CannotConnectNow)
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
FULL_WORDS = ("database or disk is full", "disk I/O error", "unable to open database file")
"""SQLite has no code of its own for a disk without room."""


def is_database_away(error: BaseException | None) -> bool:
    """Return whether the database was away, as an error or one that it came from tells.

    A transaction whose connection broke ends in other errors too, of what was tried on it afterwards.
    """
    return any(isinstance(one, NEVER_BEGUN) or _is_broken(one) for one in _with_causes(error))


def is_outcome_unknown(error: BaseException | None) -> bool:
    """Return whether a connection broke in the middle of the work.

    It may have broken between the commit and the news of it, also where all that is left in the end is that
    there was no new connection to be had.
    """
    return any(not isinstance(one, NEVER_BEGUN) and _is_broken(one) for one in _with_causes(error))


def is_storage_full(error: BaseException | None) -> bool:
    """Return whether the database or a disk had no room, as an error or one that it came from tells."""
    return any(_tells_of_want_of_room(one) for one in _with_causes(error))


def _with_causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def _is_broken(error: BaseException) -> bool:
    """A broken connection has no code: no server was there to give one."""
    return isinstance(error, BROKEN) or (
        isinstance(error, psycopg.OperationalError) and error.sqlstate is None
    )


def _tells_of_want_of_room(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno in FULL
    is_sqlite = isinstance(error, OperationalError) and any(words in str(error) for words in FULL_WORDS)
    return is_sqlite or isinstance(error, postgresql.DiskFull)
