"""The pages of kiosks: for whoever makes them, and the screen itself."""

import json
import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.test import Client

from bookings.devices.services.keys import device_key_make, device_keys_end_due
from bookings.feeds.models import ExternalCalendar
from bookings.feeds.selectors.external_calendars import ANSWERED_FOR
from bookings.kiosk.models import Kiosk
from bookings.kiosk.services.kiosks import kiosk_end, kiosk_make, kiosks_end_due
from bookings.requests.keys import get_check_in_code
from bookings.usage import registry
from bookings.usage.models import UsageLog
from instrument_share.accounts.domain import Role
from instrument_share.journal.models import Notification
from providers.instruments.models import Keeper
from providers.instruments.services.people import keeper_assign, keepers_set
from tests import factories
from tests.bookings.requests.booking import book
from tests.factories import NOW, slot

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def texts(page):
    return " ".join(unescape(re.sub("<[^>]+>", " ", page.content.decode())).split())


@pytest.fixture
def tablet(city, clock):
    """A browser that nobody is logged in with, opened by the key of the instrument's kiosk."""
    clock.set(NOW)
    kiosk, key = kiosk_make(actor=city.keeper, instrument_id=city.instrument.pk, name="门口", now=NOW)
    browser = Client()
    browser.kiosk = kiosk
    assert "启用" in texts(browser.get(f"/kiosk/enter/{key}/"))
    entered = browser.post(f"/kiosk/enter/{key}/")
    cookie = entered.cookies["kiosk"]
    assert (entered.url, cookie["path"], cookie["httponly"], cookie["samesite"]) == (
        "/kiosk/",
        "/kiosk/",
        True,
        "Strict",
    )
    return browser


@pytest.fixture
def booking(city):
    return book(city, slot(day=0, hour=9, length=2))


def form_of(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page.content.decode())[1]


def present(tablet, booking, kind="check_in", **values):
    code = get_check_in_code(booking)
    return tablet.post("/kiosk/code/", {"key": f"k{kind}", "kind": kind, "code": code, **values})


def test_link_is_shown_once_and_the_kiosk_ends_with_its_key(city, see, send, clock):
    address = city.instrument.public_id
    made = send(city.keeper, "instrument_kiosks", address, name="305 室门口")
    assert made.status_code == 201
    link = re.search(r"<code>(http[^<]+/kiosk/enter/([^/<]+)/)</code>", made.content.decode())
    assert "data:image/svg+xml" in made.content.decode()
    page = see(city.manager, "instrument_kiosks", address)
    assert "305 室门口" in texts(page)
    assert link[2] not in page.content.decode()
    tablet = Client()
    tablet.post(f"/kiosk/enter/{link[2]}/")
    assert tablet.get("/kiosk/").status_code == 200
    kiosk = Kiosk.objects.get()
    assert send(city.manager, "kiosk_end", address, kiosk.public_id).status_code == 302
    locked = tablet.get("/kiosk/")
    assert (locked.status_code, tablet.cookies["kiosk"].value) == (403, "")
    assert tablet.get(f"/kiosk/enter/{link[2]}/").status_code == 404
    assert send(city.keeper, "instrument_kiosks", address, name="").status_code == 422
    elsewhere = factories.city()
    other, _key = kiosk_make(
        actor=elsewhere.keeper, instrument_id=elsewhere.instrument.pk, name="门口", now=NOW
    )
    assert see(city.keeper, "kiosk_end", address, other.public_id).status_code == 404


def test_page_says_how_many_kiosks_there_may_be_and_offers_no_more(city, see):
    made = [
        kiosk_make(actor=city.keeper, instrument_id=city.instrument.pk, name=f"{number}", now=NOW)[0]
        for number in range(4)
    ]

    def offers():
        page = see(city.keeper, "instrument_kiosks", city.instrument.public_id).text
        return 'name="name"' in page, "每台仪器最多 5 个自助签到屏" in page, "请先停用不再使用的" in page

    looks = [offers()]
    kiosk_make(actor=city.keeper, instrument_id=city.instrument.pk, name="5", now=NOW)
    looks.append(offers())
    kiosk_end(actor=city.keeper, kiosk_id=made[0].pk, now=NOW)
    looks.append(offers())
    assert looks == [(True, True, False), (False, True, True), (True, True, False)]


def test_form_of_a_kiosk_sent_twice_shows_one_link_again_for_minutes(city, see, send, clock):
    clock.set(NOW)
    address = city.instrument.public_id

    def make(form_token):
        made = send(city.keeper, "instrument_kiosks", address, name="门口", form_token=form_token)
        return re.search(r"<code>(http[^<]+)</code>", made.content.decode())[1]

    first = make("one")
    assert make("one") == first
    assert Kiosk.objects.count() == 1
    assert make("two") != first
    Kiosk.objects.update(ended_at=NOW)
    assert make("one") != first
    assert form_of(see(city.keeper, "instrument_kiosks", address), "form_token")


def test_screen_shows_who_is_there_and_who_comes_by_surname_only(city, tablet, booking, clock):
    book(city, slot(day=1, hour=10, length=1))
    book(city, slot(day=2, hour=10, length=1))
    page = texts(tablet.get("/kiosk/"))
    assert "空闲 至今天 09:00" in page
    assert "今天 09:00–11:00 戊**" in page
    assert "明天 10:00–11:00 戊**" in page
    assert page.count("戊**") == 2
    clock.set(booking.starts_at + MINUTE)
    assert "已预约 · 戊**" in texts(tablet.get("/kiosk/"))
    present(tablet, booking)
    assert "使用中 · 戊** 至今天 11:00" in texts(tablet.get("/kiosk/"))
    clock.set(booking.ends_at + MINUTE)
    assert "预约至今天 11:00，尚未签退" in texts(tablet.get("/kiosk/"))


def test_screen_takes_as_many_statements_for_many_bookings(city, tablet, statements):
    book(city, slot(day=0, hour=9, length=1))

    def add():
        for hour in (11, 13, 15):
            book(city, slot(day=0, hour=hour, length=1))

    statements.assert_unchanged(lambda: tablet.get("/kiosk/"), by=add)


def test_scanned_address_checks_in_and_the_shown_amount_is_what_a_check_out_records(tablet, booking, clock):
    clock.set(booking.starts_at)
    code = get_check_in_code(booking)
    scanned = f"http://example.org/bookings/{booking.public_id}/arrival/{code}/"
    sent = present(tablet, booking, code=scanned)
    assert sent.url == "/kiosk/"
    assert "戊**已签到，预约至 11:00 结束。" in texts(tablet.get("/kiosk/"))
    clock.move(90 * MINUTE)
    page = present(tablet, booking)
    assert "¥150.00" in texts(page)
    form = {"code": code, "key": "out", "ends_at": "2026-03-02T10:15", "shown": form_of(page, "shown")}
    changed = tablet.post("/kiosk/check-out/", form)
    assert "¥125.00" in texts(changed)
    assert not UsageLog.objects.exists()
    sent = tablet.post("/kiosk/check-out/", {**form, "shown": form_of(changed, "shown")})
    assert sent.url == "/kiosk/"
    assert "戊**已签退：有效机时 1.25 小时，¥125.00。" in texts(tablet.get("/kiosk/"))
    again = tablet.post("/kiosk/check-out/", {**form, "shown": form_of(changed, "shown")})
    assert again.url == "/kiosk/"
    assert UsageLog.objects.get().amount_yuan == 125


def test_check_out_says_before_that_hours_of_a_frozen_year_count_in_no_assessment(
    tablet, booking, clock, monkeypatch
):
    clock.set(booking.starts_at)
    present(tablet, booking)
    clock.move(90 * MINUTE)
    assert "冻结" not in texts(present(tablet, booking))
    monkeypatch.setattr(registry, "_readers", [{2026: date(2026, 3, 2)}.get])
    assert "2026 年度数据已于2026年3月2日冻结" in texts(present(tablet, booking))


def test_kept_check_out_is_answered_with_what_a_frozen_year_means_for_its_hours(
    tablet, booking, clock, monkeypatch
):
    clock.set(booking.starts_at)
    present(tablet, booking)
    clock.move(90 * MINUTE)
    monkeypatch.setattr(registry, "_readers", [{2026: date(2026, 3, 2)}.get])
    at = (booking.starts_at + 60 * MINUTE).isoformat()
    act = {"key": "tablet-1", "kind": "check_out", "code": get_check_in_code(booking), "at": at}
    answer = json.loads(tablet.post("/kiosk/acts/", act).content)
    assert answer["is_taken"]
    assert "2026 年度数据已于2026年3月2日冻结" in answer["notice"]
    (line,) = Notification.objects.filter(user=booking.user).latest("id").lines
    assert line["message"] == registry.FROZEN


def test_refusal_stands_beside_the_code_and_in_the_list_of_the_keepers(city, tablet, booking, see, clock):
    refused = present(tablet, booking, code="AAAAAA")
    assert refused.status_code == 422
    assert "本仪器 24 小时内没有使用此签到码的预约" in texts(refused)
    assert form_of(refused, "key") != "kcheck_in"
    assert "本仪器 24 小时内没有使用此签到码的预约" in texts(
        see(city.keeper, "instrument_kiosks", city.instrument.public_id)
    )
    for number in range(9):
        present(tablet, booking, code="AAAAAA", key=f"k{number}")
    assert "签到码错误次数过多" in texts(present(tablet, booking))
    ends_at = {"ends_at": "2026-03-02T08:00", "key": "out", "code": get_check_in_code(booking)}
    assert "签到码错误次数过多" in texts(tablet.post("/kiosk/check-out/", ends_at))


def test_wrong_codes_are_counted_where_a_check_out_has_no_end_either(tablet, booking, clock):
    clock.set(booking.starts_at)
    present(tablet, booking)
    for number in range(10):
        refused = tablet.post("/kiosk/check-out/", {"key": f"k{number}", "code": "AAAAAA"})
        assert "本仪器 24 小时内没有使用此签到码的预约" in texts(refused)
    right = {"key": "right", "code": get_check_in_code(booking)}
    assert "签到码错误次数过多" in texts(tablet.post("/kiosk/check-out/", right))


def test_fault_is_reported_in_words(tablet):
    assert tablet.post("/kiosk/fault/", {"key": "f", "text": " "}).status_code == 422
    assert tablet.post("/kiosk/fault/", {"key": "f", "text": "真空泵停转"}).url == "/kiosk/"
    assert "已通知机组" in texts(tablet.get("/kiosk/"))


def test_kept_act_is_answered_once_and_again(tablet, booking, clock):
    clock.set(booking.starts_at + 5 * MINUTE)
    act = {
        "key": "tablet-1",
        "kind": "check_in",
        "code": get_check_in_code(booking),
        "at": booking.starts_at.isoformat(),
    }
    for _ in range(2):
        answer = tablet.post("/kiosk/acts/", act)
        assert json.loads(answer.content) == {
            "is_taken": True,
            "detail": "戊**已签到，预约至 11:00 结束。",
            "notice": "",
        }
    booking.refresh_from_db()
    assert booking.checked_in_at == booking.starts_at
    late = tablet.post("/kiosk/acts/", {**act, "kind": "check_out", "key": "k2", "at": NOW.isoformat()})
    assert json.loads(late.content)["is_taken"] is False
    assert tablet.post("/kiosk/acts/", {**act, "kind": "explode"}).status_code == 422
    assert tablet.post("/kiosk/acts/", {**act, "code": "AAAAAA"}).status_code == 409
    kiosk_end(actor=tablet.kiosk.made_by, kiosk_id=tablet.kiosk.pk, now=NOW)
    assert tablet.post("/kiosk/acts/", act).status_code == 403


def test_whoever_tries_key_after_key_is_asked_to_wait(client):
    tried = [client.get(f"/kiosk/enter/guess{number}/").status_code for number in range(31)]
    assert tried == [404] * 30 + [429]
    assert client.get("/kiosk/").status_code == 403
    client.cookies["kiosk"] = "guess"
    assert client.get("/kiosk/").status_code == 429


def test_who_removes_a_keeper_reads_before_what_of_theirs_stops_at_this_instrument(city, client, clock):
    clock.set(NOW)
    factories.member(city.owner, Role.KEEPER, city.manager)
    keeper_assign(actor=city.manager, instrument_id=city.instrument.pk, user_id=city.manager.pk, now=NOW)
    client.force_login(city.manager)
    address = f"/unit/instruments/{city.instrument.public_id}/people/"
    assert f"移除{city.keeper.name}后" not in texts(client.get(address))
    other = factories.instrument(city.owner)
    Keeper.objects.create(instrument=other, user=city.keeper)
    device_key_make(actor=city.keeper, instrument_id=city.instrument.pk, now=NOW)
    for actor, instrument in (
        (city.keeper, city.instrument),
        (city.keeper, other),
        (city.manager, city.instrument),  # manages the unit: theirs go on
    ):
        kiosk_make(actor=actor, instrument_id=instrument.pk, name="门口", now=NOW)
        ExternalCalendar.objects.create(
            instrument=instrument, address=f"https://{actor.pk}.example/", created_by=actor, created_at=NOW
        )
    words = texts(client.get(address))
    assert f"移除{city.keeper.name}后，2 个终端或自助签到屏将停止工作" in words
    assert f"移除{city.keeper.name}后，1 个外部日历停止同步" in words
    assert f"移除{city.manager.name}后" not in words
    keepers_set(actor=city.manager, instrument_id=city.instrument.pk, user_ids=[city.manager.pk], now=NOW)
    assert (device_keys_end_due(NOW), kiosks_end_due(NOW)) == (1, 1)
    assert ExternalCalendar.objects.filter(ANSWERED_FOR).distinct().count() == 2
