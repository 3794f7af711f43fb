"""What a row of the catalogue says of its times: the strip, the next times and what follows from them."""

import re
from datetime import timedelta
from html import unescape

import pytest

from bookings.requests.services.closures import closure_place
from bookings.requests.services.next_free import next_free_rebuild
from providers.search.services.index import search_rebuild
from tests import factories
from tests.bookings.requests.booking import book
from tests.factories import NOW, slot
from tests.page_fixtures import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(city, see):
    """Return the words of the strip and those of the times of the one row that is found."""

    def row(person=None, **query):
        next_free_rebuild(NOW)
        body = unescape(see(person, "catalogue", **query).content.decode())
        (strip,) = re.findall(r'class="week" role="img" aria-label="([^"]*)"', body)
        chips = re.findall(r'<a class="chip" href="/instruments/[^"]*/book/[^"]*">([^<]*)</a>', body)
        return strip.split("; "), chips

    return row


def test_times_of_a_row_are_named_by_their_day(row):
    assert row()[1] == ["今天 08:00", "明天 08:00", "周三 08:00"]


def test_the_strip_says_free_where_a_time_can_be_booked_and_otherwise_why_not(city, row):
    city.rule.lead_minutes = 24 * 60
    city.rule.save()
    book(city, slot(day=2, hour=8, length=8))
    book(city, slot(day=2, hour=16, length=4))
    closure_place(
        actor=city.keeper,
        instrument_id=city.instrument.pk,
        interval=slot(day=3, hour=8, length=12),
        reason_zh="检修",
        reason_en="",
        outcomes={},
        now=NOW,
    )
    city.instrument.open_windows.filter(starts_at=NOW + timedelta(days=4)).delete()
    strip, chips = row()
    assert strip == [
        "2026年3月2日 周一: 无可约时段",
        "2026年3月3日 周二: 有空闲",
        "2026年3月4日 周三: 无可约时段",
        "2026年3月5日 周四: 停用",
        "2026年3月6日 周五: 不开放",
        "2026年3月7日 周六: 有空闲",
        "2026年3月8日 周日: 有空闲",
    ]
    assert chips == ["明天 08:00", "周六 08:00", "周日 08:00"]


def test_the_strip_follows_what_the_viewer_may_book(city, row, see):
    city.rule.user_kinds = ["inside"]
    city.rule.save()
    assert row(city.manager)[1] == ["今天 08:00", "明天 08:00", "周三 08:00"]
    strip, chips = row(city.researcher)
    assert (chips, {day.split(": ")[1] for day in strip}) == ([], {"无可约时段"})
    assert "近期无可约时段" in text_of(see(city.researcher, "catalogue"))


def test_a_row_that_is_bookable_after_the_week_names_that_time_and_no_other(city, row, see):
    city.instrument.open_windows.filter(starts_at__lt=NOW + timedelta(days=9)).delete()
    assert row()[1] == []
    assert "最早可约 2026年3月11日 08:00" in text_of(see(None, "catalogue"))
    book(city, slot(day=9, hour=8, length=1))
    assert "最早可约 2026年3月11日 09:00" in text_of(see(None, "catalogue"))


def test_times_of_later_days_do_not_begin_with_the_present_hour(row):
    """Who asked in the afternoon for today was shown tomorrow from the afternoon on."""
    asked = {"day": "2026-03-02", "now": NOW + timedelta(hours=7)}
    assert row(**asked)[1] == ["今天 15:00", "明天 08:00", "周三 08:00"]


def test_the_price_of_a_row_is_the_one_that_filters_and_order_ask_for(city, see):
    """Rows at most at 50 an hour for the inside said “on request”: to who asks they are not open at all."""
    other = factories.instrument(city.owner, name_zh="质谱仪")
    factories.rule(other, "9.00", user_kinds=["inside"])
    search_rebuild()

    def prices(**query):
        rows = see(None, "catalogue", **query).context["rows"]
        return [row.price and row.price.amount_yuan for row in rows]

    assert prices(sort="price") == [100, None]
    assert prices(sort="price", user_kind="inside") == [9, 100]
    assert prices(user_kind="inside", price="50") == [9]
    assert prices(mode="remote", sort="price") == [100, None]


def test_hours_until_midnight_are_found_and_shown(city, see):
    """An end at 00:00 was refused as one before the start, and nobody can enter 24:00."""
    city.instrument.open_windows.all().delete()
    factories.windows(city.instrument, days=1, length=timedelta(days=9))
    next_free_rebuild(NOW)
    asked = {"day": "2026-03-04", "begins": "22:00", "ends": "00:00"}
    page = see(None, "catalogue", **asked)
    assert page.context["form"].errors == {}
    assert page.context["wanted"] == slot(day=2, hour=22, length=2)
    assert page.context["count"] == 1
    assert "2026-03-04T22%3A00&amp;end=2026-03-05T00%3A00" in page.content.decode()
    book(city, slot(day=2, hour=23, length=1))
    assert see(None, "catalogue", **asked).context["count"] == 0
