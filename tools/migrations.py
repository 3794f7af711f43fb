"""List what new migrations do that would break the version of the program that still serves.

    python -m tools.migrations

An update migrates the database while the former version answers readers. Decision record 78 has the rules.
"""

import os
import sys
from collections.abc import Iterator, Sequence

from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

BASELINE = {
    "accounts": "0001",
    "bookings": "0001",
    "bootstrap": "0001",
    "jobs": "0001",
    "journal": "0001",
    "mails": "0001",
    "personal": "0001",
    "providers": "0001",
    "rewards": "0001",
    "transparency": "0001",
    "web": "0003",
}
"""The last migration of each app that makes a new site; the rules are for those that change one."""
BIG = frozenset(
    {
        ("bookings", "booking"),
        ("bookings", "usageentry"),
        ("bookings", "usagelog"),
        ("bookings", "usageconfirmation"),
        ("bookings", "usagecorrection"),
        ("journal", "auditentry"),
        ("journal", "notification"),
        ("transparency", "logleaf"),
    }
)
"""Tables with millions of rows: building an index in the usual way would keep every writer waiting."""
REMOVAL = "removed_from_code_by"
"""The attribute of a migration that removes: the earlier one from which on the program no longer used it."""

_REMOVES = (migrations.RemoveField, migrations.DeleteModel)
_RENAMES = (migrations.RenameField, migrations.RenameModel, migrations.AlterModelTable)
_WAITED_FOR = (migrations.AddIndex, migrations.AddConstraint)
_SCHEMA = (
    migrations.CreateModel,
    migrations.DeleteModel,
    migrations.AddField,
    migrations.RemoveField,
    migrations.AlterField,
    migrations.AddIndex,
    migrations.AddConstraint,
)


def find_breaking(migration: migrations.Migration, before: ProjectState) -> Iterator[str]:
    """Yield what of a migration the former version would stumble over; `before` is the state ahead of it."""
    operations = list(_in_database(migration.operations))
    made = {
        (migration.app_label, one.name_lower) for one in operations if isinstance(one, migrations.CreateModel)
    }
    if any(isinstance(one, migrations.RunPython) for one in operations) and any(
        isinstance(one, _SCHEMA) for one in operations
    ):
        yield "changes data and schema in one: make two migrations, so that each can be repeated by itself"
    for one in operations:
        table = (migration.app_label, getattr(one, "model_name_lower", getattr(one, "name_lower", "")))
        if table not in made:
            yield from _judge(one, table, migration, before)


def _in_database(operations: Sequence[Operation]) -> Iterator[Operation]:
    """Yield what is done to the database; a state without it changes only what the program believes."""
    for one in operations:
        if isinstance(one, migrations.SeparateDatabaseAndState):
            yield from _in_database(one.database_operations)
        else:
            yield one


def _judge(
    one: Operation, table: tuple[str, str], migration: migrations.Migration, before: ProjectState
) -> Iterator[str]:
    what = one.describe()
    if isinstance(one, _REMOVES) and not _is_unused(migration):
        yield (
            f"{what}: the former version still reads it. Take it out of the state first, remove it one "
            f"release later, and name that migration in `{REMOVAL}`"
        )
    elif isinstance(one, _RENAMES):
        yield f"{what}: the former version knows the old name only. Add, fill, and remove the old one later"
    elif isinstance(one, migrations.AddField):
        if not _may_be_left_out(one.field):
            yield f"{what}: the former version writes rows without it. Let it be null or give it a db_default"
    elif isinstance(one, migrations.AlterField):
        yield from _judge_change(what, one, before.models[table].fields[one.name])
    elif isinstance(one, _WAITED_FOR) and table in BIG and not getattr(one, "keeps_writers", False):
        yield f"{what}: writers of a big table would wait. Use instrument_share.gentle_migrations"


def _is_unused(migration: migrations.Migration) -> bool:
    named = getattr(migration, REMOVAL, "")
    return bool(named) and named < migration.name


def _may_be_left_out(field: models.Field) -> bool:
    return field.many_to_many or field.null or field.has_db_default()


def _judge_change(what: str, one: migrations.AlterField, former: models.Field) -> Iterator[str]:
    if former.null and not one.field.null:
        yield f"{what}: the former version writes nulls. Fill them, and require a value one release later"
    is_unique_no_more = former.one_to_one and one.field.many_to_one
    if former.get_internal_type() != one.field.get_internal_type() and not is_unique_no_more:
        yield f"{what}: another type. Add a field, fill it, and remove the old one later"
    if (one.field.max_length or sys.maxsize) < (former.max_length or sys.maxsize):
        yield f"{what}: the former version writes longer texts"


def find_all() -> Iterator[str]:
    """Yield what is wrong with each migration after BASELINE, with its name."""
    loader = MigrationLoader(None)
    for key in sorted(loader.disk_migrations):
        app, name = key
        if app not in BASELINE or name[:4] <= BASELINE[app]:
            continue
        migration = loader.disk_migrations[key]
        before = loader.project_state(key, at_end=False)
        for problem in find_breaking(migration, before):
            yield f"{app} {name}: {problem}."


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "instrument_share.settings")
    django.setup()
    found = list(find_all())
    print("\n".join(found))
    sys.exit(1 if found else 0)
