from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

COLUMN = "ALTER TABLE providers_searchterm ALTER COLUMN term TYPE varchar(40) COLLATE {collation}"


def by_byte(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(COLUMN.format(collation='"C"'))


def by_language(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(COLUMN.format(collation='"default"'))


class Migration(migrations.Migration):
    """A search is a range of terms: PostgreSQL compares them byte by byte, as SQLite does by itself."""

    dependencies = [("providers", "0007_search_index")]
    operations = [migrations.RunPython(by_byte, by_language)]
