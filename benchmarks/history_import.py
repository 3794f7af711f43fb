"""Importing past uses, against bare INSERTs of the very rows that the import wrote.

Both happen in a transaction that is rolled back, so that both begin with the same tables. The rows of the
floor go through the driver's `executemany`: no checks, prices or hashes, but the same indexes and guards.
"""

from django.db import connection, transaction

from benchmarks.harness import Verdict, make_database
from benchmarks.harness.year import Year
from bookings.requests.models import Booking, BookingGroup
from bookings.usage.models import Review, UsageConfirmation, UsageEntry, UsageLog

USES_EACH = 100
ACCEPTED = 20
TABLES = [
    model._meta.db_table for model in (BookingGroup, Booking, UsageEntry, UsageLog, UsageConfirmation, Review)
]


def main() -> None:
    make_database()
    verdict = Verdict()
    year = Year(USES_EACH)
    stored = []

    def imported() -> None:
        with transaction.atomic():
            year.import_all()
            transaction.set_rollback(True)

    with transaction.atomic():
        year.import_all()
        stored += [rows_of(table) for table in TABLES]
        transaction.set_rollback(True)

    def inserted() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for statement, rows in stored:
                cursor.executemany(statement, rows)
            transaction.set_rollback(True)

    logs = sum(len(rows) for rows in year.rows)
    written = sum(len(rows) for _, rows in stored)
    verdict.compare(
        f"import of {logs:,} logs ({written:,} rows)",
        measured=imported,
        floor=inserted,
        accepted=ACCEPTED,
        rounds=2,
    )
    verdict.exit()


def rows_of(table: str) -> tuple[str, list[tuple]]:
    """The statement that inserts a row of this table, and all of its rows."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY id")
        names = [column.name if hasattr(column, "name") else column[0] for column in cursor.description]
        values = ", ".join(["%s"] * len(names))
        return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({values})", cursor.fetchall()


if __name__ == "__main__":
    main()
