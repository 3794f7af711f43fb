"""Create the tables of many models with one operation of a migration."""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


def created_together(operations: list[Operation]) -> list[Operation]:
    """Return the operations with each run of CreateModel as one operation.

    After each of them alone, Django renders anew all models that are related to the new one, which are nearly
    all: more than half the time of the first `migrate`.
    """
    together: list[Operation] = []
    for one in operations:
        if not isinstance(one, CreateModel):
            together.append(one)
        elif together and isinstance(together[-1], CreateModels):
            together[-1].operations.append(one)
        else:
            together.append(CreateModels([one]))
    return together


class CreateModels(Operation):
    """CreateModel for each of some models, which are rendered together."""

    reduces_to_sql = True

    def __init__(self, operations: list[CreateModel]) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.__dict__.pop("apps", None)  # as long as they are not rendered, nothing is rendered anew
        for one in self.operations:
            one.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        for one in self.operations:
            one.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        for one in reversed(self.operations):
            one.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return "; ".join(one.describe() for one in self.operations)
