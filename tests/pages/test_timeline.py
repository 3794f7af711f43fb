"""A day of many instruments."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import unquote

import pytest

from providers.search.services.index import search_rebuild
from providers.terms.services.listed_prices import prices_list
from providers.units.models import UnitProfile
from tests import factories
from tests.bookings.requests.booking import book
from tests.factories import NOW, slot

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


def test_without_javascript_a_night_ends_at_24_on_its_first_day(city, see):
    city.instrument.open_windows.all().delete()
    factories.windows(city.instrument, NOW + timedelta(hours=10))
    said = without_javascript(see(None, "timeline", day="2026-03-05"))
    assert re.findall(r"\d\d:\d\d–\d\d:\d\d", said) == ["00:00–06:00", "18:00–24:00"]


def test_without_javascript_the_times_are_those_of_the_reader(city, see):
    city.rule.user_kinds = ["inside"]
    city.rule.save()
    assert "08:00–20:00" in without_javascript(see(city.manager, "timeline", day="2026-03-05"))
    assert "当日没有可约时段" in without_javascript(see(city.researcher, "timeline", day="2026-03-05"))


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


def test_a_timeline_of_more_than_a_page_says_so_and_goes_on(city, see, monkeypatch):
    monkeypatch.setattr("instrument_share.pages.views.catalogue.MAX_ON_TIMELINE", 2)
    for name in ("乙仪器", "丙仪器"):
        factories.instrument(city.owner, name_zh=name)
    first = see(None, "timeline", day="2026-03-05")
    assert "共 3 台，本页 2 台" in body_of(first)
    following = re.search(r'href="\?day=2026-03-05&amp;cursor=([^"]+)" rel="next"', first.content.decode())[1]
    following = unquote(following)
    second = see(None, "timeline", day="2026-03-05", cursor=following)
    assert second.context["shown"] == 1
    events = [
        see(None, "timeline_events", day="2026-03-05", **more).json()["resources"]
        for more in ({}, {"cursor": following})
    ]
    assert [len(resources) for resources in events] == [2, 1]
    assert len({resource["id"] for resources in events for resource in resources}) == 3


def test_a_timeline_narrows_by_unit(city, see):
    for name in ("云屏海洋研究院", "云屏医学院"):
        other = factories.organization(name, owns_instruments=True)
        UnitProfile.objects.create(organization=other, state="published", published_at=factories.LONG_AGO)
        factories.instrument(other)
    page = see(None, "timeline", day="2026-03-05", unit=other.public_id)
    assert (page.context["count"], page.context["shown"]) == (1, 1)
    assert see(None, "timeline", day="2026-03-05").context["count"] == 3


def test_words_are_read_as_in_the_catalogue(city, see):
    """“As a timeline” leads on from what the catalogue found with most of the words."""
    factories.instrument(city.owner, name_zh="激光共聚焦")
    search_rebuild()
    for q, said, found in (
        ("共聚焦 扫描", "没有同时包含这些词的仪器；以下仪器包含其中大部分。", 2),
        ("扫描电子显微镜 qqxyz", "没有包含“qqxyz”的仪器，已略去该词。", 1),
    ):
        listed = see(None, "catalogue", q=q)
        shown = see(None, "timeline", q=q)
        assert listed.context["count"] == shown.context["count"] == found
        assert shown.context["understood"] == listed.context["understood"] == [said]
        assert said in body_of(shown)
        assert sum(chip[3] for chip in shown.context["facet"]) == sum(
            chip[3] for chip in listed.context["facet"]
        )
        events = see(None, "timeline_events", q=q, day="2026-03-05").json()
        assert len(events["resources"]) == found


def test_another_day_keeps_the_filters_that_the_catalogue_gave(city, see):
    asked = {"vouchers": "on", "user_kind": "inside", "mode": "remote", "price": "500"}
    form = re.search(r'<form class="panel".*?</form>', body_of(see(None, "timeline", **asked)), re.DOTALL)[0]
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]+)"', form))
    assert hidden == {**asked, "vouchers": "True"}
    narrowed = [label for label, *_ in see(None, "timeline", **asked).context["narrowing"]]
    assert [label for label, *_ in see(None, "timeline", **hidden).context["narrowing"]] == narrowed
    assert 'type="hidden" name="vouchers"' not in body_of(see(None, "timeline"))


def test_a_day_to_come_is_narrowed_by_the_prices_that_apply_then(city, see):
    factories.rule(city.instrument, price="40.00", applies_from=slot(day=2).start)
    prices_list([city.instrument.pk])

    def found(day):
        page = see(None, "timeline", day=day, price="50")
        events = see(None, "timeline_events", day=day, price="50").json()
        return page.context["count"], len(events["resources"])

    assert [found(day) for day in ("2026-03-03", "2026-03-05")] == [(0, 0), (1, 1)]
