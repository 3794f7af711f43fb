"""The pages of series and of handing over."""

import re
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.urls import reverse

from bookings.groups.domain import get_dates
from bookings.groups.selectors.together import Wanted
from bookings.groups.services.hand_over import booking_hand_over
from bookings.groups.services.together import series_book
from bookings.requests.models import Booking, BookingGroup
from bookings.requests.services.closures import closure_place
from bookings.requests.services.deciding import booking_approve
from bookings.usage.services.attendance import booking_check_in
from instrument_share.accounts.domain import Role
from providers.domain import ServiceMode
from tests import factories
from tests.bookings.requests.booking import book
from tests.bookings.requests.test_together import linked_city
from tests.factories import NOW, slot
from tests.page_fixtures import text_of

MINUTE = timedelta(minutes=1)
FIRST = {"starts_at": "2026-03-03T09:00", "ends_at": "2026-03-03T11:00", "service_mode": "self_operated"}


@pytest.fixture
def city(db, clock):
    clock.set(NOW)
    return factories.city()


@pytest.fixture
def typed(city):
    return {**FIRST, "payer": city.company.public_id, "direction": "research", "samples": "0"}


@pytest.fixture
def sent(client, city):
    """Send the form of the series as the researcher."""
    client.force_login(city.researcher)
    address = reverse("book_series", args=[city.instrument.public_id])
    return lambda **typed: client.post(address, typed)


def dates_in(answer):
    return re.findall(r'name="date"\s+value="([^"]+)"', answer.content.decode())


def read_in(answer):
    """Return what the page keeps of what it has shown."""
    return re.findall(r'name="shown"\s+value="([^"]+)"', answer.content.decode())


@pytest.fixture
def series(city):
    requests = [
        Wanted(city.instrument, one, ServiceMode.SELF_OPERATED, city.company, "薄膜")
        for one in get_dates(slot(day=1), 1, 3)
    ]
    return series_book(actor=city.researcher, requests=requests, now=NOW)


def test_form_of_one_time_leads_to_every_date_with_what_is_wrong(city, typed, sent):
    book(city, slot(day=8, hour=10), actor=city.keeper, payer=False)
    answer = sent(**typed, subject="")
    page = text_of(answer)
    assert answer.status_code == 200
    assert "4 次中有 3 次可约，共 ¥600.00" in page
    assert "2026年3月10日 周二 09:00–11:00 不可约 该时段" in page
    assert len(dates_in(answer)) == 3
    assert Booking.objects.count() == 1


def test_date_that_starts_too_soon_to_be_cancelled_free_of_charge_says_what_that_costs(typed, sent):
    today = {"starts_at": "2026-03-02T15:00", "ends_at": "2026-03-02T17:00"}
    page = text_of(sent(**{**typed, **today}, count="2"))
    assert (page.count("已过免费取消时限"), page.count("取消最多收取 ¥100.00")) == (1, 1)


def test_moving_a_series_says_what_cancelling_costs_where_it_starts_too_soon(city, series, client):
    address = reverse("series_move", args=[series.booked[0].public_id])
    today = {"starts_at": "2026-03-02T15:00", "ends_at": "2026-03-02T17:00", "scope": "all", "look": "1"}
    told = []
    for person in (city.researcher, city.keeper):
        client.force_login(person)
        told.append(text_of(client.post(address, today)).count("取消最多收取 ¥100.00"))
    assert told == [1, 0]


def test_chosen_dates_are_booked_in_one_series(city, typed, sent):
    shown = dates_in(sent(**typed, subject="薄膜", every_weeks="2", count="2"))
    asked = {**typed, "subject": "薄膜", "every_weeks": "2", "count": "2", "book": "1"}
    answer = sent(**asked, date=shown[1:])
    group = BookingGroup.objects.get()
    assert answer["Location"] == reverse("booking_group", args=[group.public_id])
    assert list(Booking.objects.values_list("starts_at", flat=True)) == [slot(day=15).start]
    assert group.kind == "series"


def test_dates_are_booked_only_on_the_conditions_that_the_page_has_shown(city, typed, sent):
    asked = {**typed, "subject": "薄膜", "every_weeks": "1", "count": "3"}
    looked = sent(**asked)
    factories.rule(city.instrument, price="130.50", applies_from=slot(day=7).start)
    chosen = {"book": "1", "date": dates_in(looked)[:2]}
    refused = sent(**asked, **chosen, shown=read_in(looked))
    assert (refused.status_code, Booking.objects.count(), BookingGroup.objects.count()) == (422, 0, 0)
    name = "2026年3月10日 周二 09:00–11:00："
    assert refused.context["form"].non_field_errors() == [
        f"{name}您查看时价格为 ¥200.00，现为 ¥261.00。请核对后再提交。",
        f"{name}您查看之后，预约规则有变化。请在仪器页面核对后再提交。",
    ]
    assert [row["is_chosen"] for row in refused.context["rows"]] == [True, True, False]
    again = sent(**asked, **chosen, shown=read_in(refused))
    booked = Booking.objects.order_by("starts_at").values_list("quoted_yuan", flat=True)
    assert (again.status_code, list(booked)) == (302, [Decimal("200.00"), Decimal("261.00")])


def test_dates_that_cannot_be_had_any_more_are_named_with_the_reason(client, city, typed, sent):
    asked = {**typed, "subject": "薄膜", "every_weeks": "1", "count": "3"}
    shown = dates_in(sent(**asked))
    book(city, slot(day=8, hour=10), actor=city.keeper, payer=False)
    closure_place(
        actor=city.keeper, instrument_id=city.instrument.pk, interval=slot(day=15), reason_zh="检修", now=NOW
    )
    page = text_of(client.get(sent(**asked, book="1", date=shown)["Location"]))
    assert (
        "已预约 1 次。未预约：2026年3月10日 周二 09:00–11:00"
        "（该时段（含两次使用之间的间隔）已被占用，请选择空闲时段。） "
        "2026年3月17日 周二 09:00–11:00"
        "（仪器在 2026年3月17日 周二 09:00–11:00 停用（检修），请选择其他时间。）"
    ) in page


@pytest.mark.parametrize("make", [factories.city, linked_city])
def test_series_that_a_keeper_decides_is_called_requested(client, city, typed, make):
    """Also where the keeper of what is booked with it alone decides."""
    city = make(decision="by_keeper")
    client.force_login(city.researcher)
    address = reverse("book_series", args=[city.instrument.public_id])
    asked = {**typed, "payer": city.company.public_id, "subject": "薄膜", "every_weeks": "2", "count": "2"}
    looked = client.post(address, asked)
    assert text_of(looked).count("机组须在") == 2
    page = client.post(address, {**asked, "book": "1", "date": dates_in(looked)}, follow=True)
    assert "已提交 2 次预约申请，机组审批后会通知您。" in text_of(page)


def test_booking_needs_subject_and_dates_that_are_shown(city, typed, sent):
    shown = dates_in(sent(**typed, subject="薄膜"))
    without = sent(**typed, subject="", every_weeks="1", count="4", book="1", date=shown)
    assert without.status_code == 422
    other = {**typed, "starts_at": "2026-03-04T09:00", "ends_at": "2026-03-04T11:00", "subject": "薄膜"}
    answer = sent(**other, every_weeks="1", count="4", book="1", date=shown)
    assert "请选择要预约的日期" in text_of(answer)
    assert Booking.objects.count() == 0


def test_page_of_series_leads_to_its_dates(city, series, see):
    page = see(city.researcher, "booking_group", series.group.public_id)
    assert "3 个预约有效，共 ¥600.00" in text_of(page)
    assert all(one.public_id in page.content.decode() for one in series.booked)
    booking = see(city.researcher, "booking", series.booked[0].public_id).content.decode()
    for name in ("series_move", "series_cancel"):
        assert reverse(name, args=[series.booked[0].public_id]) in booking
    stranger = factories.user()
    assert see(stranger, "booking_group", series.group.public_id).status_code == 404


def test_page_of_series_speaks_of_moving_to_whom_may_move(city, series, see):
    admin = factories.member(city.company, Role.ORG_ADMIN, name="庚")
    people = (city.researcher, city.keeper, admin)
    pages = (text_of(see(one, "booking_group", series.group.public_id)) for one in people)
    assert ["改期" in page for page in pages] == [True, True, False]


def test_page_of_series_speaks_of_moving_although_its_first_date_is_a_colleagues(city, series, see):
    factories.member(city.company, Role.ORG_ADMIN, city.researcher)
    colleague = factories.member(city.company, name="庚")
    first = min(series.booked, key=lambda one: one.starts_at)
    booking_hand_over(actor=city.researcher, booking_id=first.pk, colleague_id=colleague.pk, now=NOW)
    page = text_of(see(city.researcher, "booking_group", series.group.public_id))
    assert "打开某个预约即可改期或取消" in page


def test_several_dates_are_cancelled_after_their_cost_is_shown(city, series, see, client):
    second = series.booked[1]
    page = text_of(see(city.researcher, "series_cancel", second.public_id))
    assert page.count("不收费") == 3
    client.post(reverse("series_cancel", args=[second.public_id]), {"scope": "following", "reason": ""})
    assert list(Booking.objects.order_by("starts_at").values_list("state", flat=True)) == [
        "approved",
        "cancelled",
        "cancelled",
    ]


def test_page_that_cancels_dates_says_what_goes_with_them_and_whom_it_tells(db, see):
    city = linked_city()
    requests = [
        Wanted(city.instrument, one, ServiceMode.SELF_OPERATED, city.company, "薄膜")
        for one in get_dates(slot(day=1), 1, 2)
    ]
    first, _second = series_book(actor=city.researcher, requests=requests, now=NOW).booked
    lines = ("同时预约的样品制备仪一并取消。", "将立即通知戊并附上您的理由，对方无需付费。")
    for person, told in ((city.researcher, [1, 0]), (city.keeper, [1, 1])):
        page = text_of(see(person, "series_cancel", first.public_id))
        assert [page.count(one) for one in lines] == told


def test_late_dates_are_cancelled_only_once_their_cost_was_shown(city, series, client, clock):
    Booking.objects.update(rule=factories.rule(city.instrument, cancel_deadline_minutes=1440))
    address = reverse("series_cancel", args=[series.booked[0].public_id])
    sent = {"scope": "all", "reason": "", "late": "0"}
    client.force_login(city.researcher)
    clock.set(series.booked[0].starts_at - timedelta(hours=1))
    asked = client.post(address, sent)
    assert asked.status_code == 422
    assert not Booking.objects.filter(state="cancelled").exists()
    done = client.post(address, {**sent, "late": asked.context["form"]["late"].value()}, follow=True)
    charged = sum(one.charged_yuan or 0 for one in Booking.objects.filter(late_cancel=True))
    assert charged > 0
    assert f"可能收取 ¥{charged:.2f}" in text_of(done)


def test_several_dates_are_moved(city, series, client):
    client.force_login(city.researcher)
    address = reverse("series_move", args=[series.booked[0].public_id])
    typed = {"starts_at": "2026-03-03T10:00", "ends_at": "2026-03-03T12:00", "scope": "all"}
    book(city, slot(day=8, hour=11), subject="别的")
    looked = client.post(address, typed)
    assert [bool(problems) for _one, problems in looked.context["dates"]] == [False, True, False]
    assert 'name="move"' not in looked.content.decode()
    refused = client.post(address, {**typed, "move": "1"})
    assert refused.status_code == 422
    assert "2026年3月10日 周二 10:00–12:00：" in text_of(refused)
    later = {"starts_at": "2026-03-04T11:00", "ends_at": "2026-03-04T13:00", "move": "1"}
    client.post(address, {**typed, **later})
    moved = Booking.objects.filter(subject="薄膜").order_by("starts_at")
    assert [one.starts_at for one in moved] == [slot(day=day, hour=11).start for day in (2, 9, 16)]


def test_unit_is_not_offered_to_move_dates_of_which_one_lapses(city, client, clock):
    city.instrument.rules.update(decision="by_keeper", decision_hours=4)
    dates = get_dates(slot(day=1), 1, 2)
    wanted = partial(Wanted, city.instrument)
    requests = [wanted(one, ServiceMode.SELF_OPERATED, city.company, "薄膜") for one in dates]
    first, second = series_book(actor=city.researcher, requests=requests, now=NOW).booked
    Booking.objects.filter(pk=second.pk).update(decide_by=first.decide_by + MINUTE)
    client.force_login(city.keeper)
    address = reverse("series_move", args=[second.public_id])
    typed = {"starts_at": "2026-03-10T14:00", "ends_at": "2026-03-10T16:00", "scope": "all"}
    looks = []
    for now in (first.decide_by - MINUTE, first.decide_by):
        clock.set(now)
        page = client.post(address, typed)
        codes = [[one.code for one in date.problems] for date, _told in page.context["dates"]]
        looks.append((codes, 'name="move"' in page.text))
    assert looks == [([[], []], True), ([["booking.decision_overdue"], []], False)]


def test_dates_that_take_each_others_place_may_move(city, series, client):
    client.force_login(city.researcher)
    address = reverse("series_move", args=[series.booked[0].public_id])
    typed = {"starts_at": "2026-03-10T09:00", "ends_at": "2026-03-10T11:00", "scope": "all"}
    looked = client.post(address, typed)
    assert [list(problems) for _one, problems in looked.context["dates"]] == [[], [], []]
    assert 'name="move"' in looked.content.decode()
    client.post(address, {**typed, "move": "1"})
    moved = Booking.objects.order_by("starts_at").values_list("starts_at", flat=True)
    assert list(moved) == [slot(day=day).start for day in (8, 15, 22)]


def test_new_prices_and_their_sum_are_shown_before_dates_move(city, series, client):
    client.force_login(city.researcher)
    address = reverse("series_move", args=[series.booked[1].public_id])
    typed = {"starts_at": "2026-03-10T10:00", "ends_at": "2026-03-10T13:00", "scope": "following"}
    words = text_of(client.post(address, typed))
    assert words.count("¥200.00 ¥300.00 ¥100.00") == 2
    assert "合计 ¥400.00 ¥600.00 ¥200.00" in words
    assert "2026年3月17日 周二 10:00–13:00" in words
    assert set(Booking.objects.values_list("quoted_yuan", flat=True)) == {Decimal("200.00")}
    client.post(address, {**typed, "move": "1"})
    moved = Booking.objects.order_by("starts_at").values_list("quoted_yuan", flat=True)
    assert list(moved) == [Decimal("200.00"), Decimal("300.00"), Decimal("300.00")]


def test_dates_move_only_on_the_conditions_that_the_page_has_shown(city, series, client):
    client.force_login(city.researcher)
    address = reverse("series_move", args=[series.booked[1].public_id])
    typed = {"starts_at": "2026-03-10T10:00", "ends_at": "2026-03-10T13:00", "scope": "following"}
    looked = client.post(address, typed)
    factories.rule(city.instrument, price="130.50", applies_from=slot(day=14).start)
    refused = client.post(address, {**typed, "move": "1", "shown": read_in(looked)})
    name = "2026年3月17日 周二 10:00–13:00："
    assert (refused.status_code, refused.context["form"].non_field_errors()) == (
        422,
        [
            f"{name}您查看时价格为 ¥300.00，现为 ¥391.50。请核对后再提交。",
            f"{name}您查看之后，预约规则有变化。请在仪器页面核对后再提交。",
        ],
    )
    in_order = Booking.objects.order_by("starts_at").values_list("quoted_yuan", flat=True)
    assert list(in_order) == [Decimal("200.00")] * 3
    again = client.post(address, {**typed, "move": "1", "shown": read_in(refused)})
    assert (again.status_code, list(in_order.all())) == (
        302,
        [Decimal("200.00"), Decimal("300.00"), Decimal("391.50")],
    )


@pytest.mark.parametrize("days", [0, 1], ids=["in place", "a day on"])
def test_a_quota_that_only_the_dates_together_exceed_is_shown_before_they_move(city, series, client, days):
    """Seven hours a month: three dates of two hours keep it, the third of three hours does not."""
    factories.rule(city.instrument, quotas=[{"holder": "user", "span": "month", "most_minutes": 420}])
    client.force_login(city.researcher)
    address = reverse("series_move", args=[series.booked[0].public_id])
    day = f"2026-03-0{3 + days}"
    typed = {"starts_at": f"{day}T09:00", "ends_at": f"{day}T12:00", "scope": "all"}
    looked = client.post(address, typed)
    assert sorted(len(problems) for _one, problems in looked.context["dates"]) == [0, 1, 1]
    assert 'name="move"' not in looked.content.decode()
    assert client.post(address, {**typed, "move": "1"}).status_code == 422
    assert {one.ends_at - one.starts_at for one in Booking.objects.all()} == {timedelta(hours=2)}


def test_dates_that_would_run_into_each_other_are_shown_before_they_move(city, client):
    """Two dates on one morning, an hour each, an hour between them."""
    requests = [
        Wanted(city.instrument, one, ServiceMode.SELF_OPERATED, city.company, "薄膜")
        for one in (slot(day=1, hour=9), slot(day=1, hour=12))
    ]
    series = series_book(actor=city.researcher, requests=requests, now=NOW)
    client.force_login(city.researcher)
    address = reverse("series_move", args=[series.booked[0].public_id])
    typed = {"starts_at": "2026-03-03T09:00", "ends_at": "2026-03-03T13:00", "scope": "all"}
    looked = client.post(address, typed)
    assert 'name="move"' not in looked.content.decode()
    assert client.post(address, {**typed, "move": "1"}).status_code == 422


def test_single_booking_has_no_pages_of_series(city, see):
    booking = book(city)
    assert see(city.researcher, "series_cancel", booking.public_id).status_code == 404
    assert (
        reverse("booking_group", args=[booking.group.public_id])
        not in see(city.researcher, "booking", booking.public_id).content.decode()
    )


def test_booking_is_handed_over_to_a_colleague(city, see, client):
    booking = book(city)
    colleague = factories.member(city.company, name="己")
    address = reverse("booking_hand_over", args=[booking.public_id])
    assert address in see(city.researcher, "booking", booking.public_id).content.decode()
    assert "己" in text_of(see(city.researcher, "booking_hand_over", booking.public_id))
    client.post(address, {"colleague": colleague.public_id})
    booking.refresh_from_db()
    assert booking.user == colleague


def test_booking_under_way_is_not_offered_to_be_handed_over(city, see):
    booking = book(city)
    factories.member(city.company, name="己")
    early = booking.starts_at - timedelta(minutes=10)
    booking_check_in(actor=city.keeper, booking_id=booking.pk, now=early)
    page = see(city.researcher, "booking", booking.public_id, now=early).content.decode()
    assert reverse("booking_hand_over", args=[booking.public_id]) not in page
    assert see(city.researcher, "booking_hand_over", booking.public_id, now=early).status_code == 409


def test_nobody_is_offered_to_hand_over_where_no_colleague_is(city, see):
    booking = book(city)
    page = see(city.researcher, "booking", booking.public_id).content.decode()
    assert reverse("booking_hand_over", args=[booking.public_id]) not in page
    refused = see(city.researcher, "booking_hand_over", booking.public_id)
    assert refused.status_code == 422
    assert "付费单位没有其他成员" in text_of(refused)


def test_handing_over_names_its_deadline_and_is_not_offered_after_it(db, see):
    city = factories.city(decision="by_keeper", decision_hours=4, cancel_deadline_minutes=24 * 60)
    factories.member(city.company, name="己")
    booking = book(city, slot(day=3))
    booking_approve(actor=city.keeper, booking_id=booking.pk, now=NOW)
    address = reverse("booking_hand_over", args=[booking.public_id])
    deadline = "2026年3月4日 09:00"
    page = see(city.researcher, "booking", booking.public_id)
    assert address in page.content.decode()
    assert f"转交同事须由机组人员重新审批，请于{deadline}前办理。" in text_of(page)
    assert f"可办理至{deadline}。" in text_of(see(city.researcher, "booking_hand_over", booking.public_id))
    late = slot(day=2, hour=9).start + timedelta(minutes=1)
    page = see(city.researcher, "booking", booking.public_id, now=late)
    assert address not in page.content.decode()
    assert "重新审批" not in text_of(page)
    assert see(city.researcher, "booking_hand_over", booking.public_id, now=late).status_code == 422


def test_own_payment_offers_no_colleague(city, see):
    booking = book(city, payer=False)
    page = see(city.researcher, "booking", booking.public_id).content.decode()
    assert reverse("booking_hand_over", args=[booking.public_id]) not in page


def test_booking_again_fills_in_everything_but_the_time(city, see):
    booking = book(city, subject="钛合金断口", project="P-7", samples=3)
    page = see(city.researcher, "booking", booking.public_id).content.decode()
    assert f"?like={booking.public_id}" in page
    form = see(city.researcher, "book", city.instrument.public_id, like=booking.public_id).context["form"]
    assert {name: form[name].value() for name in ("subject", "project", "payer", "starts_at")} == {
        "subject": "钛合金断口",
        "project": "P-7",
        "payer": city.company.public_id,
        "starts_at": None,
    }
    other = factories.member(city.company, name="己")
    theirs = see(other, "book", city.instrument.public_id, like=booking.public_id).context["form"]
    assert theirs["subject"].value() is None
