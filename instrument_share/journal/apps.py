from typing import Any

from django.apps import AppConfig
from django.core.checks import register as register_check
from django.db.models.signals import post_migrate, pre_migrate

from instrument_share.journal import guards
from instrument_share.journal.checks import check_seal_hashes
from instrument_share.journal.domain import LABELS
from instrument_share.kernel.wording import register_words


def _before_migrate(using: str, **_kwargs: Any) -> None:
    guards.let_tables_be_rebuilt(using)


def _create_guards(using: str, **_kwargs: Any) -> None:
    guards.create_all(using)


class JournalConfig(AppConfig):
    name = "instrument_share.journal"

    def ready(self) -> None:
        register_words(LABELS)
        register_check(check_seal_hashes)
        guards.register(
            *guards.append_only("journal_auditentry"),
            *guards.append_only("journal_auditseal"),
        )
        # Both are sent for each app; all migrations run between the first of one and the first of the other.
        pre_migrate.connect(_before_migrate, sender=self, dispatch_uid="journal.rebuilds")
        post_migrate.connect(_create_guards, sender=self, dispatch_uid="journal.guards")
