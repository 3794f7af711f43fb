from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from bookings.guards import REFUSE_SENT_FUNCTION


def create(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(REFUSE_SENT_FUNCTION, params=None)


def drop(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP FUNCTION guard_refuse_sent_statement() CASCADE")


class Migration(migrations.Migration):
    """The function behind PostgreSQL's guard of sent statements, which `post_migrate` creates."""

    dependencies = [("bookings", "0008_statements"), ("journal", "0002_guard_function")]
    operations = [migrations.RunPython(create, drop)]
