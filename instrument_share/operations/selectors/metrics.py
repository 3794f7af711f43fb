"""What monitoring wants to know of the site as a whole: counts and times, nothing about people."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from bookings import public as bookings
from instrument_share.jobs.selectors import Ending, count_given_up_jobs, queue, recurring_jobs, worker_seen_at
from instrument_share.journal.selectors import last_sealed_at
from instrument_share.mails.selectors import mail_queue

BACKUP_MARK = "last-backup"
"""The file in VAR_DIR that a backup touches when it is complete."""


def render_site(now: datetime) -> bytes:
    """Return the state of the site in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(_SiteCollector(now))
    return generate_latest(registry)


class _SiteCollector(Collector):
    def __init__(self, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            found = [*self._queues(), *self._clock()]
        except DatabaseError:
            found = []
        yield _gauge("share_database_up", "1 while the database is in reach.", float(bool(found)))
        yield from found
        backup = Path(settings.VAR_DIR, BACKUP_MARK)
        if backup.exists():
            yield _gauge("share_last_backup_timestamp_seconds", "The last backup.", backup.stat().st_mtime)
        if seen := bookings.bridge_seen_at():
            yield _gauge(
                "share_device_bridge_seen_timestamp_seconds", "A bridge's last sign.", seen.timestamp()
            )

    def _queues(self) -> Iterator[GaugeMetricFamily]:
        jobs, mails = queue(), mail_queue()
        yield _gauge("share_jobs_waiting", "Jobs that are due and wait.", jobs.waits)
        yield _gauge("share_jobs_waiting_seconds", "Age of the oldest of them.", self._age(jobs.since))
        yield _gauge("share_jobs_given_up", "Jobs that failed as often as they may.", count_given_up_jobs())
        yield _gauge("share_mails_waiting", "Mails that are not sent yet.", mails.waiting)
        yield _gauge("share_mails_waiting_seconds", "Age of the oldest of them.", self._age(mails.since))
        yield _gauge("share_mails_failed", "Mails that were given up.", mails.failed)

    def _clock(self) -> Iterator[GaugeMetricFamily]:
        if seen := worker_seen_at():
            yield _gauge("share_worker_seen_timestamp_seconds", "A worker's last sign.", seen.timestamp())
        if sealed := last_sealed_at():
            yield _gauge(
                "share_last_seal_timestamp_seconds", "The last seal of the journal.", sealed.timestamp()
            )
        runs = GaugeMetricFamily(
            "share_recurring_job_timestamp_seconds", "When it last began.", labels=["job"]
        )
        failed = GaugeMetricFamily("share_recurring_job_failed", "1 if the last run failed.", labels=["job"])
        for one in recurring_jobs():
            if one.started_at:
                runs.add_metric([one.name], one.started_at.timestamp())
                failed.add_metric([one.name], float(one.ending is Ending.FAILED))
        yield runs
        yield failed

    def _age(self, since: datetime | None) -> float:
        return max(0.0, (self.now - since).total_seconds()) if since else 0.0


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)
