"""The worker: it does what is due by the clock, then the next job of the queue, again and again."""

import logging
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from django.db import Error, close_old_connections, connection
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS
from django_tasks_db.management.commands.db_worker import Worker as QueueWorker
from django_tasks_db.models import DBTaskResult

from instrument_share.jobs.registry import RecurringJob, recurring
from instrument_share.jobs.services import (
    jobs_recover,
    recurring_begin,
    recurring_claim,
    recurring_end,
    worker_left,
    worker_seen,
)
from instrument_share.web import clock

logger = logging.getLogger(__name__)

SEEN_EVERY = 5.0
"""Seconds between two signs of life."""
IDLE_FOR = 1.0
"""Seconds until the queue is looked at again when nothing was there."""


def work(stop: Event) -> None:
    """Work until `stop` is set; a job that runs then is finished first."""
    with _known_worker() as name:
        while not stop.is_set():
            if not _round(name):
                stop.wait(IDLE_FOR)


def work_once() -> list[str]:
    """Run all recurring jobs, due or not, and the jobs that wait; return the recurring jobs that failed."""
    failed = []
    with _known_worker() as name:
        for one in recurring():
            recurring_begin(one, clock.now(), worker=name)
            if not run_recurring(one, name):
                failed.append(one.name)
        jobs_recover(clock.now(), idle_worker=name)
        while run_next_job(name):
            pass
    return failed


def run_recurring(one: RecurringJob, worker: str) -> bool:
    """Run a recurring job and record how it ended; return whether it succeeded."""
    try:
        done = one.run(clock.now())
    except Exception as error:
        logger.exception("The recurring job %s failed.", one.name)
        recurring_end(one, clock.now(), worker=worker, problem=f"{type(error).__name__}: {error}")
        return False
    if done:
        logger.info("%s: %s", one.name, done)
    recurring_end(one, clock.now(), worker=worker, done=done)
    return True


def run_next_job(worker_name: str) -> bool:
    """Run the next job that is ready; return whether there was one."""
    if not DBTaskResult.objects.ready().exists():
        return False
    QueueWorker(
        queue_names=["*"],
        excluded_queue_names=[],
        interval=0,
        batch=True,
        backend_name=DEFAULT_TASK_BACKEND_ALIAS,
        startup_delay=False,
        max_tasks=1,
        worker_id=worker_name,
    ).run()
    return True


def _round(name: str) -> bool:
    """Do what is due and one job; return whether there was a job. The database may be away for a while."""
    try:
        for one in recurring():
            if recurring_claim(one, clock.now(), worker=name):
                run_recurring(one, name)
        jobs_recover(clock.now(), idle_worker=name)
        return run_next_job(name)
    except Error:
        logger.exception("The worker could not reach the database or was refused; it goes on.")
        return False
    finally:
        close_old_connections()


@contextmanager
def _known_worker() -> Iterator[str]:
    """Give this process a name as a worker and say that it is alive, beside its work, until it ends."""
    name = f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(4)}"
    ended = Event()
    worker_seen(name, clock.now())
    beat = Thread(target=_stay_known, args=(name, ended), daemon=True)
    beat.start()
    try:
        yield name
    finally:
        ended.set()
        beat.join()
        worker_left(name)


def _stay_known(name: str, ended: Event) -> None:
    while not ended.wait(SEEN_EVERY):
        try:
            worker_seen(name, clock.now())
        except Error:
            logger.warning("The worker could not say that it is alive.", exc_info=True)
        finally:
            close_old_connections()
    connection.close()
