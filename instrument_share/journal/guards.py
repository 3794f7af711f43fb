"""Triggers by which the database itself refuses what must never happen, on PostgreSQL and on SQLite.

Each app registers its guards where its migrations create them. SQLite drops triggers silently when Django
rebuilds a table, so they are made again after every `migrate`; a test counts them.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper


@dataclass(frozen=True)
class Guard:
    """One trigger: its name, its table, and the statement that creates it on each engine.

    None where an engine needs none: a `constraint` of PostgreSQL does the same work better, which a migration
    has made by `made_by`, or it has no such statement.
    """

    name: str
    table: str
    sqlite: str | None
    postgresql: str | None
    constraint: str | None = None
    made_by: str | None = None

    def get_name(self, vendor: str) -> str | None:
        """Return what an engine calls that which refuses; None where it has nothing."""
        if vendor == "sqlite":
            return self.name if self.sqlite else None
        return self.name[:63] if self.postgresql else self.constraint

    def get_remedy(self, vendor: str) -> str:
        """Return what puts it back where it is missing, for who operates the site."""
        if vendor == "postgresql" and self.made_by:
            return f"run “{' '.join(self.made_by.split())}” in the database"
        return "run migrate"

    def create(self, connection: BaseDatabaseWrapper) -> None:
        if self.table in connection.introspection.table_names():
            self.renew(connection)

    def renew(self, connection: BaseDatabaseWrapper) -> None:
        """Make it again, in one transaction: a site in use has no moment without it. The table is there."""
        statement = self.sqlite if connection.vendor == "sqlite" else self.postgresql
        if statement is None:
            return
        with transaction.atomic(using=connection.alias):
            self.drop(connection)
            with connection.cursor() as cursor:
                cursor.execute(statement)

    def drop(self, connection: BaseDatabaseWrapper) -> None:
        on_table = "" if connection.vendor == "sqlite" else f" ON {self.table}"
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER IF EXISTS {self.name}{on_table}")


_registered: dict[str, Guard] = {}


def register(*guards: Guard) -> None:
    """Add guards to every database of the project."""
    _registered.update({guard.name: guard for guard in guards})


def registered_guards() -> tuple[Guard, ...]:
    """Return the guards that every database has."""
    return tuple(_registered.values())


def let_tables_be_rebuilt(using: str = "default") -> None:
    """Let SQLite put a rebuilt table in its place while guards of others read it; before `migrate`.

    Else it refuses the table's new name, since for a moment those guards read a table that is not there.
    """
    _set_legacy_renames("ON", using)


def create_all(using: str = "default") -> None:
    """Create every registered guard whose table exists; after `migrate`."""
    _set_legacy_renames("OFF", using)
    tables = set(connections[using].introspection.table_names())
    for guard in registered_guards():
        if guard.table in tables:
            guard.renew(connections[using])


def _set_legacy_renames(value: str, using: str) -> None:
    if connections[using].vendor == "sqlite":
        with connections[using].cursor() as cursor:
            cursor.execute(f"PRAGMA legacy_alter_table = {value}")


def append_only(table: str) -> tuple[Guard, ...]:
    """Return guards that refuse UPDATE, DELETE and TRUNCATE of a table."""
    refused = f"{table} is append-only"
    refuses = f"EXECUTE FUNCTION guard_refuse('{refused}')"
    by_row = tuple(
        Guard(
            name=f"{table}_no_{event.lower()}",
            table=table,
            sqlite=(
                f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{refused}'); END"
            ),
            postgresql=(
                f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} FOR EACH ROW {refuses}"
            ),
        )
        for event in ("UPDATE", "DELETE")
    )
    emptied = Guard(
        name=f"{table}_no_truncate",
        table=table,
        sqlite=None,
        postgresql=(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuses}"
        ),
    )
    return (*by_row, emptied)


def never_deleted(table: str) -> tuple[Guard, ...]:
    """Return guards that refuse DELETE and TRUNCATE of a table."""
    return tuple(one for one in append_only(table) if not one.name.endswith("_no_update"))


def never_emptied(table: str) -> tuple[Guard, ...]:
    """Return the guard that refuses TRUNCATE of a table, which takes no notice of guards of rows."""
    return tuple(one for one in append_only(table) if one.name.endswith("_no_truncate"))


def refuse_columns(table: str, columns: Sequence[str], when: str, name: str, message: str) -> Guard:
    """Return a guard that refuses to change columns of a row that fulfils the condition."""
    head = f"CREATE TRIGGER {name} BEFORE UPDATE OF {', '.join(columns)} ON {table}"
    return Guard(
        name=name,
        table=table,
        sqlite=f"{head} WHEN {when} BEGIN SELECT RAISE(ABORT, '{message}'); END",
        postgresql=f"{head} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION guard_refuse('{message}')",
    )


def refuse_rows(table: str, key: str, found: str, events: Sequence[str], message: str) -> tuple[Guard, ...]:
    """Return guards that refuse these events of a row for whose `key` the query `found` has a row.

    An UPDATE may name columns. Where DELETE is among them, so that rows are not lost, the table is never
    emptied at one stroke either.
    """
    by_row = tuple(_refuse_row(table, key, found, event, message) for event in events)
    return (*by_row, *never_emptied(table)) if "DELETE" in events else by_row


def _refuse_row(table: str, key: str, found: str, event: str, message: str) -> Guard:
    act = event.split()[0]
    name = f"{table}_final_{act.lower()}"
    rows = {"INSERT": ("NEW",), "DELETE": ("OLD",), "UPDATE": ("OLD", "NEW")}[act]
    when = " OR ".join(f"EXISTS ({found}{row}.{key})" for row in rows)
    head = f"CREATE TRIGGER {name} BEFORE {event} ON {table}"
    return Guard(
        name=name,
        table=table,
        sqlite=f"{head} WHEN {when} BEGIN SELECT RAISE(ABORT, '{message}'); END",
        postgresql=f"{REFUSE_FOUND_FUNCTION}; {head} FOR EACH ROW {refuse_found(message, found, key)}",
    )


def refuse_found(message: str, found: str, key: str) -> str:
    """Return what a trigger of PostgreSQL executes that refuses a row for whose `key` a query has a row."""
    quoted = found.replace("'", "''")
    return f"EXECUTE FUNCTION guard_refuse_found('{message}', '{quoted}', '{key}')"


REFUSE_FOUND_FUNCTION = """
CREATE OR REPLACE FUNCTION guard_refuse_found() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    keys bigint[];
    found boolean;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        keys := keys || (to_jsonb(OLD) ->> TG_ARGV[2])::bigint;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        keys := keys || (to_jsonb(NEW) ->> TG_ARGV[2])::bigint;
    END IF;
    EXECUTE format('SELECT EXISTS (%s ANY ($1))', TG_ARGV[1]) INTO found USING keys;
    IF found THEN
        RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$
"""
"""Of PostgreSQL, whose triggers take no query as a condition; made with each guard that it stands behind."""


def kept_but_for(table: str, columns: Sequence[str], later: Sequence[str], settled: str) -> tuple[Guard, ...]:
    """Return guards of rows that stay, of which `later` is written once: not where `settled` holds."""
    kept = refuse_columns(table, columns, "OLD.id IS NOT NULL", f"{table}_kept", f"{table} stays")
    once = refuse_columns(table, later, settled, f"{table}_once", f"{table} is settled")
    return (kept, once, *never_deleted(table))


REFUSE_FUNCTION = """
CREATE OR REPLACE FUNCTION guard_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
"""The PostgreSQL function behind the append-only triggers; created by the journal's guard migration."""


@contextmanager
def guards_lifted(using: str = "default") -> Iterator[None]:
    """Lift the guards, for the test harness that empties tables between tests; nothing else may call this."""
    connection = connections[using]
    for guard in registered_guards():
        guard.drop(connection)
    try:
        yield
    finally:
        create_all(using)
