import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.cache import SessionStore
from django.db import OperationalError
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation
from pytest_django.asserts import assertInHTML

from instrument_share.accounts.models import User
from instrument_share.kernel.errors import DomainError, Forbidden, IllegalMove, Invalid, NotFound, Problem
from instrument_share.web.middleware import DomainErrorMiddleware
from instrument_share.web.responses import problem
from providers import public


class Gone(DomainError):
    code, kind = "gone", "gone"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Invalid(), 422),
        (Forbidden(), 403),
        (IllegalMove(state="a", move="b"), 409),
        (NotFound(), 404),
        (Gone(), 410),
    ],
)
def test_each_kind_of_refusal_has_its_status(error, status):
    response = problem.response_of(error)
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")


def test_a_refusal_lists_every_problem_in_the_language_of_the_reader():
    error = Invalid(
        problems=[
            Problem(
                "booking.too_short",
                "{hours} at least, from {start}",
                {"hours": timedelta(hours=1.5), "start": datetime(2026, 3, 5, 6, tzinfo=UTC)},
                "ends_at",
            ),
            Problem("booking.step", "a multiple of {step}", {"step": Decimal("0.50")}),
        ]
    )
    with translation.override("en"):
        members = json.loads(problem.response_of(error).content)
    assert members == {
        "type": "urn:instrument-share:problem:invalid",
        "title": "Something needs to be changed",
        "status": 422,
        "detail": "Some of what was entered needs to be changed.",
        "code": "invalid",
        "problems": [
            {
                "code": "booking.too_short",
                "detail": "1.5 hours at least, from 5 Mar 2026, 14:00",
                "field": "ends_at",
            },
            {"code": "booking.step", "detail": "a multiple of 0.5"},
        ],
    }


def test_states_and_moves_are_told_in_words():
    with translation.override("en"):
        text = problem.told(IllegalMove.message, {"state": "in_use", "move": "cancel"})
    assert text == (
        "This is “In use” now, and “cancel” is not possible in that state. Open it again to see what is."
    )


def test_move_that_is_called_like_a_state_is_told_as_a_move_and_a_state_in_words_of_its_kind():
    with translation.override("zh-hans"):
        text = problem.told(IllegalMove.message, {"state": "cycle.approved", "move": "no_show"})
    assert text.startswith("当前状态为“已审定”，不能执行“记为爽约”。")


def test_a_missing_parameter_does_not_break_the_answer():
    assert problem.told("{hours} hours", {}) == "{hours} hours"


class Somebody(AnonymousUser):
    is_anonymous, is_authenticated = False, False


PART = {"HX-Request": "true"}
NOTE = {"HX-Retarget": "#notes", "HX-Reselect": "unset", "HX-Reswap": "innerHTML show:window:top"}
"""What leaves the part of a page that asked as it is, whatever it selects from the answer."""


def answer(error, *, path="/instruments/", method="GET", user=None, htmx=False):
    request = RequestFactory().generic(method, path, headers=PART if htmx else {})
    request.user = user or AnonymousUser()
    request.session = SessionStore()
    return DomainErrorMiddleware(lambda _: None).process_exception(request, error)


def test_a_page_shows_the_refusal_with_its_status():
    response = answer(NotFound())
    assert response.status_code == 404
    assert "<h1>页面不存在</h1>" in response.content.decode()


def test_a_page_shows_all_problems():
    error = Invalid(problems=[Problem("a", "first of all"), Problem("b", "and then")])
    page = answer(error, method="POST").content.decode()
    assertInHTML("<ul><li>first of all</li><li>and then</li></ul>", page)


def test_a_visitor_who_may_not_see_something_is_asked_to_log_in():
    response = answer(Forbidden(), path="/keeper/?day=2026-03-05")
    assert (response.status_code, response["Location"]) == (
        302,
        "/accounts/login/?next=/keeper/%3Fday%3D2026-03-05",
    )


def test_a_visitor_who_sends_something_is_refused():
    assert answer(Forbidden(), method="POST").status_code == 403


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/bookings/BKG-0000000000/approve/", "/bookings/BKG-0000000000/"),
        ("/facts/FCT-0000000000/confirm/", ""),
        ("/", ""),
    ],
)
def test_what_has_changed_meanwhile_leads_to_its_page(path, page):
    link = f'href="{page}">查看当前情况</a>'
    for htmx in (False, True):
        response = answer(IllegalMove(state="approved", move="approve"), path=path, method="POST", htmx=htmx)
        assert response.status_code == 409
        assert (link in response.content.decode()) is bool(page)
    assert "查看当前情况" not in answer(NotFound(), path=path).content.decode()


def is_note(response, words):
    text = response.content.decode()
    return response.headers.items() >= NOTE.items() and words in text and "<html" not in text


def test_htmx_gets_a_note_for_the_top_of_the_page():
    response = answer(Forbidden(), user=Somebody(), htmx=True)
    assert response.status_code == 403
    assert is_note(response, "您的角色没有此项权限")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (ZeroDivisionError(), 500, "系统发生错误"),
        (OperationalError("database is locked"), 503, "同时访问的人数过多"),
        (Http404(), 404, "该地址没有内容"),
    ],
)
def test_failure_leaves_the_part_of_a_page_that_asked(monkeypatch, error, status, words):
    def fail(*_args, **_kwargs):
        raise error

    monkeypatch.setattr(public, "catalogue", fail)
    response = Client(raise_request_exception=False, headers=PART).get("/")
    assert response.status_code == status
    assert is_note(response, words)


@pytest.mark.django_db
def test_part_of_a_page_is_not_replaced_by_the_login(client):
    """The login leads back to the page, not to the part of it that asked."""
    page = {"HX-Current-URL": "http://testserver/me/data/?q=x"}
    response = client.get("/me/", headers={**PART, **page})
    assert response.status_code == 401
    assert is_note(response, "登录已失效。请先复制已填写的内容，再登录；登录后返回本页。")
    assert 'href="/accounts/login/?next=/me/data/%3Fq%3Dx"' in response.content.decode()


def test_api_refusals_are_left_to_the_api():
    assert answer(NotFound(), path="/api/v1/instruments") is None


def test_unexpected_exceptions_are_not_caught():
    assert answer(ValueError()) is None


@pytest.mark.django_db
def test_get_on_post_only_url_renders_page(client):
    client.force_login(User.objects.create_user("lin", name="林", email="lin@example.org"))
    answer = client.get(reverse("notifications_read"))
    page = answer.content.decode()
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "此地址只接收表单提交的内容。请回到相应页面重新提交。" in page
    assert 'href="/"' in page
