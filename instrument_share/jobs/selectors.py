"""Read what the queue and the clock have done; for the pages of who administers the site."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, Max, Min, QuerySet, When
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from instrument_share.jobs.models import RecurringRun, Worker
from instrument_share.jobs.registry import RecurringJob, job_label, job_named, job_of_path, recurring
from instrument_share.journal import selectors as journal
from instrument_share.kernel.interval import Interval
from instrument_share.web import cursor

RETRIED_AFTER = timedelta(hours=1)
"""So long after its start a recurring job that failed is tried again, where it is not due sooner."""
SILENT_FOR = timedelta(seconds=30)
"""A worker that was not seen for so long is dead; it says every five seconds that it is alive."""
LATE_AFTER = timedelta(minutes=5)
"""So much later than due a recurring job is overdue: others may run before it."""

INTERRUPTED_AFTER = timedelta(minutes=5)
"""Between two signs of life of any worker; where more passes, the platform counts as interrupted."""
INTERRUPTED = "site.interrupted"


class JobState(Enum):
    """What a job comes to; one that failed waits while it has attempts left."""

    WAITS = "waits"
    DONE = "done"
    GIVEN_UP = "given_up"


class WorkState(Enum):
    """What becomes of a row that keeps the id of its job: it is under way, was given up, or has no job."""

    RUNS = "runs"
    GIVEN_UP = "given_up"
    RESTS = "rests"


class Ending(Enum):
    """How the last run of a recurring job ended."""

    NEVER_RAN = "never_ran"
    RUNS = "runs"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class GivenUpJob:
    """A job that failed as often as it may; `reason` is the error, `trace` says where it was raised.

    `label` is a message of the catalogues. One that is not known is no longer a job of this version.
    """

    id: str
    name: str
    label: str
    is_known: bool
    attempts: int
    failed_at: datetime
    reason: str
    trace: str


@dataclass(frozen=True)
class RecurringState:
    """A recurring job with its last run; `label` is a message of the catalogues, `problem` why it failed."""

    name: str
    label: str
    every: timedelta
    ending: Ending
    started_at: datetime | None
    finished_at: datetime | None
    done: int
    problem: str

    @property
    def next_at(self) -> datetime | None:
        """When it is due again; None if it has never run and is due at once. A failure is made good soon."""
        if self.started_at is None:
            return None
        failed = self.ending is Ending.FAILED
        return self.started_at + (min(self.every, RETRIED_AFTER) if failed else self.every)

    @property
    def took(self) -> timedelta | None:
        """How long the last run took; None while it runs."""
        if self.ending not in (Ending.DONE, Ending.FAILED):
            return None
        assert self.started_at is not None
        assert self.finished_at is not None
        return self.finished_at - self.started_at

    def is_overdue(self, now: datetime) -> bool:
        """Return whether it should have run some time ago, or has never run at all."""
        return self.next_at is None or self.next_at + LATE_AFTER < now


@dataclass(frozen=True)
class Queue:
    """How many jobs are due, and since when the first of them is; `runs` are under way."""

    waits: int
    runs: int
    since: datetime | None


def queue() -> Queue:
    """Return what stands in the queue and is due, and what runs."""
    due_at = Case(When(run_after=get_date_max(), then="enqueued_at"), default="run_after")
    waiting = DBTaskResult.objects.ready().aggregate(count=Count("id"), since=Min(due_at))
    return Queue(waiting["count"], DBTaskResult.objects.running().count(), waiting["since"])


def running_jobs() -> list[tuple[str, datetime | None]]:
    """Return the jobs of the queue that run, each with when it was begun, the one that runs longest first."""
    rows = DBTaskResult.objects.running().order_by("started_at")
    return [(_name(row), row.started_at) for row in rows]


def is_worker_running(now: datetime) -> bool:
    """Return whether any worker has said lately that it is alive."""
    return Worker.objects.filter(seen_at__gt=now - SILENT_FOR).exists()


def job_states(ids: Iterable[str]) -> Mapping[str, JobState]:
    """Return the states of jobs by id; those that were forgotten or never existed are left out."""
    return {str(row.pk): _state(row) for row in DBTaskResult.objects.filter(pk__in=list(ids))}


def work_states(ids: Iterable[UUID | None]) -> Mapping[UUID | None, WorkState]:
    """Return what becomes of the rows that wait for these jobs. One statement, none without a job."""
    given = set(ids)
    kept = [str(one) for one in given if one is not None]
    known = job_states(kept) if kept else {}
    return {one: _work_state(one, known) for one in given}


def _work_state(job_id: UUID | None, known: Mapping[str, JobState]) -> WorkState:
    if job_id is None:
        return WorkState.RESTS
    state = known.get(str(job_id), JobState.GIVEN_UP)  # a job that is forgotten does nothing more
    return WorkState.GIVEN_UP if state is JobState.GIVEN_UP else WorkState.RUNS


def worker_seen_at() -> datetime | None:
    """Return when a worker last gave a sign of life; None if none ever has.

    One that ends as it should is forgotten, and so is manage.py tick: of these the last recurring job that
    they began is the sign.
    """
    seen = Worker.objects.aggregate(last=Max("seen_at"))["last"]
    began = RecurringRun.objects.aggregate(last=Max("started_at"))["last"]
    return max((one for one in (seen, began) if one), default=None)


def failed_jobs() -> QuerySet[DBTaskResult]:
    """Return the jobs that failed, be they tried again or not, with what tells which and when.

    Tracebacks and arguments of up to 90 days stay in the database: each worker reads this every second.
    """
    fields = ("task_path", "status", "worker_ids", "started_at", "finished_at")
    found: QuerySet[DBTaskResult] = DBTaskResult.objects.failed().only(*fields)
    return found


def count_given_up_jobs() -> int:
    """Return how many jobs were given up and are kept."""
    return sum(_state(row) is JobState.GIVEN_UP for row in failed_jobs())


def given_up_jobs(limit: int = 50) -> list[GivenUpJob]:
    """Return the jobs that were given up, the last first."""
    failed = DBTaskResult.objects.failed().order_by("-finished_at")
    given_up = [row for row in failed[: 2 * limit] if _state(row) is JobState.GIVEN_UP]
    return [_given_up(row) for row in given_up[:limit]]


def iterate_given_up_jobs() -> Iterator[GivenUpJob]:
    """Yield every job that was given up and is kept, the last first."""
    failed = DBTaskResult.objects.failed().order_by("-finished_at", "-id")
    return (_given_up(row) for row in failed.iterator() if _state(row) is JobState.GIVEN_UP)


def page_given_up_jobs(mark: str | None, limit: int = 50) -> "cursor.Page[Any]":
    """Return a page of the jobs that were given up, the last first; those that are tried again leave gaps."""
    page = cursor.page(
        DBTaskResult.objects.failed(), ordering=("-finished_at", "-id"), cursor=mark, limit=limit
    )
    given_up = [_given_up(row) for row in page.items if _state(row) is JobState.GIVEN_UP]
    return cursor.Page(given_up, page.next_cursor)


def given_up_job(job_id: str) -> GivenUpJob | None:
    """Return a job that was given up; None for any other."""
    row = DBTaskResult.objects.failed().filter(pk=job_id).first()
    return _given_up(row) if row and _state(row) is JobState.GIVEN_UP else None


def _name(row: DBTaskResult) -> str:
    return found.name if (found := job_of_path(row.task_path)) else str(row.task_path)


def _given_up(row: DBTaskResult) -> GivenUpJob:
    name = _name(row)
    return GivenUpJob(
        id=str(row.pk),
        name=name,
        label=job_label(name),
        is_known=job_of_path(row.task_path) is not None,
        attempts=len(row.worker_ids),
        failed_at=row.finished_at,
        reason=row.traceback.strip().rpartition("\n")[2],
        trace=row.traceback,
    )


def recurring_jobs() -> list[RecurringState]:
    """Return every recurring job with when it last ran and how that ended, in the order of a round."""
    runs = {run.name: run for run in RecurringRun.objects.all()}
    return [
        get_recurring_state(one, runs.get(one.name) or RecurringRun(name=one.name)) for one in recurring()
    ]


def get_recurring_state(job: RecurringJob, run: RecurringRun) -> RecurringState:
    """Return a recurring job with its last run."""
    return RecurringState(
        name=job.name,
        label=job.label,
        every=job.every,
        ending=_ending(run),
        started_at=run.started_at,
        finished_at=run.finished_at,
        done=run.done,
        problem=run.problem,
    )


def attempts_left(row: DBTaskResult) -> int:
    """Return how often a job may still be tried; 0 if no app registers it any more."""
    known = job_of_path(row.task_path)
    return max(0, known.attempts - len(row.worker_ids)) if known else 0


def _state(row: DBTaskResult) -> JobState:
    if row.status == TaskResultStatus.SUCCESSFUL:
        return JobState.DONE
    if row.status == TaskResultStatus.FAILED and not attempts_left(row):
        return JobState.GIVEN_UP
    return JobState.WAITS


def _ending(run: RecurringRun) -> Ending:
    if run.started_at is None:
        return Ending.NEVER_RAN
    if run.finished_at is None or run.finished_at < run.started_at:
        return Ending.RUNS
    return Ending.FAILED if run.problem else Ending.DONE


def unfinished_arguments(name: str, argument: str) -> set[str]:
    """Return what the jobs `name` that wait, run or will be tried again have been given as `argument`."""
    rows = DBTaskResult.objects.filter(task_path=job_named(name).task.module_path)
    unfinished = rows.exclude(status=TaskResultStatus.SUCCESSFUL).iterator()
    return {
        str(row.args_kwargs["kwargs"][argument])
        for row in unfinished
        if row.status != TaskResultStatus.FAILED or attempts_left(row)
    }


def find_lost_jobs(now: datetime) -> Iterator[str]:
    """Yield jobs that nobody will do: those this version does not know, and those left by a dead worker.

    The latter only while another worker is alive, which should have put them back.
    """
    for row in DBTaskResult.objects.ready().iterator():
        if job_of_path(row.task_path) is None:
            yield f"the job {row.pk} waits, and this version does not know {row.task_path}"
    if not is_worker_running(now):
        return
    alive = set(Worker.objects.filter(seen_at__gt=now - SILENT_FOR).values_list("name", flat=True))
    for row in DBTaskResult.objects.running().iterator():
        if row.worker_ids[-1] not in alive and row.started_at and row.started_at < now - 2 * LATE_AFTER:
            yield f"the job {row.pk} ({row.task_path}) was left by a worker that is dead"


def find_running_interruption(now: datetime) -> Interval | None:
    """Return the time since the last sign of life of any worker, where it is long; None before the first."""
    last = None
    # One that ends as it should is forgotten: then the end of its last job, which may have been long, tells.
    for sign, rows in (
        ("seen_at", Worker.objects),
        ("finished_at", RecurringRun.objects),
        ("finished_at", DBTaskResult.objects),
    ):
        given = rows.aggregate(last=Max(sign))["last"]
        last = max((one for one in (last, given) if one is not None), default=None)
        if last is not None and now - last <= INTERRUPTED_AFTER:
            return None
    return Interval(last, now) if last is not None else None


def get_interruptions(since: datetime, now: datetime) -> list[Interval]:
    """Return the times in which no worker lived, as where the machine stood still, that ended after `since`.

    The one that ends now is among them, also while the worker that is back has not recorded it yet.
    """
    ended = journal.entries().filter(action=INTERRUPTED, at__gt=since)
    told = [Interval(datetime.fromisoformat(one.details["from"]), one.at) for one in ended]
    running = find_running_interruption(now)
    return [*told, *([running] if running else [])]


def get_end_of_interruption(start: datetime, end: datetime, now: datetime) -> datetime | None:
    """Return until when the platform was interrupted, where that took of a time; None where it did not.

    The time is one in which somebody had to act, from start to end; both are the same for a deadline.
    """
    return max((one.end for one in get_interruptions(start, now) if one.start < end), default=None)
