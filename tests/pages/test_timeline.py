"""A day of many instruments."""

import re
from html import unescape

import pytest

from providers.search.services.index import search_rebuild

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


def test_without_javascript_the_catalogue_answers(city, see):
    search_rebuild()
    (said,) = re.findall(r"<noscript>(.*?)</noscript>", body_of(see(None, "timeline", q="显微镜")), re.DOTALL)
    assert 'href="/instruments/?q=%E6%98%BE%E5%BE%AE%E9%95%9C"' in said
