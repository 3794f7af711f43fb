"""Which errors mean that the database is away for the moment, as while another machine takes over."""

import psycopg
from psycopg import errors as postgresql
from psycopg_pool import PoolTimeout, TooManyRequests

BROKEN = (
    postgresql.AdminShutdown,
    postgresql.CrashShutdown,
    # A machine that is primary no longer.
    postgresql.ReadOnlySqlTransaction,
)
NEVER_BEGUN = (PoolTimeout, TooManyRequests, postgresql.CannotConnectNow)


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
