"""Operations of migrations that let people write to a big table meanwhile."""

from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    ValidateConstraint,
)
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import AddConstraint, AddIndex
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


class AddConstraintGently(AddConstraintNotValid):
    """Let PostgreSQL hold new rows to a constraint at once and look at the old ones later; SQLite does both.

    The next migration has `ValidateConstraintGently`, in a transaction of its own.
    """

    keeps_writers = True

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Add the constraint."""
        is_postgresql = schema_editor.connection.vendor == "postgresql"
        way = AddConstraintNotValid if is_postgresql else AddConstraint
        way.database_forwards(self, app_label, schema_editor, from_state, to_state)


class ValidateConstraintGently(ValidateConstraint):
    """Look at the old rows while people write on; nothing is left to do on SQLite."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Validate the constraint."""
        if schema_editor.connection.vendor == "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
