"""A worker is killed in the middle of a step; another finishes it, and nothing tells them apart."""

import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.db import connection
from django_tasks_db.models import DBTaskResult

from instrument_share.jobs.models import Worker
from instrument_share.journal.models import AuditEntry
from instrument_share.web import clock as real_clock
from rewards.cycle.models import SnapshotPart
from rewards.cycle.selectors.snapshot import StoredSnapshot
from rewards.cycle.services.snapshot import snapshot_write
from rewards.findings.domain.all_checks import run_checks
from rewards.findings.models import Finding
from tests.processes import forking
from tests.rewards.builders import YEAR, local
from tests.rewards.year.killed import work_until_killed


@pytest.fixture
def kill_a_worker_at(process_environment):
    """`kill_a_worker_at(where)` lets a worker begin what waits, and kills it there."""

    def kill_a_worker_at(where):
        connection.close()
        context = forking(process_environment)
        reached = context.Event()
        facts = {"environment": process_environment, "where": where}
        process = context.Process(target=work_until_killed, args=(reached,), kwargs=facts)
        process.start()
        assert reached.wait(60)
        process.kill()
        process.join()

    return kill_a_worker_at


@pytest.fixture
def let_another_finish(process_environment, settings, last_run):
    """Start another worker when the first is known to be dead, until the step has ended."""

    def let_another_finish():
        assert DBTaskResult.objects.running().count() == 1
        Worker.objects.update(seen_at=real_clock.now() - timedelta(minutes=1))
        connection.close()
        manage = [sys.executable, "manage.py", "worker"]
        with subprocess.Popen(manage, env=process_environment, cwd=settings.BASE_DIR) as worker:
            begun = time.monotonic()
            while last_run().ended_at is None and time.monotonic() < begun + 90:
                time.sleep(0.2)  # until the other process has done it
            worker.terminate()
        assert worker.returncode == 0
        assert last_run().problem == {}

    return let_another_finish


@pytest.fixture(autouse=True)
def _files_where_the_other_processes_look(settings):
    settings.MEDIA_ROOT = settings.VAR_DIR / "files"


@pytest.mark.django_db(transaction=True)
def test_a_freeze_that_is_killed_among_its_files_is_frozen_whole(
    steps, ask, kill_a_worker_at, let_another_finish, settings, tmp_path
):
    shared, settings.MEDIA_ROOT = settings.MEDIA_ROOT, tmp_path
    expected = snapshot_write(year=YEAR)
    settings.MEDIA_ROOT = shared
    ask("freeze", now=real_clock.now())
    kill_a_worker_at("compute")
    assert (steps.cycle.state, SnapshotPart.objects.count()) == ("collecting", 0)
    let_another_finish()
    assert (steps.cycle.state, steps.cycle.snapshot_hash) == ("frozen", expected.name)
    parts = SnapshotPart.objects.values_list("sha256", flat=True)
    assert set(parts) == {one.sha256 for one in expected.parts}
    StoredSnapshot(steps.cycle).verify()


@pytest.mark.django_db(transaction=True)
def test_a_check_that_is_killed_while_it_writes_opens_each_finding_once(
    steps, year, ask, kill_a_worker_at, let_another_finish
):
    for day in (2, 3):
        start = local(YEAR, 1, day, 9)
        steps.city.log(year.first_instrument, start, payer=year.client, external=True, amount=1000)
    steps.freeze()
    found = [seen.candidate for seen in run_checks(YEAR, StoredSnapshot(steps.cycle))]
    assert len(found) > 1
    ask("check", now=real_clock.now())
    kill_a_worker_at("keep")
    assert (steps.cycle.state, Finding.objects.count()) == ("frozen", 0)
    let_another_finish()
    assert steps.cycle.state == "checked"
    opened = Finding.objects.values_list("kind", "logs")
    assert sorted(opened) == sorted((one.kind, list(one.entries)) for one in found)
    assert AuditEntry.objects.filter(action="cycle.checked").count() == 1
