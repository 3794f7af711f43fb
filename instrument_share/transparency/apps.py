from datetime import timedelta

from django.apps import AppConfig


class TransparencyConfig(AppConfig):
    """Register the log's guards, its own chain and checks, and what it does by the clock."""

    name = "instrument_share.transparency"

    def ready(self) -> None:
        from instrument_share.jobs.registry import RecurringJob, register_recurring
        from instrument_share.journal import guards
        from instrument_share.journal.registry import register_journal
        from instrument_share.kernel.errors import gettext_noop
        from instrument_share.transparency.journal import ACTS, KINDS
        from instrument_share.transparency.registry import register_chains, register_checks
        from instrument_share.transparency.selectors.checks import CHECKS
        from instrument_share.transparency.selectors.sealed import SEAL_CHAIN
        from instrument_share.transparency.services import sending  # noqa: F401 (registers the job)
        from instrument_share.transparency.services.checking import checks_run
        from instrument_share.transparency.services.growing import checkpoint_make

        for table in ("logleaf", "logsubtree", "checkpoint", "checkpointtimestamp"):
            guards.register(*guards.append_only(f"transparency_{table}"))
        register_chains(SEAL_CHAIN)
        register_checks(*CHECKS)
        register_journal(ACTS, KINDS)
        register_recurring(
            RecurringJob(
                "log.checkpoint", gettext_noop("The day's checkpoint"), timedelta(hours=1), checkpoint_make
            ),
            RecurringJob(
                "log.check", gettext_noop("Checks of chains and seals"), timedelta(minutes=5), checks_run
            ),
        )
