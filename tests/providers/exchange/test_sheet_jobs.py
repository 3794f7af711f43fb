"""Large sheets go on by jobs: part by part, beside a page, and after a crash."""

import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.db import connection
from django_tasks_db.models import DBTaskResult

from instrument_share.accounts.domain import Role
from instrument_share.jobs.models import Worker
from instrument_share.web import clock as real_clock
from providers.exchange.domain.sheets.sheet_columns import NEWS
from providers.exchange.services import uploads
from providers.exchange.services.sheet_runs import sheet_run_continue, sheet_run_work
from providers.exchange.services.uploads import sheet_keep
from providers.instruments.models import Instrument
from providers.units.models import UnitNews
from tests import factories
from tests.processes import forking
from tests.providers.conftest import NOW
from tests.providers.exchange.killed import work_until_killed


@pytest.fixture(autouse=True)
def _at_that_time(clock):
    clock.set(NOW)


def test_the_rest_of_a_sheet_is_entered_by_jobs_without_a_page(world, run, run_jobs):
    assert (run.done, run.total, run.finished_at) == (2, 5, None)
    run_jobs()
    run.refresh_from_db()
    assert (run.done, run.finished_at) == (5, NOW)
    assert Instrument.objects.count() == 5
    assert DBTaskResult.objects.count() == DBTaskResult.objects.successful().count() == 2


def test_a_small_sheet_needs_no_job(world, begin):
    run = begin(world.manager, world.unit.pk)
    assert (run.finished_at, run.job_id, DBTaskResult.objects.count()) == (NOW, None, 0)


def test_a_job_that_is_repeated_after_its_part_enters_nothing(run):
    first = str(run.job_id)
    for _time in range(2):
        sheet_run_work(public_id=run.public_id, job_id=first, now=NOW)
    run.refresh_from_db()
    assert (run.done, DBTaskResult.objects.count()) == (4, 2)


def test_page_and_job_together_enter_each_row_once(world, run, run_jobs):
    sheet_run_continue(actor=world.manager, public_id=run.public_id, now=NOW)
    assert DBTaskResult.objects.count() == 1  # the job that waits goes on
    run_jobs()
    run.refresh_from_db()
    assert (run.done, Instrument.objects.count()) == (5, 5)


def test_an_upload_that_is_being_imported_is_not_replaced_by_later_ones(world, run, run_jobs):
    common = {"actor": world.manager, "organization_id": world.unit.pk, "content": b"a,b\n", "map_text": ""}
    for _upload in range(uploads.KEPT_AT_MOST + 1):
        sheet_keep(**common)
    run_jobs()
    run.refresh_from_db()
    assert run.done == 5


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_in_the_middle_of_a_part_doubles_no_row(process_environment, begin, settings):
    """500 items of news: 200 in the request, 200 in the part that is killed and done again, and the rest."""
    settings.MEDIA_ROOT = settings.VAR_DIR / "files"  # where the other processes look
    unit = factories.organization(owns_instruments=True)
    manager = factories.member(unit, Role.UNIT_MANAGER)
    text = "标题,正文,发布方式\n" + "".join(f"通知 {n},正文,保存为草稿\n" for n in range(500))
    run = begin(manager, unit.pk, text, NEWS)
    connection.close()
    context = forking(process_environment)
    reached = context.Event()
    process = context.Process(
        target=work_until_killed, args=(reached,), kwargs={"environment": process_environment}
    )
    process.start()
    assert reached.wait(60)
    process.kill()
    process.join()
    run.refresh_from_db()
    assert (run.done, UnitNews.objects.count(), DBTaskResult.objects.running().count()) == (200, 200, 1)
    Worker.objects.update(seen_at=real_clock.now() - timedelta(minutes=1))
    connection.close()
    manage = [sys.executable, "manage.py", "worker"]
    with subprocess.Popen(manage, env=process_environment, cwd=settings.BASE_DIR) as worker:
        begun = time.monotonic()
        while run.finished_at is None and time.monotonic() < begun + 90:
            time.sleep(0.2)  # until the other process has done it
            run.refresh_from_db()
        worker.terminate()
    assert worker.returncode == 0
    assert (run.done, run.stopped) == (500, False)
    titles = UnitNews.objects.values_list("title_zh", flat=True)
    assert sorted(titles) == sorted(f"通知 {n}" for n in range(500))
    assert not Worker.objects.filter(seen_at__gt=real_clock.now() - timedelta(seconds=30)).exists()
