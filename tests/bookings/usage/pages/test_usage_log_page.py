"""One usage log's page: who confirms, corrects and rates, and what the chain says about it."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from pytest_django.asserts import assertInHTML

from bookings.usage.selectors.usage import get_current_values, get_usage_log
from bookings.usage.services.usage import usage_correct
from instrument_share.accounts.domain import Role
from tests import factories
from tests.bookings.requests.booking import use
from tests.factories import slot
from tests.page_fixtures import text_of

AFTER = slot(hour=12).start


def texts(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def city(db):
    return factories.city()


@pytest.fixture
def log(city):
    return use(city, setup_seconds=600, idle_seconds=1200)


def test_usage_log_permissions_depend_on_role(city, log, see, send):
    people = [None, city.researcher, city.keeper, city.manager, factories.officer(), factories.user()]
    answers = [see(who, "usage_log", log.public_id, now=AFTER).status_code for who in people]
    assert answers == [302, 200, 200, 200, 200, 404]
    answers = [see(who, "usage_correct", log.public_id, now=AFTER).status_code for who in people]
    assert answers == [302, 403, 200, 200, 403, 404]
    # The keeper recorded it, so a second person confirms it.
    answers = [send(who, "usage_confirm", log.public_id, now=AFTER).status_code for who in people]
    assert answers == [302, 302, 403, 409, 403, 404]


def test_the_page_shows_the_frozen_facts_and_the_entry_of_the_chain(city, log, see):
    page = texts(see(city.researcher, "usage_log", log.public_id, now=AFTER))
    assert "请核对：有效机时 1.67 小时，费用 ¥166.67。" in page
    assert "本仪器记录链第 1 条" in page
    assert log.entry.hash in page
    assertInHTML("<div><dt>外单位用户</dt><dd>是</dd></div>", page)


def test_page_of_a_correction_says_until_when_effective_time_is_added(city, log, see, send):
    last = log.starts_at + timedelta(days=92)
    typed = {"reason": "核对运行日志", "measuring_seconds": "100", "idle_seconds": "10"}
    told = {
        last: "有效机时可增补至 2026年6月3日 09:00（使用开始后 92 天）。",
        last + timedelta(minutes=1): "增补有效机时的期限已于 2026年6月3日 09:00 截止。",
    }
    answers = []
    for now, sentence in told.items():
        page = see(city.keeper, "usage_correct", log.public_id, now=now)
        assert sentence in text_of(page)
        form = page.context["form"]
        times = {name: f"{form[name].value():%Y-%m-%dT%H:%M}" for name in ("starts_at", "ends_at")}
        filled = {name: form[name].value() for name in form.fields if name != "amount_yuan"}
        sent = send(city.keeper, "usage_correct", log.public_id, now=now, **{**filled, **times, **typed})
        answers.append(sent.context["changes"] is not None)
    assert answers == [True, False]


def test_a_correction_changes_only_what_was_changed_and_waits_for_a_second_person(city, log, see, send):
    form = see(city.keeper, "usage_correct", log.public_id, now=AFTER).context["form"]
    typed = {name: form[name].value() for name in form.fields if name not in {"reason", "amount_yuan"}}
    typed |= {"starts_at": "2026-03-03T09:00", "ends_at": "2026-03-03T11:00", "reason": "核对运行日志"}
    unchanged = send(city.keeper, "usage_correct", log.public_id, now=AFTER, **typed)
    assert unchanged.status_code == 422
    typed |= {"idle_seconds": "10", "measuring_seconds": "100"}
    asked = send(city.keeper, "usage_correct", log.public_id, now=AFTER, **typed)
    assertInHTML("<li>金额：¥166.67 → <strong>¥183.33</strong></li>", texts(asked))
    assert not log.corrections.exists()
    typed["shown"] = asked.context["shown"]
    done = send(city.keeper, "usage_correct", log.public_id, now=AFTER, **typed)
    assert done.status_code == 302
    correction = log.corrections.get()
    assert correction.changes == {
        "idle_seconds": 600,
        "measuring_seconds": 6000,
        "amount_yuan": "183.33",
    }
    page = texts(see(city.researcher, "usage_log", log.public_id, now=AFTER))
    assertInHTML("<li>空闲：0.33 小时 → <strong>0.17 小时</strong></li>", page)
    send(city.researcher, "usage_confirm", log.public_id, now=AFTER, correction=correction.public_id)
    assert get_current_values(get_usage_log(city.keeper, log.public_id))["idle_seconds"] == 600
    page = texts(see(city.researcher, "usage_log", log.public_id, now=AFTER))
    # The use itself is not confirmed yet.
    assert "更正已确认，上机记录本身仍待确认。" in page
    assert "有效机时 1.83 小时" in page


def test_each_form_that_confirms_sends_what_it_showed(city, log, see, send):
    """A correction that counts meanwhile is refused with what counts now."""
    facts = {"changes": {"idle_seconds": 600, "measuring_seconds": 6000}, "reason": "核对", "now": AFTER}
    correction = usage_correct(actor=city.keeper, log_id=log.pk, **facts)
    pages = [see(city.researcher, *address, now=AFTER) for address in (("me",), ("usage_log", log.public_id))]
    shown = [re.findall(r'name="seen" value="(\d+)"', texts(page)) for page in pages]
    assert shown == [["1"], ["1", "1"]]  # of the hours, and of the correction
    send(city.manager, "usage_confirm", log.public_id, now=AFTER, correction=correction.public_id, seen="1")
    late = send(city.researcher, "usage_confirm", log.public_id, now=AFTER, seen="1")
    assert late.status_code == 409
    assert "目前计入有效机时 1.83 小时、费用 ¥183.33" in texts(late)


def test_correction_of_a_use_that_waits_is_not_said_to_be_billed(city, log, send, monkeypatch, client):
    """Neither in a year whose data are frozen."""
    monkeypatch.setattr("bookings.usage.registry._readers", [lambda _year: AFTER.date()])
    facts = {"changes": {"samples": 2}, "reason": "样品数有误", "now": AFTER}
    correction = usage_correct(actor=city.keeper, log_id=log.pk, **facts)
    for named, said in (
        ({"correction": correction.public_id}, "更正已确认，上机记录本身仍待确认。"),
        ({}, "已确认。该年度数据已冻结，机时不计入任何年度评价。"),
    ):
        done = send(city.researcher, "usage_confirm", log.public_id, now=AFTER, **named)
        assert said in texts(client.get(done.url))


def test_corrected_end_shortens_measuring_time_and_amount_before_it_is_recorded(city, log, see, send):
    form = see(city.keeper, "usage_correct", log.public_id, now=AFTER).context["form"]
    typed = {name: form[name].value() for name in form.fields if name not in {"reason", "amount_yuan"}}
    typed |= {"starts_at": "2026-03-03T09:00", "ends_at": "2026-03-03T10:00", "reason": "提前结束"}
    asked = send(city.keeper, "usage_correct", log.public_id, now=AFTER, **typed)
    assert asked.status_code == 200
    assert asked.context["changes"] == {
        "ends_at": log.ends_at - timedelta(hours=1),
        "measuring_seconds": 1800,
        "amount_yuan": Decimal("66.67"),
    }
    typed |= {"starts_at": "2026-03-03T10:00", "ends_at": "2026-03-03T12:00", "reason": "记错时间"}
    moved = send(city.keeper, "usage_correct", log.public_id, now=AFTER, **typed)
    assert moved.context["changes"].keys() == {"starts_at", "ends_at"}


def test_superseded_correction_is_marked_and_has_no_button(city, log, see, send, two_may_wait):
    hour = timedelta(hours=1)
    parts = {"setup_seconds": 0, "idle_seconds": 0, "measuring_seconds": 600}
    first, second = (
        usage_correct(
            actor=city.keeper, log_id=log.pk, changes={**changes, **parts}, reason="记错", now=AFTER
        )
        for changes in ({"ends_at": log.starts_at + hour}, {"starts_at": log.ends_at - hour})
    )
    overtaken = "此项更正与其后登记的内容不一致，不能再确认。"
    assert overtaken not in texts(see(city.researcher, "usage_log", log.public_id, now=AFTER))
    send(city.researcher, "usage_confirm", log.public_id, now=AFTER, correction=second.public_id)
    page = texts(see(city.researcher, "usage_log", log.public_id, now=AFTER))
    assert (page.count(overtaken), f'value="{first.public_id}"' in page) == (1, False)


def test_the_rating_is_offered_once_hours_are_confirmed_and_says_that_its_text_is_public(
    city, log, see, send
):
    offered = 'name="rating"'
    assert offered not in texts(see(city.researcher, "usage_log", log.public_id, now=AFTER))
    given = {"rating": "satisfied", "comment": "很好\n<b>快</b>"}
    assert send(city.researcher, "usage_review", log.public_id, now=AFTER, **given).status_code == 409
    send(city.researcher, "usage_confirm", log.public_id, now=AFTER)
    page = texts(see(city.researcher, "usage_log", log.public_id, now=AFTER))
    assert offered in page
    assert "评价文字将按原文公开显示在仪器页面" in page
    send(city.researcher, "usage_review", log.public_id, now=AFTER, **given)
    public = texts(see(None, "instrument", city.instrument.public_id, now=AFTER))
    assert "很好<br>&lt;b&gt;快&lt;/b&gt;" in public


def test_a_rating_needs_a_choice_and_is_given_once_by_the_user(city, log, see, send):
    send(city.researcher, "usage_confirm", log.public_id, now=AFTER)
    empty = send(city.researcher, "usage_review", log.public_id, now=AFTER, comment="很好")
    assert (empty.status_code, "很好" in texts(empty)) == (422, True)
    given = {"rating": "satisfied", "comment": "很好"}
    assert send(city.researcher, "usage_review", log.public_id, now=AFTER, **given).status_code == 302
    assert send(city.researcher, "usage_review", log.public_id, now=AFTER, **given).status_code == 409
    assert send(city.keeper, "usage_review", log.public_id, now=AFTER, **given).status_code == 403


def test_payers_administrator_can_read_usage_log(city, log, see):
    admin = factories.member(city.company, Role.ORG_ADMIN)
    assert see(admin, "usage_log", log.public_id, now=AFTER).status_code == 200


def test_a_log_takes_as_many_statements_with_many_corrections(city, log, see, statements):
    def correct(idle):
        usage_correct(
            actor=city.keeper,
            log_id=log.pk,
            changes={"idle_seconds": idle},
            reason="核对",
            now=AFTER,
        )

    correct(60)
    statements.assert_unchanged(
        lambda: see(city.researcher, "usage_log", log.public_id, now=AFTER),
        by=lambda: [correct(idle) for idle in (120, 180, 240)],
    )


def test_who_manages_one_unit_and_keeps_an_instrument_of_another_records_hours_of_both(city, see):
    elsewhere = factories.city()
    factories.keeper(elsewhere.instrument, city.manager)
    page = see(city.manager, "usage_by_hand", now=AFTER).content.decode()
    for one in (city.instrument, elsewhere.instrument):
        assert f'value="{one.public_id}"' in page
