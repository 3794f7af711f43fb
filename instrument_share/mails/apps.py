"""The queue of mails; see README.md."""

from datetime import timedelta

from django.apps import AppConfig


class MailsConfig(AppConfig):
    """Register the job that sends and the upkeep of the queue."""

    name = "instrument_share.mails"

    def ready(self) -> None:
        from instrument_share.jobs.registry import RecurringJob, register_recurring
        from instrument_share.kernel.errors import gettext_noop
        from instrument_share.mails import tasks  # noqa: F401 (registers the job)
        from instrument_share.mails.services import mails_forget_old

        register_recurring(
            RecurringJob(
                "mails.forget_old", gettext_noop("Removal of old mails"), timedelta(hours=1), mails_forget_old
            )
        )
