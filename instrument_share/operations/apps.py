from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """The administrator's desk, and the journal for administrators and officers."""

    name = "instrument_share.operations"

    def ready(self) -> None:
        from instrument_share.journal.addresses import register_pages
        from instrument_share.journal.registry import register_journal
        from instrument_share.operations.selectors.acts import ACTS, FIELDS
        from instrument_share.operations.selectors.subjects import KINDS

        register_pages("journal", "system_account")
        register_journal(ACTS, KINDS, FIELDS)
