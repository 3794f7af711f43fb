"""The public page of openness: categories, results of all years, open data."""

import re
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse

from bookings.usage.services.days import usage_rebuild
from instrument_share.pages.sitemaps import SITEMAP_FILES
from instrument_share.web.responses.made_files import renew
from providers.instruments.models import Instrument, InstrumentCategory
from rewards.cycle.models import AssessmentCycle
from tests.page_fixtures import text_of
from tests.rewards.builders import AFTER, YEAR

pytestmark = pytest.mark.django_db
RESULT = f"/openness/results/{YEAR}/"


@pytest.fixture
def categories(small):
    """The only top category is that of mass spectrometers."""
    InstrumentCategory.objects.create(code="030000", name_zh="分析仪器", name_en="Analytical instruments")
    InstrumentCategory.objects.create(code="030100", name_zh="质谱仪器", name_en="Mass spectrometers")
    mass = InstrumentCategory.objects.create(code="030102", name_zh="液质联用仪", name_en="LC-MS")
    Instrument.objects.filter(pk=small.instrument.pk).update(category=mass)
    usage_rebuild()
    return small


def open_page(language="zh-Hans"):
    return Client(headers={"Accept-Language": language}).get("/openness/", {"year": YEAR})


def links_of(page):
    body = page.content.decode()
    return re.findall(r'href="([^"]+)"', body[body.index("<main") : body.index("</main>")])


@pytest.mark.parametrize(
    ("language", "head", "name"),
    [
        ("zh-Hans", "各类仪器数量（当前）", "分析仪器"),
        ("en", "Instruments by category, today", "Analytical instruments"),
    ],
)
def test_instruments_stand_by_category_with_their_table(categories, language, head, name):
    words = text_of(open_page(language))
    assert head in words
    assert f"{name} 1" in words


def test_results_of_past_years_stay_linked_after_their_notice(steps):
    assert RESULT not in links_of(open_page())
    steps.through("announce")
    assert RESULT in links_of(open_page())
    assert "公示期：2026年1月8日至" in text_of(open_page())
    steps.approve()
    page = open_page()
    assert RESULT in links_of(page)
    assert f"{YEAR}年度评价结果" in text_of(page)
    assert "Approved on" in text_of(open_page("en"))


def test_a_withdrawn_notice_is_not_listed(steps):
    steps.through("announce")
    AssessmentCycle.objects.update(noticed_at=None, state="scored")
    assert RESULT not in links_of(open_page())


def test_open_data_is_linked_in_the_page_itself(steps):
    assert "/opendata/" in links_of(open_page())


def test_results_are_on_the_map_of_the_site_as_soon_as_they_are_public(steps, client):
    def mapped():
        answer = client.get(reverse("sitemap_part", args=["results"]))
        tree = ElementTree.fromstring(answer.getvalue())
        return [one.text for one in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]

    before = SITEMAP_FILES.version(AFTER)
    assert mapped() == []
    steps.through("announce")
    assert SITEMAP_FILES.version(AFTER) != before
    renew(SITEMAP_FILES, AFTER)
    assert [address[-len(RESULT) :] for address in mapped()] == [RESULT]


def test_the_results_link_to_the_policy_that_they_name(steps, client):
    steps.through("announce")
    assert f"/policies/{steps.policy.public_id}/" in links_of(client.get(RESULT))


def test_in_the_first_days_of_a_year_the_last_one_with_hours_is_shown(categories, clock):
    clock.set(AFTER)
    assert AFTER.year == YEAR + 1
    assert "各月机时" in text_of(Client().get("/openness/"))
    assert "该年度尚无上机记录" in text_of(Client().get("/openness/", {"year": AFTER.year}))
    clock.set(AFTER.replace(year=YEAR + 3))
    page = Client().get("/openness/")
    assert "该年度尚无上机记录" in text_of(page)
    assert f'href="?year={YEAR + 3}" aria-current' in page.content.decode()
