"""What Prometheus reads of the site."""

from urllib.request import Request, urlopen

import psycopg
import pytest
from django.db import DatabaseError, connection
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from instrument_share.mails.services import mails_enqueue
from instrument_share.web import clock as site_clock
from tests import factories
from tests.engines import on_postgresql
from tests.served import documented_server, free_port, running, wait_until_ready

TOKEN = "a-long-and-random-one"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def counted(settings):
    settings.METRICS_TOKEN = TOKEN
    return Client()


def read(text):
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def scrape(client):
    answer = client.get("/metrics", headers=BEARER)
    assert answer.status_code == 200
    return read(answer.content.decode())


@pytest.mark.django_db
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer other"}, {"Authorization": TOKEN}])
def test_only_who_has_the_token_reads(counted, headers):
    assert counted.get("/metrics", headers=headers).status_code == 401


@pytest.mark.django_db
def test_without_a_token_in_the_settings_there_is_no_such_address(client):
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.django_db
def test_requests_are_counted_by_route_and_status_without_what_was_searched(counted):
    before = scrape(counted)
    counted.get("/instruments/?q=lin@example.org")
    counted.get("/units/ORG-NOBODY/")
    counted.get("/wp-login.php")
    counted.generic("BREW", "/readyz")
    after = scrape(counted)
    added = {
        key: after[key] - before.get(key, 0)
        for key in after
        if key[0] == "share_http_requests_total" and after[key] != before.get(key, 0)
    }
    assert added == {
        ("share_http_requests_total", "GET", "/instruments/", "200"): 1,
        ("share_http_requests_total", "GET", "/units/<str:public_id>/", "404"): 1,
        ("share_http_requests_total", "GET", "none", "404"): 1,
        ("share_http_requests_total", "other", "none", "405"): 1,  # refused before it is routed
        ("share_http_requests_total", "GET", "/metrics", "200"): 1,
    }
    assert not [key for key in after if "example.org" in str(key)]


@pytest.mark.django_db
def test_queues_clock_and_backup_are_told(counted, settings, tmp_path):
    from django.core.mail import EmailMessage

    settings.VAR_DIR = tmp_path
    marks = {
        "last-backup": ("share_last_backup_timestamp_seconds",),
        "last-verify": ("share_last_verify_timestamp_seconds",),
    }
    assert not set(marks.values()) & set(scrape(counted))
    for mark in marks:
        (tmp_path / mark).write_text("0")
    mails_enqueue([EmailMessage("s", "b", "a@example.org", ["lin@example.org"])], now=site_clock.now())
    found = scrape(counted)
    assert found["share_database_up",] == 1
    assert (found["share_mails_waiting",], found["share_mails_failed",]) == (1, 0)
    assert found["share_jobs_waiting",] == 1
    assert 0 <= found["share_mails_waiting_seconds",] < 60
    assert set(marks.values()) <= set(found)


@pytest.mark.django_db
def test_bridge_is_told_of_while_the_site_has_a_broker_also_before_one_was_ever_connected(
    counted, settings, tmp_path
):
    seen = ("share_device_bridge_seen_timestamp_seconds",)
    settings.VAR_DIR, settings.MQTT_URL = tmp_path, "mqtts://broker.example.org"
    assert scrape(counted)[seen] == 0
    (tmp_path / "device-bridge").touch()
    assert site_clock.now().timestamp() - scrape(counted)[seen] < 60
    settings.MQTT_URL = ""
    assert seen not in scrape(counted)


@pytest.mark.django_db
def test_figures_come_without_a_database_too(counted, monkeypatch):
    def fail():
        raise DatabaseError

    monkeypatch.setattr("instrument_share.operations.selectors.metrics.queue", fail)
    found = scrape(counted)
    assert found["share_database_up",] == 0
    assert ("share_mails_waiting",) not in found


@on_postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("program", "followers"), [("walreceiver", 1), ("pg_basebackup", 0)])
def test_a_copy_that_is_being_made_is_no_server_that_follows(counted, program, followers):
    before = scrape(counted)["share_standbys",]
    there = connection.get_connection_params()
    address = {name: there[name] for name in ("host", "port", "user", "password") if there.get(name)}
    # A connection for replication, as these programs have; it streams nothing, and stands in the same view.
    with psycopg.connect(**address, application_name=program, replication="true", autocommit=True):
        assert scrape(counted)["share_standbys",] == before + followers


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_one_server_process_answers_for_all(process_environment, settings, tmp_path):
    factories.city()
    port = free_port()
    site = f"http://127.0.0.1:{port}"
    environment = {
        **process_environment,
        "DEBUG": "true",
        "METRICS_TOKEN": TOKEN,
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path),
        "SITE_URL": site,
    }
    with running(documented_server(port), environment, tmp_path / "log"):
        wait_until_ready(site)
        for _ in range(40):
            urlopen(f"{site}/healthz", timeout=30).close()
        ask = Request(f"{site}/metrics", headers=BEARER)
        counts = []
        for _ in range(6):
            with urlopen(ask, timeout=30) as answer:
                found = read(answer.read().decode())
                counts.append(found["share_http_requests_total", "GET", "/healthz", "200"])
        assert set(counts) == {40}
        assert len(list(tmp_path.glob("counter_*.db"))) == 2, "both processes took requests"
        if connection.vendor == "postgresql":
            assert found["share_database_pool_refusals_total",] == 0
