"""A day of many instruments."""

import re
from html import unescape

import pytest

from providers.search.services.index import search_rebuild
from tests import factories
from tests.bookings.requests.booking import book
from tests.factories import slot

pytestmark = pytest.mark.django_db


def body_of(page):
    return unescape(page.content.decode())


def test_the_address_holds_the_day_and_the_words(city, see):
    search_rebuild()
    body = body_of(see(None, "timeline", q="显微镜", day="2026-03-05"))
    assert 'type="date" name="day" value="2026-03-05"' in body
    assert re.findall(r'<a class="btn" href="(\?[^"]+)"', body) == [
        "?q=%E6%98%BE%E5%BE%AE%E9%95%9C&day=2026-03-04",
        "?q=%E6%98%BE%E5%BE%AE%E9%95%9C&day=2026-03-02",
        "?q=%E6%98%BE%E5%BE%AE%E9%95%9C&day=2026-03-06",
    ]
    assert 'data-timeline="/timeline/events/?day=2026-03-05&q=%E6%98%BE%E5%BE%AE%E9%95%9C"' in body
    assert 'data-book="/instruments/{resource}/book/?start={start}&end={end}"' in body


def test_rows_name_the_model_and_the_unit(city, see):
    city.instrument.model = "SE-9200F"
    city.instrument.save()
    search_rebuild()
    assert see(None, "timeline_events", day="2026-03-05").json()["resources"] == [
        {
            "id": city.instrument.public_id,
            "title": "场发射扫描电子显微镜",
            "model": "SE-9200F",
            "unit": "云屏测试大学",
        }
    ]


def without_javascript(page):
    (said,) = re.findall(r"<noscript>(.*?)</noscript>", body_of(page), re.DOTALL)
    return said


def test_without_javascript_each_bookable_stretch_leads_to_the_form(city, see):
    search_rebuild()
    book(city, slot(day=3, hour=10))
    said = without_javascript(see(None, "timeline", q="显微镜", day="2026-03-05"))
    form = f"/instruments/{city.instrument.public_id}/book/"
    assert re.findall(r'href="([^"]+)">\s*(\d\d:\d\d–\d\d:\d\d)', said) == [
        (f"{form}?start=2026-03-05T08%3A00&end=2026-03-05T08%3A30", "08:00–10:00"),
        (f"{form}?start=2026-03-05T12%3A00&end=2026-03-05T12%3A30", "12:00–20:00"),
    ]
    assert 'href="/instruments/?q=%E6%98%BE%E5%BE%AE%E9%95%9C"' in said
    assert "当日没有可约时段" in without_javascript(see(None, "timeline", day="2026-03-01"))


def test_timeline_of_many_instruments_takes_as_many_statements_as_of_one(city, see, statements):
    search_rebuild()

    def count():
        return len(statements.of(lambda: see(None, "timeline", day="2026-03-05")))

    count()  # fills what is kept in the process
    one = count()
    for _number in range(5):
        other = factories.instrument(city.owner)
        factories.rule(other)
    search_rebuild()
    assert (see(None, "timeline", day="2026-03-05").context["shown"], count()) == (6, one)
