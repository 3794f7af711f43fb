"""What monitoring wants to know of the site as a whole: counts and times, nothing about people."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, connection
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from bookings import public as bookings
from instrument_share.documents.errors import SigningKeyUnusable
from instrument_share.documents.sealing.signing_key import get_certificate_end
from instrument_share.jobs.selectors import Ending, count_given_up_jobs, queue, recurring_jobs, worker_seen_at
from instrument_share.journal.selectors import last_sealed_at, unsealed_since
from instrument_share.mails.selectors import mail_queue
from instrument_share.operations.selectors.backups import (
    count_findings,
    get_last_backup_at,
    get_last_verified_at,
)
from instrument_share.transparency.selectors.checkpoints import get_last_checkpoint
from instrument_share.transparency.selectors.checks import count_unsent, get_alarms


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
            found = [*self._queues(), *self._clock(), *self._records(), *self._webhooks(), *_standbys()]
        except DatabaseError:
            found = []
        yield _gauge("share_database_up", "1 while the database is in reach.", float(bool(found)))
        yield from found
        yield from _disk()
        yield from _certificate()
        if backed_up := get_last_backup_at():
            yield _gauge("share_last_backup_timestamp_seconds", "The last backup.", backed_up.timestamp())
        if verified := get_last_verified_at():
            yield _gauge(
                "share_last_verify_timestamp_seconds", "The last manage.py verify.", verified.timestamp()
            )
        if (findings := count_findings()) is not None:
            yield _gauge("share_verify_findings", "What the last manage.py verify found.", findings)
        # A site that gave up MQTT keeps the file of its last bridge.
        if settings.MQTT_URL:
            seen = bookings.bridge_seen_at()
            yield _gauge(
                "share_device_bridge_seen_timestamp_seconds",
                "A bridge's last sign; 0 before the first.",
                seen.timestamp() if seen else 0.0,
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
            "share_recurring_job_timestamp_seconds", "When it last began.", labels=["name"]
        )
        failed = GaugeMetricFamily("share_recurring_job_failed", "1 if the last run failed.", labels=["name"])
        overdue = GaugeMetricFamily(
            "share_recurring_job_overdue", "1 if it should have run by now.", labels=["name"]
        )
        for one in recurring_jobs():
            overdue.add_metric([one.name], float(one.is_overdue(self.now)))
            if one.started_at:
                runs.add_metric([one.name], one.started_at.timestamp())
                failed.add_metric([one.name], float(one.ending is Ending.FAILED))
        yield runs
        yield failed
        yield overdue

    def _records(self) -> Iterator[GaugeMetricFamily]:
        """What the platform says of its own records: sealed, signed, sent away, unchanged."""
        age = self._age(unsealed_since())
        yield _gauge("share_unsealed_seconds", "Age of the oldest entry without a seal.", age)
        if last := get_last_checkpoint():
            yield _gauge(
                "share_last_checkpoint_timestamp_seconds", "The last checkpoint.", last.made_at.timestamp()
            )
        if (unsent := count_unsent()) is not None:
            yield _gauge("share_checkpoints_unsent", "Checkpoints that the second place lacks.", unsent)
        yield _gauge("share_checks_with_findings", "Checks that found altered records.", len(get_alarms()))

    def _webhooks(self) -> Iterator[GaugeMetricFamily]:
        failing = bookings.webhooks_failing()
        longest = self._age(failing[0].failing_since if failing else None)
        yield _gauge("share_webhooks_failing", "Webhooks whose last delivery failed.", len(failing))
        yield _gauge("share_webhooks_failing_seconds", "Since when the first of them fails.", longest)

    def _age(self, since: datetime | None) -> float:
        return max(0.0, (self.now - since).total_seconds()) if since else 0.0


def _disk() -> Iterator[GaugeMetricFamily]:
    disk = shutil.disk_usage(settings.VAR_DIR)
    yield _gauge("share_disk_free_bytes", "What VAR_DIR may still take.", disk.free)
    yield _gauge("share_disk_size_bytes", "Size of the disk with VAR_DIR.", disk.total)


def _certificate() -> Iterator[GaugeMetricFamily]:
    with suppress(SigningKeyUnusable):  # the doctor says so, and no paper is sealed
        if end := get_certificate_end():
            yield _gauge(
                "share_signing_certificate_end_timestamp_seconds",
                "When the certificate that signs papers ends.",
                end.timestamp(),
            )


def _standbys() -> Iterator[GaugeMetricFamily]:
    """Servers that follow this database; how far behind they are is for roles with pg_read_all_stats."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), extract(epoch FROM max(replay_lag)) FROM pg_stat_replication "
            "WHERE application_name <> 'pg_basebackup'"  # a copy that is being made follows nothing yet
        )
        count, lag = cursor.fetchone()
    yield _gauge("share_standbys", "Servers that follow the database.", count)
    if lag is not None:
        yield _gauge("share_standby_lag_seconds", "How far the last of them is behind.", float(lag))


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)
