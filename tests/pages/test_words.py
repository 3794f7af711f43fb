"""Words that readers stumbled over once: what stands in their place, where they were read."""

import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from lxml import html

from instrument_share.pages.views.units import TABS
from providers.domain import InformationKind, PublicationKind
from providers.units.domain.information import KIND_WORDS
from providers.units.views.publications import TITLES
from tests.bookings.requests.booking import book
from tests.factories import NOW, slot
from tests.page_fixtures import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def read(city, client, clock):
    """What a page says to the researcher in a language; `{}` is the city's instrument."""
    clock.set(NOW)
    city.instrument.samples_zh = city.instrument.samples_en = "Ø 10"
    city.instrument.save()

    def read(language, address):
        client.force_login(city.researcher)
        address = address.format(city.instrument.public_id)
        page = client.get(address, headers={"Accept-Language": language})
        assert page.status_code == 200
        return text_of(page)

    return read


@pytest.mark.parametrize(
    ("address", "said", "no_more"),
    [
        (
            "/instruments/{}/",
            ["主要功能", "主要技术指标", "样品要求"],
            ["能测什么", "测得多准", "适用什么样品"],
        ),
        ("/instruments/{}/", ["预约资格", "我的收费标准"], ["我能用吗", "对我如何收费"]),
        ("/me/organizations/", ["我的单位"], ["您以什么身份预约"]),
        ("/organizations/register/", ["《统计上大中小微型企业划分办法》"], ["国家统计划型标准"]),
        ("/instruments/", ["名称"], ["姓名"]),
        ("/instruments/?q=zzzzqqq", ["未找到相关仪器"], ["请去掉上面的某个条件"]),
    ],
)
def test_chinese_names_things_as_the_trade_does(read, address, said, no_more):
    text = read("zh", address)
    assert [word for word in said if word not in text] == []
    assert [word for word in no_more if word in text] == []


@pytest.mark.parametrize(
    ("address", "said", "no_more"),
    [
        (
            "/",
            ["Participating institutions", "Instruments available"],
            ["Units that share", "Instruments open"],
        ),
        (
            "/instruments/{}/",
            ["Specifications", "Booking rules", "Contact and location"],
            ["How well", "The rule", "Who to ask"],
        ),
        ("/me/", ["No incidents on record."], ["Nothing counts against you"]),
    ],
)
def test_english_is_what_its_readers_would_write(read, address, said, no_more):
    text = read("en", address)
    assert [word for word in said if word not in text] == []
    assert [word for word in no_more if word in text] == []


def log_in(client, person, **headers):
    person.name = "林晓舟"
    person.set_password("only-for-this-2026")
    person.save()
    typed = {"login": person.username, "password": "only-for-this-2026"}
    return client.post(reverse("account_login"), typed, follow=True, **headers)


def test_a_greeting_in_a_new_browser_speaks_the_language_of_the_account(city, client, clock):
    clock.set(NOW)
    page = log_in(client, city.researcher, HTTP_ACCEPT_LANGUAGE="en")
    assert [str(message) for message in page.context["messages"]] == ["林晓舟，欢迎回来。"]
    assert '<html lang="zh-Hans">' in page.content.decode()


@pytest.mark.parametrize(
    ("language", "greeting", "title"),
    [("zh-hans", "林晓舟，欢迎回来。", "我的预约"), ("en", "Welcome back, 林晓舟.", "My desk")],
)
def test_who_logs_in_is_greeted_by_name(city, client, clock, language, greeting, title):
    clock.set(NOW)
    client.cookies["django_language"] = language
    page = log_in(client, city.researcher)
    assert [str(message) for message in page.context["messages"]] == [greeting]
    assert re.search(r"<title>\s*(.*?) · ", page.content.decode(), re.DOTALL)[1].strip() == title


@pytest.mark.parametrize(
    ("language", "values"),
    [
        ("zh-hans", "用户类别 企业 服务方式 自主上机"),
        ("en", "Kind of user Enterprises Way of service Self-operated"),
    ],
)
def test_values_of_a_booking_begin_as_others_do(city, client, clock, language, values):
    clock.set(NOW)
    client.cookies["django_language"] = language
    client.force_login(city.researcher)
    page = text_of(client.get(reverse("booking", args=[book(city, slot()).public_id])))
    assert values in page


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_head_of_a_page_bears_the_platforms_name(client, db, language):
    client.cookies["django_language"] = language
    page = client.get("/").text
    brand = re.search(r'<a class="brand".*?</a>', page, re.DOTALL)[0]
    name = re.search(r"<title>(.*?)</title>", page, re.DOTALL)[1].rpartition(" · ")[2]
    assert re.sub(r"<[^>]+>", "", brand).strip() == name


STUMBLED_OVER = (
    "这次使用感受如何",
    "之后的预约",
    "暂不操作",
    "也可以加入付费单位",
    "提交代码和执照",
    "有人用本邮箱",
    "分钟为一档",
    "Who operates it needs",
    "It can be moved until",
    "A later cancellation costs",
    "are kept free to clean",
    "Open on Monday",
    "operated by the user, measured",
    "For programs (API)",
    "Look after it",
)


def unfold(text):
    """Sources with every sentence on one line, however its literal or template is broken."""
    return re.sub(r"\s+", " ", re.sub(r'"\s*\n\s*f?"', "", text))


@cache
def read_sources():
    return {
        str(path): unfold(path.read_text(encoding="utf-8"))
        for app in ("instrument_share", "providers", "bookings", "rewards")
        for kind in ("*.html", "*.txt", "*.py", "*.po")
        for path in (Path(settings.BASE_DIR) / app).rglob(kind)
    }


@pytest.mark.parametrize("broken", ['"Who operates it "\n    "needs', "Who operates it\n      needs"])
def test_words_are_found_across_lines(broken):
    assert "Who operates it needs" in unfold(broken)


@pytest.mark.parametrize("words", STUMBLED_OVER)
def test_words_that_nobody_understood_stand_nowhere(words):
    texts = read_sources()
    assert len(texts) > 500
    assert [path for path, text in texts.items() if words in text] == []


@pytest.mark.parametrize(("address", "element"), [("/me/", "h1"), ("/me/", "span"), ("/timeline/", "p")])
def test_name_in_chinese_says_its_language_in_english(city, client, clock, address, element):
    clock.set(NOW)
    city.instrument.model = "澜膜 MS-600"
    city.instrument.save()
    client.force_login(city.researcher)
    name = city.instrument.model.split()[0] if element == "p" else city.researcher.name
    page = html.fromstring(client.get(address, headers={"Accept-Language": "en"}).content.decode())
    texts = page.xpath(f"//body//{element}//text()[contains(., $name)]", name=name)
    holders = [text.getparent().getparent() if text.is_tail else text.getparent() for text in texts]
    assert {one.xpath("string(ancestor-or-self::*[@lang][1]/@lang)") for one in holders} == {"zh-Hans"}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("kind", ["news", "regulation", "case"])
def test_kind_of_information_has_one_name_for_public_and_managers(language, kind):
    with translation.override(language):
        name = gettext(KIND_WORDS[InformationKind(kind)])
        assert (TABS[kind], TITLES[PublicationKind(kind)][0]) == (name, name)
