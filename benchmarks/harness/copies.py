"""Many rows of one kind: PostgreSQL writes a row for each number, and works some columns out from it.

A million rows take seconds so; Django's objects would take the better part of an hour.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, models


def copies(row: models.Model, source: str, **columns: str) -> None:
    """Insert the unsaved `row` once for each row of `source`.

    `source` is SQL that can stand after FROM and has a column `n`: `series(7)`, or a join. Each of `columns`
    is SQL over it, by the name that the column has in the database (`organization_id`). A public id is made
    of the number.
    """
    fields = [field for field in row._meta.local_concrete_fields if not field.primary_key]
    if hasattr(row, "public_id"):
        columns.setdefault("public_id", f"'{row.public_id[:4]}' || lpad(n::text, 10, '0')")
    fixed = {
        field.column: field.get_db_prep_save(field.pre_save(row, add=True), connection)
        for field in fields
        if field.column not in columns
    }
    values = [_escaped(columns[field.column]) if field.column in columns else "%s" for field in fields]
    names = quoted([field.column for field in fields])
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {row._meta.db_table} ({names}) SELECT {', '.join(values)} FROM {_escaped(source)}",
            [fixed[field.column] for field in fields if field.column in fixed],
        )


def revisions(model: Any, count: int, at: str) -> None:
    """Insert `count` revisions of each row of `model`; `at` is SQL for the instant of the n-th, from 1."""
    names = quoted([field.column for field in model._meta.local_concrete_fields])
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model.history.model._meta.db_table} ({names}, history_date, history_type)"
            f" SELECT {names}, {at}, CASE n WHEN 1 THEN '+' ELSE '~' END"
            f" FROM {model._meta.db_table}, {series(count)} ORDER BY id, n"
        )


@contextmanager
def unchecked() -> Iterator[None]:
    """Spare the database the checks of foreign keys, most of the time of a large city, where it lets us.

    Only a superuser may; for others it takes longer.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone() == (True,):
            cursor.execute("SET session_replication_role = replica")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET session_replication_role")


def series(count: int) -> str:
    """Return the numbers from 1 to `count` as a source."""
    return f"generate_series(1, {count}) AS n"


def quoted(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _escaped(sql: str) -> str:
    return sql.replace("%", "%%")
