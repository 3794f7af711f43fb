"""Import rows of rules and prices as new versions of terms, where they differ.

The rows of one instrument are imported together or not at all. Terms already in force on that day create no
version, so that a sheet can be imported again.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, cast

from instrument_share.kernel.errors import Problem, gettext_noop
from providers.exchange.domain.sheets.problems import SheetProblem
from providers.exchange.domain.sheets.rows import SheetRow, add_problem
from providers.exchange.domain.sheets.terms import (
    TermsFound,
    is_same_terms,
    terms_to_draft,
)
from providers.exchange.services.import_plans import ImportTask, Made, Outcome, Plan, PlannedRow, Step
from providers.instruments.domain.choices import InstrumentState
from providers.instruments.models import Instrument
from providers.instruments.selectors.instruments import instrument_locks
from providers.terms.domain.choices import HolidayTreatment
from providers.terms.domain.special_days import CalendarYearUnknown, DayTable
from providers.terms.domain.terms import Terms, TermsDraft
from providers.terms.openings import local_midnight
from providers.terms.selectors.rule_versions import terms_versions, version_in_force
from providers.terms.selectors.workdays import day_table
from providers.terms.services.rules import rule_publish

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

Assemble = Callable[[Sequence[SheetRow], TermsDraft | None], TermsFound]


def plan_terms(assemble: Assemble, task: ImportTask) -> Plan:
    by_number: dict[str | int, list[SheetRow]] = defaultdict(list)
    for row in task.rows:
        by_number[row.inner_number or row.number].append(row)
    instruments = _lock_instruments(task)
    versions = terms_versions(one.pk for one in instruments.values())
    days = day_table({row.values["applies_from"].year for row in task.rows if "applies_from" in row.values})
    planned: list[PlannedRow] = []
    problems: list[SheetProblem] = []
    steps: list[Step] = []
    for rows in by_number.values():
        instrument = instruments.get(rows[0].inner_number)
        known = versions.get(instrument.pk, []) if instrument else []
        judged, change = _judge(task, rows, instrument, known, assemble, days)
        problems += [problem for row in judged for problem in row.problems]
        outcome = Outcome.UNCHANGED
        if not all(row.usable for row in judged):
            outcome = Outcome.REFUSED
        elif change is not None:
            outcome = Outcome.UPDATED if known else Outcome.NEW
            steps.append(Step(len(rows), change))
        name = instrument.name_zh if instrument else ""
        planned += [PlannedRow(row.number, row.inner_number, name, outcome) for row in judged]
    return Plan(
        sorted(planned, key=attrgetter("number")),
        sorted(problems, key=attrgetter("row")),
        steps,
        partial(_write, cast("User", task.actor), task.now),
    )


def _lock_instruments(task: ImportTask) -> dict[str, Instrument]:
    """Lock the instruments in the sheet at once, before their terms are read; return them by number."""
    numbers = {row.inner_number for row in task.rows if row.inner_number}
    found = Instrument.objects.filter(organization=task.organization, inner_number__in=numbers)
    return {one.inner_number: one for one in instrument_locks(found.values_list("pk", flat=True))}


def _write(actor: "User", now: datetime, steps: Sequence[Step]) -> list[Made]:
    """Publish the versions; they can be withdrawn as long as nothing has happened under them."""
    published = [rule_publish(actor=actor, now=now, **step.subject) for step in steps]
    return [{"id": rule.pk, "revision": rule.version, "before": {}} for rule in published]


def _judge(
    task: ImportTask,
    rows: list[SheetRow],
    instrument: Instrument | None,
    known: Sequence[Terms],
    assemble: Assemble,
    days: DayTable,
) -> tuple[list[SheetRow], dict[str, Any] | None]:
    """Return an instrument's rows with their problems, and what `rule_publish` needs if the terms change."""
    if rows[0].inner_number and (problem := _problem_of_instrument(instrument)):
        rows = [add_problem(row, task.kind, problem, row.inner_number) for row in rows]
    if instrument is None or not all(row.usable for row in rows):
        return _with_begun_days(task, rows), None
    applies_from = local_midnight(rows[0].values["applies_from"])
    base = version_in_force(known, applies_from)
    found = assemble(rows, terms_to_draft(base) if base else None)
    if found.draft is not None and is_same_terms(base, found.draft):
        return rows, None
    problems = [*found.problems]
    if problem := _problem_of_day(rows[0].values["applies_from"], applies_from, task.now, found.draft, days):
        problems.append((rows[0].number, problem))
    if problems or found.draft is None:
        return [_with_problems(task, row, problems) for row in rows], None
    return rows, {"instrument_id": instrument.pk, "draft": found.draft, "applies_from": applies_from}


def _with_begun_days(task: ImportTask, rows: Sequence[SheetRow]) -> list[SheetRow]:
    """Return rows that are refused anyway, the first of them with the problem of its day."""
    for number, row in enumerate(rows):
        if day := row.values.get("applies_from"):
            problem = _problem_of_day(day, local_midnight(day), task.now, None, day_table([]))
            found = [(row.number, problem)] if problem else []
            return [*rows[:number], _with_problems(task, row, found), *rows[number + 1 :]]
    return list(rows)


def _problem_of_instrument(instrument: Instrument | None) -> Problem | None:
    if instrument is None:
        message = gettext_noop("The unit has no instrument with this inner number.")
        return Problem("import.no_instrument", message, {}, "inner_number")
    if instrument.state == InstrumentState.RETIRED:
        message = gettext_noop("The instrument is retired.")
        return Problem("import.instrument_retired", message, {}, "inner_number")
    return None


def _problem_of_day(
    day: date, applies_from: datetime, now: datetime, draft: TermsDraft | None, days: DayTable
) -> Problem | None:
    if applies_from < now:
        message = gettext_noop("The day has begun already; what was open before stays as it was.")
        return Problem("import.in_the_past", message, {}, "applies_from")
    if draft is not None and draft.holidays is not HolidayTreatment.IGNORED:
        try:
            days.kind(day)
        except CalendarYearUnknown as error:
            return Problem("import.year_unknown", error.message, error.params, "applies_from")
    return None


def _with_problems(task: ImportTask, row: SheetRow, problems: Sequence[tuple[int, Problem]]) -> SheetRow:
    for number, problem in problems:
        if number == row.number:
            row = add_problem(row, task.kind, problem, _value(row.values, problem))
    return row


def _value(values: Mapping[str, object], problem: Problem) -> str:
    value = values.get(problem.field or "", "")
    return "" if isinstance(value, tuple | frozenset) else str(value)
