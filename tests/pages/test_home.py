"""What visitors see first: the search with a day, tasks, how to book."""

import re
from urllib.parse import parse_qs

import pytest

from bookings.requests.services.next_free import next_free_rebuild
from providers.instruments.models import Instrument
from providers.search.models import SynonymGroup
from providers.search.selectors.tasks import MOST, tasks
from providers.search.services.index import search_rebuild
from providers.search.services.synonyms import synonym_group_save, synonyms_load
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(city, clock):
    clock.set(NOW)
    synonyms_load(actor=None, now=NOW)
    search_rebuild()
    next_free_rebuild(NOW)
    return city


def tasks_of(page):
    part = re.search(r'<nav class="tasks".*?</nav>', page.content.decode(), re.DOTALL)
    return re.findall(r'href="([^"]+)">\s*([^<]+?)\s*</a>', part[0]) if part else []


def test_home_searches_by_words_and_day_from_today_on(shop, see):
    page = see(None, "home").content.decode()
    form = re.search(r'<form[^>]*action="/instruments/".*?</form>', page, re.DOTALL)[0]
    assert re.findall(r'name="(\w+)"', form) == ["q", "day"]
    assert 'min="2026-03-02"' in form
    assert "method=" not in form


def test_tasks_are_those_that_find_an_instrument(shop, see):
    found = tasks_of(see(None, "home"))
    assert [name for _, name in found] == ["看形貌"]
    address, query = found[0][0].split("?")
    assert (address, parse_qs(query)) == ("/instruments/", {"q": ["表面形貌"]})
    rows = see(None, "catalogue", q="表面形貌").context["rows"]
    assert [row.instrument for row in rows] == [shop.instrument]
    Instrument.objects.update(state="suspended")
    assert tasks_of(see(None, "home")) == []


def test_tasks_are_in_the_language_of_the_reader(shop, client):
    page = client.get("/", headers={"Accept-Language": "en"})
    assert tasks_of(page) == [("/instruments/?q=surface+morphology", "Surface morphology")]


def test_home_shows_at_most_eight_tasks_in_three_statements(shop, see, statements):
    officer = factories.officer()
    for number in range(MOST + 2):
        synonym_group_save(
            actor=officer, words=[f"需求{number:02}"], methods=["扫描电镜"], task=(f"测{number}", ""), now=NOW
        )
    assert SynonymGroup.objects.exclude(task_zh="").count() > MOST
    assert len(statements.of(lambda: tasks(officer))) == 3
    assert len(tasks_of(see(None, "home"))) == MOST


def test_three_steps_of_booking_are_an_ordered_list(shop, see):
    page = see(None, "home").content.decode()
    steps = re.search(r"<ol>(.*?)</ol>", page, re.DOTALL)[1]
    assert re.findall(r"<strong>([^<]+)</strong>", steps) == ["查找仪器", "选时间并看价格", "提交预约"]
    assert 'href="/help/"' in page


@pytest.mark.parametrize("page", ["home", "catalogue"])
def test_the_way_to_find_a_time_says_that_one_logs_in_first(shop, see, page):
    visitor, known = (see(who, page).content.decode() for who in (None, shop.researcher))
    assert "登录后查询可约时段" in visitor
    assert "登录后查询可约时段" not in known
