"""What the page of a year says while a job takes a long step, and after it: in both languages."""

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django_tasks_db.models import DBTaskResult

from instrument_share.jobs.services import worker_seen
from rewards.cycle.models import StepRun
from rewards.year.selectors import get_cycles_ahead
from rewards.year.services import cycle_step_start
from tests.page_fixtures import text_of
from tests.rewards.builders import AFTER, YEAR


@pytest.fixture(autouse=True)
def _after_the_year(clock):
    clock.set(AFTER)


@pytest.fixture(params=["zh-hans", "en"])
def language(request):
    return request.param


@pytest.fixture
def page(login, small, language):
    """`page()` is the page of the year as the officer reads it."""
    client = login(small.city.officer)
    client.cookies["django_language"] = language
    return lambda **headers: client.get(reverse("cycle", args=[YEAR]), **headers)


@pytest.fixture
def ask(small):
    return lambda move="freeze": cycle_step_start(
        actor=small.city.officer, cycle_id=small.steps.id, move=move, now=AFTER
    )


def said(language, zh, en):
    return {"zh-hans": zh, "en": en}[language]


def is_polled(answer):
    return 'hx-get=""' in answer.content.decode()


def test_waiting(page, ask, language):
    worker_seen("w", AFTER)
    ask()
    answer = page()
    text = text_of(answer)
    assert said(language, "正在执行：冻结年度数据", "Under way: Freeze the year’s data") in text
    assert said(language, "排队等待中", "It waits for its turn") in text
    assert said(language, "发起人：科技局经办。可以离开", "Started by 科技局经办. You may leave") in text
    assert is_polled(answer)
    assert answer.context["primary"] is None


def test_waiting_without_a_worker(page, ask, language):
    ask()
    assert said(language, "服务器后台任务未运行", "No worker is running") in text_of(page())


@pytest.mark.parametrize(
    ("move", "zh", "en"),
    [
        ("freeze", "已归集上机记录 120,000 / 250,000 条", "Logs collected 120,000 of 250,000 logs"),
        ("check", "已核查上机记录 120,000 / 250,000 条", "Logs checked 120,000 of 250,000 logs"),
        ("score", "已统计上机记录 120,000 / 250,000 条", "Logs totalled 120,000 of 250,000 logs"),
        ("preview", "上机记录复算进度 120,000 / 250,000 条", "Logs totalled again 120,000 of 250,000 logs"),
        ("send", "上机记录复算进度 120,000 / 250,000 条", "Logs totalled again 120,000 of 250,000 logs"),
    ],
)
def test_running(page, ask, language, move, zh, en):
    ask()
    StepRun.objects.update(move=move, done=120_000, total=250_000)
    answer = page()
    assert said(language, zh, en) in text_of(answer)
    assert 'value="0.4800"' in answer.content.decode()
    assert is_polled(answer)


@pytest.mark.parametrize(
    ("counted", "zh", "en"),
    [
        ("paper", "报送件排版进度 48%", "Report laid out 48%"),
        ("files", "已生成文件 12 / 25 个", "Files made 12 of 25 files"),
    ],
)
def test_making_the_paper_and_the_package(page, ask, language, counted, zh, en):
    ask()
    StepRun.objects.update(move="send", done=12, total=25, counted=counted)
    answer = page()
    assert said(language, zh, en) in text_of(answer)
    assert 'value="0.4800"' in answer.content.decode()
    assert is_polled(answer)


def test_running_over_nothing_has_no_bar(page, ask, language):
    ask()
    StepRun.objects.update(total=0)
    answer = page()
    assert said(language, "已开始处理。", "It has begun.") in text_of(answer)
    assert "<progress" not in answer.content.decode()


def test_done(page, ask, language, run_jobs):
    ask()
    run_jobs()
    assert page(HTTP_HX_REQUEST="true")["HX-Refresh"] == "true"
    answer = page()
    text = text_of(answer)
    assert said(language, "年度数据已冻结。下一步请核查上机记录。", "The year’s data are frozen.") in text
    assert not is_polled(answer)
    assert str(answer.context["primary"][0]) == said(language, "核查上机记录", "Check the logs")


def test_failed(page, ask, small, language, run_jobs):
    ask()
    small.city.officer.memberships.update(state="ended")
    run_jobs()
    small.city.officer.memberships.update(state="active")
    answer = page()
    text = text_of(answer)
    assert said(language, "未完成：冻结年度数据", "Not done: Freeze the year’s data") in text
    assert said(language, "科技局经办已不具备执行此步骤", "科技局经办, who started this step") in text
    assert not is_polled(answer)
    assert str(answer.context["primary"][0]) == said(language, "冻结年度数据", "Freeze the year’s data")


def test_given_up(page, ask, language):
    ask()
    DBTaskResult.objects.all().delete()  # as one that was forgotten after it had failed
    answer = page()
    assert said(language, "系统多次尝试均未成功", "It failed several times") in text_of(answer)
    assert answer.context["primary"] is not None


def test_another_step_is_refused_in_words(page, ask, small, language, client):
    ask()
    answer = client.post(reverse("cycle_step", args=[YEAR, "check"]))
    assert answer.status_code == 409
    assert said(language, "年度正在执行“冻结数据”", "A step of 2025 is under way: freeze") in text_of(answer)


def test_desk_says_what_is_under_way(ask, small, language):
    ask()
    with translation.override(language):
        steps = get_cycles_ahead(small.city.officer, AFTER)
        shown = render_to_string("rewards/year/next_steps.html", {"steps": steps})
    assert said(language, "正在执行：冻结年度数据", "Under way: Freeze the year’s data") in shown


@pytest.mark.parametrize("language", ["zh-hans"], indirect=True)
def test_a_result_is_news_until_the_year_goes_on(page, ask, small, run_jobs):
    small.steps.through("check")
    ask("score")
    run_jobs()
    assert "得分与奖励金额已算出" in text_of(page())
    small.steps.announce()
    assert page().context["news"] is None


@pytest.mark.parametrize("language", ["zh-hans"], indirect=True)
def test_a_refusal_that_the_year_has_passed_is_no_news(page, ask, small, run_jobs):
    ask()
    small.steps.freeze()
    run_jobs()
    assert StepRun.objects.get().problem["code"] == "state.illegal_move"
    assert page().context["news"] is None
