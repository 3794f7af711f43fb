"""Compute scores and awards from snapshot, policy and decisions, and replace the stored ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from instrument_share.accounts.permissions import require
from instrument_share.journal.services import record
from instrument_share.kernel.progress import Tell
from instrument_share.kernel.states import next_state
from rewards.assessment.domain.errors import PolicyReplaced
from rewards.assessment.domain.outcome import Outcome, compute_outcome
from rewards.assessment.domain.stakes import Stake, compute_stakes
from rewards.assessment.models import Award, IndicatorResult, InstrumentResult, UnitAssessment
from rewards.assessment.services.result_rows import build_result_rows, build_year_figures
from rewards.assessment.services.telling import tell_of_ended_notice
from rewards.cycle.domain.states import MOVES, CycleState
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.selectors.cycles import cycle_lock
from rewards.cycle.selectors.snapshot import StoredSnapshot
from rewards.cycle.services.long_steps import LongStep
from rewards.findings.domain.rulings import Ruling, Rulings, build_rulings
from rewards.findings.models import Finding
from rewards.findings.selectors.findings import get_last_decision_number, list_rulings
from rewards.objections.mails import SCORED_AGAIN
from rewards.objections.services.objections import tell_of_withdrawal
from rewards.policy.selectors import get_policy_rules

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


def cycle_score(*, actor: "User", cycle_id: int, now: datetime) -> AssessmentCycle:
    """Score every unit and divide the budget; all results of the cycle are replaced.

    Scoring again gives the same rows unless a finding was decided in between. A cycle in public notice goes
    back to scored when one was, of which units and who objected are told, and stays as it is otherwise.
    """
    return SCORE.take(actor=actor, cycle_id=cycle_id, now=now)


@dataclass(frozen=True)
class Scores:
    """The outcome of a year by a policy, and the last decision on a finding that it takes into account."""

    policy_id: int
    outcome: Outcome
    decisions: int
    stakes: Mapping[int, Stake]


def _admit_score(actor: "User", cycle: AssessmentCycle, _now: datetime) -> None:
    require(actor, "rewards.run_cycle", cycle)
    next_state(MOVES, cycle.state, "score", kind="cycle")


def _compute_score(cycle: AssessmentCycle, _now: datetime, tell: Tell) -> Scores | None:
    """Return nothing if the results in public notice are current.

    A finding that is decided while this computes leaves the results outdated, as one decided afterwards.
    """
    with transaction.atomic():
        cycle_lock(cycle.pk)  # decisions take it too
        decisions, rulings = get_last_decision_number(cycle), list_rulings(cycle)
    if _is_noticed_with(cycle, decisions):
        return None
    outcome = compute_year(cycle, build_rulings(rulings), tell)
    return Scores(cycle.policy_id, outcome, decisions, compute_year_stakes(cycle, outcome, rulings, tell))


def compute_year(cycle: AssessmentCycle, rulings: Rulings, tell: Tell) -> Outcome:
    """Return the outcome of the year from its snapshot, policy, budget and the decisions on findings."""
    policy = get_policy_rules(cycle.policy)
    return compute_outcome(policy, cycle.year, StoredSnapshot(cycle, tell), rulings, cycle.budget_yuan)


def compute_year_stakes(
    cycle: AssessmentCycle, outcome: Outcome, rulings: Sequence[Ruling], tell: Tell
) -> Mapping[int, Stake]:
    """Return what is at stake in each finding (by key), the others as the outcome takes them."""
    policy, snapshot = get_policy_rules(cycle.policy), StoredSnapshot(cycle, tell)
    return compute_stakes(policy, cycle.year, snapshot, cycle.budget_yuan, outcome.claimants, rulings)


def _keep_score(
    actor: "User", cycle: AssessmentCycle, scores: Scores | None, now: datetime
) -> AssessmentCycle:
    if scores is None or _is_noticed_with(cycle, scores.decisions):
        return cycle
    if scores.policy_id != cycle.policy_id:
        raise PolicyReplaced(year=cycle.year)
    if cycle.state == CycleState.NOTICED:
        tell_of_withdrawal(cycle, SCORED_AGAIN)
        tell_of_ended_notice(cycle, now)
    outcome = scores.outcome
    _store_results(cycle, outcome)
    Finding.objects.bulk_update(
        [
            Finding(pk=key, points_at_stake=stake.points, yuan_at_stake=stake.yuan)
            for key, stake in scores.stakes.items()
        ],
        ["points_at_stake", "yuan_at_stake"],
        batch_size=500,
    )
    cycle.state = next_state(MOVES, cycle.state, "score", kind="cycle")
    cycle.scored_at, cycle.decisions_scored = now, scores.decisions
    cycle.noticed_at = cycle.notice_ends_date = None
    for name, figure in build_year_figures(outcome).items():
        setattr(cycle, name, figure)
    cycle.save()
    details = {"total_yuan": str(outcome.allocation.total), "decisions": scores.decisions}
    record(actor=actor, action="cycle.scored", subject=cycle, now=now, details=details)
    return cycle


def _is_noticed_with(cycle: AssessmentCycle, decisions: int) -> bool:
    return cycle.state == CycleState.NOTICED and decisions == cycle.decisions_scored


SCORE = LongStep(_admit_score, _compute_score, _keep_score)


def _store_results(cycle: AssessmentCycle, outcome: Outcome) -> None:
    known = {
        organization: (assessment, award)
        for organization, assessment, award in UnitAssessment.objects.filter(cycle=cycle).values_list(
            "organization_id", "public_id", "award__public_id"
        )
    }
    UnitAssessment.objects.filter(cycle=cycle).delete()
    rows = build_result_rows(cycle, get_policy_rules(cycle.policy), outcome, known)
    UnitAssessment.objects.bulk_create(rows.assessments)
    IndicatorResult.objects.bulk_create(rows.indicators, batch_size=500)
    InstrumentResult.objects.bulk_create(rows.instruments, batch_size=500)
    Award.objects.bulk_create(rows.awards)
