from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from rewards.guards import REFUSE_FOUND_FUNCTION


def create(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(REFUSE_FOUND_FUNCTION, params=None)


def drop(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP FUNCTION guard_refuse_found() CASCADE")


class Migration(migrations.Migration):
    """The function behind PostgreSQL's guards of results, which `post_migrate` creates on both engines."""

    dependencies = [("journal", "0002_guard_function"), ("rewards", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
