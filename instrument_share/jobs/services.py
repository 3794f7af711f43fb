"""Write to the queue: enqueue, put back, forget; and keep who works and what recurs."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django_tasks import TaskResultStatus
from django_tasks.base import DEFAULT_TASK_PRIORITY
from django_tasks_db.models import DBTaskResult

from instrument_share.accounts.permissions import require
from instrument_share.jobs.models import RecurringRun, Worker
from instrument_share.jobs.registry import RecurringJob, job_named, job_of_path, recurring_named
from instrument_share.jobs.selectors import (
    INTERRUPTED,
    SILENT_FOR,
    attempts_left,
    failed_jobs,
    find_running_interruption,
    get_recurring_state,
)
from instrument_share.journal.selectors import entries
from instrument_share.journal.services import record
from instrument_share.kernel.errors import Conflict, gettext_noop, require_found

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

FIRST_DELAY = timedelta(seconds=15)
LONGEST_DELAY = timedelta(minutes=10)
WORKER_ENDED = gettext_noop("The worker ended, or lost the database, in the middle of this job.")
MOST_DOUBLINGS = 10  # then the longest delay is reached
DONE_KEPT_FOR = timedelta(days=7)
FAILED_KEPT_FOR = timedelta(days=90)
RUN_NOW = "jobs.run_recurring"
BEHIND_NEW = DEFAULT_TASK_PRIORITY - 1
"""The priority of jobs that failed: what waits for a server that says nothing holds up no other work."""


class JobUnknown(Conflict):
    code = "job.unknown"
    message = gettext_noop("This version of the site no longer knows this job, so it cannot be run again.")


def enqueue(name: str, **arguments: Any) -> str:
    """Enqueue the job `name` in the caller's transaction, which it shares the fate of; return its id."""
    return str(job_named(name).task.enqueue(**arguments).id)


def enqueue_once(name: str) -> None:
    """Enqueue the job `name` without arguments unless one waits already; one that runs doesn't count."""
    if not DBTaskResult.objects.ready().filter(task_path=job_named(name).task.module_path).exists():
        enqueue(name)


def enqueue_unless_under_way(name: str) -> bool:
    """Enqueue the job `name` unless one waits or runs; return whether it was enqueued.

    So a job that goes on by enqueuing itself is under way once at a time.
    """
    unfinished = [TaskResultStatus.READY, TaskResultStatus.RUNNING]
    path = job_named(name).task.module_path
    if DBTaskResult.objects.filter(task_path=path, status__in=unfinished).exists():
        return False
    enqueue(name)
    return True


def jobs_recover(now: datetime, *, idle_worker: str) -> int:
    """Put back jobs whose worker died and those that failed and may be tried again; return their number.

    The delay doubles with every failure, and what failed waits behind what did not. A job whose worker died
    runs again at once, and so does one that `idle_worker`, which calls this, has left running: the database
    was away when the job ended. A recurring job that was left so has failed.
    """
    # The running jobs first: a worker is known before it takes a job.
    running = list(DBTaskResult.objects.running())
    runs = list(RecurringRun.objects.exclude(worker=""))
    seen = set(Worker.objects.filter(seen_at__gt=now - SILENT_FOR).values_list("name", flat=True))
    at_work = seen - {idle_worker}
    dead = [row for row in running if row.worker_ids[-1] not in at_work]
    for run in runs:
        if run.worker not in at_work:
            _end_run(run.name, run.worker, now, problem=WORKER_ENDED)
    back = sum(_put_back(row, now) for row in dead if attempts_left(row))
    back += sum(
        _put_back(row, row.finished_at + _delay(row), priority=BEHIND_NEW)
        for row in failed_jobs()
        if attempts_left(row)
    )
    for row in dead:
        if not attempts_left(row):
            _give_up(row, now)
    return back


def jobs_forget_old(now: datetime) -> int:
    """Delete jobs that ended long ago and workers that are dead; return the number of jobs."""
    Worker.objects.filter(seen_at__lt=now - DONE_KEPT_FOR).delete()
    old = Q(status=TaskResultStatus.SUCCESSFUL, finished_at__lt=now - DONE_KEPT_FOR)
    old |= Q(status=TaskResultStatus.FAILED, finished_at__lt=now - FAILED_KEPT_FOR)
    return DBTaskResult.objects.filter(old).delete()[0]


@transaction.atomic
def worker_seen(name: str, now: datetime) -> None:
    """Record that a worker is alive, and in the journal when none was for a while before.

    Nobody waits for a new installation: its journal stays empty, so that a backup can be restored into it.
    """
    interruption = find_running_interruption(now)
    if interruption and entries().exists():
        details = {"from": interruption.start.isoformat(), "until": now.isoformat()}
        upkeep_record(action=INTERRUPTED, name="worker", now=now, details=details)
    Worker.objects.update_or_create(name=name, defaults={"seen_at": now})


def worker_left(name: str) -> None:
    """Forget a worker that ends as it should."""
    Worker.objects.filter(name=name).delete()


def recurring_claim(job: RecurringJob, now: datetime, *, worker: str) -> bool:
    """Take a recurring job if it is due; of several processes one gets it."""
    run, _ = RecurringRun.objects.get_or_create(name=job.name)
    due_at = get_recurring_state(job, run).next_at
    if due_at is not None and due_at > now:
        return False
    unchanged = RecurringRun.objects.filter(pk=run.pk, started_at=run.started_at)
    return bool(unchanged.update(started_at=now, worker=worker))


def recurring_begin(job: RecurringJob, now: datetime, *, worker: str) -> None:
    """Record that a recurring job runs now, due or not."""
    RecurringRun.objects.update_or_create(name=job.name, defaults={"started_at": now, "worker": worker})


def recurring_end(job: RecurringJob, now: datetime, *, worker: str, done: int = 0, problem: str = "") -> None:
    """Record how a run of a recurring job ended, unless another worker has it by now.

    `problem` says why it failed.
    """
    _end_run(job.name, worker, now, done=done, problem=problem)


@transaction.atomic
def upkeep_record(*, action: str, name: str, now: datetime, details: dict[str, Any]) -> None:
    """Record what a command on the server did to the whole site, such as a backup, under that work's name."""
    record(actor=None, action=action, subject=RecurringRun(name=name), now=now, details=details)


@transaction.atomic
def recurring_run_now(*, actor: "User", name: str, now: datetime) -> None:
    """Let a worker run a recurring job next, due or not; while it waits for that, nothing is added."""
    require(actor, "site.operate")
    job = require_found(recurring_named(name))
    run, _ = RecurringRun.objects.get_or_create(name=job.name)
    RecurringRun.objects.select_for_update().get(pk=run.pk)
    waiting = DBTaskResult.objects.ready().filter(task_path=job_named(RUN_NOW).task.module_path)
    if job.name in [row.args_kwargs["kwargs"]["recurring"] for row in waiting]:
        return
    enqueue(RUN_NOW, recurring=job.name)
    record(actor=actor, action="recurring_job.started", subject=run, now=now)


@transaction.atomic
def job_retry(*, actor: "User", job_id: str, now: datetime) -> None:
    """Give a job that was given up all its attempts again; one that waits, runs or is done stays as it is."""
    require(actor, "site.operate")
    row = require_found(DBTaskResult.objects.select_for_update().filter(pk=job_id).first())
    if row.status != TaskResultStatus.FAILED or attempts_left(row):
        return
    known = job_of_path(row.task_path)
    if known is None:
        raise JobUnknown
    row.worker_ids = []
    row.save(update_fields=["worker_ids"])
    _put_back(row, now)
    record(actor=actor, action="job.retried", subject=row, now=now, details={"job": known.name})


def _delay(row: DBTaskResult) -> timedelta:
    doubled = min(len(row.worker_ids) - 1, MOST_DOUBLINGS)
    return min(LONGEST_DELAY, FIRST_DELAY * 2**doubled)


def _put_back(row: DBTaskResult, run_after: datetime, *, priority: int = DEFAULT_TASK_PRIORITY) -> int:
    """Make a job ready again unless another worker has done so; return how many rows that changed."""
    return _unchanged(row).update(
        status=TaskResultStatus.READY, run_after=run_after, finished_at=None, priority=priority
    )


def _give_up(row: DBTaskResult, now: datetime) -> None:
    _unchanged(row).update(
        status=TaskResultStatus.FAILED,
        finished_at=now,
        traceback="The worker ended in the middle of this job, every time that it was tried.",
    )


def _end_run(name: str, worker: str, now: datetime, *, problem: str, done: int = 0) -> None:
    longest = RecurringRun._meta.get_field("problem").max_length
    RecurringRun.objects.filter(name=name, worker=worker).update(
        finished_at=now, done=done, problem=problem[:longest], worker=""
    )


def _unchanged(row: DBTaskResult) -> Any:
    return DBTaskResult.objects.filter(pk=row.pk, status=row.status, started_at=row.started_at)
