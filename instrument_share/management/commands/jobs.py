from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from instrument_share.jobs.selectors import given_up_jobs, is_worker_running, recurring_jobs
from instrument_share.web import clock


class Command(BaseCommand):
    help = "List recurring jobs with how they last ended, and the jobs that were given up with the reason."

    def handle(self, *args: Any, **options: Any) -> None:
        running = is_worker_running(clock.now())
        self.stdout.write("A worker is running." if running else "No worker is running.")
        for state in recurring_jobs():
            began = f"{timezone.localtime(state.started_at):%Y-%m-%d %H:%M:%S}" if state.started_at else "-"
            self.stdout.write(f"{began:<19}  {state.ending.value:<9}  {state.name}  {state.problem}".rstrip())
        for job in given_up_jobs():
            failed = f"{timezone.localtime(job.failed_at):%Y-%m-%d %H:%M:%S}"
            self.stdout.write(f"{failed}  given up   {job.name}  {job.reason}  ({job.attempts} attempts)")
