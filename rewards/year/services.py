"""Have the long steps of a year taken by a job, as who asked for them."""

from collections.abc import Mapping
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from instrument_share.accounts.permissions import require
from instrument_share.jobs.services import enqueue
from instrument_share.journal.services import record
from instrument_share.kernel.errors import DomainError, Forbidden
from instrument_share.kernel.wording import to_plain
from rewards.assessment.services.scoring import SCORE
from rewards.cycle.domain.errors import StepNotTheirs, StepUnderWay
from rewards.cycle.models import StepRun
from rewards.cycle.selectors.cycles import cycle_lock
from rewards.cycle.selectors.step_runs import get_last_step
from rewards.cycle.services.cycles import FREEZE
from rewards.cycle.services.long_steps import Counted, LongStep
from rewards.findings.services.checking import CHECK
from rewards.report.services.previews import PREVIEW
from rewards.report.services.reports import SEND
from rewards.year.tasks import STEP_JOB

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

LONG_STEPS: Mapping[str, LongStep[Any, Any]] = {
    "freeze": FREEZE,
    "check": CHECK,
    "score": SCORE,
    "preview": PREVIEW,
    "send": SEND,
}
"""The steps that a job takes, by their move."""
TELL_EVERY = 1.0
"""Seconds between two notes of how far a step is."""


@transaction.atomic
def cycle_step_start(*, actor: "User", cycle_id: int, move: str, now: datetime) -> StepRun:
    """Have a long step of the cycle taken by a job; the same one that is under way is returned.

    Raises what forbids the step now, and StepUnderWay while another one is under way.
    """
    cycle = cycle_lock(cycle_id)
    require(actor, "rewards.run_cycle", cycle)
    last = get_last_step(cycle.pk)
    if last is not None and last.is_under_way:
        if last.run.move == move:
            return last.run
        raise StepUnderWay(year=cycle.year, move=last.run.move)
    LONG_STEPS[move].admit(actor, cycle, now)
    run = last.run if last else StepRun(cycle=cycle)
    run.move, run.user, run.started_at = move, actor, now
    run.done, run.total, run.ended_at, run.problem = 0, None, None, {}
    run.save()
    run.job_id = enqueue(STEP_JOB, run_id=run.pk)
    run.save(update_fields=["job_id"])
    record(actor=actor, action="cycle.step_started", subject=cycle, now=now, details={"step": move})
    return run


def cycle_step_work(*, run_id: int, job_id: str, now: datetime) -> None:
    """Take a step as the person who asked for it, for the job that it waits for.

    A job that is cut off is done again from the beginning. What the rules refuse ends the step, which keeps
    the reason.
    """
    run = _run_of_job(run_id, job_id)
    if run is None:  # the job was repeated after the step had ended
        return
    step, tell = LONG_STEPS[run.move], _Progress(run)
    tell(0, 0)  # it has begun, and does not know yet how much there is
    try:
        _require_active(run.user)
        computed = step.prepare(actor=run.user, cycle_id=run.cycle_id, now=now, tell=tell)
        _finish(run, step, computed, now)
    except DomainError as refusal:
        _end_refused(run, refusal, now)


def _run_of_job(run_id: int, job_id: UUID | str | None) -> StepRun | None:
    return StepRun.objects.select_related("user").filter(pk=run_id, job_id=job_id).first()


@transaction.atomic
def _finish(run: StepRun, step: LongStep[Any, Any], computed: Any, now: datetime) -> None:
    """Keep what the job computed and end it, both or neither; another worker may have done so meanwhile."""
    cycle_lock(run.cycle_id)
    waiting = _run_of_job(run.pk, run.job_id)
    if waiting is None:
        return
    _require_active(waiting.user)  # read again, with their roles
    step.finish(actor=waiting.user, cycle_id=run.cycle_id, computed=computed, now=now)
    waiting.job_id, waiting.ended_at = None, now
    waiting.save(update_fields=["job_id", "ended_at"])


def _require_active(user: "User") -> None:
    if not user.is_active:
        raise Forbidden


def _end_refused(run: StepRun, refusal: DomainError, now: datetime) -> None:
    if isinstance(refusal, Forbidden):
        refusal = StepNotTheirs(name=run.user.name)
    problem = {"code": refusal.code, "message": refusal.message, "params": to_plain(refusal.params)}
    StepRun.objects.filter(pk=run.pk, job_id=run.job_id).update(job_id=None, ended_at=now, problem=problem)


class _Progress:
    """Notes how far the job of a run is, now and then."""

    def __init__(self, run: StepRun) -> None:
        self._run, self._next = StepRun.objects.filter(pk=run.pk, job_id=run.job_id), 0.0
        self._counted: Counted = "logs"

    def __call__(self, done: int, total: int, counted: Counted = "logs", /) -> None:
        if counted != self._counted or monotonic() >= self._next:
            self._run.update(done=done, total=total, counted=counted)
            self._next, self._counted = monotonic() + TELL_EVERY, counted
