"""Try a policy and a budget on a frozen year, by a job, without touching its results."""

from datetime import datetime
from decimal import Decimal
from time import monotonic
from typing import TYPE_CHECKING

from django.db import transaction

from instrument_share.accounts.permissions import require
from instrument_share.jobs.services import enqueue
from instrument_share.journal.services import record
from instrument_share.kernel.errors import DomainError
from instrument_share.kernel.money import round_to_fen
from instrument_share.kernel.wording import to_plain
from rewards.assessment.domain.outcome import settle_year
from rewards.cycle.domain.errors import BudgetInvalid
from rewards.cycle.selectors.cycles import cycle_lock
from rewards.policy.selectors import get_policy, get_policy_rules
from rewards.trials.domain.comparison import compare
from rewards.trials.domain.errors import YearNotFrozen
from rewards.trials.models import PolicyTrial
from rewards.trials.selectors import count_cycle, own_trials, present_result
from rewards.trials.tasks import TRIAL_JOB

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

KEPT = 20
"""How many trials of a year each person keeps."""
TELL_EVERY = 1.0
"""Seconds between two notes of how far a trial is."""


@transaction.atomic
def trial_start(
    *, actor: "User", cycle_id: int, policy_id: int, budget_yuan: Decimal, now: datetime
) -> PolicyTrial:
    """Have a policy and a budget tried on a frozen year by a job; the oldest of the person's trials go."""
    cycle = cycle_lock(cycle_id)
    require(actor, "rewards.run_cycle", cycle)
    if not cycle.snapshot_hash:
        raise YearNotFrozen(year=cycle.year)
    if budget_yuan < 0 or budget_yuan != round_to_fen(budget_yuan):
        raise BudgetInvalid
    trial = PolicyTrial.objects.create(
        cycle=cycle, policy=get_policy(policy_id), budget_yuan=budget_yuan, user=actor, started_at=now
    )
    trial.job_id = enqueue(TRIAL_JOB, trial_id=trial.pk)
    trial.save(update_fields=["job_id"])
    old = own_trials(actor, cycle).values_list("pk", flat=True)[KEPT:]
    PolicyTrial.objects.filter(pk__in=list(old)).delete()
    details = {"year": cycle.year, "policy": str(trial.policy), "budget_yuan": str(budget_yuan)}
    record(actor=actor, action="trial.started", subject=trial, now=now, details=details)
    return trial


def trial_work(*, trial_id: int, job_id: str, now: datetime) -> None:
    """Compute a trial for the job that it waits for; a job that is cut off is done again."""
    mine = PolicyTrial.objects.filter(pk=trial_id, job_id=job_id)
    trial = mine.select_related("cycle__policy", "policy").first()
    if trial is None:  # the job was repeated after the trial had ended, or the trial is gone
        return
    noted = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal noted
        if monotonic() - noted >= TELL_EVERY:
            mine.update(done=done, total=total)
            noted = monotonic()

    try:
        policy = get_policy_rules(trial.policy)
        counted = count_cycle(policy, trial.cycle, tell)
        outcome = settle_year(policy, counted, trial.budget_yuan)
        result = compare(outcome, present_result(trial.cycle))
    except DomainError as refusal:
        problem = {"code": refusal.code, "message": refusal.message, "params": to_plain(refusal.params)}
        mine.update(job_id=None, ended_at=now, problem=problem)
        return
    mine.update(job_id=None, ended_at=now, result=result)
