"""Years on which policies are tried, a person's own trials, and the present result of a year."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from instrument_share.jobs.selectors import WorkState, work_states
from instrument_share.kernel.errors import require_found
from rewards.assessment.domain.outcome import settle_year
from rewards.assessment.models import UnitAssessment
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.selectors.snapshot import get_unit_ids
from rewards.findings.selectors.findings import get_last_decision_number
from rewards.forecast.selectors import get_basis, years_to_forecast
from rewards.policy.selectors import get_policy_rules
from rewards.trials.domain.comparison import Present
from rewards.trials.domain.search import Count
from rewards.trials.models import PolicyTrial

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


@dataclass(frozen=True)
class TriedYear:
    """A year on which policies are tried: frozen, or as it would be frozen now.

    `basis` has the policy and budget of its present result: its own assessment, or before that is opened the
    last one, as a forecast takes it.
    """

    year: int
    basis: AssessmentCycle

    @property
    def is_opened(self) -> bool:
        """Whether the year has an assessment of its own."""
        return self.basis.year == self.year

    @property
    def is_frozen(self) -> bool:
        """Whether its facts stand in a snapshot."""
        return self.is_opened and bool(self.basis.snapshot_hash)


def get_tried_year(year: int, now: datetime) -> TriedYear:
    """Return a year that is frozen or forecast. Raises NotFound."""
    tried = TriedYear(year, require_found(get_basis(year)))
    return require_found(tried if tried.is_frozen or year in years_to_forecast(now) else None)


def own_trials(user: "User", year: int) -> QuerySet[PolicyTrial]:
    """Return the trials that a person made on a year, newest first."""
    return PolicyTrial.objects.filter(user=user, year=year).select_related("policy").order_by("-pk")


def get_own_trial(user: "User", public_id: str) -> PolicyTrial:
    """Return a trial of a person. Raises NotFound."""
    found = PolicyTrial.objects.filter(user=user, public_id=public_id).select_related("policy")
    return require_found(found.first())


def trial_state(trial: PolicyTrial) -> WorkState:
    """Return what became of the trial's job."""
    return work_states([trial.job_id])[trial.job_id]


def present_result(tried: TriedYear, count: Count) -> Present:
    """Return the stored result, to which what is tried differs by policy and budget alone.

    Of a year that is not scored, or where findings were decided since, what its policy and budget give now.
    """
    cycle = tried.basis
    if tried.is_opened and _is_scored(cycle):
        frozen = {pk: uscc for uscc, pk in get_unit_ids(cycle).items()}
        units = UnitAssessment.objects.filter(cycle=cycle).values_list(
            "organization", "score", "award__amount_yuan"
        )
        return {frozen[pk]: (_text(score), amount) for pk, score, amount in units}
    policy = get_policy_rules(cycle.policy)
    outcome = settle_year(policy, count(policy), cycle.budget_yuan)
    return {unit.facts.uscc: (_text(unit.assessment.score), unit.award.amount) for unit in outcome.units}


def _is_scored(cycle: AssessmentCycle) -> bool:
    """Return whether the stored results follow from every decision on findings."""
    return cycle.scored_at is not None and get_last_decision_number(cycle) == cycle.decisions_scored


def _text(score: Decimal | None) -> str | None:
    return None if score is None else str(score)
