"""What a sheet comes to before anything is written: the rows, what is wrong, and the steps to take."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from providers.exchange.domain.sheets.fields import SheetKind
from providers.exchange.domain.sheets.reading import SheetProblem, SheetRow

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User


class Outcome(StrEnum):
    """What a row comes to."""

    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    KEPT = "kept"
    """Handed in or published already, so that a sheet changes nothing of it."""
    REFUSED = "refused"


@dataclass(frozen=True)
class PlannedRow:
    """A row of the sheet and what it comes to; `fields` are those that change of what is here already."""

    number: int
    inner_number: str
    name: str
    outcome: Outcome
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportReport:
    """What a sheet comes to, or came to where `applied`; problems and warnings in order of rows.

    `entered` rows were written this time, `left` are to be written still.
    """

    rows: tuple[PlannedRow, ...]
    problems: tuple[SheetProblem, ...]
    ignored_columns: tuple[str, ...] = ()
    applied: bool = False
    entered: int = 0
    left: int = 0

    @property
    def errors(self) -> tuple[SheetProblem, ...]:
        return tuple(problem for problem in self.problems if not problem.warning)

    @property
    def counts(self) -> dict[Outcome, int]:
        found = Counter(row.outcome for row in self.rows)
        return {outcome: found[outcome] for outcome in Outcome}


@dataclass(frozen=True)
class ImportTask:
    """Who brings which rows of which kind into which unit, and when."""

    actor: "User | None"
    organization: "Organization"
    kind: SheetKind
    rows: Sequence[SheetRow]
    now: datetime


@dataclass(frozen=True)
class Step:
    """What is written together: so many rows of the sheet, and what its planner needs for them."""

    rows: int
    subject: Any


@dataclass(frozen=True)
class Plan:
    """What a planner makes of the rows. `write` carries out some of the steps, in their order."""

    rows: list[PlannedRow]
    problems: list[SheetProblem]
    steps: list[Step]
    write: Callable[[Sequence[Step]], None]


Planner = Callable[[ImportTask], Plan]
