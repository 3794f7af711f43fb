"""What the database itself refuses, on each engine."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from instrument_share.journal import guards
from instrument_share.journal.models import AuditEntry

pytestmark = pytest.mark.django_db

TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
}


def test_every_guard_stands_after_the_migrations():
    """A rebuild of a table on SQLite drops its triggers without a word."""
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS[connection.vendor])
        standing = {name for (name,) in cursor.fetchall()}
    expected = {one.name for one in guards.registered_guards() if getattr(one, connection.vendor)}
    assert expected <= standing
    assert len(expected) >= 12


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no TRUNCATE")
@pytest.mark.parametrize("table", ["journal_auditentry", "bookings_usagelog"])
def test_append_only_tables_refuse_truncate(table):
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"TRUNCATE {table} CASCADE")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite has REPLACE")
def test_append_only_row_cannot_be_replaced():
    """REPLACE deletes what is in its way, and tells the triggers only where these are recursive."""
    entry = AuditEntry.objects.create(at=datetime(2026, 3, 2, tzinfo=UTC), action="user.created")
    columns = ", ".join(field.column for field in AuditEntry._meta.concrete_fields)
    values = columns.replace("action,", "'user.removed',")
    with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(f"REPLACE INTO journal_auditentry ({columns}) SELECT {values} FROM journal_auditentry")
    assert AuditEntry.objects.get().action == entry.action == "user.created"
