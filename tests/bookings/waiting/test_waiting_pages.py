import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.requests.models import Booking
from bookings.requests.services.cancellations import booking_cancel
from bookings.waiting.models import WaitlistEntry
from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import Organization
from instrument_share.web.text.formats import moment
from providers.models import Instrument
from tests import factories
from tests.api.test_api import Caller
from tests.bookings.requests.booking import book
from tests.bookings.requests.test_together import linked_city
from tests.bookings.waiting.waiting import held, join
from tests.factories import NOW, slot
from tests.page_fixtures import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_person(client, clock):
    """A browser in which somebody is logged in, while the clock stands at NOW."""
    clock.set(NOW)

    def login(person):
        client.force_login(person)
        return client

    return login


def test_taken_time_leads_to_the_list_and_the_offer_to_a_booking(city, as_person):
    booking = book(city)
    colleague = factories.member(city.company, name="己")
    page = as_person(colleague)
    asked = {"starts_at": "2026-03-03T09:00", "ends_at": "2026-03-03T11:00", "subject": "陶瓷"}
    asked |= {"payer": city.company.public_id, "service_mode": "self_operated", "direction": "research"}
    quote = page.get(f"/instruments/{city.instrument.public_id}/quote/", asked).content.decode()
    address = f"/instruments/{city.instrument.public_id}/wait/"
    assert f"{address}?start=2026-03-03T09%3A00&amp;end=2026-03-03T11%3A00" in quote
    shown = page.get(address, {"start": asked["starts_at"], "end": asked["ends_at"]}).context["form"]
    assert shown["hours"].value() == "2"
    assert page.post(address, {**asked, "hours": "2"}).url == "/me/waiting/"
    assert WaitlistEntry.objects.get().minutes == 120
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=NOW)
    assert "/me/waiting/" in page.get("/me/").content.decode()
    offered = held(WaitlistEntry.objects.get()).public_id
    assert f"/waiting/offers/{offered}/accept/" in page.get("/me/waiting/").content.decode()
    assert page.post(f"/waiting/offers/{offered}/accept/").url == f"/bookings/{offered}/"
    assert Booking.objects.get(public_id=offered).state == "approved"
    # The other tab
    assert page.post(f"/waiting/offers/{offered}/accept/").status_code == 409


def test_list_says_of_which_instruments_nothing_is_offered_now(city, as_person):
    book(city)
    entry = join(city)
    page = as_person(entry.user)
    out_of_service = "该仪器暂停服务，恢复服务前不会为您留出时段。"
    assert out_of_service not in text_of(page.get("/me/waiting/"))
    Instrument.objects.filter(pk=city.instrument.pk).update(state="suspended")
    assert out_of_service in text_of(page.get("/me/waiting/"))
    WaitlistEntry.objects.update(end="left", ended_at=NOW)
    assert out_of_service not in text_of(page.get("/me/waiting/"))


def test_an_instrument_whose_unit_is_suspended_is_named_without_a_link(city, as_person):
    """Nobody but its unit and the bureau may open its page."""
    booking, entry = book(city), join(city)
    address = f'href="/instruments/{city.instrument.public_id}/"'
    pages = [(entry.user, "/me/waiting/"), (booking.user, f"/bookings/{booking.public_id}/")]
    for person, path in pages:
        assert address in as_person(person).get(path).content.decode()
    Organization.objects.filter(pk=city.instrument.organization_id).update(state="suspended")
    for person, path in pages:
        shown = as_person(person).get(path).content.decode()
        assert city.instrument.name_zh in shown
        assert address not in shown


def test_proposed_hours_of_a_time_in_steps_of_minutes_can_be_sent(as_person):
    """A booking of 100 minutes was proposed as 1.66667 hours, which the form refuses."""
    city = factories.city()
    factories.rule(city.instrument, step_minutes=20, min_minutes=20)
    page = as_person(city.researcher)
    address = f"/instruments/{city.instrument.public_id}/wait/"
    shown = page.get(address, {"start": "2026-03-03T09:00", "end": "2026-03-03T10:40"}).context["form"]
    assert shown["hours"].value() == "1.67"
    sent = {**shown.get_values(), "subject": "陶瓷", "direction": "research"}
    sent |= {"starts_at": "2026-03-03T09:00", "ends_at": "2026-03-03T18:00"}
    answer = page.post(address, sent)
    assert answer.status_code == 302, answer.context["form"].errors
    assert WaitlistEntry.objects.get().minutes == 100


@pytest.mark.parametrize(
    ("rule", "hours", "told"),
    [
        ({"min_minutes": 180}, "3", "预约以 30 分钟为单位，最短 3 小时，最长 8 小时。"),
        ({"max_minutes": 60}, "1", "预约以 30 分钟为单位，最短 30 分钟，最长 1 小时。"),
        ({"step_minutes": 45, "min_minutes": 45, "max_minutes": 360}, "2.25", "预约以 45 分钟为单位"),
    ],
)
def test_hours_are_proposed_as_the_rule_admits_them_and_its_bounds_told(as_person, rule, hours, told):
    city = factories.city(**rule)
    shown = as_person(city.researcher).get(f"/instruments/{city.instrument.public_id}/wait/")
    assert shown.context["form"]["hours"].value() == hours
    assert told in text_of(shown)


def test_offer_whose_time_to_answer_is_over_is_no_longer_offered_for_an_answer(city, as_person, clock):
    booking, entry = book(city), join(city)
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=NOW)
    page, offered = as_person(entry.user), held(entry)
    accept, address = f"/waiting/offers/{offered.public_id}/accept/", f"/bookings/{offered.public_id}/"
    is_offered = []
    for now in (NOW, offered.waitlist_offer.answer_by):
        clock.set(now)
        shown = page.get("/me/waiting/").content.decode()
        may, offers = page.get(address).context["may"], page.get("/me/").context["offers"].count
        is_offered.append((accept in shown, "answer_offer" in may, offers))
    assert is_offered == [(True, True, 1), (False, False, 0)]
    assert page.post(accept).status_code == 409


def test_offer_shows_what_all_that_is_booked_together_costs(as_person):
    city = linked_city()
    booking, entry = book(city), join(city)
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=NOW)
    page = text_of(as_person(entry.user).get("/me/waiting/"))
    assert ("¥260.00" in page, "取消最多收取" in page) == (True, False)


def test_offer_of_a_time_that_is_no_longer_cancelled_free_of_charge_says_what_that_costs(city, as_person):
    booking = book(city, slot(day=0, hour=15))
    entry = join(city, wanted=slot(day=0, hour=15))
    booking_cancel(actor=city.keeper, booking_id=booking.pk, now=NOW, reason="停电")
    assert "取消最多收取 ¥100.00" in text_of(as_person(entry.user).get("/me/waiting/"))


def test_offer_is_accepted_once_its_page_has_shown_what_cancelling_has_come_to_cost(city, as_person, clock):
    booking = book(city, slot(day=1, hour=9))
    entry = join(city, wanted=slot(day=1, hour=9))
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=NOW)
    page, accept = as_person(entry.user), reverse("offer_accept", args=[held(entry).public_id])
    read = page.get("/me/waiting/").context["rows"][0].conditions.to_text()
    clock.set(NOW + timedelta(hours=1, seconds=1))
    again = page.post(accept, {"shown": read}, follow=True)
    words = text_of(again)
    assert "预约通过后取消，目前最多收取 ¥100.00。" in words
    assert ("取消最多收取 ¥100.00" in words, held(entry).state) == (True, "offered")
    shown = re.search(r'name="shown" value="([^"]*)"', again.text)[1]
    assert (read, shown) == ("200.00 - 1", "200.00 100.00 1")
    assert page.post(accept, {"shown": shown}).status_code == 302
    assert Booking.objects.get(state="approved").user == entry.user


def test_waits_with_offers_take_as_many_statements_as_one_and_the_api_has_the_cost_too(
    city, as_person, django_assert_num_queries
):
    entry = join(city, city.researcher, wanted=slot(day=0, hour=15))
    page = as_person(city.researcher)
    page.get("/me/waiting/")
    with CaptureQueriesContext(connection) as of_one:
        page.get("/me/waiting/")
    statements = len(of_one)
    for _ in range(3):
        city.instrument = factories.instrument(city.owner)
        factories.rule(city.instrument)
        factories.windows(city.instrument)
        join(city, city.researcher, wanted=slot(day=0, hour=10))
    page.get("/me/waiting/")
    with django_assert_num_queries(statements):
        assert text_of(page.get("/me/waiting/")).count("取消最多收取 ¥100.00") == 4
    told = Caller(city.researcher)("GET", "/waiting").json()["items"]
    assert [one["offer"]["late_cancel_yuan"] for one in told] == ["100.00"] * 4
    assert told[-1]["id"] == entry.public_id


def test_desk_says_what_is_offered_and_until_when_it_is_to_be_answered(city, as_person):
    offer = join(city, city.researcher, wanted=slot(day=5)).offers.get()
    page = text_of(as_person(city.researcher).get("/me/"))
    name, until = city.instrument.name_zh, moment(offer.answer_by)
    assert "有 1 个时段为您留出" in page
    assert f"{name} · 2026年3月7日 周六 09:00–11:00 · 答复截止 {until}" in page


def test_page_of_an_offer_says_whose_it_is_and_leads_to_the_answer_whom_it_concerns(city, as_person):
    entry = join(city, city.researcher, wanted=slot(day=5))
    admin = factories.member(city.company, Role.ORG_ADMIN, name="庚")
    told = {}
    for person in (city.researcher, admin, city.keeper):
        page = as_person(person).get(f"/bookings/{held(entry).public_id}/")
        words = text_of(page)
        told[person] = ("为您留出" in words, "戊留出" in words, "/me/waiting/" in page.content.decode())
    assert told == {
        city.researcher: (True, False, True),
        admin: (False, True, True),
        city.keeper: (False, True, False),
    }


def test_samples_wait_for_no_time(city, as_person):
    page = as_person(city.researcher)
    address = f"/instruments/{city.instrument.public_id}/wait/"
    city.rule.service_modes = ["samples"]
    city.rule.save()
    shown = page.get(address)
    assert "该仪器目前不能候补" in text_of(shown)
    assert 'name="hours"' not in shown.content.decode()
    assert address not in page.get(f"/instruments/{city.instrument.public_id}/").content.decode()


def test_one_waits_in_any_way_of_service_but_that_of_samples(city, as_person):
    page = as_person(city.researcher).get(f"/instruments/{city.instrument.public_id}/wait/")
    modes = [code for code, _word in page.context["form"].fields["service_mode"].choices]
    assert modes == ["operated", "remote", "self_operated"]


def test_whoever_waits_is_led_to_the_wait_and_not_to_another(city, as_person):
    entry = join(city)
    page = as_person(entry.user)
    address = f"/instruments/{city.instrument.public_id}/wait/"
    for shown in (page.get(address), page.get(f"/instruments/{city.instrument.public_id}/")):
        assert "您已在该仪器的候补名单中。 查看候补" in text_of(shown)
        assert "加入候补" not in text_of(shown)
    asked = {"starts_at": "2026-03-03T09:00", "ends_at": "2026-03-03T11:00", "subject": "陶瓷"}
    asked |= {"payer": city.company.public_id, "service_mode": "self_operated"}
    quote = page.get(f"/instruments/{city.instrument.public_id}/quote/", asked).content.decode()
    assert address not in quote
    assert "/me/waiting/" in quote


def suspend(city):
    city.instrument.state = "suspended"
    city.instrument.save()


def close_for_companies(city):
    city.instrument.open_windows.update(rule=factories.rule(city.instrument, user_kinds=["outside"]))


def nothing(_city):
    pass


@pytest.mark.parametrize(("happens", "offered"), [(nothing, 1), (suspend, 0), (close_for_companies, 0)])
def test_no_wait_is_offered_where_every_request_is_refused(city, as_person, happens, offered):
    book(city, actor=city.keeper, payer=False)
    happens(city)
    page = as_person(city.researcher)
    address = f"/instruments/{city.instrument.public_id}/wait/"
    asked = {"starts_at": "2026-03-03T09:00", "ends_at": "2026-03-03T11:00", "subject": "陶瓷"}
    asked |= {"payer": city.company.public_id, "service_mode": "self_operated"}
    quote = page.get(f"/instruments/{city.instrument.public_id}/quote/", asked).content.decode()
    shown = page.get(f"/instruments/{city.instrument.public_id}/").content.decode()
    assert (quote.count(address), shown.count(address)) == (offered, offered)
    words = text_of(page.get(address))
    assert ("该仪器目前不能候补" in words) == (happens is suspend)
    assert ("您目前不能候补该仪器，原因如下" in words) == (happens is close_for_companies)
    assert ("加入候补" in words) == bool(offered)


def test_wait_form_says_what_is_wrong(city, as_person):
    page = as_person(city.researcher)
    asked = {"starts_at": "2026-03-03T09:00", "ends_at": "2026-03-03T10:00", "subject": "陶瓷", "hours": "2"}
    asked |= {"payer": "person", "service_mode": "self_operated", "direction": "research"}
    refused = page.post(f"/instruments/{city.instrument.public_id}/wait/", asked)
    assert refused.status_code == 422
    assert "2" in text_of(refused)
    assert not WaitlistEntry.objects.exists()


def test_declining_and_leaving(city, as_person):
    entry = join(city)
    page = as_person(entry.user)
    offered = held(entry).public_id
    assert page.post(f"/waiting/offers/{offered}/decline/").url == "/me/waiting/"
    assert page.post(f"/waiting/{entry.public_id}/leave/").url == "/me/waiting/"
    entry.refresh_from_db()
    assert entry.end == "left"


def test_whoever_answers_for_another_reads_so_and_the_other_is_told(city, as_person):
    admin = factories.member(city.company, Role.ORG_ADMIN, name="庚")
    entry = join(city, wanted=slot(length=4))
    page = as_person(admin)
    shown = text_of(page.get("/me/waiting/"))
    assert "您以己的名义答复，系统会告知对方。" in shown
    assert ("待确认" in shown, "待您确认" in shown) == (True, False)
    declined = held(entry)
    answer = page.post(f"/waiting/offers/{declined.public_id}/decline/", follow=True)
    assert "已以己的名义放弃，并已告知对方；对方仍在候补。" in text_of(answer)
    accepted = held(entry)
    answer = page.post(f"/waiting/offers/{accepted.public_id}/accept/", follow=True)
    assert "已以己的名义接受，并已告知对方。" in text_of(answer)
    assert "名义答复" not in text_of(as_person(entry.user).get("/me/waiting/"))


def test_program_waits_and_answers(city, as_person):
    page = as_person(city.researcher)
    asked = {
        "instrument": city.instrument.public_id,
        "earliest": slot().start.isoformat(),
        "latest": slot().end.isoformat(),
        "minutes": 120,
        "service_mode": "self_operated",
        "subject": "陶瓷",
    }
    made = page.post("/api/v1/waiting", asked, content_type="application/json").json()
    assert (made["state"], made["offer"]["answer_by"]) == ("offered", "2026-03-02T02:00:00Z")
    number = made["offer"]["booking"]["id"]
    assert page.post(f"/api/v1/waiting/offers/{number}/decline").json()["state"] == "lapsed"
    assert page.post(f"/api/v1/waiting/offers/{number}/accept").json()["code"] == "waiting.offer_over"
    assert page.post(f"/api/v1/waiting/{made['id']}/leave").json()["state"] == "left"
    assert page.get("/api/v1/waiting").json()["items"] == []
    assert [one["state"] for one in page.get("/api/v1/waiting?all=true").json()["items"]] == ["left"]
