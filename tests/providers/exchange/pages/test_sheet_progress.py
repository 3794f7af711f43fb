"""What the page of an import and the list of imports say while it goes on, and when it can't."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import Membership
from instrument_share.jobs.services import worker_seen
from providers.exchange.services import sheet_runs
from providers.exchange.services.uploads import sheet_forget
from tests.page_fixtures import text_of
from tests.providers.conftest import NOW, person


@pytest.fixture
def page(at, world, run):
    address = reverse("sheet_result", args=[world.unit.public_id, run.public_id])
    return lambda **headers: at("manager").get(address, **headers)


@pytest.fixture
def list_page(at, world, run):
    return lambda: at("manager").get(reverse("sheet_import", args=[world.unit.public_id]))


def test_page_and_list_poll_progress_while_worker_runs(run, run_jobs, page, list_page, clock):
    worker_seen("w", clock.now())
    body = page().content.decode()
    assert 'hx-get=""' in body
    assert "hx-post" not in body
    assert "2 / 5" in text_of(page())
    assert "可以离开此页面" in text_of(page())
    assert "2 / 5 条" in text_of(list_page())
    assert 'hx-trigger="every 3s"' in list_page().content.decode()
    run_jobs()
    assert page(HTTP_HX_REQUEST="true")["HX-Refresh"] == "true"
    assert "表格已导入" in text_of(page())
    assert "共 5 条" in text_of(list_page())
    assert "hx-get" not in page().content.decode()


def test_page_continues_import_without_worker(run, page, clock):
    worker_seen("w", clock.now() - timedelta(seconds=30))
    assert 'hx-trigger="load delay:200ms"' in page().content.decode()
    assert "服务器后台任务未运行" in text_of(page())


def test_a_colleague_reads_who_can_continue_and_is_offered_nothing_refused(world, run, at):
    world.colleague = person("colleague", world.unit, Role.UNIT_MANAGER)
    address = reverse("sheet_result", args=[world.unit.public_id, run.public_id])
    sheet_forget(actor=world.manager, organization_id=world.unit.pk, key=run.key)

    def assert_is_told_who_continues():
        answer = at("colleague").get(address)
        body = answer.content.decode()
        assert f"由{world.manager}发起，须由其继续" in text_of(answer)
        assert "hx-post" not in body
        assert run.key not in body
        assert f'action="{address}"' not in body

    assert_is_told_who_continues()
    DBTaskResult.objects.update(status="FAILED")
    assert_is_told_who_continues()
    type(run).objects.update(stopped=True, finished_at=NOW)
    assert_is_told_who_continues()


def test_an_import_that_the_queue_gave_up_can_be_tried_again(run, run_jobs, page, list_page, at, monkeypatch):
    def fails(_content):
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(sheet_runs, "read_table", fails)
        for _attempt in range(6):
            run_jobs()
            DBTaskResult.objects.update(status="READY", run_after=NOW)
        DBTaskResult.objects.update(status="FAILED")
    assert "系统多次尝试" in text_of(page())
    assert "hx-post" not in page().content.decode()
    assert "2 / 5 条 · 已中止" in text_of(list_page())
    at("manager").post(page().request["PATH_INFO"])
    run.refresh_from_db()
    assert run.done == 4
    run_jobs()
    run.refresh_from_db()
    assert run.done == 5


def test_a_refusal_stops_the_run_with_its_reason_and_is_not_tried_again(world, run, run_jobs, page):
    Membership.objects.filter(user=world.manager).update(role=Role.RESEARCHER.value)
    run_jobs()
    run.refresh_from_db()
    assert (run.stopped, run.done, run.finished_at) == (True, 2, NOW)
    assert run.problem["message"].startswith("Your role does not allow this.")
    assert DBTaskResult.objects.successful().count() == 1
    Membership.objects.filter(user=world.manager).update(role=Role.UNIT_MANAGER.value)
    assert "导入已停止" in text_of(page())
    assert "您的角色" in text_of(page())


def test_missing_upload_stops_run(world, run, run_jobs, page, list_page):
    sheet_forget(actor=world.manager, organization_id=world.unit.pk, key=run.key)
    run_jobs()
    assert "请重新上传" in text_of(page())
    assert "2 / 5 条 · 已中止" in text_of(list_page())
