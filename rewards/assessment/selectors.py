"""Assessments, their instruments, and the logs of the snapshot behind them."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from django.db.models import Max, Prefetch, Q, QuerySet
from django.db.models.functions import Right

from instrument_share.journal.selectors import entries
from instrument_share.kernel.errors import NotFound, require_found
from providers import public as providers
from rewards.assessment.domain.counting import REASONS, is_review_counted
from rewards.assessment.models import BEST_FIRST, Award, IndicatorResult, InstrumentResult, UnitAssessment
from rewards.cycle.domain.snapshot_schema import UsageRow
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.selectors.scope import NOTICED, can_see_all, managed_units
from rewards.cycle.selectors.snapshot import StoredSnapshot, describe_usage, name_as_frozen

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer
    from instrument_share.journal.models import AuditEntry


def assessments(viewer: "Viewer", cycle: AssessmentCycle) -> QuerySet[UnitAssessment]:
    """Return assessments whose details the viewer may see, best score first, with unit and award.

    What everybody may see of the others is `get_public_results`.
    """
    return _visible(viewer).filter(cycle=cycle).order_by(*BEST_FIRST)


def get_assessment(viewer: "Viewer", public_id: str) -> UnitAssessment:
    """Return one visible assessment, its indicators in order. Raises NotFound.

    `paid_date` is the day of the payment that was not reversed, or None; `paid_account` the last four digits
    of the account that received it.
    """
    in_force = Q(award__payments__reversal__isnull=True)
    return require_found(
        _visible(viewer)
        .annotate(
            paid_date=Max("award__payments__paid_date", filter=in_force),
            paid_account=Max(Right("award__payments__account", 4), filter=in_force),
        )
        .filter(public_id=public_id)
        .prefetch_related(
            Prefetch("indicators", IndicatorResult.objects.order_by("position")),
            Prefetch("instruments", InstrumentResult.objects.select_related("instrument")),
        )
        .first()
    )


def get_instruments_in_order(assessment: UnitAssessment) -> list[InstrumentResult]:
    """Return the instruments of a unit in their order: what counts first, by the names of the freeze."""
    results = assessment.instruments.all()
    return sorted(
        results, key=lambda one: (not one.eligible, one.instrument.name_zh, one.instrument.public_id)
    )


def get_withdrawn_notice(year: int) -> "tuple[AssessmentCycle, AuditEntry]":
    """Return the year, and the act that withdrew its notice while none has begun anew. Raises NotFound.

    That is the decided policy in the place of a draft, or scoring again after findings were decided.
    """
    cycle = require_found(
        AssessmentCycle.objects.select_related("policy").filter(year=year, noticed_at=None).first()
    )
    acts = entries().filter(subject_id=cycle.public_id).order_by("pk")
    announced = require_found(acts.filter(action="cycle.announced").last())
    later = acts.filter(pk__gt=announced.pk, action__in=("cycle.policy_adopted", "cycle.scored"))
    return cycle, require_found(later.first())


def get_place(assessment: UnitAssessment) -> tuple[bool, Decimal, str]:
    """Return what sorts the best score first, as `BEST_FIRST`, of units that were named as frozen."""
    score = assessment.score
    return score is None, -(score or Decimal(0)), assessment.organization.uscc


def list_points(cycle: AssessmentCycle) -> list[tuple[str, Decimal]]:
    """Return code and points of every indicator of every unit, without names."""
    found = IndicatorResult.objects.filter(assessment__cycle=cycle)
    return list(found.values_list("code", "points"))


def get_snapshot_logs(viewer: "Viewer", result: InstrumentResult) -> list[dict[str, Any]]:
    """Return the frozen logs behind an instrument's result, by start, each with what became of it.

    Keys: log, booking and organization (public ids; booking and the user's organization may be empty),
    starts_at, ends_at, logged_ends_at, external, capture, recorded_at, effective_seconds and amount_yuan as
    logged, counted (bool), reason (code of `domain.counting.REASONS`, or empty) with its message, part ("1",
    or the fraction left after overlaps), taken_by (logs that took the rest), counted_seconds and counted_yuan
    (exact Fractions). Their sums are the result's figures before rounding. Raises SnapshotDamaged.
    """
    _require_visible(viewer, result.assessment_id)
    rows = StoredSnapshot(result.assessment.cycle).usage(result.instrument.public_id)
    reasons = _get_reasons(result)
    logs = [_traced(row, reasons.get(row.id, ""), result.entries_reduced.get(row.id)) for row in rows]
    return sorted(logs, key=_get_log_place)


def get_rated_logs(viewer: "Viewer", assessment: UnitAssessment) -> list[dict[str, Any]]:
    """Return the frozen logs of a unit whose rating counts, by start: what `UnitFacts.reviews` counted.

    Keys: those of `get_snapshot_logs`, rating (`Rating`) and instrument (`InstrumentResult.instrument`).
    Reads the usage of every instrument of the unit. Raises SnapshotDamaged.
    """
    _require_visible(viewer, assessment.pk)
    snapshot = StoredSnapshot(assessment.cycle)
    logs = []
    for result in assessment.instruments.all():
        reasons = _get_reasons(result)
        for row in snapshot.usage(result.instrument.public_id):
            reason = reasons.get(row.id, "")
            if is_review_counted(row.rating, reason):
                traced = _traced(row, reason, result.entries_reduced.get(row.id))
                logs.append({**traced, "rating": row.rating, "instrument": result.instrument})
    return sorted(logs, key=_get_log_place)


def get_frozen_decisions(assessment: UnitAssessment) -> tuple[int, int]:
    """Return how many requests of a unit, named as frozen, were decided in time, and how many lapsed."""
    rows = StoredSnapshot(assessment.cycle).decisions()
    own = next((row for row in rows if row.uscc == assessment.organization.uscc), None)
    return (own.decided, own.lapsed) if own else (0, 0)


def get_frozen_completeness(assessment: UnitAssessment) -> tuple[int, ...]:
    """Return how many kinds of information of a unit were complete at the month ends, as frozen."""
    rows = StoredSnapshot(assessment.cycle).units()
    public_id = assessment.organization.public_id
    return next((row.kinds_complete for row in rows if row.organization == public_id), ())


def _require_visible(viewer: "Viewer", assessment_id: int) -> None:
    if not _visible(viewer).filter(pk=assessment_id).exists():
        raise NotFound


def _get_reasons(result: InstrumentResult) -> dict[str, str]:
    """Return why logs of an instrument do not count, by their public id."""
    return {log: reason for reason, logs in result.entries_excluded.items() for log in logs}


def _get_log_place(log: Mapping[str, Any]) -> tuple[datetime, str]:
    return log["starts_at"], log["log"]


def _traced(row: UsageRow, reason: str, reduced: dict[str, Any] | None) -> dict[str, Any]:
    part = Fraction(0) if reason else Fraction(reduced["part"]) if reduced else Fraction(1)
    return {
        **describe_usage(row),
        "organization": row.payer_organization or "",
        "counted": not reason,
        "reason": reason,
        "message": REASONS.get(reason, ""),
        "part": str(part),
        "taken_by": reduced["by"] if reduced else [],
        "counted_seconds": row.effective_seconds * part,
        "counted_yuan": Fraction(row.amount_yuan) * part,
    }


def award_lock(award_id: int) -> Award:
    """Return the award with its unit and cycle, locked until the transaction ends. Raises NotFound."""
    return require_found(
        Award.objects.select_for_update(of=("self",))
        .select_related("assessment__organization", "assessment__cycle")
        .filter(pk=award_id)
        .first()
    )


def get_award_amounts(cycle_ids: Collection[int]) -> dict[int, dict[str, Decimal]]:
    """Return the live awards in yuan by cycle and public id. One statement."""
    found: dict[int, dict[str, Decimal]] = defaultdict(dict)
    awards = Award.objects.filter(assessment__cycle__in=cycle_ids)
    for cycle_id, public_id, amount in awards.values_list("assessment__cycle", "public_id", "amount_yuan"):
        found[cycle_id][public_id] = amount
    return found


def _visible(viewer: "Viewer") -> QuerySet[UnitAssessment]:
    found = UnitAssessment.objects.select_related("organization", "award", "cycle__policy")
    return found if can_see_all(viewer) else found.filter(organization_id__in=managed_units(viewer))


def get_public_results(cycle: AssessmentCycle) -> list[dict[str, Any]]:
    """Return what the public notice says of each unit, named as frozen, best score first.

    Nothing before the notice. Keys: organization (public id), has_page (everybody can open it now), name_zh,
    name_en, grade_zh, grade_en, barred, amount_yuan.
    """
    if cycle.state not in NOTICED:
        return []
    rows = UnitAssessment.objects.filter(cycle=cycle).select_related("organization", "award")
    results = list(rows)
    name_as_frozen(cycle, [each.organization for each in results])
    with_page = providers.find_public_units([each.organization_id for each in results])
    return [
        {
            "organization": each.organization.public_id,
            "has_page": each.organization_id in with_page,
            "name_zh": each.organization.name_zh,
            "name_en": each.organization.name_en,
            "grade_zh": each.grade_zh,
            "grade_en": each.grade_en,
            "barred": each.barred,
            "amount_yuan": each.award.amount_yuan,
        }
        for each in sorted(results, key=get_place)
    ]
