"""Operations of migrations that let people write to a big table meanwhile."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import AddIndex
from django.db.migrations.state import ProjectState


class AddIndexGently(AddIndexConcurrently):
    """Build an index beside people at work on PostgreSQL, in the usual way on SQLite.

    Its migration says `atomic = False` and has nothing else. One that was broken off leaves an invalid index:
    drop it, then migrate again.
    """

    keeps_writers = True

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Add the index."""
        _way_of(schema_editor).database_forwards(self, app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Remove the index."""
        _way_of(schema_editor).database_backwards(self, app_label, schema_editor, from_state, to_state)


def _way_of(schema_editor: BaseDatabaseSchemaEditor) -> type[AddIndex]:
    return AddIndexConcurrently if schema_editor.connection.vendor == "postgresql" else AddIndex
