"""The plan of an import before anything is written: rows, problems and steps."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from instrument_share.kernel.wording import Sentence
from providers.exchange.domain.sheets.problems import SheetProblem
from providers.exchange.domain.sheets.rows import SheetRow
from providers.exchange.domain.sheets.sheet_types import SheetKind

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User


class Outcome(StrEnum):
    """The outcome of a row."""

    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    KEPT = "kept"
    """Handed in or published already, so that a sheet changes nothing of it."""
    REFUSED = "refused"


@dataclass(frozen=True)
class PlannedRow:
    """A row and its outcome; `fields` are those that change of existing data."""

    number: int
    inner_number: str
    name: str
    outcome: Outcome
    fields: tuple[str, ...] = ()


Made = dict[str, Any]
"""An entry as JSON: its `id`, its `revision` now, and `before`, old values of what changed (none if new)."""


@dataclass(frozen=True)
class ImportReport:
    """The result of an import, or its preview unless `applied`; problems in order of rows.

    `written` are the rows of this time by outcome, `left` ones remain; `made` is what can be taken back of
    them. `notices` is what to know before entering it, and `effects` whom it would hit, in sentences.
    """

    rows: tuple[PlannedRow, ...]
    problems: tuple[SheetProblem, ...]
    ignored_columns: tuple[str, ...] = ()
    applied: bool = False
    written: Mapping[str, int] = field(default_factory=dict)
    left: int = 0
    made: tuple[Made, ...] = ()
    notices: tuple[Sentence, ...] = ()
    effects: tuple[str, ...] = ()

    @property
    def errors(self) -> tuple[SheetProblem, ...]:
        return tuple(problem for problem in self.problems if not problem.warning)

    @property
    def entered(self) -> int:
        """Return how many rows were written this time."""
        return sum(self.written.values())

    @property
    def counts(self) -> dict[str, int]:
        """Return the number of rows by outcome."""
        found = Counter(row.outcome for row in self.rows)
        return {outcome.value: found[outcome] for outcome in Outcome}


@dataclass(frozen=True)
class ImportTask:
    """Who imports which rows of which kind into which unit, when, and the SHA-256 of the file."""

    actor: "User | None"
    organization: "Organization"
    kind: SheetKind
    rows: Sequence[SheetRow]
    now: datetime
    sha256: str = ""


@dataclass(frozen=True)
class Step:
    """Rows that are written together: their number, their outcome, and what the planner needs for them."""

    rows: int
    outcome: Outcome
    subject: Any


def describe_nobody(_steps: Sequence[Step]) -> list[str]:
    """Return that what the steps write hits nobody."""
    return []


@dataclass(frozen=True)
class Plan:
    """A planner's result; `write` executes some of the steps in order and returns what it has made.

    `describe` says whom the steps would hit, in the reader's language.
    """

    rows: list[PlannedRow]
    problems: list[SheetProblem]
    steps: list[Step]
    write: Callable[[Sequence[Step]], list[Made]]
    people: int = 0
    """How many accounts were found by what the sheet calls them, whose names the rows show."""
    notices: tuple[Sentence, ...] = ()
    """What whoever enters the sheet is to know before, of all of it."""
    describe: Callable[[Sequence[Step]], list[str]] = describe_nobody


Planner = Callable[[ImportTask], Plan]
