"""A correction of the public holidays: looked at first, then made, and told to those whom it touches."""

from datetime import date, time
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from bookings.requests.models import Booking, NextFree
from bookings.requests.services.holidays import holidays_set
from bookings.requests.services.notifications import WITHDRAWN
from bookings.requests.services.rules import rule_put_in_force
from instrument_share.journal.models import Notification
from providers.instruments.models import InstrumentLink
from providers.terms.domain.choices import DayKind, Decision, HolidayTreatment, ServiceMode, UserKind
from providers.terms.domain.special_days import Day, published_days
from providers.terms.domain.terms import OpeningPattern, Price, TermsDraft
from providers.terms.models import OpenWindow
from providers.terms.selectors.workdays import calendar_year
from tests import factories
from tests.bookings.requests.booking import book
from tests.bookings.waiting.waiting import join, offered
from tests.factories import NOW, slot
from tests.page_fixtures import text_of

NOTICE = "云政办发〔2026〕3号"
THURSDAY = Day(date(2026, 3, 5), DayKind.HOLIDAY, "庆典日")

WEEKDAYS = TermsDraft(
    patterns=(OpeningPattern(time(9), time(17), date(2026, 3, 2)),),
    user_kinds=frozenset(UserKind),
    service_modes=frozenset(ServiceMode),
    prices=(Price(Decimal(100)),),
    holidays=HolidayTreatment.CLOSED_AND_SHIFTED,
    decision=Decision.AT_ONCE,
)


@pytest.fixture
def city(db):
    """Open on weekdays from 09:00 to 17:00, closed on public holidays."""
    made = factories.city()
    OpenWindow.objects.all().delete()
    rule_put_in_force(
        actor=made.manager, instrument_id=made.instrument.pk, draft=WEEKDAYS, applies_from=NOW, now=NOW
    )
    return made


@pytest.fixture
def officer(city):
    return factories.officer()


@pytest.fixture
def on_thursday(city):
    return book(city, slot(day=3))


def correct(send, officer, **changes):
    asked = {
        "act": "correct",
        "day-date": "2026-03-05",
        "day-kind": "holiday",
        "day-name": "庆典日",
        "day-source": NOTICE,
        **changes,
    }
    return send(officer, "holiday_year", 2026, **asked)


def enter(send, officer, page):
    """Send what a preview holds."""
    held = {"rows": page.context["form"].as_text, "source": NOTICE, "seen": page.context["known"].version}
    return send(officer, "holiday_year", 2026, act="apply", **held)


def told(person):
    return [one.message for one in Notification.objects.filter(user=person, message__contains="holidays")]


def test_bookings_outside_new_hours_are_kept_and_users_notified(city, officer, on_thursday):
    days = [*published_days(2026), THURSDAY]
    outside = holidays_set(actor=officer, year=2026, days=days, source=NOTICE, now=NOW)
    on_thursday.refresh_from_db()
    assert (outside, on_thursday.state) == (1, "approved")
    assert len(told(city.researcher)) == len(told(city.keeper)) == 1
    again = holidays_set(actor=officer, year=2026, days=days, source=NOTICE, now=NOW)
    assert (again, len(told(city.researcher))) == (0, 1)


def test_offers_outside_new_hours_are_withdrawn_and_not_told_as_bookings(city, officer):
    waits = join(city, wanted=slot(day=3))
    days = [*published_days(2026), THURSDAY]
    assert holidays_set(actor=officer, year=2026, days=days, source=NOTICE, now=NOW) == 0
    assert [state for *_, state in offered(waits)] == ["lapsed"]
    assert told(city.keeper) == told(waits.user) == []
    (withdrawn,) = Notification.objects.filter(user=waits.user, message=WITHDRAWN)
    assert withdrawn.params["reason"]["en"] == "The public holidays were corrected."


def test_offer_of_linked_instruments_is_withdrawn_once(city, officer):
    second = factories.instrument(city.owner, name_zh="样品制备仪")
    rule_put_in_force(actor=city.manager, instrument_id=second.pk, draft=WEEKDAYS, applies_from=NOW, now=NOW)
    InstrumentLink.objects.create(instrument=city.instrument, linked=second)
    waits = join(city, wanted=slot(day=3))
    days = [*published_days(2026), THURSDAY]
    holidays_set(actor=officer, year=2026, days=days, source=NOTICE, now=NOW)
    assert set(Booking.objects.values_list("state", "revision")) == {("lapsed", 2)}
    assert [state for *_, state in offered(waits)] == ["lapsed"]
    (withdrawn,) = Notification.objects.filter(user=waits.user, message=WITHDRAWN)
    assert withdrawn.params["instrument"]["zh"] == city.instrument.name_zh


def test_next_free_is_updated_immediately(city, officer):
    assert NextFree.objects.get(instrument=city.instrument).at == slot(day=0, hour=9).start
    days = [*published_days(2026), Day(date(2026, 3, 2), DayKind.HOLIDAY, "庆典日")]
    holidays_set(actor=officer, year=2026, days=days, source=NOTICE, now=NOW)
    assert NextFree.objects.get(instrument=city.instrument).at == slot(day=1, hour=9).start


def test_correction_is_previewed_before_saving(city, officer, on_thursday, send):
    look = text_of(correct(send, officer))
    assert "2026年3月5日 周四 按星期安排 休 庆典日" in look
    assert "1 台仪器的开放时段会变化。" in look
    assert "8 小时" in look
    assert "1 项预约将不在开放时段内。" in look
    assert "戊" in look
    assert not calendar_year(2026).entered


def test_previewed_correction_is_saved(city, officer, on_thursday, send):
    done = enter(send, officer, correct(send, officer))
    assert done.status_code == 302
    found = calendar_year(2026)
    assert (found.entered, found.source) == (True, NOTICE)
    assert set(found.days) == {*published_days(2026), THURSDAY}


def test_correction_does_not_undo_what_was_entered_since_its_preview(city, officer, send):
    page = correct(send, officer)
    friday = Day(date(2026, 3, 6), DayKind.HOLIDAY, "台风停工")
    days = [*published_days(2026), friday]
    holidays_set(actor=None, year=2026, days=days, source=NOTICE, now=NOW)
    again = enter(send, officer, page)
    assert again.status_code == 422
    assert "他人已更改本年度安排" in text_of(again)
    assert [(on, bool(before)) for on, before, _now in again.context["changes"]] == [
        (THURSDAY.date, False),
        (friday.date, True),
    ]
    assert set(calendar_year(2026).days) == set(days)
    assert enter(send, officer, again).status_code == 302
    assert set(calendar_year(2026).days) == {*published_days(2026), THURSDAY}


def test_special_day_is_reset_to_ordinary_weekday(city, officer, send):
    page = correct(send, officer, **{"day-date": "2026-10-01", "day-kind": "ordinary"})
    assert set(page.context["form"].days) == set(published_days(2026)) - {
        Day(date(2026, 10, 1), DayKind.HOLIDAY, "国庆节")
    }


def test_year_sheet_is_imported_atomically(city, officer, send):
    def bring(text):
        sheet = SimpleUploadedFile("2027.csv", text.encode("gb18030"))
        return send(officer, "holiday_year", 2027, act="import", source=NOTICE, sheet=sheet)

    refused = bring("日期,类别,名称\n2027-01-01,休,元旦\n2027-02-30,休,春节\n2027-03-01,班,错\n")
    assert refused.status_code == 422
    assert "第 3 行：“2027-02-30”不是日期" in text_of(refused)
    look = bring("日期,类别,名称\n2027-01-01,休,元旦\n2027-02-20,班,春节\n")
    assert "2027年2月20日 周六 按星期安排 班 春节" in text_of(look)
    assert "本年此前没有数据" in text_of(look)
    assert not calendar_year(2027).known


def test_year_with_few_days_requires_confirmation(city, officer, send):
    three = "".join(f"2027-01-0{day},休,元旦\n" for day in (1, 2, 3))
    year = {"rows": three, "source": NOTICE, "seen": calendar_year(2027).version}
    assert "2027 年只录入了 3 天" in text_of(send(officer, "holiday_year", 2027, act="import", **year))
    unconfirmed = send(officer, "holiday_year", 2027, act="apply", **year)
    assert unconfirmed.status_code == 422
    assert "2027 年只录入了 3 天" in text_of(unconfirmed)
    assert not calendar_year(2027).known
    assert send(officer, "holiday_year", 2027, act="apply", confirmed="on", **year).status_code == 302
    assert calendar_year(2027).known


def test_preview_requires_source_notice(city, officer, send):
    answer = correct(send, officer, **{"day-source": ""})
    assert answer.status_code == 422
    assert "庆典日" in answer.content.decode()


def test_year_page_labels_holidays_and_make_up_workdays(city, officer, see):
    page = text_of(see(officer, "holiday_year", 2026))
    assert "来自已公布的节假日表" in page
    assert "2027 · 尚无数据" in page
    assert "1月1日 周四 法定节假日 元旦" in page
    assert "尚未录入" in text_of(see(officer, "holiday_year", 2027))
    assert see(officer, "holidays").url == "/bureau/holidays/2026/"
    assert see(officer, "holiday_year", 1999).status_code == 404
