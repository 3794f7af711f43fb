"""Bursts of requests against the documented server on a database that allows few connections."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from urllib.error import HTTPError
from urllib.request import urlopen

import psycopg
import pytest
from django.db import connection

from tests import factories
from tests.served import (
    NEVER_ON_A_PAGE,
    count_megabytes,
    documented_server,
    free_port,
    get,
    running,
    wait_until_ready,
)

ALLOWED = 20
BURSTS, CLIENTS = 5, 40
ROLE = f"burst_{os.getpid()}"  # each worker of the suite has its own
LOOKS = ("/", "/instruments/", "/units/", "/readyz")

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no connections to run out of"),
]


@pytest.fixture
def served(process_environment, settings, tmp_path):
    """The address and the program of a running site whose database account may hold 20 connections."""
    factories.city()
    there = connection.settings_dict
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE ROLE {ROLE} LOGIN PASSWORD '{ROLE}' CONNECTION LIMIT {ALLOWED} "
            "IN ROLE pg_read_all_data, pg_write_all_data"
        )
    port = free_port()
    address = f"127.0.0.1:{port}"
    environment = {
        **process_environment,
        "DATABASE_URL": f"postgres://{ROLE}:{ROLE}@{there['HOST']}:{there['PORT']}/{there['NAME']}",
        "DATABASE_POOL": "4",
        "VAR_DIR": str(tmp_path),
        "ALLOWED_HOSTS": "127.0.0.1",
        "SITE_URL": f"http://{address}",
    }
    left_out = [f"--ignore={pattern}" for pattern in NEVER_ON_A_PAGE]
    command = [sys.executable, "manage.py", "collectstatic", "--no-input", *left_out]
    subprocess.run(command, cwd=settings.BASE_DIR, env=environment, check=True)
    try:
        with running(documented_server(port), environment, tmp_path / "log") as server:
            wait_until_ready(f"http://{address}")
            yield f"http://{address}", server
    finally:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [ROLE]
            )
            cursor.execute(f"DROP ROLE {ROLE}")


@pytest.fixture
def site(served):
    return served[0]


def count_connections():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = %s", [ROLE])
        return cursor.fetchone()[0]


def test_bursts_leave_connections_for_operators_and_memory_for_others(served):
    site, server = served
    most = 0
    with ThreadPoolExecutor(CLIENTS) as clients:
        for _ in range(BURSTS):
            looks = [f"{site}{LOOKS[number % len(LOOKS)]}" for number in range(2 * CLIENTS)]
            answers = list(clients.map(get, looks))
            assert set(answers) == {200}
            most = max(most, count_connections())
    assert most <= 8, "two workers keep four connections each"
    assert count_megabytes(server) <= 280


def take_all_connections():
    """Connections of the site's account, until it gets no more."""
    there = connection.settings_dict
    address = {"host": there["HOST"], "port": there["PORT"], "dbname": there["NAME"]}
    taken = []
    with suppress(psycopg.OperationalError):
        while True:
            taken.append(psycopg.connect(**address, user=ROLE, password=ROLE))
    return taken


def end_connections_of_site(taken):
    """End those of the site and take them too, so that it has none."""
    own = [one.info.backend_pid for one in taken]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s AND pid <> ALL(%s)",
            [ROLE, own],
        )


def test_a_site_without_connections_answers_503_and_recovers(site):
    taken = take_all_connections()
    while len(taken) < ALLOWED:
        end_connections_of_site(taken)
        taken += take_all_connections()
    try:
        assert get(f"{site}/healthz") == 200
        assert get(f"{site}/readyz") == 503
        with pytest.raises(HTTPError) as refused:
            urlopen(f"{site}/units/", timeout=60)
        with refused.value as answer:
            assert (answer.code, answer.headers["Retry-After"]) == (503, "10")
    finally:
        for one in taken:
            one.close()
    wait_until_ready(site)
    assert get(f"{site}/units/") == 200
