"""Lists to look through: findings, the logs behind them, and which of these a viewer may open."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, QuerySet, When

from bookings.selectors import bookings, usage_logs
from instrument_share.accounts.selectors import organizations
from rewards.domain.rows import instant
from rewards.domain.states import FindingState
from rewards.models import AssessmentCycle, Finding
from rewards.selectors.findings import findings
from rewards.selectors.snapshot import StoredSnapshot

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization
    from instrument_share.accounts.selectors import Viewer


@dataclass(frozen=True)
class FindingFacets:
    """How many findings there are by state and by kind, and the units that have any, by public id."""

    states: dict[str, int]
    kinds: dict[str, int]
    units: list[tuple[str, str, str]]


def findings_listed(
    viewer: "Viewer", cycle: AssessmentCycle, *, state: str = "", kind: str = "", unit: str = ""
) -> QuerySet[Finding]:
    """Visible findings with `rank` (0: open); page them by ("rank", "answer_due_date", "id")."""
    wanted = {"state": state, "kind": kind, "organization__public_id": unit}
    rank = Case(When(state=FindingState.OPEN, then=0), default=1)
    return (
        findings(viewer, cycle)
        .filter(**{name: value for name, value in wanted.items() if value})
        .annotate(rank=rank)
    )


def finding_facets(viewer: "Viewer", cycle: AssessmentCycle) -> FindingFacets:
    """Three statements."""
    seen = findings(viewer, cycle).order_by()
    units = seen.values_list("organization__public_id", "organization__name_zh", "organization__name_en")
    return FindingFacets(
        states=dict(seen.values_list("state").annotate(Count("pk"))),
        kinds=dict(seen.values_list("kind").annotate(Count("pk"))),
        units=sorted(set(units.distinct()), key=lambda unit: unit[1]),
    )


def finding_logs(viewer: "Viewer", finding: Finding) -> list[dict[str, Any]]:
    """The frozen logs of a finding by start: log, booking (public ids), starts_at, ends_at, external,
    effective_seconds, amount_yuan, capture. Logs of another unit that the viewer may not see are left out.
    """
    wanted = set(finding.logs)
    snapshot = StoredSnapshot(finding.cycle)
    instruments = [finding.instrument.public_id] if finding.instrument else []
    found = _picked(snapshot, instruments, wanted)
    missing = wanted - {row["id"] for row in found}
    if missing:
        live = usage_logs(viewer).filter(public_id__in=missing).prefetch_related(None)
        others = set(live.values_list("instrument__public_id", flat=True)) - set(instruments)
        found += _picked(snapshot, sorted(others), missing)
    return sorted((_shown(row) for row in found), key=lambda log: (log["starts_at"], log["log"]))


def _picked(
    snapshot: StoredSnapshot, instruments: Iterable[str], wanted: Collection[str]
) -> list[dict[str, Any]]:
    return [row for each in instruments for row in snapshot.usage(each) if row["id"] in wanted]


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "log": row["id"],
        "booking": row["booking"] or "",
        "starts_at": instant(row["starts_at"]),
        "ends_at": instant(row["ends_at"]),
        "external": row["external"],
        "effective_seconds": row["effective_seconds"],
        "amount_yuan": row["amount_yuan"],
        "capture": row["capture"],
    }


def logs_to_open(viewer: "Viewer", logs: Collection[str]) -> frozenset[str]:
    """Those of the usage logs (public ids) whose own page the viewer may open."""
    seen = usage_logs(viewer).prefetch_related(None).filter(public_id__in=logs)
    return frozenset(seen.values_list("public_id", flat=True))


def bookings_to_open(viewer: "Viewer", ids: Collection[str]) -> frozenset[str]:
    """Those of the bookings (public ids) whose own page the viewer may open."""
    return frozenset(bookings(viewer).filter(public_id__in=ids).values_list("public_id", flat=True))


def organizations_named(viewer: "Viewer", ids: Collection[str]) -> "dict[str, Organization]":
    """Bodies by public id, for rows that only carry ids."""
    return {each.public_id: each for each in organizations(viewer).filter(public_id__in=ids)}
