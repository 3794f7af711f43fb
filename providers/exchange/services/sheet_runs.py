"""Run an import: at once if it is small, in parts if it is large.

The whole sheet is checked before its first row is written. Each part is a transaction, and repeating is safe,
so that an interrupted run continues where it ended. The first part is imported in the request, the others by
jobs: each enqueues the next in the transaction of its own part.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import partial as bound
from typing import TYPE_CHECKING

from django.db import transaction

from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import organization_lock, organizations_by_id
from instrument_share.jobs.services import enqueue
from instrument_share.kernel.errors import DomainError, Forbidden, require_found
from instrument_share.sheets.reading import read_table
from instrument_share.sheets.table import Table
from providers.exchange.domain.sheets.column_choices import build_map, choices_to_remember, sheet_columns
from providers.exchange.domain.sheets.maps import SheetMap, parse_map
from providers.exchange.domain.sheets.sheet_columns import KINDS
from providers.exchange.domain.sheets.sheet_types import SheetKind, SheetKindName
from providers.exchange.models import SheetMemory, SheetRun
from providers.exchange.selectors.sheet_runs import has_waiting_job, sheet_memory
from providers.exchange.services.import_plans import ImportReport, Outcome
from providers.exchange.services.imports import PERMISSIONS, apply
from providers.exchange.services.uploads import sheet_forget, sheet_kept

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

AT_ONCE: dict[StrEnum, int] = {
    SheetKindName.INSTRUMENTS: 1000,
    SheetKindName.RULES: 50,
    SheetKindName.PRICES: 50,
    SheetKindName.NEWS: 200,
}
"""How many rows are entered in one part."""
SHEET_RUN_JOB = "providers.sheet_run"


@transaction.atomic
def sheet_run_start(
    *,
    actor: "User",
    organization_id: int,
    kind: SheetKind,
    key: str,
    chosen: Mapping[int, str],
    partial: bool,
    now: datetime,
) -> tuple[SheetRun | None, ImportReport | None]:
    """Start to import an upload with its columns as `chosen`, which the unit's next sheet remembers.

    Return the run and its report; no run if errors exclude all of the sheet. An upload has one run, which is
    returned without a report when called again. Raises SheetGone and HeadingMissing.
    """
    organization = organization_lock(organization_id)
    require(actor, PERMISSIONS[kind.name], organization)
    run = SheetRun.objects.filter(organization_id=organization_id, user=actor, key=key).first()
    if run is not None and not run.stopped:
        return run, None
    run = run or SheetRun(organization=organization, user=actor, key=key, started_at=now)
    run.kind, run.partial = kind.name.value, partial
    run.done, run.total, run.counts = 0, 0, {}
    run.columns = {str(place): choice for place, choice in chosen.items()}
    run.stopped, run.finished_at, run.problem = False, None, {}
    if run.taken_back_at is not None:
        run.made, run.taken_back_at = [], None
    report = _enter_part(run, actor, now)
    if not report.applied:
        return None, report
    run.save()
    if run.finished_at is None:
        _enqueue_next_part(run)
    return run, report


@transaction.atomic
def sheet_run_continue(*, actor: "User", public_id: str, now: datetime) -> SheetRun:
    """Import the next part of a run; a finished one stays. A run without a job that waits gets one.

    Raises NotFound and SheetGone.
    """
    run = _import_next_part(actor, public_id, now)
    if run.finished_at is None and not has_waiting_job(run):
        _enqueue_next_part(run)
    return run


def sheet_run_work(*, public_id: str, job_id: str, now: datetime) -> None:
    """Import the next part of a run as the user who started it, for the job that the run waits for.

    What the rules refuse stops the run, which keeps the reason.
    """
    try:
        with transaction.atomic():
            run = SheetRun.objects.select_for_update().filter(public_id=public_id, job_id=job_id).first()
            if run is None:  # the job was repeated after its part was imported
                return
            run = _import_next_part(run.user, public_id, now)
            if run.finished_at is None:
                _enqueue_next_part(run)
    except DomainError as refusal:
        params = {name: str(value) for name, value in refusal.params.items()}
        SheetRun.objects.filter(public_id=public_id, job_id=job_id).update(
            stopped=True, finished_at=now, problem={"message": refusal.message, "params": params}
        )


def _import_next_part(actor: "User", public_id: str, now: datetime) -> SheetRun:
    run = require_found(SheetRun.objects.select_for_update().filter(public_id=public_id).first())
    permission = PERMISSIONS[KINDS[run.kind].name]
    require(actor, permission, organizations_by_id([run.organization_id])[run.organization_id])
    if run.user_id != actor.pk:
        raise Forbidden
    if run.finished_at is None:
        report = _enter_part(run, actor, now)
        if not report.applied:
            run.stopped, run.finished_at = True, now
        run.save()
    return run


def _count(run: SheetRun, report: ImportReport) -> None:
    """Count a part: new and changed are the rows that the run has written itself.

    Rows that waited, and that somebody else has entered or spoilt meanwhile, are unchanged or refused. A row
    that the run has written stays so, whatever became of it since.
    """
    before = run.counts or {**report.counts, Outcome.NEW: 0, Outcome.UPDATED: 0}
    gone = max(run.total - run.done - report.entered - report.left, 0)
    counts = {name: number + report.written.get(name, 0) for name, number in before.items()}
    counts[Outcome.REFUSED] = min(report.counts[Outcome.REFUSED], before[Outcome.REFUSED] + gone)
    others = sum(counts.values()) - counts[Outcome.UNCHANGED]
    counts[Outcome.UNCHANGED] = max(len(report.rows) - report.left - others, 0)
    run.counts = counts
    run.done += report.entered
    run.total = run.done + report.left


def _enqueue_next_part(run: SheetRun) -> None:
    run.job_id = enqueue(SHEET_RUN_JOB, run_id=run.public_id)
    run.save(update_fields=["job_id"])


def upload_map(
    table: Table, map_text: str, kind: SheetKind, chosen: Mapping[int, str], remembered: Mapping[str, str]
) -> SheetMap:
    """Return the upload's own map, or its columns as recognised and chosen."""
    if map_text:
        return parse_map(map_text, kind)
    return build_map(sheet_columns(table, kind, remembered), chosen, kind)


def _enter_part(run: SheetRun, actor: "User", now: datetime) -> ImportReport:
    """Import the next part of a run's upload; the first one remembers the columns."""
    kind = KINDS[run.kind]
    content, map_text = sheet_kept(actor=actor, organization_id=run.organization_id, key=run.key)
    table = read_table(content)
    chosen = {int(place): choice for place, choice in run.columns.items()}
    report = apply(
        actor=actor,
        organization_id=run.organization_id,
        table=table,
        mapping=upload_map(table, map_text, kind, chosen, sheet_memory(run.organization_id, kind.name)),
        kind=kind,
        now=now,
        partial=run.partial,
        limit=AT_ONCE[kind.name],
    )
    if not report.applied:
        return report
    if not run.done and not map_text:
        _remember(
            run.organization_id, kind, choices_to_remember(sheet_columns(table, kind), chosen, kind), now
        )
    _count(run, report)
    run.made = [*run.made, *report.made]
    if not report.left:
        run.finished_at = now
        transaction.on_commit(
            bound(sheet_forget, actor=actor, organization_id=run.organization_id, key=run.key)
        )
    return report


def _remember(organization_id: int, kind: SheetKind, columns: Mapping[str, str], now: datetime) -> None:
    if columns:
        memory, _ = SheetMemory.objects.select_for_update().get_or_create(
            organization_id=organization_id, kind=kind.name.value, defaults={"saved_at": now}
        )
        memory.columns, memory.saved_at = {**memory.columns, **columns}, now
        memory.save()
