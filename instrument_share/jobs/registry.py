"""What apps register: jobs that services enqueue, and jobs that recur."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django_tasks import TaskContext, task
from django_tasks.base import Task

JobContext = TaskContext


@dataclass(frozen=True)
class Job:
    """A job that services enqueue by its name; it is given up after so many attempts.

    `label` is a message of the catalogues, what people read for the name.
    """

    name: str
    label: str
    task: Task[Any, Any]
    attempts: int


@dataclass(frozen=True)
class RecurringJob:
    """A job that runs every so often; `run` takes the instant and returns how much was done.

    It may be repeated at any moment, by several processes at once. With `after_others` it ends a round.
    """

    name: str
    label: str
    every: timedelta
    run: Callable[[datetime], int]
    after_others: bool = False


_jobs: dict[str, Job] = {}
_recurring: dict[str, RecurringJob] = {}


def job(name: str, label: str, *, attempts: int = 6) -> Callable[[Callable[..., None]], Task[Any, Any]]:
    """Register a function of a module as the job `name`. It gets a JobContext and its arguments.

    It may run more than once (its worker may die), so that it has to be safe to repeat.
    """

    def register(function: Callable[..., None]) -> Task[Any, Any]:
        made: Task[Any, Any] = task(takes_context=True)(function)
        _jobs[name] = Job(name, label, made, attempts)
        return made

    return register


def register_recurring(*jobs: RecurringJob) -> None:
    """Register jobs that run by the clock."""
    _recurring.update({one.name: one for one in jobs})


def job_named(name: str) -> Job:
    """Return a registered job. Raises KeyError."""
    return _jobs[name]


def job_label(name: str) -> str:
    """Return the label of a job, recurring or not; its name if no app registers it any more."""
    found = _jobs.get(name) or _recurring.get(name)
    return found.label if found else name


def job_of_path(task_path: str) -> Job | None:
    """Return the job whose function has this path; None if no app registers it any more."""
    return next((one for one in _jobs.values() if one.task.module_path == task_path), None)


def recurring_named(name: str) -> RecurringJob | None:
    """Return a recurring job; None if no app registers it."""
    return _recurring.get(name)


def recurring() -> list[RecurringJob]:
    """Return all recurring jobs in the order of a round."""
    return sorted(_recurring.values(), key=lambda one: one.after_others)
