"""Bringing in a unit's own sheet of instruments, as drafts; what is looked at first is what is then done.

All or nothing for a run unless it is asked to take the good rows. Safe to repeat: a row is known by its inner
number; what is the same stays, a draft that differs is brought up to date, and what has been handed in or
published is never touched.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.db import transaction
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from instrument_share.accounts.permissions import allowed
from instrument_share.accounts.selectors import organization_lock
from instrument_share.journal.services import entry, record, record_all
from providers.domain.sheet_maps import SheetMap
from providers.domain.sheets import (
    SheetProblem,
    SheetRow,
    Table,
    problem_in_row,
    sheet_rows,
    unknown_headings,
)
from providers.domain.states import EDITABLE_AS_A_WHOLE
from providers.models import Instrument, InstrumentCategory
from providers.selectors import category_table
from providers.services.instruments import category_unknown, changed, fill
from providers.services.search import search_index

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User

BATCH = 500


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
    """A row of the sheet and what it comes to; `fields` are those that a draft gets anew."""

    number: int
    inner_number: str
    name: str
    outcome: Outcome
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportReport:
    """What a sheet comes to, or came to where `applied`; problems and warnings in order of rows."""

    rows: tuple[PlannedRow, ...]
    problems: tuple[SheetProblem, ...]
    ignored_columns: tuple[str, ...] = ()
    applied: bool = False

    @property
    def errors(self) -> tuple[SheetProblem, ...]:
        return tuple(problem for problem in self.problems if not problem.warning)

    @property
    def counts(self) -> dict[Outcome, int]:
        found = Counter(row.outcome for row in self.rows)
        return {outcome: found[outcome] for outcome in Outcome}


@dataclass(frozen=True)
class _Plan:
    report: ImportReport
    new: list[Instrument]
    updated: list[tuple[Instrument, tuple[str, ...]]]


def preview(
    *,
    actor: "User | None",
    organization_id: int,
    table: Table,
    mapping: SheetMap | None = None,
    now: datetime,
) -> ImportReport:
    """What `apply` would do with this sheet, row by row; nothing is written. Raises HeadingMissing."""
    with transaction.atomic():
        return _plan(actor, organization_id, table, mapping or SheetMap(), now).report


@transaction.atomic
def apply(
    *,
    actor: "User | None",
    organization_id: int,
    table: Table,
    mapping: SheetMap | None = None,
    now: datetime,
    partial: bool = False,
) -> ImportReport:
    """Enter the sheet's instruments as drafts. With errors in it nothing is entered, or with `partial` the
    rows that are good; `applied` of the report says which. Raises HeadingMissing."""
    plan = _plan(actor, organization_id, table, mapping or SheetMap(), now)
    if plan.report.errors and not partial:
        return plan.report
    bulk_create_with_history(plan.new, Instrument, batch_size=BATCH, default_user=actor, default_date=now)
    if plan.updated:
        names = sorted({name for _, changed_names in plan.updated for name in changed_names})
        bulk_update_with_history(
            [instrument for instrument, _ in plan.updated],
            Instrument,
            names,
            batch_size=BATCH,
            default_user=actor,
            default_date=now,
        )
    search_index([instrument.pk for instrument in (*plan.new, *(known for known, _ in plan.updated))])
    _journal(actor, plan, organization_id, now)
    return replace(plan.report, applied=True)


def _journal(actor: "User | None", plan: _Plan, organization_id: int, now: datetime) -> None:
    common: dict[str, Any] = {"actor": actor, "now": now, "organization_id": organization_id}
    record_all(
        [
            *(entry(action="instrument.created", subject=one, **common) for one in plan.new),
            *(
                entry(action="instrument.updated", subject=one, details={"fields": list(names)}, **common)
                for one, names in plan.updated
            ),
        ]
    )
    counts = {outcome.value: number for outcome, number in plan.report.counts.items()}
    organization = organization_lock(organization_id)
    record(action="instruments.imported", subject=organization, details=counts, **common)


def _plan(
    actor: "User | None", organization_id: int, table: Table, mapping: SheetMap, now: datetime
) -> _Plan:
    organization = organization_lock(organization_id)
    allowed(actor, "providers.edit_instrument", organization)
    read = sheet_rows(table, mapping)
    categories = _categories(read)
    present = {one.inner_number: one for one in _present(organization)}
    rows: list[PlannedRow] = []
    problems: list[SheetProblem] = []
    new: list[Instrument] = []
    updated: list[tuple[Instrument, tuple[str, ...]]] = []
    for row in read:
        row = _with_known_category(row, categories)
        problems += row.problems
        outcome: Outcome = Outcome.REFUSED
        names: tuple[str, ...] = ()
        if row.usable:
            known = present.get(row.inner_number)
            instrument = known or Instrument(organization=organization, created_at=now)
            outcome, names = _settle(instrument, known is not None, _values(row, categories))
            if outcome is Outcome.NEW:
                new.append(instrument)
            elif outcome is Outcome.UPDATED:
                updated.append((instrument, names))
        name = str(row.values.get("name_zh", ""))
        rows.append(PlannedRow(row.number, row.inner_number, name, outcome, names))
    ignored = unknown_headings(table, mapping)
    return _Plan(ImportReport(tuple(rows), tuple(problems), ignored), new, updated)


def _present(organization: "Organization") -> list[Instrument]:
    found = Instrument.objects.filter(organization=organization).select_related("category")
    for instrument in found:
        instrument.organization = organization
    return list(found)


def _settle(
    instrument: Instrument, is_known: bool, values: Mapping[str, Any]
) -> tuple[Outcome, tuple[str, ...]]:
    if is_known and instrument.state not in EDITABLE_AS_A_WHOLE:
        return Outcome.KEPT, ()
    different = changed(instrument, values)
    if is_known and not different:
        return Outcome.UNCHANGED, ()
    fill(instrument, different)
    return (Outcome.UPDATED, tuple(sorted(different))) if is_known else (Outcome.NEW, ())


def _categories(rows: list[SheetRow]) -> dict[str, InstrumentCategory]:
    codes = {row.values["category"] for row in rows if row.values.get("category")}
    return {category.code: category for category in category_table() if category.code in codes}


def _with_known_category(row: SheetRow, categories: Mapping[str, InstrumentCategory]) -> SheetRow:
    code = row.values.get("category")
    if not code or code in categories:
        return row
    return problem_in_row(row, category_unknown(code), code)


def _values(row: SheetRow, categories: Mapping[str, InstrumentCategory]) -> dict[str, Any]:
    """The row's values without empty ones: an empty cell removes nothing."""
    values = {name: value for name, value in row.values.items() if value not in (None, "", [])}
    if "category" in values:
        values["category"] = categories[values["category"]]
    return values
