"""The desks of who books and who keeps: what waits there, and for whom."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.urls import reverse

from bookings.credit.services import credit_appeal
from bookings.kiosk.services.kiosks import kiosk_make
from bookings.projects.services import project_close
from bookings.requests.models import Booking, CreditEvent
from bookings.requests.selectors import bookings as bookings_selectors
from bookings.requests.selectors.companions import get_no_show_grace
from bookings.requests.services.cancellations import booking_cancel
from bookings.requests.services.deciding import booking_approve
from bookings.requests.services.instrument_decisions import instrument_suspend
from bookings.requests.services.lapses_and_no_shows import bookings_no_show_due
from bookings.usage.selectors.statistics import UseSums, sum_uses
from bookings.usage.selectors.usage import get_current_values, usage_logs
from bookings.usage.services.attendance import booking_check_in, booking_check_out
from bookings.usage.services.disputes import usage_dispute
from bookings.usage.services.usage import usage_confirm, usage_correct
from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.domain import MembershipState, Role
from instrument_share.accounts.models import Membership
from instrument_share.accounts.services import account_lock, membership_request
from instrument_share.journal import selectors as journal
from instrument_share.pages.views import keeper, me
from instrument_share.web.text.formats import moment
from providers.instruments.models import Keeper
from tests import factories
from tests.bookings.projects.things import add_project
from tests.bookings.requests.booking import book
from tests.bookings.samples.steps import submitted
from tests.factories import NOW, slot
from tests.page_fixtures import text_of

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
DECISIONS = ("approve", "move", "reject")


def texts(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def admin(city):
    return factories.member(city.company, Role.ORG_ADMIN)


def approved(city, interval):
    booking = book(city, interval)
    return booking_approve(actor=city.keeper, booking_id=booking.pk, now=NOW)


def used(city, interval):
    booking = approved(city, interval)
    booking_check_in(actor=city.keeper, booking_id=booking.pk, now=interval.start)
    return booking_check_out(actor=city.keeper, booking_id=booking.pk, now=interval.end)


def test_desk_access_depends_on_role(city, admin, see):
    somebody = factories.user()
    people = [None, somebody, city.researcher, city.keeper, city.manager]
    assert [see(who, "me").status_code for who in people] == [302, 200, 200, 200, 200]
    assert [see(who, "keeper").status_code for who in people] == [302, 403, 403, 200, 403]
    assert [see(who, "closure_new").status_code for who in people] == [302, 403, 403, 200, 200]
    assert [see(who, "usage_by_hand").status_code for who in people] == [302, 403, 403, 200, 200]
    mine = city.company.public_id
    assert [see(who, "my_organization", mine).status_code for who in [*people, admin]] == [
        302,
        404,
        404,
        404,
        404,
        200,
    ]


def test_hours_and_closures_are_offered_to_who_has_an_instrument(city, see):
    own = city.owner
    people = {
        "of none": factories.member(own, Role.KEEPER),
        "manager who keeps none": factories.member(own, Role.KEEPER),
        "of a draft": factories.keeper(factories.instrument(own, state="draft", published_at=None)),
        "keeper": city.keeper,
    }
    factories.member(own, Role.UNIT_MANAGER, people["manager who keeps none"])
    offers = [f'href="{reverse(name)}"' for name in ("usage_by_hand", "closure_new")]
    seen = {who: [one in see(person, "keeper").text for one in offers] for who, person in people.items()}
    assert seen == {
        "of none": [False, False],
        "manager who keeps none": [True, True],
        "of a draft": [False, True],
        "keeper": [True, True],
    }


def test_a_new_person_is_shown_the_way_to_the_catalogue(city, see):
    page = texts(see(factories.user(), "me"))
    assert "您还没有预约过仪器" in page
    assert '<a class="btn btn-primary" href="/instruments/">前往仪器目录</a>' in page


def test_past_bookings_are_narrowed_by_instrument_and_end_and_exported_as_shown(city, see):
    used(city, slot(day=1, hour=9))
    cancelled = approved(city, slot(day=4, hour=14))
    booking_cancel(actor=city.researcher, booking_id=cancelled.pk, now=slot(day=2).start)

    def shown(**asked):
        page = see(city.researcher, "me", now=slot(day=3).start, **asked)
        return [booking.state for booking in page.context["past"].items], texts(page)

    assert shown()[0] == ["cancelled", "completed"]
    assert shown(state="cancelled")[0] == ["cancelled"]
    assert shown(q=cancelled.public_id.lower())[0] == ["cancelled"]
    assert shown(q=city.instrument.name_en.upper(), state="completed")[0] == ["completed"]
    none, page = shown(q="没有这台")
    assert none == []
    assert "没有符合条件的预约" in page
    assert "您还没有预约过仪器" not in page
    csv = see(city.researcher, "me", now=slot(day=3).start, state="cancelled", format="csv")
    head, *rows = b"".join(csv.streaming_content).decode().splitlines()
    assert [row.split(",")[0] for row in rows] == [cancelled.public_id]
    assert head == "\ufeff编号,仪器设备,检测内容,开始时间,结束时间,状态,逾期取消或爽约收费（元）"


def test_desk_lists_next_booking_then_pending_tasks(city, see):
    used(city, slot(day=1, hour=9))
    approved(city, slot(day=4, hour=14))
    approved(city, slot(day=3, hour=9))
    page = texts(see(city.researcher, "me", now=slot(day=2).start))
    assert page.index("2026年3月5日 周四 09:00–11:00") < page.index("待我确认的机时")
    assert page.index("待我确认的机时") < page.index("2026年3月6日 周五 14:00–16:00")
    assert "有效机时 2 小时，费用 ¥200.00" in page


def test_administrator_is_told_first_who_asks_to_join(city, admin, see):
    membership_request(actor=factories.user(), organization_id=city.company.pk, now=NOW)
    page = see(admin, "me")
    assert "待审批的加入申请 1 · 云屏测试科技有限公司" in text_of(page)
    assert f'href="{reverse("members", args=[city.company.public_id])}#requests"' in page.content.decode()
    assert "待审批的加入申请" not in text_of(see(city.researcher, "me"))


def test_my_hours_and_costs_of_a_year_and_as_a_table(city, see):
    log = used(city, slot(day=1, hour=9))
    page = texts(see(city.researcher, "my_usage", now=slot(day=2).start))
    assert "¥200.00" in page
    table = (
        see(city.researcher, "my_usage", now=slot(day=2).start, format="csv").getvalue().decode("utf-8-sig")
    )
    assert table.splitlines()[1] == (
        f"{log.public_id},场发射扫描电子显微镜,戊,2026-03-03 09:00:00,2026-03-03 11:00:00,2.0000,200.00,否"
    )
    assert "没有上机记录" in texts(see(city.researcher, "my_usage", now=slot(day=2).start, year="2025"))


def test_administrator_sees_only_own_organizations_charges(city, admin, see):
    used(city, slot(day=1, hour=9))
    booking_cancel(actor=city.researcher, booking_id=book(city, slot(day=3), payer=False).pk, now=NOW)
    book(city, slot(day=4), payer=False)
    book(city, slot(day=5, hour=13))
    page = texts(see(admin, "my_organization", city.company.public_id, now=slot(day=2).start))
    assert "2026年3月7日 周六 13:00–15:00" in page
    assert "2026年3月6日" not in page
    assert "¥200.00" in page
    assert "逾期取消和爽约的费用见结算单" in page


def test_credit_is_shown_with_its_end(city, see):
    late = approved(city, slot(day=1))
    booking_cancel(actor=city.researcher, booking_id=late.pk, now=NOW + 2 * HOUR)
    page = texts(see(city.researcher, "me", now=NOW + 3 * HOUR))
    assert "逾期取消" in page
    assert "有效至 2026年5月31日" in page


def test_opening_notification_redirects_and_marks_it_read(city, see, send):
    booking = approved(city, slot())
    told = journal.notifications(city.researcher).get()
    assert "2026年3月3日 09:00" in texts(see(city.researcher, "inbox"))
    opened = send(city.researcher, "notification_open", told.public_id)
    assert opened.url == f"/bookings/{booking.public_id}/"
    assert journal.unread_count(city.researcher) == 0
    assert send(city.manager, "notification_open", told.public_id).status_code == 404
    approved(city, slot(day=2))
    assert send(city.researcher, "notifications_read").url == "/me/notifications/"
    assert journal.unread_count(city.researcher) == 0


def test_a_token_is_shown_once_works_and_is_revoked(city, see, send):
    made = send(city.researcher, "tokens", name="每晚导出", scopes=["read", "book"], days="30")
    assert made.status_code == 201
    secret = made.context["secret"]
    assert secret in texts(made)
    assert accounts.valid_token(secret, NOW).user == city.researcher
    later = see(city.researcher, "tokens")
    assert secret not in texts(later)
    ((token, _scopes),) = later.context["tokens"]
    assert (token.scopes, token.expires_at) == (["read", "book"], NOW + timedelta(days=30))
    assert send(city.manager, "token_revoke", token.public_id).status_code == 404
    assert send(city.researcher, "token_revoke", token.public_id).status_code == 302
    assert accounts.valid_token(secret, NOW) is None
    assert send(city.researcher, "tokens", name="").status_code == 422


def test_keeper_sees_requests_arrivals_and_overdue_uses(city, see):
    overdue = approved(city, slot(day=1, hour=8, length=1))
    booking_check_in(actor=city.keeper, booking_id=overdue.pk, now=overdue.starts_at)
    approved(city, slot(day=1, hour=10))
    approved(city, slot(day=1, hour=18, length=1))
    later = services_request(city, slot(day=5), NOW + 20 * HOUR)
    first = services_request(city, slot(day=6), NOW + 19 * HOUR)
    page = see(city.keeper, "keeper", now=slot(day=1, hour=9).start + 50 * timedelta(minutes=1))
    shown = texts(page)
    assert [one.public_id for one in page.context["waiting"].items] == [first.public_id, later.public_id]
    assert "应于 2026年3月3日 09:00 结束" in shown
    assert "签到 戊 " not in text_of(page)
    assert text_of(page).count("请先为正在使用的预约签退 戊 ") == 1
    assert [one.state for one in page.context["arrivals"].items] == ["approved", "approved"]
    assert shown.count("开始前 15 分钟起可签到") == 1


def test_overdue_use_is_said_to_be_due_to_end_not_to_have_begun_then(city, see, client):
    overdue = approved(city, slot(day=1, hour=8, length=1))
    booking_check_in(actor=city.keeper, booking_id=overdue.pk, now=overdue.starts_at)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = text_of(see(city.keeper, "keeper", now=overdue.ends_at + timedelta(minutes=50)))
    assert "due to end 3 Mar 2026, 09:00" in page
    assert "since 3 Mar 2026" not in page


def test_time_for_samples_waits_to_be_checked_in_as_its_user_need_not_come(city, see):
    planned = approved(city, slot(day=1, hour=10))
    Booking.objects.filter(pk=planned.pk).update(planned_by_unit=True)
    page = text_of(see(city.keeper, "keeper", now=planned.starts_at + timedelta(minutes=5)))
    assert (page.count("待签到"), page.count("尚未到场")) == (1, 0)


def test_keeper_sees_who_is_late_before_who_is_there_and_who_comes(city, see):
    done, there, late = (approved(city, slot(day=1, hour=hour, length=1)) for hour in (8, 9, 10))
    coming = approved(city, slot(day=1, hour=12))
    booking_check_in(actor=city.keeper, booking_id=done.pk, now=done.starts_at)
    booking_check_out(actor=city.keeper, booking_id=done.pk, now=done.ends_at)
    booking_check_in(actor=city.keeper, booking_id=there.pk, now=there.starts_at)
    page = see(city.keeper, "keeper", now=late.starts_at)
    assert [one.pk for one in page.context["arrivals"].items] == [there.pk, late.pk, coming.pk, done.pk]
    assert "尚未到场" not in texts(page)
    booking_check_out(actor=city.keeper, booking_id=there.pk, now=late.starts_at)
    page = see(city.keeper, "keeper", now=late.starts_at + timedelta(minutes=5))
    assert [one.pk for one in page.context["arrivals"].items] == [late.pk, coming.pk, done.pk, there.pk]
    assert texts(page).count("尚未到场") == 1


def test_keeper_reads_from_when_on_who_has_not_come_is_a_no_show(city, see):
    before, late = (approved(city, slot(day=1, hour=hour, length=1)) for hour in (8, 9))
    begins = late.starts_at
    booking_check_in(actor=city.keeper, booking_id=before.pk, now=before.starts_at)

    def read(minutes):
        text = text_of(see(city.keeper, "keeper", now=begins + minutes * MINUTE))
        return re.findall(r"(\d\d:\d\d) 起按爽约处理", text)

    assert read(5) == []  # it waits for the use before
    booking_check_out(actor=city.keeper, booking_id=before.pk, now=begins + 10 * MINUTE)
    assert (read(10), read(39)) == (["09:40"], ["09:40"])
    assert bookings_no_show_due(begins + 39 * MINUTE) == 0
    assert bookings_no_show_due(begins + 40 * MINUTE) == 1
    assert read(41) == []


def test_no_show_is_told_as_late_as_a_kiosk_beside_what_was_booked_may_keep_a_check_in(city, see):
    kiosk_make(actor=city.keeper, instrument_id=city.instrument.pk, name="门口", now=NOW)
    late = approved(city, slot(day=1, hour=9))
    text = text_of(see(city.keeper, "keeper", now=late.starts_at + MINUTE))
    due = late.starts_at + get_no_show_grace(late)
    assert get_no_show_grace(late) > 30 * MINUTE
    assert f"{moment(due)} 起按爽约处理" in text


def test_no_show_is_told_of_none_whose_absence_is_not_held_against_them(city, see):
    rows = [approved(city, slot(day=1, hour=hour, length=1)) for hour in (8, 9)]
    for booking, changes in zip(rows, ({"planned_by_unit": True}, {"moved_by_unit_at": NOW}), strict=True):
        Booking.objects.filter(pk=booking.pk).update(**changes)
        page = text_of(see(city.keeper, "keeper", now=booking.starts_at + MINUTE))
        assert "起按爽约处理" not in page


def test_desk_of_many_who_are_late_takes_as_many_statements_as_that_of_one(city, see, statements, settings):
    settings.BOOKING_NO_SHOW_MINUTES = 300
    now = slot(day=1, hour=12).start

    def be_late(*hours):
        for hour in hours:
            approved(city, slot(day=1, hour=hour, length=1))

    be_late(8)
    statements.assert_unchanged(lambda: see(city.keeper, "keeper", now=now), by=lambda: be_late(9, 10, 11))
    assert text_of(see(city.keeper, "keeper", now=now)).count("起按爽约处理") == 4


def test_check_in_is_offered_once_the_use_before_it_is_over(city, see):
    there, late = (approved(city, slot(day=1, hour=hour, length=1)) for hour in (9, 10))
    booking_check_in(actor=city.keeper, booking_id=there.pk, now=there.starts_at)
    check_in = reverse("booking_check_in", args=[late.public_id])

    def pages():
        for name, *about in (["keeper"], ["booking", late.public_id]):
            yield see(city.keeper, name, *about, now=late.starts_at).content.decode()

    for page in pages():
        assert check_in not in page
        assert "请先为正在使用的预约签退" in page
        assert f'href="{reverse("booking", args=[there.public_id])}"' in page
    assert "请先为正在使用的预约签退" not in texts(see(city.researcher, "booking", late.public_id))
    booking_check_out(actor=city.keeper, booking_id=there.pk, now=late.starts_at)
    for page in pages():
        assert check_in in page
        assert "请先为正在使用的预约签退" not in page


def test_request_on_a_suspended_instrument_is_offered_to_be_declined_alone(city, see, client, clock):
    first, second = book(city, slot(day=3)), book(city, slot(day=4))
    acts = {name: reverse(name, args=[first.public_id]) for name in (f"booking_{one}" for one in DECISIONS)}
    chosen = f'value="{first.public_id}:{first.revision}"'
    last_day = {"now": first.decide_by - HOUR}
    desks = ((city.keeper, "keeper", {}), (city.manager, "unit_desk", last_day))
    for person, desk, at in desks:
        page = see(person, desk, **at).content.decode()
        assert [name for name, address in acts.items() if address in page] == list(acts)
    assert chosen in see(city.keeper, "keeper").content.decode()
    instrument_suspend(
        actor=city.manager,
        instrument_id=city.instrument.pk,
        reason="更换探测器",
        outcomes={first.public_id: "keep", second.public_id: "keep"},
        now=NOW,
    )
    for person, desk, at in desks:
        page = see(person, desk, **at).content.decode()
        assert [name for name, address in acts.items() if address in page] == ["booking_reject"]
        assert "仪器暂停服务，该申请只能退回。" in page
    page = see(city.keeper, "keeper").content.decode()
    assert (chosen in page, 'value="reject"' in page, 'value="approve"' in page) == (True, True, False)
    other = factories.instrument(city.owner, name_zh="样品制备仪")
    factories.rule(other, decision="by_keeper", decision_hours=24)
    factories.windows(other)
    Keeper.objects.create(instrument=other, user=city.keeper)
    third = book(city, slot(day=5), instrument_id=other.pk)
    assert 'value="approve"' in see(city.keeper, "keeper").content.decode()
    clock.set(NOW)
    client.force_login(city.keeper)
    numbers = [one.public_id for one in (first, second, third)]
    approval = {"booking": numbers, "decision": "approve"}
    refused = client.post(reverse("requests_decide"), approval, follow=True)
    assert "所选申请均未审批：仪器暂停服务的，申请只能退回。" in text_of(refused)
    assert set(Booking.objects.values_list("state", flat=True)) == {"requested"}
    form = client.post(reverse("requests_decide"), {"booking": numbers[:2], "decision": "reject"})["Location"]
    client.post(form, {"reason": "更换探测器"})
    states = Booking.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["rejected", "rejected", "requested"]


@pytest.mark.parametrize("why", ["credit", "project", "account", "membership"])
def test_another_time_is_proposed_for_no_request_that_can_be_moved_to_none(city, see, why):
    if why == "project":
        add_project(city, for_all_members=True)
        first = book(city, slot(day=3), organization_project_id=city.project.pk)
    else:
        first = book(city, slot(day=3))
    other = book(city, slot(day=4), actor=factories.member(city.company, name="他人"))
    moves = [reverse("booking_move", args=[one.public_id]) for one in (first, other)]

    def offered(person, desk, at):
        page = see(person, desk, now=at).text
        return [address in page for address in moves], page.count("目前不能改期，原因见预约页面。")

    desks = ((city.keeper, "keeper", NOW), (city.manager, "unit_desk", first.decide_by - HOUR))
    assert [offered(*one) for one in desks] == [([True, True], 0)] * 2
    if why == "project":
        project_close(actor=city.admin, project_id=city.project.pk, now=NOW)
    elif why == "account":
        admin = factories.member(factories.organization(), Role.SYSADMIN)
        account_lock(actor=admin, user_id=city.researcher.pk, reason="被盗用", now=NOW)
    elif why == "membership":
        Membership.objects.filter(user=city.researcher).update(state=MembershipState.ENDED)
    else:
        for day in range(3):
            assert [offered(*one) for one in desks] == [([True, True], 0)] * 2
            CreditEvent.objects.create(
                user=city.researcher, kind="no_show", occurred_at=NOW, ends_at=NOW + timedelta(days=80 + day)
            )
    assert [offered(*one) for one in desks] == [([False, True], 1)] * 2


def test_booking_again_is_offered_while_the_instrument_is_in_service(city, see):
    booking = approved(city, slot(day=3))
    again = f"{reverse('book', args=[city.instrument.public_id])}?like={booking.public_id}"
    assert again in see(city.researcher, "booking", booking.public_id).content.decode()
    instrument_suspend(
        actor=city.manager,
        instrument_id=city.instrument.pk,
        reason="更换探测器",
        outcomes={booking.public_id: "keep"},
        now=NOW,
    )
    assert again not in see(city.researcher, "booking", booking.public_id).content.decode()


def test_broken_instrument_is_closed_for_the_rest_of_the_day_in_two_steps(city, see):
    address = f"{reverse('closure_new')}?broken&amp;instrument={city.instrument.public_id}"
    assert address in see(city.keeper, "keeper").content.decode()
    form = see(
        city.keeper, "closure_new", broken="", instrument=city.instrument.public_id, now=slot(day=1).start
    )
    shown = form.content.decode()
    reasons = ("故障，正在检修。", "Broken; it is being repaired.")
    for value in ("2026-03-03T09:00", "2026-03-04T00:00", *reasons):
        assert value in shown
    assert form.context["form"]["instrument"].value() == city.instrument.public_id
    assert "故障，正在检修。" not in see(city.keeper, "closure_new").content.decode()


def services_request(city, interval, now):
    return book(city, interval, now=now)


def test_hours_by_hand_need_a_known_person_and_their_organization(city, send):
    typed = {
        "instrument": city.instrument.public_id,
        "starts_at": "2026-03-01T10:00",
        "ends_at": "2026-03-01T12:00",
        "idle": "30",
        "person": city.researcher.email,
        "account": "organization",
        "content": "能谱分析",
        "service_mode": "operated",
        "direction": "research",
        "purpose": "service",
    }
    nobody = send(city.keeper, "usage_by_hand", **{**typed, "person": "无此人"})
    assert (nobody.status_code, "没有找到此账号" in texts(nobody)) == (422, True)
    shown = f"{slot(day=-1, hour=10, length=2).to_text()} 5400 0 150.00"
    assert send(city.keeper, "usage_by_hand", **typed, shown=shown).status_code == 302
    log = usage_logs(city.keeper).get()
    assert (log.user, log.payer_organization, log.effective_seconds, log.capture) == (
        city.researcher,
        city.company,
        5400,
        "manual",
    )
    too_old = send(
        city.keeper,
        "usage_by_hand",
        **{**typed, "starts_at": "2025-03-01T10:00", "ends_at": "2025-03-01T12:00"},
    )
    assert (too_old.status_code, "92" in texts(too_old)) == (422, True)


def test_a_closure_asks_for_each_booking_it_hits(city, send):
    booking = book(city, slot(day=2))
    typed = {
        "instrument": city.instrument.public_id,
        "starts_at": "2026-03-04T08:00",
        "ends_at": "2026-03-05T08:00",
        "reason_zh": "更换灯丝",
    }
    asked = send(city.keeper, "closure_new", **typed)
    assert asked.status_code == 422
    assert '尚未停用：<a href="#fates">该时段内有 1 项预约</a>，请先说明如何处理。' in texts(asked)
    outcome = f"outcome_{booking.public_id}"
    assert "请填写新的开始时间。" in texts(send(city.keeper, "closure_new", **typed, **{outcome: "move"}))
    assert send(city.keeper, "closure_new", **typed, **{outcome: "cancel"}).status_code == 302
    assert bookings_selectors.get_booking(city.keeper, booking.public_id).charged_yuan is None


def test_the_desks_take_as_many_statements_with_many_rows(city, admin, see, statements):
    def more(first, last):
        for day in range(first, last):
            used(city, slot(day=day, hour=9, length=1))
            book(city, slot(day=day + 12, hour=9))
            approved(city, slot(day=8, hour=day + 8, length=1))

    more(1, 2)
    now = slot(day=8, hour=9).start
    more(2, 3)
    addresses = [
        (city.researcher, "me"),
        (city.researcher, "my_usage"),
        (city.researcher, "inbox"),
        (city.keeper, "keeper"),
        (admin, "my_organization", city.company.public_id),
    ]
    for person, name, *args in addresses:
        see(person, name, *args, now=now)
    for _ in range(2):
        membership_request(actor=factories.user(), organization_id=city.company.pk, now=NOW)
    few = [len(statements.of(lambda it=it: see(it[0], *it[1:], now=now))) for it in addresses]
    more(3, 6)
    many = [len(statements.of(lambda it=it: see(it[0], *it[1:], now=now))) for it in addresses]
    assert dict(zip([it[1] for it in addresses], many, strict=True)) == dict(
        zip([it[1] for it in addresses], few, strict=True)
    )


# --- Pages of long lists ----------------------------------------------------------------------------------


def test_used_hours_of_a_month_come_in_pages_with_the_sums_of_all(city, admin, see, monkeypatch):
    monkeypatch.setattr(me, "USED_PER_PAGE", 2)
    logs = [used(city, slot(day=day, hour=9, length=1)) for day in (1, 2, 3)]
    address = ("my_organization", city.company.public_id)
    first = see(admin, *address, now=slot(day=5).start)
    onward = first.context["used"].next_cursor
    second = see(admin, *address, now=slot(day=5).start, used=onward)
    shown = [row.log.pk for page in (first, second) for row in page.context["rows"]]
    assert shown == [log.pk for log in reversed(logs)]
    assert "#used" in first.content.decode()
    assert second.context["used"].next_cursor is None
    for page in (first, second):
        assert (page.context["count"], page.context["total_yuan"]) == (
            3,
            sum(log.amount_yuan for log in logs),
        )


def test_sums_are_those_of_confirmed_corrections(city):
    first, _second = (used(city, slot(day=day, hour=9, length=2)) for day in (1, 2))
    usage_confirm(actor=city.researcher, log_id=first.pk, now=slot(day=3).start)
    correction = usage_correct(
        actor=city.keeper,
        log_id=first.pk,
        changes={"idle_seconds": 3600, "measuring_seconds": 3600, "amount_yuan": Decimal("100.00")},
        reason="待机",
        now=slot(day=3).start,
    )
    logs = usage_logs(city.keeper)
    assert sum_uses(logs) == UseSums(2, 4 * 3600, first.amount_yuan * 2)
    usage_confirm(actor=city.researcher, log_id=first.pk, correction_id=correction.pk, now=slot(day=3).start)
    values = [get_current_values(log) for log in usage_logs(city.keeper)]
    assert sum_uses(logs) == UseSums(
        2,
        sum(one["effective_seconds"] for one in values),
        sum(one["amount_yuan"] for one in values),
    )
    assert sum_uses(logs).effective_seconds == 3 * 3600
    assert sum_uses(logs).amount_yuan == Decimal("300.00")


def test_chart_counts_a_use_in_the_month_for_which_it_was_recorded(city, see):
    log = used(city, slot(day=0, hour=9, length=2))
    earlier = {name: getattr(log, name) - timedelta(days=2) for name in ("starts_at", "ends_at")}
    facts = {"actor": city.keeper, "log_id": log.pk, "now": log.ends_at}
    correction = usage_correct(changes=earlier, reason="记错日期", **facts)
    usage_confirm(**{**facts, "actor": city.researcher}, correction_id=correction.pk)
    context = see(city.researcher, "my_usage", now=log.ends_at).context
    assert context["rows"][0].values["starts_at"].month == 2
    assert context["by_month"]["series"][0]["data"] == [0, 0, 2, *[0] * 9]


def test_each_list_of_the_keepers_desk_has_its_own_pages(city, see, monkeypatch):
    monkeypatch.setattr(keeper, "PER_LIST", 1)
    other = factories.instrument(city.owner, name_zh="质谱仪")
    Keeper.objects.create(instrument=other, user=city.keeper)
    requests = [services_request(city, slot(day=5 + number), NOW + number * HOUR) for number in (10, 11)]
    for hour in (12, 15):
        approved(city, slot(day=1, hour=hour))
    now = slot(day=1, hour=9).start
    page = see(city.keeper, "keeper", now=now)
    context = page.context
    assert [one.pk for one in context["waiting"].items] == [requests[0].pk]
    assert (context["waiting"].count, context["arrivals"].count, context["instrument_count"]) == (2, 2, 2)
    onward = {
        "decide": context["waiting"].next_cursor,
        "today": context["arrivals"].next_cursor,
        "mine": context["instruments"].next_cursor,
    }
    assert all(onward.values())
    later = see(city.keeper, "keeper", now=now, **onward).context
    assert [one.pk for one in later["waiting"].items] == [requests[1].pk]
    assert {context["arrivals"].items[0].pk, later["arrivals"].items[0].pk} == {
        one.pk for one in bookings_selectors.bookings(city.keeper).filter(state="approved")
    }
    assert later["instruments"].items != context["instruments"].items
    for one in requests:
        booking_approve(actor=city.keeper, booking_id=one.pk, now=NOW + 2 * HOUR)
    new = services_request(city, slot(day=9), now)
    settled = see(city.keeper, "keeper", now=now, **onward).context
    assert [one.pk for one in settled["waiting"].items] == [new.pk]


def test_keeper_finds_what_waits_for_them_before_the_bookings_of_the_day(city, see):
    submitted(city)
    disputed = used(city, slot(hour=9))
    usage_dispute(actor=city.researcher, log_id=disputed.pk, reason="实际使用到十点", now=disputed.ends_at)
    cancelled = approved(city, slot(hour=15))
    booking_cancel(actor=city.researcher, booking_id=cancelled.pk, now=disputed.ends_at)
    event = CreditEvent.objects.get(booking=cancelled)
    credit_appeal(actor=city.researcher, event_id=event.pk, reason="当天仪器停电", now=disputed.ends_at)
    page = see(city.keeper, "keeper", now=disputed.ends_at)
    parts = ["figures", "decide", "samples", "disputes", "appeals", "today"]
    assert sorted(parts, key=lambda part: page.text.index(f'id="{part}"')) == parts
    assert "送样委托 1 待答复的机时异议 1 信用记录申诉 1 今天" in text_of(page)


def test_uses_and_disagreements_that_a_manager_can_settle_stand_on_the_units_desk(see, city):
    waiting, disputed = used(city, slot(hour=9)), used(city, slot(hour=13))
    usage_dispute(actor=city.researcher, log_id=disputed.pk, reason="实际使用到十点", now=disputed.ends_at)
    response = see(city.manager, "unit_desk", now=disputed.ends_at)
    assert [row.log.pk for row in response.context["uses"]] == [waiting.pk]
    assert [one.log_id for one in response.context["disputes"].items] == [disputed.pk]
    page = text_of(response)
    assert "机时异议 1" in page
    assert "待确认 1" in page
    assert "今天没有到期事项" not in page
    other = factories.organization("云屏第二研究所", owns_instruments=True)
    factories.member(other, Role.UNIT_MANAGER, city.manager)
    elsewhere = see(city.manager, "unit_desk", now=disputed.ends_at, unit=other.public_id)
    assert "今天没有到期事项" in text_of(elsewhere)
