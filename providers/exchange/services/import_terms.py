"""Import rows of rules and prices as new versions of terms, where they differ.

The rows of one instrument are imported together or not at all. Terms already in force on that day create no
version, so that a sheet can be imported again. Terms that would leave bookings outside opening hours are
refused: the page of the rule asks what becomes of each booking, a sheet has no place for the answer.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, cast

from instrument_share.kernel.errors import Problem, gettext_noop
from instrument_share.kernel.wording import Sentence
from providers.exchange.domain.sheets.problems import SheetProblem
from providers.exchange.domain.sheets.rows import SheetRow, add_problem
from providers.exchange.domain.sheets.terms import (
    TermsFound,
    is_same_terms,
    terms_to_draft,
)
from providers.exchange.selectors.rule_effects import BookingOutside, TermsChange, rule_effects
from providers.exchange.services.import_plans import ImportTask, Made, Outcome, Plan, PlannedRow, Step
from providers.instruments.domain.choices import InstrumentState
from providers.instruments.models import Instrument
from providers.terms.domain.choices import HolidayTreatment
from providers.terms.domain.special_days import CalendarYearUnknown, DayTable
from providers.terms.domain.terms import Terms, TermsDraft
from providers.terms.openings import local_midnight
from providers.terms.selectors.rule_versions import find_replaced, terms_versions, version_in_force
from providers.terms.selectors.workdays import day_table
from providers.terms.services.rules import rule_publish

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

MOST_NAMED = 5
Assemble = Callable[[Sequence[SheetRow], TermsDraft | None], TermsFound]


def plan_terms(assemble: Assemble, task: ImportTask) -> Plan:
    by_number: dict[str | int, list[SheetRow]] = defaultdict(list)
    for row in task.rows:
        by_number[row.inner_number or row.number].append(row)
    instruments = _lock_instruments(task)
    versions = terms_versions(one.pk for one in instruments.values())
    days = day_table({row.values["applies_from"].year for row in task.rows if "applies_from" in row.values})
    judgements: list[_Judgement] = []
    for rows in by_number.values():
        instrument = instruments.get(rows[0].inner_number)
        known = versions.get(instrument.pk, []) if instrument else []
        judged, change = _judge(task, rows, instrument, known, assemble, days)
        judgements.append(_Judgement(judged, instrument, bool(known), change))
    return _to_plan(task, _refuse_with_bookings_outside(task, judgements))


@dataclass(frozen=True)
class _Judgement:
    """The rows of an instrument with their problems, and the terms that they would publish, if any."""

    rows: list[SheetRow]
    instrument: Instrument | None
    has_rule: bool
    change: TermsChange | None

    @property
    def outcome(self) -> Outcome:
        if not all(row.usable for row in self.rows):
            return Outcome.REFUSED
        if self.change is None:
            return Outcome.UNCHANGED
        return Outcome.UPDATED if self.has_rule else Outcome.NEW


def _refuse_with_bookings_outside(task: ImportTask, judgements: Sequence[_Judgement]) -> list[_Judgement]:
    """Refuse the rows of each instrument whose new hours would leave bookings outside."""
    changes = [one.change for one in judgements if one.change is not None]
    outside = rule_effects().find_bookings_outside(changes)
    return [
        _with_bookings_outside(task, one, outside[one.change.instrument_id])
        if one.change is not None and one.change.instrument_id in outside
        else one
        for one in judgements
    ]


def _with_bookings_outside(
    task: ImportTask, judgement: _Judgement, bookings: Sequence[BookingOutside]
) -> _Judgement:
    named = tuple(
        Sentence(
            gettext_noop("{booking} ({starts_at})"), {"booking": one.public_id, "starts_at": one.starts_at}
        )
        for one in bookings[:MOST_NAMED]
    )
    first, *others = judgement.rows
    problem = Problem(
        "import.bookings_outside",
        gettext_noop("The new opening hours leave bookings outside, {number} in all: {bookings}."),
        {"number": len(bookings), "bookings": named},
        "applies_from",
    )
    refused = add_problem(first, task.kind, problem)
    return replace(judgement, rows=[refused, *others], change=None)


def _to_plan(task: ImportTask, judgements: Sequence[_Judgement]) -> Plan:
    planned: list[PlannedRow] = []
    problems: list[SheetProblem] = []
    steps: list[Step] = []
    for one in judgements:
        problems += [problem for row in one.rows for problem in row.problems]
        if one.outcome is not Outcome.REFUSED and one.change is not None:
            steps.append(Step(len(one.rows), one.outcome, one.change))
        name = one.instrument.name_zh if one.instrument else ""
        planned += [PlannedRow(row.number, row.inner_number, name, one.outcome) for row in one.rows]
    return Plan(
        sorted(planned, key=attrgetter("number")),
        sorted(problems, key=attrgetter("row")),
        steps,
        partial(_write, cast("User", task.actor), task.now),
        describe=partial(_describe, task.now),
    )


def _describe(now: datetime, steps: Sequence[Step]) -> list[str]:
    return rule_effects().describe_publications([step.subject for step in steps], now)


def _lock_instruments(task: ImportTask) -> dict[str, Instrument]:
    """Lock the instruments in the sheet at once, before their terms are read; return them by number.

    Those that are booked together with them are locked, too: an offer of time is withdrawn on all of them.
    """
    numbers = {row.inner_number for row in task.rows if row.inner_number}
    found = Instrument.objects.filter(organization=task.organization, inner_number__in=numbers)
    ids = set(found.values_list("pk", flat=True))
    locked = rule_effects().instrument_group_locks(ids)
    return {locked[pk].inner_number: locked[pk] for pk in ids}


def _write(actor: "User", now: datetime, steps: Sequence[Step]) -> list[Made]:
    """Publish the versions; they can be withdrawn as long as nothing has happened under them."""
    published = []
    rule_effects().tell_of_publications([step.subject for step in steps], now)
    for change in (step.subject for step in steps):
        facts = {field.name: getattr(change, field.name) for field in fields(change)}
        published.append(rule_publish(actor=actor, now=now, **facts))
    changed_from = {step.subject.instrument_id: step.subject.applies_from for step in steps}
    rule_effects().refused_offers_withdraw(changed_from, actor=actor, now=now)
    rule_effects().refresh_next_free(changed_from.keys(), now)
    return [{"id": rule.pk, "revision": rule.version, "before": {}} for rule in published]


def _judge(
    task: ImportTask,
    rows: list[SheetRow],
    instrument: Instrument | None,
    known: Sequence[Terms],
    assemble: Assemble,
    days: DayTable,
) -> tuple[list[SheetRow], TermsChange | None]:
    """Return an instrument's rows with their problems, and the terms to publish if they change."""
    if rows[0].inner_number and (problem := _problem_of_instrument(instrument)):
        rows = [add_problem(row, task.kind, problem) for row in rows]
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
    rows = _with_replaced_versions(task, rows, find_replaced(known, applies_from, task.now))
    return rows, TermsChange(instrument.pk, found.draft, applies_from)


def _with_replaced_versions(
    task: ImportTask, rows: Sequence[SheetRow], replaced: Sequence[Terms]
) -> list[SheetRow]:
    """Return an instrument's rows, the first of them with a warning for each version that they replace."""
    first, *others = rows
    for terms in replaced:
        problem = Problem(
            "import.version_replaced",
            gettext_noop(
                "Version {version}, which was to apply from {start}, will never apply: this one replaces it."
            ),
            {"version": terms.version, "start": terms.applies_from},
            "applies_from",
        )
        first = add_problem(first, task.kind, problem, warning=True)
    return [first, *others]


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
        message = gettext_noop("The unit has no instrument with this internal number.")
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
            row = add_problem(row, task.kind, problem)
    return row
