"""Keep the list of logs that wait to be confirmed, in the transaction that writes or confirms."""

from collections.abc import Iterable

from bookings.usage.models import UsageLog, WaitingLog
from bookings.usage.selectors.usage import is_waiting_condition, waiting_logs

BATCH_SIZE = 500


def waiting_add(logs: Iterable[UsageLog]) -> None:
    """List logs of which something waits, under the caller's locks of their instruments."""
    WaitingLog.objects.bulk_create(
        [
            WaitingLog(
                log_id=log.pk,
                organization_id=log.instrument.organization_id,
                instrument_id=log.instrument_id,
                user_id=log.user_id,
            )
            for log in logs
        ],
        batch_size=BATCH_SIZE,
        ignore_conflicts=True,
    )


def waiting_end(log: UsageLog) -> None:
    """Take a log from the list if nothing of it waits any more, under its instrument's lock."""
    if not UsageLog.objects.filter(is_waiting_condition(), pk=log.pk).exists():
        WaitingLog.objects.filter(log=log).delete()


def waiting_rebuild(organization_id: int) -> None:
    """List a unit's logs again, under the locks of its instruments."""
    WaitingLog.objects.filter(organization_id=organization_id).delete()
    waiting_add(waiting_logs(organization_id))


def waiting_differs(organization_id: int) -> bool:
    """Return whether the list differs from the unit's logs, under the locks of its instruments."""
    rows = WaitingLog.objects.filter(organization_id=organization_id)
    kept = rows.values_list("pk", "instrument_id", "user_id")
    return set(kept) != {(log.pk, log.instrument_id, log.user_id) for log in waiting_logs(organization_id)}
