from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from instrument_share.jobs.selectors import (
    is_worker_running,
    iterate_given_up_jobs,
    queue,
    recurring_jobs,
    running_jobs,
)
from instrument_share.web import clock


class Command(BaseCommand):
    help = (
        "List what runs and waits in the queue, recurring jobs with how they last ended, and the jobs that "
        "were given up with the reason."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        running = is_worker_running(clock.now())
        self.stdout.write("A worker is running." if running else "No worker is running.")
        found = queue()
        self.stdout.write(f"In the queue: {found.waits} waiting, {found.runs} running.")
        for name, began in running_jobs():
            self.stdout.write(f"{_moment(began):<19}  running    {name}")
        for state in recurring_jobs():
            last = f"{_moment(state.started_at):<19}  {state.ending.value:<9}"
            self.stdout.write(f"{last}  {state.name}  {state.problem}".rstrip())
        for job in iterate_given_up_jobs():
            failed = _moment(job.failed_at)
            self.stdout.write(f"{failed}  given up   {job.name}  {job.reason}  ({job.attempts} attempts)")


def _moment(instant: datetime | None) -> str:
    return f"{timezone.localtime(instant):%Y-%m-%d %H:%M:%S}" if instant else "-"
