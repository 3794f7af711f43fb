"""Compute scores and awards from snapshot, policy and decisions, and replace the stored ones."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from django.db import transaction

from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import organization_ids_by_uscc
from instrument_share.journal.services import record
from instrument_share.kernel.money import round_half_up, round_to_fen
from instrument_share.kernel.public_id import new_public_id
from instrument_share.kernel.states import next_state
from providers.public import instrument_ids
from rewards.assessment.domain.facts import Seconds, Yuan
from rewards.assessment.domain.outcome import InstrumentYear, Outcome, UnitYear, compute_outcome
from rewards.assessment.domain.scoring import ZERO, IndicatorScore
from rewards.assessment.models import Award, IndicatorResult, InstrumentResult, UnitAssessment
from rewards.cycle.domain.states import MOVES, CycleState
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.selectors.cycles import cycle_lock
from rewards.cycle.selectors.snapshot import StoredSnapshot
from rewards.findings.selectors.findings import get_last_decision_number, get_rulings
from rewards.policy.domain.figures import format_exact, format_rounded, to_hours
from rewards.policy.domain.policy import RewardPolicy
from rewards.policy.selectors import get_policy_rules

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

WHOLE = Decimal(1)


@transaction.atomic
def cycle_score(*, actor: "User", cycle_id: int, now: datetime) -> AssessmentCycle:
    """Score every unit and divide the budget; all results of the cycle are replaced.

    Scoring again gives the same rows unless a finding was decided in between. A cycle in public notice goes
    back to scored when one was, and stays as it is otherwise.
    """
    cycle = cycle_lock(cycle_id)
    require(actor, "rewards.run_cycle", cycle)
    state, decisions = next_state(MOVES, cycle.state, "score"), get_last_decision_number(cycle)
    if cycle.state == CycleState.NOTICED and decisions == cycle.decisions_scored:
        return cycle
    policy = get_policy_rules(cycle.policy)
    outcome = compute_outcome(
        policy, cycle.year, StoredSnapshot(cycle), get_rulings(cycle), cycle.budget_yuan
    )
    _store_results(cycle, policy, outcome)
    cycle.state, cycle.scored_at, cycle.decisions_scored = state, now, decisions
    cycle.noticed_at = cycle.notice_ends_date = None
    cycle.unallocated_yuan = outcome.allocation.unallocated
    cycle.allocation = {"pots": [pot.as_json() for pot in outcome.allocation.pots]}
    cycle.totals = _totals(outcome)
    cycle.entries_reported, cycle.entries_counted = outcome.reported, outcome.counted
    cycle.excluded = [
        {"reason": reason, "entries": entries, "hours": format_rounded(to_hours(seconds))}
        for reason, (entries, seconds) in outcome.excluded.items()
    ]
    cycle.save()
    details = {"total_yuan": str(outcome.allocation.total), "decisions": decisions}
    record(actor=actor, action="cycle.scored", subject=cycle, now=now, details=details)
    return cycle


def _totals(outcome: Outcome) -> dict[str, Any]:
    instruments = [each for unit in outcome.units for each in unit.instruments]
    counting = [each.facts for each in instruments if each.ineligible_reason is None]
    return {
        "units": len(outcome.units),
        "instruments": len(instruments),
        "instruments_counted": len(counting),
        "effective_seconds": _whole(_sum(each.effective_seconds for each in counting)),
        "external_seconds": _whole(_sum(each.external_seconds for each in counting)),
        "external_income_yuan": str(round_to_fen(_sum(each.external_income for each in counting))),
        "awarded_yuan": str(outcome.allocation.total),
        "months": [
            [sum(unit.months[month][kind] for unit in outcome.units) for kind in (0, 1)]
            for month in range(12)
        ],
    }


def _store_results(cycle: AssessmentCycle, policy: RewardPolicy, outcome: Outcome) -> None:
    """Replace the results; units keep the public ids under which people know their assessment and award."""
    organizations = organization_ids_by_uscc({unit.facts.uscc for unit in outcome.units})
    instruments = instrument_ids(
        {each.facts.public_id for unit in outcome.units for each in unit.instruments}
    )
    known = {
        organization: (assessment, award)
        for organization, assessment, award in UnitAssessment.objects.filter(cycle=cycle).values_list(
            "organization_id", "public_id", "award__public_id"
        )
    }
    UnitAssessment.objects.filter(cycle=cycle).delete()
    pairs = []
    for unit in outcome.units:
        organization = organizations[unit.facts.uscc]
        ids = known.get(organization) or (new_public_id("ASM"), new_public_id("AWD"))
        pairs.append((unit, ids, _assessment(cycle, policy, unit, organization, ids[0])))
    UnitAssessment.objects.bulk_create([assessment for _, _, assessment in pairs])
    IndicatorResult.objects.bulk_create(
        [
            _indicator(assessment, position, score)
            for unit, _, assessment in pairs
            for position, score in enumerate(unit.assessment.indicators, start=1)
        ],
        batch_size=500,
    )
    InstrumentResult.objects.bulk_create(
        [
            _instrument(assessment, each, instruments[each.facts.public_id])
            for unit, _, assessment in pairs
            for each in unit.instruments
        ],
        batch_size=500,
    )
    Award.objects.bulk_create(
        [
            Award(
                public_id=ids[1],
                assessment=assessment,
                amount_yuan=unit.award.amount,
                reasoning=dict(unit.award.reasoning),
            )
            for unit, ids, assessment in pairs
        ]
    )


def _assessment(
    cycle: AssessmentCycle, policy: RewardPolicy, unit: UnitYear, organization_id: int, public_id: str
) -> UnitAssessment:
    result = unit.assessment
    grade = next((grade for grade in policy.grades if grade.code == result.grade), None)
    eligible = [each for each in unit.instruments if each.ineligible_reason is None]
    effective = _sum(each.facts.effective_seconds for each in eligible)
    external = _sum(each.facts.external_seconds for each in eligible)
    return UnitAssessment(
        public_id=public_id,
        cycle=cycle,
        organization_id=organization_id,
        points=result.subtotal,
        deducted=result.deducted,
        deductions=[deduction.as_json() for deduction in result.deductions],
        score=result.score or ZERO,
        grade=result.grade or "",
        grade_zh=grade.title_zh if grade else "",
        grade_en=grade.title_en if grade else "",
        barred=result.barred,
        effective_seconds=_whole(effective),
        external_seconds=_whole(external),
        external_share=round_half_up(external / effective, Decimal("0.0001")) if effective else None,
        external_income_yuan=round_to_fen(_sum(each.facts.external_income for each in eligible)),
        instruments_counted=len(eligible),
        months=unit.months,
    )


def _indicator(assessment: UnitAssessment, position: int, score: IndicatorScore) -> IndicatorResult:
    value = score.measured.value
    return IndicatorResult(
        assessment=assessment,
        position=position,
        code=score.code,
        measure=score.measured.code,
        group_zh=score.group_zh,
        group_en=score.group_en,
        title_zh=score.title_zh,
        title_en=score.title_en,
        value="" if value is None else format_rounded(value, 4),
        formula=score.measured.formula,
        points=score.points,
        full_points=score.out_of,
    )


def _instrument(assessment: UnitAssessment, result: InstrumentYear, instrument_id: int) -> InstrumentResult:
    facts = result.facts
    return InstrumentResult(
        assessment=assessment,
        instrument_id=instrument_id,
        eligible=result.ineligible_reason is None,
        ineligible_reason=result.ineligible_reason or "",
        in_service_days=facts.in_service_days,
        quota_hours=round_half_up(result.quota, Decimal("0.01")),
        effective_seconds=_whole(facts.effective_seconds),
        external_seconds=_whole(facts.external_seconds),
        external_income_yuan=round_to_fen(facts.external_income),
        internal_income_yuan=round_to_fen(facts.internal_income),
        open_seconds=int(facts.offered_seconds),
        closed_seconds=int(facts.closed_seconds),
        entries_counted=result.counted,
        entries_excluded=result.left_out,
        entries_reduced={
            log: {"part": format_exact(part), "by": list(by)} for log, (part, by) in result.reduced.items()
        },
    )


def _whole(seconds: Seconds) -> int:
    return int(round_half_up(Fraction(seconds), WHOLE))


def _sum(figures: Iterable[Yuan]) -> Fraction:
    return sum((Fraction(figure) for figure in figures), Fraction(0))
