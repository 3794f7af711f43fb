"""Which errors mean that the database is away for the moment, as while another machine takes over."""

import psycopg
from psycopg import errors as postgresql

AWAY = (
    postgresql.AdminShutdown,
    postgresql.CrashShutdown,
    postgresql.CannotConnectNow,
    # A machine that is primary no longer.
    postgresql.ReadOnlySqlTransaction,
)


def is_database_away(error: BaseException | None) -> bool:
    """Return whether the database was away, as an error or one that it came from tells.

    A transaction whose connection broke ends in other errors too, of what was tried on it afterwards.
    """
    while error is not None:
        if _tells_so(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def _tells_so(error: BaseException) -> bool:
    """A broken connection has no code: no server was there to give one."""
    return isinstance(error, AWAY) or (isinstance(error, psycopg.OperationalError) and error.sqlstate is None)
