from datetime import timedelta

from django.apps import AppConfig


class PersonalConfig(AppConfig):
    """Register what the packages below hold about people, and what is deleted by the clock."""

    name = "instrument_share.personal"

    def ready(self) -> None:
        from instrument_share.accounts.services.access import register_lock_ender
        from instrument_share.jobs.registry import RecurringJob, register_recurring
        from instrument_share.journal.registry import register_journal
        from instrument_share.kernel.errors import gettext_noop
        from instrument_share.personal import of_the_site
        from instrument_share.personal.journal import ACTS, KINDS
        from instrument_share.personal.services import archives  # noqa: F401 (registers the job)
        from instrument_share.personal.services.deletions import (
            account_deletion_stop_by_lock,
            account_deletions_carry_out,
        )
        from instrument_share.personal.services.retention import retention_apply

        of_the_site.register()
        register_journal(ACTS, KINDS)
        register_lock_ender(account_deletion_stop_by_lock)
        register_recurring(
            RecurringJob(
                "personal.deletions",
                gettext_noop("Deletion of accounts whose owners asked for it"),
                timedelta(hours=1),
                account_deletions_carry_out,
            ),
            RecurringJob(
                "personal.retention",
                gettext_noop("Removal of personal data that is kept for a time"),
                timedelta(hours=1),
                retention_apply,
            ),
        )
