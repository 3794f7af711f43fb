"""An import under way: entered at once where it is small, and part by part where it is large.

A sheet is looked through as a whole before its first row is entered. Each part is a transaction of its own,
and asking for the next one is safe to repeat, so that a run that broke off goes on where it ended.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial as bound
from typing import TYPE_CHECKING

from django.db import transaction

from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import organization_lock, organizations_by_id
from instrument_share.kernel.errors import Forbidden, NotFound
from instrument_share.sheets.reading import read_table
from instrument_share.sheets.table import Table
from providers.exchange.domain.sheets.columns import build_map, choices_to_remember, sheet_columns
from providers.exchange.domain.sheets.fields import SheetKind, SheetKindName
from providers.exchange.domain.sheets.kinds import KINDS
from providers.exchange.domain.sheets.maps import SheetMap, parse_map
from providers.exchange.models import SheetMemory, SheetRun
from providers.exchange.selectors.sheet_runs import sheet_memory
from providers.exchange.services.imports import ImportReport, apply
from providers.exchange.services.uploads import KeptSheet, sheet_forget, sheet_kept

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

AT_ONCE: Mapping[SheetKindName, int] = {
    SheetKindName.INSTRUMENTS: 1000,
    SheetKindName.RULES: 50,
    SheetKindName.PRICES: 50,
    SheetKindName.NEWS: 200,
}
"""How many rows are entered in one part."""


@dataclass(frozen=True)
class Started:
    """What the sheet came to, and the run that enters it; no run where its errors keep all of it out."""

    run: SheetRun | None
    report: ImportReport | None = None


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
) -> Started:
    """Begin to enter an upload, with its columns as `chosen`, and remember them for the unit's next sheet.

    An upload has one run; asked for again it is the same. Raises SheetGone and HeadingMissing.
    """
    organization = organization_lock(organization_id)
    require(actor, "providers.edit_unit", organization)
    run = SheetRun.objects.filter(organization_id=organization_id, user=actor, key=key).first()
    if run is not None and not run.stopped:
        return Started(run)
    kept = sheet_kept(actor=actor, organization_id=organization_id, key=key)
    table = read_table(kept.content)
    mapping = upload_map(table, kept, kind, chosen, sheet_memory(organization_id, kind.name))
    report = apply(
        actor=actor,
        organization_id=organization_id,
        table=table,
        mapping=mapping,
        kind=kind,
        now=now,
        partial=partial,
        limit=AT_ONCE[kind.name],
    )
    if not report.applied:
        return Started(None, report)
    if not kept.map_text:
        _remember(organization_id, kind, choices_to_remember(sheet_columns(table, kind), chosen, kind), now)
    run = run or SheetRun(organization=organization, user=actor, key=key, started_at=now)
    run.kind, run.partial = kind.name.value, partial
    run.columns = {str(place): choice for place, choice in chosen.items()}
    run.done, run.total = 0, report.entered + report.left
    run.counts = {outcome.value: number for outcome, number in report.counts.items()}
    run.stopped, run.finished_at = False, None
    _advance(run, report, actor, now)
    run.save()
    return Started(run, report)


@transaction.atomic
def sheet_run_continue(*, actor: "User", public_id: str, now: datetime) -> SheetRun:
    """Enter the next part of a run; a finished one stays as it is. Raises NotFound and SheetGone."""
    run = SheetRun.objects.select_for_update().filter(public_id=public_id).first()
    if run is None:
        raise NotFound
    require(actor, "providers.edit_unit", organizations_by_id([run.organization_id])[run.organization_id])
    if run.user_id != actor.pk:
        raise Forbidden
    if run.finished_at is not None:
        return run
    kind = KINDS[run.kind]
    kept = sheet_kept(actor=actor, organization_id=run.organization_id, key=run.key)
    table = read_table(kept.content)
    chosen = {int(place): choice for place, choice in run.columns.items()}
    report = apply(
        actor=actor,
        organization_id=run.organization_id,
        table=table,
        mapping=upload_map(table, kept, kind, chosen, sheet_memory(run.organization_id, kind.name)),
        kind=kind,
        now=now,
        partial=run.partial,
        limit=AT_ONCE[kind.name],
    )
    if not report.applied:
        run.stopped, run.finished_at = True, now
    else:
        _advance(run, report, actor, now)
    run.save()
    return run


def upload_map(
    table: Table, kept: KeptSheet, kind: SheetKind, chosen: Mapping[int, str], remembered: Mapping[str, str]
) -> SheetMap:
    """The upload's own map, or what its columns were recognised as and chosen to be."""
    if kept.map_text:
        return parse_map(kept.map_text, kind)
    return build_map(sheet_columns(table, kind, remembered), chosen, kind)


def _advance(run: SheetRun, report: ImportReport, actor: "User", now: datetime) -> None:
    run.done += report.entered
    if not report.left:
        run.finished_at = now
        transaction.on_commit(
            bound(sheet_forget, actor=actor, organization_id=run.organization_id, key=run.key)
        )


def _remember(organization_id: int, kind: SheetKind, columns: Mapping[str, str], now: datetime) -> None:
    if columns:
        memory, _ = SheetMemory.objects.select_for_update().get_or_create(
            organization_id=organization_id, kind=kind.name.value, defaults={"saved_at": now}
        )
        memory.columns, memory.saved_at = {**memory.columns, **columns}, now
        memory.save()
