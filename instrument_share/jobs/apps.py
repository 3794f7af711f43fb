from datetime import timedelta

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Register the queue's own upkeep."""

    name = "instrument_share.jobs"

    def ready(self) -> None:
        from instrument_share.jobs import tasks  # noqa: F401 (registers the job)
        from instrument_share.jobs.registry import RecurringJob, register_recurring
        from instrument_share.jobs.services import jobs_forget_old
        from instrument_share.kernel.errors import gettext_noop

        register_recurring(
            RecurringJob(
                "jobs.forget_old", gettext_noop("Removal of old jobs"), timedelta(hours=1), jobs_forget_old
            )
        )
