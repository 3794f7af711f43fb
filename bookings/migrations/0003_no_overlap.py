from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from bookings.guards import EXCLUSION


def create(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        editor.execute(EXCLUSION)


def drop(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute("ALTER TABLE bookings_booking DROP CONSTRAINT booking_no_overlap")


class Migration(migrations.Migration):
    """PostgreSQL refuses overlapping holds; SQLite's triggers for the same are made by `post_migrate`."""

    dependencies = [("bookings", "0002_initial"), ("journal", "0002_guard_function")]
    operations = [migrations.RunPython(create, drop)]
