"""Try a policy and a budget on a year, or search for one, by a job and without touching its results."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import TYPE_CHECKING, Any

from django.db import transaction

from instrument_share.accounts.permissions import require
from instrument_share.jobs.services import enqueue
from instrument_share.journal.services import record
from instrument_share.kernel.errors import DomainError
from instrument_share.kernel.money import round_to_fen
from instrument_share.kernel.progress import Tell, tell_nobody
from instrument_share.kernel.wording import to_plain
from rewards.assessment.domain.outcome import CountedYear, count_year, settle_year
from rewards.cycle.domain.errors import BudgetInvalid
from rewards.cycle.domain.frozen_year import FrozenYear
from rewards.cycle.selectors.snapshot import StoredSnapshot
from rewards.cycle.services.spooled import SpooledYear
from rewards.findings.domain.rulings import Rulings
from rewards.findings.selectors.findings import get_rulings
from rewards.policy.domain.document import parse_toml
from rewards.policy.domain.figures import format_exact
from rewards.policy.domain.policy import RewardPolicy
from rewards.policy.selectors import get_policy, get_policy_rules
from rewards.trials.domain.comparison import compare
from rewards.trials.domain.search import Count, Found, Terms, read_terms, require_terms, search_policy
from rewards.trials.models import PolicyTrial
from rewards.trials.selectors import TriedYear, get_tried_year, own_trials, present_result
from rewards.trials.tasks import TRIAL_JOB

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

KEPT = 20
"""How many trials of a year each person keeps."""
TELL_EVERY = 1.0
"""Seconds between two notes of how far a trial is."""


@transaction.atomic
def trial_start(
    *,
    actor: "User",
    year: int,
    policy_id: int,
    budget_yuan: Decimal,
    now: datetime,
    search: Terms | None = None,
) -> PolicyTrial:
    """Have a policy and a budget tried on a year by a job; the oldest of the person's trials go.

    With terms of a search that is done instead. Raises SearchIncomplete.
    """
    require(actor, "rewards.run_cycle")
    get_tried_year(year, now)
    policy = get_policy(policy_id)
    if budget_yuan < 0 or budget_yuan != round_to_fen(budget_yuan):
        raise BudgetInvalid
    if search is not None:
        require_terms(search, parse_toml(policy.document))
    terms = search.as_json() if search else {}
    trial = PolicyTrial.objects.create(
        year=year, policy=policy, budget_yuan=budget_yuan, search=terms, user=actor, started_at=now
    )
    trial.job_id = enqueue(TRIAL_JOB, trial_id=trial.pk)
    trial.save(update_fields=["job_id"])
    old = own_trials(actor, year).values_list("pk", flat=True)[KEPT:]
    PolicyTrial.objects.filter(pk__in=list(old)).delete()
    details = {"year": year, "policy": str(policy), "budget_yuan": str(budget_yuan), **terms}
    record(actor=actor, action="trial.started", subject=trial, now=now, details=details)
    return trial


def trial_work(*, trial_id: int, job_id: str, now: datetime) -> None:
    """Compute a trial for the job that it waits for; a job that is cut off is done again."""
    mine = PolicyTrial.objects.filter(pk=trial_id, job_id=job_id)
    trial = mine.select_related("policy").first()
    if trial is None:  # the job was repeated after the trial had ended, or the trial is gone
        return
    noted = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal noted
        if monotonic() - noted >= TELL_EVERY:
            mine.update(done=done, total=total)
            noted = monotonic()

    try:
        with open_count(get_tried_year(trial.year, now), now, tell) as (tried, count):
            result = _compute(trial, tried, count)
    except DomainError as refusal:
        problem = {"code": refusal.code, "message": refusal.message, "params": to_plain(refusal.params)}
        mine.update(job_id=None, ended_at=now, problem=problem)
        return
    mine.update(job_id=None, ended_at=now, result=result)


@contextmanager
def open_count(
    tried: TriedYear, now: datetime, tell: Tell = tell_nobody
) -> Iterator[tuple[TriedYear, Count]]:
    """Yield the year and what counts it by a policy; one that counts in the same way is not counted again.

    A year that is not frozen is spooled once, as for its forecast, and has no rulings.
    """
    counted: CountedYear | None = None
    facts: FrozenYear

    def count(policy: RewardPolicy) -> CountedYear:
        nonlocal counted
        if counted is None or not counted.is_counted_as_by(policy):
            counted = count_year(policy, tried.year, facts, rulings)
        return counted

    if tried.is_frozen:
        facts, rulings = StoredSnapshot(tried.basis, tell), get_rulings(tried.basis)
        yield tried, count
        return
    with TemporaryDirectory() as folder:
        facts, rulings = SpooledYear(tried.year, Path(folder), now, tell), Rulings()
        yield tried, count


def _compute(trial: PolicyTrial, tried: TriedYear, count: Count) -> dict[str, Any]:
    present = present_result(tried, count)
    if not trial.search:
        policy = get_policy_rules(trial.policy)
        return compare(settle_year(policy, count(policy), trial.budget_yuan), present)
    awards = {uscc: amount for uscc, (_, amount) in present.items()}
    document = parse_toml(trial.policy.document)
    found = search_policy(read_terms(trial.search), document, trial.budget_yuan, count, awards)
    return compare(found.outcome, present) | {"found": _as_json(found)}


def _as_json(found: Found) -> dict[str, Any]:
    return {
        "value": format_exact(found.value),
        "edge": None if found.edge is None else format_exact(found.edge),
        "tried": [[format_exact(value), str(total), reached] for value, total, reached in found.tried],
    }
