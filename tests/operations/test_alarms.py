"""The alarms and the dashboard that come with the site."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.db import connection
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from bookings.feeds.models import Webhook
from instrument_share.documents.sealing import signing_key
from instrument_share.jobs.models import RecurringRun, Worker
from instrument_share.jobs.registry import recurring
from instrument_share.journal.models import AuditEntry
from instrument_share.journal.services import audit_seal
from instrument_share.transparency.models import CheckState
from instrument_share.transparency.services.growing import checkpoint_make
from instrument_share.transparency.services.sending import checkpoints_send
from instrument_share.web import clock as site_clock
from tests import factories, programs

BASE = Path(settings.BASE_DIR)
FOLDER = BASE / "deploy/prometheus"
OUTSIDE = {"up"}
"""What Prometheus itself says."""
LABELS_OF_A_SCRAPE = {"job", "instance"}
"""What Prometheus itself adds; a figure's own label of that name gets another."""
WITH_A_STANDBY = {"share_standby_lag_seconds"}
WITH_POSTGRESQL = {"share_standbys"} | WITH_A_STANDBY
SUFFIXES = ("_total", "_bucket", "_sum", "_count")


@pytest.fixture
def whole_site(settings, tmp_path):
    """A site at which everything that monitoring can say has happened once."""
    settings.METRICS_TOKEN, settings.MQTT_URL = "a-long-and-random-one", "mqtts://broker.example.org"
    settings.VAR_DIR, settings.CHECKPOINT_FILE = tmp_path, str(tmp_path / "second/place")
    for mark in ("last-backup", "device-bridge"):
        (tmp_path / mark).touch()
    (tmp_path / "last-verify").write_text("0")
    now = site_clock.now()
    signing_key.load_signer(now)
    return now


def read_samples():
    client = Client()
    client.get("/healthz")
    text = client.get("/metrics", headers={"Authorization": f"Bearer {settings.METRICS_TOKEN}"}).content
    families = text_string_to_metric_families(text.decode())
    return [sample for family in families for sample in family.samples]


def scrape():
    return {sample.name: sample.value for sample in read_samples()}


def read_rules():
    return yaml.safe_load((FOLDER / "rules.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]


def read_targets():
    panels = json.loads((FOLDER / "dashboard.json").read_text(encoding="utf-8"))["panels"]
    return [target for panel in panels for target in panel.get("targets", [])]


def names(expressions):
    return {name for one in expressions for name in re.findall(r"\b(?:share_\w+|up)\b", one)}


def families(found):
    return {next((one.removesuffix(end) for end in SUFFIXES if one.endswith(end)), one) for one in found}


@pytest.mark.django_db
def test_rules_and_dashboard_ask_only_for_figures_that_a_site_gives(whole_site):
    factories.city()
    AuditEntry.objects.create(
        at=whole_site - timedelta(hours=2), action="x.y", subject_type="x", subject_id=1, details={}
    )
    audit_seal(whole_site)
    checkpoint_make(whole_site)
    Worker.objects.create(name="w", seen_at=whole_site)
    RecurringRun.objects.create(name=recurring()[0].name, started_at=whole_site)
    found = scrape()
    if connection.vendor == "postgresql":
        found |= dict.fromkeys(WITH_A_STANDBY, 0.0)
    given = set(found) if connection.vendor == "postgresql" else set(found) | WITH_POSTGRESQL
    asked = names(one["expr"] for one in (*read_rules(), *read_targets()))
    assert asked - OUTSIDE <= given
    told = {one for one in given if not one.endswith("_created")}
    assert families(told) == families(asked - OUTSIDE), "a figure is in no panel and no rule"


@pytest.mark.django_db
def test_labels_that_alarms_and_panels_name_are_those_of_their_figures(whole_site):
    RecurringRun.objects.create(name=recurring()[0].name, started_at=whole_site)
    labels = {sample.name: sample.labels.keys() for sample in read_samples()}
    assert {name for name, own in labels.items() if own & LABELS_OF_A_SCRAPE} == set()
    told = [
        (one["expr"], re.findall(r"\$labels\.(\w+)", one["annotations"]["summary"])) for one in read_rules()
    ]
    shown = [(one["expr"], re.findall(r"{{(\w+)}}", one.get("legendFormat", ""))) for one in read_targets()]
    named = [(name, set(found)) for expr, found in (*told, *shown) if found for name in names([expr])]
    assert [(name, found) for name, found in named if not found <= labels[name]] == []
    assert {"share_recurring_job_failed", "share_recurring_job_overdue"} <= {name for name, _ in named}


def test_jobs_that_an_alarm_sends_somebody_to_are_there_by_that_name():
    known = {one.name for one in recurring()}
    told = {
        name
        for rule in read_rules()
        for words in (rule["annotations"]["action"], rule["annotations"]["action_zh"])
        for name in re.findall(r"(?:the job|任务) ([a-z_]+\.[a-z_]+)", words)
    }
    assert told == {"site.audit_seal", "log.checkpoint"}
    assert told <= known


def test_every_alarm_says_what_to_do_in_both_languages():
    pages = [(BASE / f"docs/operations{end}.md").read_text(encoding="utf-8") for end in ("", ".zh-CN")]
    for rule in read_rules():
        said = rule["annotations"]
        assert said.keys() == {"summary", "summary_zh", "action", "action_zh", "runbook"}
        assert all(re.search("[一-鿿]", said[name]) for name in ("summary_zh", "action_zh")), rule["alert"]
        assert not any(re.search("[一-鿿]", said[name]) for name in ("summary", "action")), rule["alert"]
        assert said["runbook"] == f"docs/operations.md#{rule['alert'].lower()}"
        for page, action in zip(pages, ("action", "action_zh"), strict=True):
            section = page.split(f"\n### {rule['alert']}\n")[1].partition("\n### ")[0]
            assert said[action] in section, rule["alert"]


def test_rules_ring_when_they_should():
    programs.run("promtool", "check", "rules", FOLDER / "rules.yml")
    programs.run("promtool", "test", "rules", FOLDER / "rules_test.yml", FOLDER / "rules_test_days.yml")


@pytest.mark.django_db
def test_what_is_unsealed_unsent_altered_or_failing_is_counted(whole_site):
    city = factories.city()
    AuditEntry.objects.create(
        at=whole_site - timedelta(hours=2), action="x.y", subject_type="x", subject_id=1, details={}
    )
    assert 7200 <= scrape()["share_unsealed_seconds"] < 7300
    audit_seal(whole_site)
    checkpoint_make(whole_site)
    CheckState.objects.create(name="tree", problems=["a leaf is missing"])
    for failing_since, disabled_at in (
        (None, None),
        (whole_site - timedelta(hours=30), None),
        (whole_site - timedelta(days=5), whole_site),
    ):
        Webhook.objects.create(
            organization=city.owner,
            address="https://example.org/",
            actions=[],
            created_at=whole_site,
            read_through=0,
            failing_since=failing_since,
            disabled_at=disabled_at,
        )
    found = scrape()
    assert found["share_checkpoints_unsent"] == 1
    assert found["share_checks_with_findings"] == 1
    assert found["share_webhooks_failing"] == 1
    assert 108_000 <= found["share_webhooks_failing_seconds"] < 108_100
    second = Path(settings.CHECKPOINT_FILE)
    second.parent.mkdir()
    checkpoints_send(whole_site)
    assert scrape()["share_checkpoints_unsent"] == 0
    assert found["share_signing_certificate_end_timestamp_seconds"] > whole_site.timestamp() + 86_400 * 3_000
    assert 0 < found["share_disk_free_bytes"] <= found["share_disk_size_bytes"]
