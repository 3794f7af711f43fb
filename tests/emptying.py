"""Empties the tables that a transactional test has written.

Django's own flush empties all of the project's tables and makes every trigger, content type and permission
again, and so takes longer than most tests.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from instrument_share.journal.guards import registered_guards

MADE_BY_MIGRATE = {"auth_permission", "django_content_type"}


def empty_written_tables(connection: BaseDatabaseWrapper) -> None:
    """Delete all rows but those that `migrate` makes; whatever refuses that is off meanwhile."""
    written = _find_written(connection)
    with (
        _guards_off(connection, written),
        transaction.atomic(using=connection.alias),
        connection.cursor() as cursor,
    ):
        # Foreign keys are checked at the end of the transaction, so the order is free.
        for table in written:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")


def _find_written(connection: BaseDatabaseWrapper) -> list[str]:
    tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False))
    quote = connection.ops.quote_name
    parts = [
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {quote(table)})"
        for table in sorted(tables - MADE_BY_MIGRATE)
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return [table for (table,) in cursor.fetchall()]


@contextmanager
def _guards_off(connection: BaseDatabaseWrapper, tables: list[str]) -> Iterator[None]:
    guards = [guard for guard in registered_guards() if guard.table in tables]
    for guard in guards:
        guard.drop(connection)
    try:
        yield
    finally:
        for guard in guards:
            guard.create(connection)
