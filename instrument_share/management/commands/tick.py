from typing import Any

from django.core.management.base import BaseCommand, CommandError

from instrument_share.jobs.selectors import recurring_jobs
from instrument_share.jobs.worker import work_once


class Command(BaseCommand):
    help = (
        "Run all recurring jobs and the jobs that wait, once. For cron, every minute, where no worker runs."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        failed = work_once()
        for state in recurring_jobs():
            if state.done:
                self.stdout.write(f"{state.name}: {state.done}")
        if failed:
            raise CommandError(f"Failed: {', '.join(failed)}.")
