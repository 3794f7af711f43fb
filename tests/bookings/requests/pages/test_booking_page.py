"""One booking's page, for whom it waits: what it says and what it lets them do."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from bookings.journal import ACTS
from bookings.requests.domain.labels import ACTIONS
from bookings.requests.selectors import bookings as bookings_selectors
from bookings.requests.services.bookings import booking_move
from bookings.requests.services.cancellations import booking_cancel
from bookings.requests.services.deciding import booking_approve, booking_reject
from bookings.requests.services.lapses_and_no_shows import bookings_no_show_due
from bookings.usage.selectors.usage import usage_logs
from instrument_share.accounts.domain import Role
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.web.text import formats
from providers.terms.models import OpenServiceRule
from tests import factories
from tests.bookings.requests.booking import book
from tests.bookings.requests.rules import hours, put_in_force
from tests.factories import NOW, slot
from tests.page_fixtures import text_of

MINUTE = timedelta(minutes=1)


def texts(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def booking(city):
    return book(city)


@pytest.fixture
def people(city):
    return {
        "visitor": None,
        "user": city.researcher,
        "keeper": city.keeper,
        "manager": city.manager,
        "administrator of the payer": factories.member(city.company, Role.ORG_ADMIN),
        "officer": factories.officer(),
        "somebody else": factories.user(),
    }


def test_history_names_every_act_that_the_journal_knows_of_bookings(city, see):
    assert {act for act in ACTS if act.startswith("booking.")} == ACTIONS.keys()
    put_in_force(city, hours())
    booking = book(city, slot(day=3, hour=17))
    put_in_force(city, hours(closes=16), day=2, outcomes={booking.public_id: "keep"})
    assert "开放时段变更，预约保留" in texts(see(city.researcher, "booking", booking.public_id))


def test_a_booking_whose_user_is_suspended_for_credit_is_not_offered_to_be_moved_and_says_why(city, see):
    factories.rule(city.instrument, decision="at_once")
    booking = book(city, slot(day=20))
    offer = reverse("booking_move", args=[booking.public_id])
    for person in (city.researcher, city.keeper):
        page = see(person, "booking", booking.public_id)
        assert offer in page.text
        assert "目前不能" not in texts(page)
    for day in (1, 2, 3):
        missed = book(city, slot(day=day))
        bookings_no_show_due(missed.ends_at)
    until = formats.moment(slot(day=1).end + timedelta(days=90))
    told = {
        city.researcher: f"目前不能改期。因多次爽约、逾期取消或违规使用，您的预约资格暂停至 {until}",
        city.keeper: f"{city.researcher.name}目前不能预约，因此也不能改期。",
    }
    for person, words in told.items():
        page = see(person, "booking", booking.public_id, now=NOW + timedelta(days=4))
        assert offer not in page.text
        assert words in texts(page)


WHO = ("visitor", "user", "keeper", "manager", "administrator of the payer", "officer", "somebody else")
SEES = {
    "booking": (302, 200, 200, 200, 200, 200, 404),
    "booking_cancel": (302, 200, 200, 200, 403, 403, 404),
    "booking_move": (302, 200, 200, 200, 403, 403, 404),
    "booking_move_quote": (302, 200, 200, 200, 403, 403, 404),
    "booking_move_times": (302, 200, 200, 200, 403, 403, 404),
    "booking_reject": (302, 403, 200, 200, 403, 403, 404),
}
SENDS = {
    "booking_approve": (302, 403, 302, 302, 403, 403, 404),
    "booking_check_in": (302, 403, 409, 403, 403, 403, 404),
}


@pytest.mark.parametrize("name", SEES)
def test_booking_page_visibility_depends_on_role(name, booking, people, see):
    answers = tuple(see(people[who], name, booking.public_id).status_code for who in WHO)
    assert dict(zip(WHO, answers, strict=True)) == dict(zip(WHO, SEES[name], strict=True))


@pytest.mark.parametrize("name", SENDS)
@pytest.mark.parametrize("who", WHO)
def test_booking_actions_depend_on_role(name, who, booking, people, send):
    assert send(people[who], name, booking.public_id).status_code == SENDS[name][WHO.index(who)]


def test_back_link_leads_to_desk_available_to_reader(booking, people, see):
    back = {
        who: re.search(
            r'class="back"><a href="([^"]+)"', texts(see(people[who], "booking", booking.public_id))
        )
        for who in WHO[1:6]
    }
    assert {who: found and found[1] for who, found in back.items()} == {
        "user": "/me/",
        "keeper": "/keeper/",
        "manager": "/unit/",
        "administrator of the payer": "/me/",
        "officer": "/bureau/",
    }


def test_keepers_own_booking_pages_belong_to_personal_desk(city, see):
    own = book(city, actor=city.keeper, payer=False)
    for name in ("booking", "booking_move", "booking_cancel"):
        page = texts(see(city.keeper, name, own.public_id))
        assert re.findall(r'<a href="([^"]+)" aria-current="page">', page) == ["/me/"]
    assert 'class="back"><a href="/me/"' in texts(see(city.keeper, "booking", own.public_id))


def test_page_shows_next_step_and_responsible_person(city, booking, see):
    theirs = texts(see(city.researcher, "booking", booking.public_id))
    assert "机组将于 2026年3月3日 02:45 前审批，在此之前为您保留该时段。" in theirs
    assert "2 × ¥100.00 /小时" in theirs
    assert "¥200.00" in theirs
    assert "签到码" not in theirs
    keepers = texts(see(city.keeper, "booking", booking.public_id))
    assert "请于 2026年3月3日 02:45 前审批；逾期未审批，申请自动失效。" in keepers


def test_an_approved_booking_shows_its_user_the_code_and_until_when_cancelling_is_free(city, see):
    booking = book(city, slot(day=4))
    booking_approve(actor=city.keeper, booking_id=booking.pk, now=NOW)
    page = texts(see(city.researcher, "booking", booking.public_id))
    assert "请于 2026年3月6日 09:00 到场并出示签到码。" in page
    assert f'alt="预约 {booking.public_id} 的签到码"' in page
    assert "签到码" not in texts(see(city.keeper, "booking", booking.public_id))


def test_desk_and_page_of_a_booking_say_once_and_alike_until_when_cancelling_is_free(city, booking, see):
    booking_approve(actor=city.keeper, booking_id=booking.pk, now=NOW)
    free, late = (
        "免费取消截止时间：2026年3月2日 09:00。",
        "免费取消已于 2026年3月2日 09:00 截止：现在取消最多收取 ¥100.00，并计入信用记录。",
    )
    for now, said in ((NOW, free), (NOW + 61 * MINUTE, late)):
        for name, args in (("booking", [booking.public_id]), ("me", [])):
            page = text_of(see(city.researcher, name, *args, now=now))
            assert (page.count(said), page.count("免费取消")) == (1, 1)


def test_page_of_a_late_cancellation_says_that_the_charge_follows_who_takes_the_time(city, booking, see):
    def is_told(sentence, now):
        return sentence in text_of(see(city.researcher, "booking", booking.public_id, now=now))

    booking_approve(actor=city.keeper, booking_id=booking.pk, now=NOW)
    late = booking.starts_at - 60 * MINUTE
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=late)
    follows = "费用随之减少或恢复"
    assert is_told("目前按无人使用的部分收取 ¥100.00", late) and is_told(follows, late)
    taker = book(city, actor=factories.user(), payer=False, now=late)
    assert is_told("目前按无人使用的部分收取 ¥0.00", late) and is_told(follows, late)
    assert is_told("该预约逾期取消，不收取费用", taker.ends_at) and not is_told(follows, taker.ends_at)


def test_late_cancellation_shows_charge_before_confirmation(city, booking, see, send):
    booking_approve(actor=city.keeper, booking_id=booking.pk, now=NOW)
    late = booking.starts_at - 60 * MINUTE
    asked = texts(see(city.researcher, "booking_cancel", booking.public_id, now=late))
    assert "免费取消截止于 2026年3月2日 09:00：按无人使用的部分收费，最多收取 ¥100.00。" in asked
    send(city.researcher, "booking_cancel", booking.public_id, now=late, late=1)
    done = bookings_selectors.get_booking(city.researcher, booking.public_id)
    assert (done.state, done.late_cancel, str(done.charged_yuan)) == ("cancelled", True, "100.00")


def test_who_read_that_cancelling_is_free_is_asked_again_once_it_is_not(city, booking, see, send):
    booking_approve(actor=city.keeper, booking_id=booking.pk, now=NOW)
    late = booking.starts_at - 60 * MINUTE
    in_time = booking.starts_at - 25 * 60 * MINUTE
    read = see(city.researcher, "booking_cancel", booking.public_id, now=in_time).context["form"]
    asked = send(city.researcher, "booking_cancel", booking.public_id, now=late, **read.initial)
    assert asked.status_code == 422
    assert "最多收取 ¥100.00" in texts(asked)
    assert bookings_selectors.get_booking(city.researcher, booking.public_id).state == "approved"
    again = asked.context["form"].data
    assert send(city.researcher, "booking_cancel", booking.public_id, now=late, **again).status_code == 302


def test_a_unit_that_cancels_gives_a_reason(city, booking, send):
    empty = send(city.keeper, "booking_cancel", booking.public_id, reason=" ")
    assert empty.status_code == 422
    assert send(city.keeper, "booking_cancel", booking.public_id, reason="灯丝更换").status_code == 302
    assert bookings_selectors.get_booking(city.keeper, booking.public_id).decision_note == "灯丝更换"


def test_a_request_is_declined_with_a_reason_that_its_user_reads(city, booking, see, send):
    assert send(city.keeper, "booking_reject", booking.public_id, reason="").status_code == 422
    done = send(city.keeper, "booking_reject", booking.public_id, reason="样品须先干燥。")
    assert done.url == f"/bookings/{booking.public_id}/"
    assert "样品须先干燥。" in texts(see(city.researcher, "booking", booking.public_id))
    late = send(city.keeper, "booking_reject", booking.public_id, reason="样品含水，须先烘干。")
    assert (late.status_code, "样品含水，须先烘干。" in texts(late)) == (409, True)


def test_charges_by_use_are_promised_while_there_can_be_a_use(city, booking, see, send):
    promise = "实际收费按此价格和实际机时计算。"
    assert promise in texts(see(city.researcher, "booking", booking.public_id))
    send(city.keeper, "booking_reject", booking.public_id, reason="样品须先干燥。")
    assert promise not in texts(see(city.researcher, "booking", booking.public_id))


def test_an_approval_in_place_is_stored_and_leads_back_without_a_script(city, booking, send):
    other = book(city, slot(day=2))
    row = send(city.keeper, "booking_approve", booking.public_id, htmx=True, form_token="one-click")
    assert (row.status_code, "已通过，并已通知戊。" in texts(row)) == (201, True)
    assert row.headers["HX-Trigger"] == '{"booking-approved": {}}'
    assert bookings_selectors.get_booking(city.keeper, booking.public_id).state == "approved"
    plain = send(city.keeper, "booking_approve", other.public_id, next="/keeper/")
    assert plain.url == "/keeper/"


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org/", "javascript:alert(1)"])
def test_approval_ignores_redirect_to_other_site(city, booking, send, elsewhere):
    done = send(city.keeper, "booking_approve", booking.public_id, next=elsewhere)
    assert done.url == f"/bookings/{booking.public_id}/"


def test_decision_on_stale_booking_is_refused(city, booking, send):
    assert send(city.keeper, "booking_approve", booking.public_id, revision="7").status_code == 409


def test_move_form_shows_price_and_all_problems(city, booking, see, send):
    asked = {"starts_at": "2026-03-05T06:15", "ends_at": "2026-03-05T10:00"}
    preview = texts(see(city.researcher, "booking_move_quote", booking.public_id, **asked))
    assert "30 分钟" in preview
    assert "¥375.00" in preview
    refused = send(city.researcher, "booking_move", booking.public_id, **asked)
    assert refused.status_code == 422
    assert 'value="2026-03-05T06:15"' in texts(refused)
    assert "有 2 处需要修改" in texts(refused)


def test_move_is_offered_until_its_deadline_which_is_shown(city, booking, see):
    link = f'href="/bookings/{booking.public_id}/move/"'
    waiting = texts(see(city.researcher, "booking", booking.public_id))
    assert (link in waiting, "在审批之前可随时免费改期或取消。" in waiting) == (True, True)
    booking_approve(actor=city.keeper, booking_id=booking.pk, now=NOW)
    for name, args in (("booking", [booking.public_id]), ("me", [])):
        before = texts(see(city.researcher, name, *args, now=NOW))
        assert (link in before, "改期截止时间：2026年3月2日 09:00。" in before) == (True, True)
        after = texts(see(city.researcher, name, *args, now=NOW + 61 * MINUTE))
        assert (link in after, "改期已于 2026年3月2日 09:00 截止。" in after) == (False, True)
        assert f'href="/bookings/{booking.public_id}/cancel/"' in after
    keepers = texts(see(city.keeper, "booking", booking.public_id, now=NOW + 61 * MINUTE))
    assert (link in keepers, "截止时间：" in keepers) == (True, False)


def test_move_without_javascript_shows_price_before_sending(city, booking, send):
    asked = {"starts_at": "2026-03-05T09:00", "ends_at": "2026-03-05T12:00", "show_price": "1"}
    shown = send(city.researcher, "booking_move", booking.public_id, **asked)
    assert (shown.status_code, "¥300.00" in texts(shown)) == (200, True)
    backwards = {**asked, "ends_at": "2026-03-05T08:00"}
    refused = send(city.researcher, "booking_move", booking.public_id, **backwards)
    assert "<li>结束时间应晚于开始时间。</li>" in texts(refused)
    assert bookings_selectors.get_booking(city.researcher, booking.public_id).starts_at == booking.starts_at


def test_end_before_start_is_told_in_the_quote_of_a_move(city, booking, see):
    asked = {"starts_at": "2026-03-05T09:00", "ends_at": "2026-03-05T08:00"}
    page = texts(see(city.researcher, "booking_move_quote", booking.public_id, **asked))
    assert "<li>结束时间应晚于开始时间。</li>" in page


def test_move_to_before_the_first_rule_keeps_the_form_and_says_why(city, booking, see, send):
    OpenServiceRule.objects.update(applies_from=NOW + timedelta(hours=25))
    asked = {"starts_at": "2026-03-03T08:00", "ends_at": "2026-03-03T10:00"}
    preview = texts(see(city.researcher, "booking_move_quote", booking.public_id, **asked))
    assert ("<html" in preview, "没有生效的开放服务规则" in preview) == (False, True)
    refused = send(city.researcher, "booking_move", booking.public_id, **asked)
    assert (refused.status_code, 'value="2026-03-03T08:00"' in texts(refused)) == (422, True)


def test_move_needing_new_approval_says_so_before_and_after(city, see, send):
    booking = book(city, slot(day=4))
    again = "改期后须由机组重新审批"
    assert again not in texts(see(city.researcher, "booking_move", booking.public_id))
    booking_approve(actor=city.keeper, booking_id=booking.pk, now=NOW)
    assert again in texts(see(city.researcher, "booking_move", booking.public_id))
    assert again not in texts(see(city.keeper, "booking_move", booking.public_id))
    asked = {"starts_at": "2026-03-07T09:00", "ends_at": "2026-03-07T11:00"}
    done = send(city.researcher, "booking_move", booking.public_id, **asked)
    page = texts(see(city.researcher, "booking", booking.public_id))
    assert (done.status_code, "机组将于 2026年3月3日 08:00 前审批，在此之前保留该时段。" in page) == (
        302,
        True,
    )
    assert "改期，须重新审批" in page


def test_a_request_that_moves_while_its_keeper_types_is_declined_only_as_it_stands_then(
    city, booking, see, send
):
    asked = see(city.keeper, "booking_reject", booking.public_id)
    assert "2026年3月3日 周二 09:00–11:00" in texts(asked)
    booking_move(actor=city.researcher, booking_id=booking.pk, interval=slot(day=3), now=NOW)
    sent = {"reason": "周二停机。", "seen": asked.context["form"]["seen"].value()}
    refused = send(city.keeper, "booking_reject", booking.public_id, **sent)
    booking.refresh_from_db()
    assert (refused.status_code, booking.state) == (409, "requested")
    assert "本预约刚刚被他人修改，请按现在的内容核对后再操作。" in texts(refused)
    assert ("周二停机。" in texts(refused), "2026年3月5日 周四 09:00–11:00" in texts(refused)) == (True, True)
    again = sent | {"seen": refused.context["form"]["seen"].value()}
    assert send(city.keeper, "booking_reject", booking.public_id, **again).status_code == 302


def test_a_unit_cancels_or_moves_a_booking_only_as_it_has_read_it(city, booking, see, send):
    read = see(city.keeper, "booking_cancel", booking.public_id).context["form"].initial
    moving = {"seen": "1", "starts_at": "2026-03-04T09:00", "ends_at": "2026-03-04T11:00"}
    assert 'name="seen" value="1"' in see(city.keeper, "booking_move", booking.public_id).content.decode()
    booking_move(actor=city.researcher, booking_id=booking.pk, interval=slot(day=3), now=NOW)
    for page, sent in (("booking_cancel", {**read, "reason": "周二停机。"}), ("booking_move", moving)):
        refused = send(city.keeper, page, booking.public_id, **sent)
        assert (refused.status_code, "本预约刚刚被他人修改" in texts(refused)) == (422, True)
        assert "2026年3月5日 周四 09:00–11:00" in texts(refused)
        booking.refresh_from_db()
        assert (booking.state, booking.starts_at) == ("requested", slot(day=3).start)
    assert 'name="seen" value="2"' in refused.content.decode()
    again = {**read, "seen": f"{booking.public_id}:2", "reason": "周四停机。"}
    assert send(city.keeper, "booking_cancel", booking.public_id, **again).status_code == 302


def get_shown(answer):
    return re.search(r'name="shown" value="([^"]*)"', answer.content.decode())[1]


LATER = {"starts_at": "2026-03-05T09:00", "ends_at": "2026-03-05T12:00"}


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (
            {"price": "130.50"},
            [
                "您查看时价格为 ¥300.00，现为 ¥391.50。请核对后再提交。",
                "您查看之后，预约规则有变化。请在仪器页面核对后再提交。",
            ],
        ),
        ({"late_cancel_percent": 100}, ["您查看之后，预约规则有变化。请在仪器页面核对后再提交。"]),
    ],
)
@pytest.mark.parametrize("mover", ["researcher", "keeper"])
def test_a_booking_moves_only_on_the_conditions_that_its_form_has_shown(
    city, booking, see, send, mover, rule, told
):
    person = getattr(city, mover)
    read = get_shown(see(person, "booking_move_quote", booking.public_id, **LATER))
    factories.rule(city.instrument, **rule)
    refused = send(person, "booking_move", booking.public_id, **LATER, shown=read)
    assert (refused.status_code, refused.context["form"].non_field_errors()) == (422, told)
    assert 'value="2026-03-05T12:00"' in texts(refused)
    booking.refresh_from_db()
    assert (booking.starts_at, booking.revision) == (slot(day=1).start, 1)
    again = send(person, "booking_move", booking.public_id, **LATER, shown=get_shown(refused))
    booking.refresh_from_db()
    assert (again.status_code, booking.starts_at) == (302, slot(day=3).start)


def test_a_booking_moves_once_its_user_has_read_what_cancelling_has_come_to_cost(city, booking, see, send):
    """The keeper, who would not pay it, is not asked again."""
    sooner = {"starts_at": "2026-03-03T10:00", "ends_at": "2026-03-03T12:00"}
    people = (city.researcher, city.keeper)
    read = [get_shown(see(one, "booking_move_quote", booking.public_id, **sooner)) for one in people]
    assert read == ["200.00 - 1", "200.00 - 1"]
    later = NOW + timedelta(hours=2, seconds=1)
    answers = [
        send(one, "booking_move", booking.public_id, **sooner, shown=shown, now=later)
        for one, shown in zip(people, read, strict=True)
    ]
    assert [one.status_code for one in answers] == [422, 302]
    assert answers[0].context["form"].non_field_errors() == ["预约通过后取消，目前最多收取 ¥100.00。"]
    assert get_shown(answers[0]) == "200.00 100.00 1"


def test_a_form_of_a_move_shows_what_its_present_time_costs_by_now(city, booking, see, send):
    as_it_is = {"starts_at": "2026-03-03T09:00", "ends_at": "2026-03-03T11:00"}
    opened = see(city.researcher, "booking_move", booking.public_id)
    assert (get_shown(opened), "这是目前的时段。" in texts(opened)) == ("200.00 - 1", True)
    factories.rule(city.instrument, price="130.50")
    asked = see(city.researcher, "booking_move_quote", booking.public_id, **as_it_is)
    assert "由 ¥200.00 变为 ¥261.00" in texts(asked)
    unread = send(city.researcher, "booking_move", booking.public_id, **as_it_is, shown="")
    assert (unread.status_code, unread.context["form"].non_field_errors()) == (
        422,
        ["您尚未看到价格，价格为 ¥261.00。请核对后再提交。"],
    )
    stale = send(city.researcher, "booking_move", booking.public_id, **as_it_is, shown=get_shown(opened))
    booking.refresh_from_db()
    assert (stale.status_code, booking.quoted_yuan) == (422, 200)


def test_a_form_of_a_move_says_until_when_it_can_be(city, see):
    factories.rule(city.instrument, decision="at_once")
    booking = book(city)
    in_time = see(city.researcher, "booking_move", booking.public_id, now=NOW)
    late = see(city.researcher, "booking_move", booking.public_id, now=booking.starts_at - timedelta(hours=1))
    assert ("改期截止时间：" in texts(in_time), "改期已于 " in texts(late)) == (True, True)


def test_the_price_of_a_move_says_that_the_rule_at_the_new_time_asks_the_keeper(city, see):
    at_once = factories.rule(city.instrument, decision="at_once")
    factories.rule(city.instrument, decision="by_keeper", applies_from=NOW + timedelta(days=2))
    booking = book(city)
    assert (booking.state, booking.rule_id) == ("approved", at_once.pk)
    again = "改期后须由机组重新审批"
    sooner = {"starts_at": "2026-03-03T13:00", "ends_at": "2026-03-03T15:00"}
    pages = [
        texts(see(city.researcher, "booking_move_quote", booking.public_id, **to)) for to in (sooner, LATER)
    ]
    assert [again in page for page in pages] == [False, True]


def test_the_calendar_of_a_move_leaves_the_booking_itself_out(city, booking, see):
    week = {"start": "2026-03-02T00:00:00Z", "end": "2026-03-09T00:00:00Z"}
    events = see(city.researcher, "booking_move_times", booking.public_id, **week).json()["events"]
    assert not any(event["mine"] for event in events)


@pytest.fixture
def running(city, booking, send):
    booking_approve(actor=city.keeper, booking_id=booking.pk, now=NOW)
    send(city.keeper, "booking_check_in", booking.public_id, now=booking.starts_at)
    return booking


def typed(page):
    """What the check-out form holds, with the amount that it shows."""
    form = page.context["form"]
    held = {name: form[name].value() or "" for name in form.fields}
    return {
        **held,
        "ends_at": f"{held['ends_at'].astimezone(CITY_TIME):%Y-%m-%dT%H:%M}",
        "shown": page.context["shown"],
    }


def test_check_out_proposes_booked_end_when_overdue_and_shows_amount(city, running, see, send):
    overdue = running.ends_at + 99 * MINUTE
    page = see(city.keeper, "booking_check_out", running.public_id, now=overdue)
    assert 'value="2026-03-03T11:00"' in texts(page)
    assert "2026年3月3日 周二 09:00–11:00" in texts(page)
    assert "¥200.00" in texts(page)
    desk = texts(see(city.keeper, "keeper", now=overdue))
    assert f'href="/bookings/{running.public_id}/check-out/?next=/keeper/"' in desk
    assert f'action="/bookings/{running.public_id}/check-out/"' not in desk
    done = send(
        city.keeper, "booking_check_out", running.public_id, now=overdue, next="/keeper/", **typed(page)
    )
    log = usage_logs(city.keeper).get()
    assert (done.url, log.ends_at, log.content) == ("/keeper/", running.ends_at, "二氧化钛薄膜")
    assert str(log.amount_yuan) == "200.00"


def test_what_was_typed_comes_back_where_a_colleague_has_checked_out_meanwhile(city, running, see, send):
    now = running.ends_at
    sent = typed(see(city.keeper, "booking_check_out", running.public_id, now=now))
    send(city.keeper, "booking_check_out", running.public_id, now=now, **sent)
    late = {**sent, "content": "第二片薄膜，靶材已换"}
    refused = send(city.keeper, "booking_check_out", running.public_id, now=now, **late)
    assert refused.status_code == 422
    assert "第二片薄膜，靶材已换" in texts(refused) and "当前状态为“已完成”" in texts(refused)


def test_check_out_records_only_an_amount_that_was_shown(city, running, see, send):
    now = running.ends_at - 30 * MINUTE
    page = see(city.keeper, "booking_check_out", running.public_id, now=now)
    sent = {**typed(page), "ends_at": "2026-03-03T10:00"}
    first = send(city.keeper, "booking_check_out", running.public_id, now=now, **sent)
    assert (first.status_code, "¥100.00" in texts(first), usage_logs(city.keeper).exists()) == (
        200,
        True,
        False,
    )
    sent["shown"] = first.context["shown"]
    send(city.keeper, "booking_check_out", running.public_id, now=now + MINUTE, **sent)
    assert str(usage_logs(city.keeper).get().amount_yuan) == "100.00"


def test_end_of_use_in_future_or_before_check_in_is_refused(city, running, send):
    for typed_end, said in (
        ("2026-03-03T11:01", "结束时间不能晚于当前时间"),
        ("2026-03-03T08:59", "结束时间须晚于开始时间"),
    ):
        refused = send(
            city.keeper, "booking_check_out", running.public_id, now=running.ends_at, ends_at=typed_end
        )
        assert (refused.status_code, said in texts(refused)) == (422, True)
    assert not usage_logs(city.keeper).exists()


def test_parts_exceeding_total_time_keep_form_input(city, running, send):
    refused = send(
        city.keeper,
        "booking_check_out",
        running.public_id,
        now=running.ends_at,
        ends_at="2026-03-03T11:00",
        setup=90,
        post=60,
        results="35 nm",
    )
    assert refused.status_code == 422
    assert "35 nm" in texts(refused)
    assert not usage_logs(city.keeper).exists()


def test_page_text_uses_credit_check_in_and_no_show_constants(city, booking, see, monkeypatch, settings):
    settings.BOOKING_NO_SHOW_MINUTES = 41
    monkeypatch.setattr("bookings.requests.domain.credit.EVENT_LIFETIME", timedelta(days=42))
    monkeypatch.setattr("bookings.requests.domain.credit.SUSPENSION_THRESHOLD", 43)
    monkeypatch.setattr("bookings.requests.views.bookings.CHECK_IN_LEAD_MINUTES", 44)
    booking_approve(actor=city.keeper, booking_id=booking.pk, now=NOW)
    late = booking.starts_at - 60 * MINUTE
    cancelling = texts(see(city.researcher, "booking_cancel", booking.public_id, now=late))
    assert "有效期 42 天；同时有 43 条有效记录时，预约暂停" in cancelling
    assert "开始前 44 分钟起可签到" in texts(see(city.researcher, "booking", booking.public_id))
    assert "开始 41 分钟后仍未签到" in texts(see(city.keeper, "booking", booking.public_id))
    bookings_no_show_due(booking.starts_at + 41 * MINUTE)
    assert "时段已于 2026年3月3日 09:41 释放" in texts(see(city.researcher, "booking", booking.public_id))


def test_keeper_who_closes_finds_free_times_and_the_user_agrees_on_the_page(city, booking, see, send):
    typed = {
        "instrument": city.instrument.public_id,
        "starts_at": "2026-03-03T08:00",
        "ends_at": "2026-03-03T13:00",
        "reason_zh": "更换灯丝",
    }
    asked = texts(send(city.keeper, "closure_new", **typed))
    assert f'name="start_{booking.public_id}" value="2026-03-03T13:00"' in asked
    fate = {f"outcome_{booking.public_id}": "move", f"start_{booking.public_id}": "2026-03-03T13:00"}
    assert send(city.keeper, "closure_new", **typed, **fate).status_code == 302
    page = texts(see(city.researcher, "booking", booking.public_id))
    assert '/agree/"' in page
    assert '/agree/"' not in texts(see(city.keeper, "booking", booking.public_id))
    send(city.researcher, "booking_agree", booking.public_id)
    assert '/agree/"' not in texts(see(city.researcher, "booking", booking.public_id))


def test_nobody_agrees_to_a_time_that_the_unit_chose_after_they_had_opened_the_page(city, booking, see, send):
    def move(hour):
        booking_move(actor=city.keeper, booking_id=booking.pk, interval=slot(day=3, hour=hour), now=NOW)

    move(9)
    booking.refresh_from_db()
    page = texts(see(city.researcher, "booking", booking.public_id))
    assert f'name="revision" value="{booking.revision}"' in page
    move(12)
    refused = send(city.researcher, "booking_agree", booking.public_id, revision=booking.revision)
    assert refused.status_code == 409
    booking.refresh_from_db()
    assert booking.moved_by_unit_at == NOW


def test_line_of_steps_tells_what_its_user_ended_from_what_was_refused(city, booking, see):
    def get_last_step():
        page = see(city.researcher, "booking", booking.public_id)
        return re.findall(r'class="step step-(\w+)"', page.text)[-1]

    factories.rule(city.instrument, decision="by_keeper")
    withdrawn, booking = booking, book(city, slot(day=4))
    booking_reject(actor=city.keeper, booking_id=booking.pk, reason="停机检修", now=NOW)
    assert get_last_step() == "stopped"
    booking = withdrawn
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=NOW)
    assert get_last_step() == "ended"
    page = texts(see(city.researcher, "booking", booking.public_id))
    assert '已取消<span class="visually-hidden"> (已结束)</span>' in page


@pytest.mark.parametrize("htmx", [False, True])
def test_approving_in_another_tab_what_was_moved_meanwhile_leads_to_the_booking_as_it_is(
    city, booking, client, send, htmx
):
    later = slot(day=3)
    booking_move(actor=city.researcher, booking_id=booking.pk, interval=later, now=NOW)
    seen = {"revision": booking.revision}
    refused = send(city.keeper, "booking_approve", booking.public_id, htmx=htmx, **seen)
    assert (refused.status_code, "本预约刚刚被他人修改" in texts(refused)) == (409, True)
    (address,) = re.findall(r'href="([^"]*)">查看当前情况</a>', texts(refused))
    shown = client.get(address)
    assert (shown.status_code, formats.timerange(later) in texts(shown)) == (200, True)
    booking.refresh_from_db()
    assert booking.state == "requested"
