"""On SQLite the suite takes its schema from the models, a site from the migrations: they are the same."""

import os
import re
import sqlite3
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

OF_MIGRATIONS = {"django_migrations", "sqlite_sequence"}
CONSTRAINT = re.compile(r'CONSTRAINT "([^"]+)" (CHECK|UNIQUE)')


def schema(read):
    """Columns, indexes, constraints and triggers by table; columns are added at the end by migrations."""
    found = {}
    for name, sql in read("SELECT name, sql FROM sqlite_master WHERE type = 'table'"):
        # What django-schedule migrates differs from its models in names of indexes.
        if name not in OF_MIGRATIONS and not name.startswith("schedule_"):
            columns = read(f'PRAGMA table_info("{name}")')
            found[name] = (
                {(column, kind, bool(null), bool(key)) for _, column, kind, null, _, key in columns},
                {row[1] for row in read(f'PRAGMA index_list("{name}")') if row[3] == "c"},
                set(CONSTRAINT.findall(sql)),
            )
    triggers = {row[0] for row in read("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    return found, triggers


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="on PostgreSQL the suite's own schema is migrated")
def test_migrations_make_the_schema_of_the_models(tmp_path):
    file = tmp_path / "migrated.sqlite3"
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        env={**os.environ, "DATABASE_URL": f"sqlite:///{file}"},
        cwd=settings.BASE_DIR,
        check=True,
    )
    with connection.cursor() as cursor:
        of_models = schema(lambda sql: cursor.execute(sql).fetchall())
    migrated = sqlite3.connect(file)
    of_migrations = schema(lambda sql: migrated.execute(sql).fetchall())
    migrated.close()
    assert of_migrations == of_models
