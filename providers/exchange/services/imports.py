"""Preview and import a unit's own sheet; both use the same plan.

A run imports all rows or none unless it may take the good ones. Repeating is safe: existing data stays, so
that an interrupted run continues where it ended.
"""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from functools import partial as bound
from typing import TYPE_CHECKING, Any

from django.db import transaction

from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import organization_lock
from instrument_share.journal.services import record
from instrument_share.personal.services.disclosures import people_disclosed
from instrument_share.sheets.table import Table
from providers.exchange.domain.sheets.maps import SheetMap
from providers.exchange.domain.sheets.reading import read_sheet
from providers.exchange.domain.sheets.sheet_columns import INSTRUMENTS
from providers.exchange.domain.sheets.sheet_types import SheetKind, SheetKindName
from providers.exchange.domain.sheets.terms import build_prices, build_rule
from providers.exchange.domain.sheets.words import with_words
from providers.exchange.selectors.sheet_runs import sheet_words
from providers.exchange.services import import_instruments, import_news, import_terms
from providers.exchange.services.import_plans import (
    ImportReport,
    ImportTask,
    Outcome,
    Plan,
    PlannedRow,
    Planner,
)

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

__all__ = ["ImportReport", "Outcome", "PlannedRow", "apply", "preview"]

PLANNERS: dict[StrEnum, Planner] = {
    SheetKindName.INSTRUMENTS: import_instruments.plan_instruments,
    SheetKindName.RULES: bound(import_terms.plan_terms, build_rule),
    SheetKindName.PRICES: bound(import_terms.plan_terms, build_prices),
    SheetKindName.NEWS: import_news.plan_news,
}
PERMISSIONS: dict[StrEnum, str] = {
    SheetKindName.INSTRUMENTS: "providers.edit_instrument",
    SheetKindName.RULES: "providers.set_rule",
    SheetKindName.PRICES: "providers.set_rule",
    SheetKindName.NEWS: "providers.edit_unit",
}


def preview(
    *,
    actor: "User | None",
    organization_id: int,
    table: Table,
    mapping: SheetMap | None = None,
    kind: SheetKind = INSTRUMENTS,
    now: datetime,
) -> ImportReport:
    """Return what `apply` would do with this sheet, row by row. Raises HeadingMissing."""
    with transaction.atomic():
        report, plan = _plan(actor, organization_id, table, mapping or SheetMap(), kind, now)
        return _show(report, plan, actor, organization_id, kind, now)


@transaction.atomic
def apply(
    *,
    actor: "User | None",
    organization_id: int,
    table: Table,
    mapping: SheetMap | None = None,
    kind: SheetKind = INSTRUMENTS,
    now: datetime,
    partial: bool = False,
    limit: int | None = None,
) -> ImportReport:
    """Import the sheet: all rows, or with `partial` the good ones. Raises HeadingMissing.

    `applied` of the report tells whether anything was imported. `limit` ends after a number of rows; the rest
    (`left`) follows when called again.
    """
    report, plan = _plan(actor, organization_id, table, mapping or SheetMap(), kind, now)
    if report.errors and not partial:
        return _show(report, plan, actor, organization_id, kind, now)
    taken, written = [], Counter[str]()
    for step in plan.steps:
        if limit is not None and written.total() >= limit:
            break
        taken.append(step)
        written[step.outcome.value] += step.rows
    made = tuple(plan.write(taken))
    record(
        actor=actor,
        action=f"{kind.name.value}.imported",
        subject=organization_lock(organization_id),
        now=now,
        organization_id=organization_id,
        details={**report.counts, "entered": written.total()},
    )
    left = report.left - written.total()
    return replace(report, applied=True, written=written, left=left, made=made)


def _show(
    report: ImportReport,
    plan: Plan,
    actor: "User | None",
    organization_id: int,
    kind: SheetKind,
    now: datetime,
) -> ImportReport:
    """Return the report as it is shown before anything is imported: with whom that would hit.

    Who asked for how many people is recorded: a sheet of user names is answered with people's names.
    """
    if actor is not None and plan.people:
        people_disclosed(
            actor=actor,
            what=f"{kind.name.value}.previewed",
            count=plan.people,
            now=now,
            subject=organization_lock(organization_id),
            organization_id=organization_id,
        )
    return replace(report, effects=tuple(plan.describe(plan.steps)))


def _plan(
    actor: Any,
    organization_id: int,
    table: Table,
    mapping: SheetMap,
    kind: SheetKind,
    now: datetime,
) -> tuple[ImportReport, Plan]:
    organization = organization_lock(organization_id)
    if actor is not None or kind is not INSTRUMENTS:  # a command on the server brings in instruments only
        require(actor, PERMISSIONS[kind.name], organization)
    mapping = with_words(mapping, sheet_words(organization_id, kind.name), kind)
    read = read_sheet(table, mapping, kind)
    plan = PLANNERS[kind.name](ImportTask(actor, organization, kind, read.rows, now, table.sha256))
    problems = (*read.problems, *plan.problems)
    left = sum(step.rows for step in plan.steps)
    return ImportReport(tuple(plan.rows), problems, read.ignored, left=left, notices=plan.notices), plan
