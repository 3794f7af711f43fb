from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from instrument_share.journal.guards import REFUSE_FUNCTION


def create(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(REFUSE_FUNCTION, params=None)


def drop(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP FUNCTION guard_refuse() CASCADE")


class Migration(migrations.Migration):
    """The function behind PostgreSQL's append-only triggers, which `post_migrate` creates on both engines."""

    dependencies = [("journal", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
