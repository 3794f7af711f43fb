"""Delete by the clock what is kept for a time only."""

from datetime import datetime, timedelta

from django.db import transaction

from instrument_share.journal.services import record
from instrument_share.personal import registry
from instrument_share.personal.models import RetentionRun

AT_ONCE = 500
BATCHES = 40
"""So many batches of a rule in one run: what is left waits for the next hour."""


def retention_apply(now: datetime) -> int:
    """Delete what is older than the rules of retention keep it; run by a job. Returns how many rows.

    Each batch is a transaction of its own, so that no lock lasts; what each rule has deleted is recorded.
    """
    return sum(_apply(rule, now) for rule in registry.retentions())


def _apply(rule: registry.Retention, now: datetime) -> int:
    deleted = 0
    for _batch in range(BATCHES):
        with transaction.atomic():
            count = rule.forget(now - timedelta(days=rule.days()), AT_ONCE)
        deleted += count
        if count < AT_ONCE:
            break
    _record(rule, deleted, now)
    return deleted


@transaction.atomic
def _record(rule: registry.Retention, deleted: int, now: datetime) -> None:
    run, _ = RetentionRun.objects.get_or_create(code=rule.code, defaults={"ran_at": now})
    run.ran_at, run.deleted = now, deleted
    run.deleted_in_all += deleted
    run.save(update_fields=["ran_at", "deleted", "deleted_in_all"])
    if deleted:
        details = {"rule": rule.code, "rows": deleted, "days": rule.days()}
        record(actor=None, action="retention.applied", subject=run, now=now, details=details)
