"""A person's own trials, and the present result of a year."""

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from instrument_share.jobs.selectors import WorkState, work_states
from instrument_share.kernel.errors import require_found
from instrument_share.kernel.progress import Tell, tell_nobody
from rewards.assessment.domain.outcome import CountedYear, count_year, settle_year
from rewards.assessment.models import UnitAssessment
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.selectors.snapshot import StoredSnapshot
from rewards.findings.selectors.findings import get_rulings
from rewards.policy.domain.policy import RewardPolicy
from rewards.policy.selectors import get_policy_rules
from rewards.trials.domain.comparison import Present
from rewards.trials.models import PolicyTrial

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


def own_trials(user: "User", cycle: AssessmentCycle) -> QuerySet[PolicyTrial]:
    """Return the trials that a person made on a year, newest first."""
    return PolicyTrial.objects.filter(user=user, cycle=cycle).select_related("policy").order_by("-pk")


def get_own_trial(user: "User", public_id: str) -> PolicyTrial:
    """Return a trial of a person. Raises NotFound."""
    found = PolicyTrial.objects.filter(user=user, public_id=public_id).select_related(
        "policy", "cycle__policy"
    )
    return require_found(found.first())


def trial_state(trial: PolicyTrial) -> WorkState:
    """Return what became of the trial's job."""
    return work_states([trial.job_id])[trial.job_id]


def count_cycle(policy: RewardPolicy, cycle: AssessmentCycle, tell: Tell = tell_nobody) -> CountedYear:
    """Count a frozen year by the policy's rules, with the present decisions on findings."""
    return count_year(policy, cycle.year, StoredSnapshot(cycle, tell), get_rulings(cycle))


def present_result(cycle: AssessmentCycle) -> Present:
    """Return the stored result; of a year that is not scored yet, what its own policy and budget give."""
    if cycle.scored_at is not None:
        units = UnitAssessment.objects.filter(cycle=cycle).values_list(
            "organization__uscc", "score", "award__amount_yuan"
        )
        return {uscc: (_text(score), amount) for uscc, score, amount in units}
    policy = get_policy_rules(cycle.policy)
    outcome = settle_year(policy, count_cycle(policy, cycle), cycle.budget_yuan)
    return {unit.facts.uscc: (_text(unit.assessment.score), unit.award.amount) for unit in outcome.units}


def _text(score: Decimal | None) -> str | None:
    return None if score is None else str(score)
