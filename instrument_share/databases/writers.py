"""Wait for those who write into a table."""

from django.db import OperationalError, connection, transaction
from psycopg import sql
from psycopg.errors import LockNotAvailable


def table_writers_end(table: str, *, seconds: int) -> bool:
    """Wait until nobody else is writing into the table, and let nobody begin to.

    It holds until the caller's transaction ends. Return False where they do not come to an end in time.
    SQLite lets one transaction write at a time.
    """
    if connection.vendor == "sqlite":
        return True
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{seconds}s"])
            cursor.execute(sql.SQL("LOCK TABLE {} IN SHARE MODE").format(sql.Identifier(table)))
            cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            return False
        raise
    return True
