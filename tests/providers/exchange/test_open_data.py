"""What everybody may take away: data sets, feeds, the map of the site."""

import csv
import dataclasses
import json
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from xml.etree import ElementTree

import pytest
from django.test import RequestFactory

from instrument_share.accounts.models import District
from instrument_share.journal import services as journal
from instrument_share.kernel.errors import NotFound
from instrument_share.pages import sitemaps
from instrument_share.pages.sitemaps import SITEMAP_FILES
from instrument_share.web.responses import made_files
from instrument_share.web.responses.made_files import renew
from providers.exchange.views import open_data
from providers.exchange.views.open_data import OPEN_DATA_FILES
from providers.terms.services.rules import rule_publish
from providers.units.models import ServiceCase, UnitNews, UnitProfile
from tests import factories
from tests.factories import LONG_AGO, NOW
from tests.providers.conftest import terms

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
SITE = "https://share.example.org"


@pytest.fixture(autouse=True)
def _site(settings):
    settings.SITE_URL = SITE


@pytest.fixture
def profile(city):
    city.owner.district = District.objects.create(code="990102", name_zh="东区")
    city.owner.save()
    return UnitProfile.objects.create(
        organization=city.owner,
        state="published",
        published_at=LONG_AGO,
        confirmed_at=LONG_AGO,
        introduction_zh="分析测试中心",
        contact="李主任",
        phone="+86 570 1234567",
    )


@pytest.fixture
def rows(see, clock):
    """The rows of a data set, made anew, as a spreadsheet reads them, and as a program does."""

    def rows(name, form="csv", who=None):
        renew(OPEN_DATA_FILES, clock.now())
        content = b"".join(see(who, "data_set", name, form).streaming_content).decode("utf-8-sig")
        return list(csv.DictReader(StringIO(content))) if form == "csv" else json.loads(content)["items"]

    return rows


def test_instrument_data_is_public_and_contains_no_people(rows, city, profile):
    factories.instrument(city.owner, state="draft", published_at=None)
    one = city.instrument
    one.contact, one.phone, one.functions_zh, one.model = "王工", "139", "形貌,成分", "=1+1"
    one.save()
    assert rows("instruments", who=city.manager) == rows("instruments")
    (found,) = rows("instruments")
    assert {name: value for name, value in found.items() if value} == {
        "instrument": one.public_id,
        "name_zh": "场发射扫描电子显微镜",
        "name_en": "Field emission SEM",
        "unit": city.owner.public_id,
        "unit_uscc": city.owner.uscc,
        "unit_zh": "云屏测试大学",
        "url": f"{SITE}/instruments/{one.public_id}/",
        "state": "published",
        "inner_number": one.inner_number,
        "district": "990102",
        "model": "'=1+1",
        "value_yuan": "3200000.00",
        "purpose": "general",
        "sharing_mode": "external",
        "condition": "normal",
        "functions_zh": "形貌,成分",
        "published_at": "2025-01-01T00:00:00+00:00",
    }
    assert not {"contact", "phone", "email"} & found.keys()
    (same,) = rows("instruments", "json")
    assert (same["model"], same["value_yuan"], same["subjects"]) == ("=1+1", "3200000.00", [])


def test_rules_with_prices_and_hours_as_sentences_in_both_languages(rows, city, clock):
    rule_publish(
        actor=city.manager, instrument_id=city.instrument.pk, draft=terms(), applies_from=NOW, now=NOW
    )
    (found,) = rows("rules", "json")
    assert found["version"] == 2
    assert found["opening_zh"][0] == "周一至周五 09:00—17:00 开放。"
    assert found["opening_en"][0] == "Open Monday to Friday, 09:00 to 17:00."
    assert found["prices"] == [
        {
            "price_yuan": "100.00",
            "unit": "hour",
            "user_kind": None,
            "service_mode": None,
            "from_time": None,
            "until_time": None,
            "weekdays": [],
        }
    ]
    assert (found["user_kinds"], found["service_modes"]) == (["enterprise", "outside"], ["self_operated"])
    assert (found["step_minutes"], found["horizon_days"], found["needs_qualification"]) == (30, 30, False)
    (row,) = rows("rules")
    assert json.loads(row["prices"]) == found["prices"]
    assert json.loads(row["opening_zh"]) == found["opening_zh"]
    assert row["needs_qualification"] == "false"


def test_units_with_their_public_contact_and_how_complete_they_are(rows, city, profile):
    for age in (1, 2):
        at = NOW - age * DAY
        ServiceCase.objects.create(organization=city.owner, title_zh="例", created_at=at, published_at=at)
    factories.organization("云屏无简介单位", owns_instruments=True)
    (found,) = rows("units")
    assert {name: value for name, value in found.items() if value} == {
        "unit": city.owner.public_id,
        "unit_uscc": city.owner.uscc,
        "unit_zh": "云屏测试大学",
        "url": f"{SITE}/units/{city.owner.public_id}/",
        "kind": "university",
        "district": "990102",
        "introduction_zh": "分析测试中心",
        "contact": "李主任",
        "phone": "'+86 570 1234567",
        "instruments": "1",
        "complete_percent": "16",
        "profile_state": "missing",
        "instrument_state": "stale",
        "news_state": "missing",
        "regulation_state": "missing",
        "case_state": "complete",
        "openness_state": "missing",
    }


@pytest.mark.parametrize("name", ["instruments", "rules", "units"])
def test_every_column_is_described_and_json_says_the_licence(see, rows, city, profile, name):
    described = next(one.columns for one in see(None, "opendata").context["data_sets"] if one.name == name)
    assert list(rows(name)[0]) == list(described)
    answer = json.loads(b"".join(see(None, "data_set", name, "json").streaming_content))
    assert {key: value for key, value in answer.items() if key != "items"} == {
        "data_set": name,
        "as_of": "2026-03-02T00:00:00+00:00",
        "source": f"{SITE}/opendata/",
        "licence": "CC BY 4.0",
        "licence_url": "https://creativecommons.org/licenses/by/4.0/",
    }
    assert list(answer["items"][0]) == list(described)


def test_the_page_describes_them_in_the_readers_language(see, city):
    chinese = see(None, "opendata").content.decode()
    assert 'href="/opendata/rules.csv"' in chinese
    assert "CC BY 4.0" in chinese
    assert "全部仪器、开放规则和单位的完整数据" in chinese
    assert "时刻为协调世界时（UTC），一天内的时间为北京时间。" in chinese


@pytest.fixture
def ask(client):
    """`ask(**headers)` asks for a data set and reads the answer to its end, which closes the file."""

    def ask(**headers):
        answer = client.get("/opendata/instruments.csv", headers=headers)
        answer.getvalue()
        return answer

    return ask


def test_nothing_is_sent_while_nothing_has_changed(ask, city, clock):
    journal.record(actor=None, action="instrument.updated", subject=city.instrument, now=NOW - DAY)
    assert renew(OPEN_DATA_FILES, NOW) == 6
    first = ask()
    assert (first["Cache-Control"], first["Last-Modified"]) == (
        "public, max-age=300",
        "Mon, 02 Mar 2026 00:00:00 GMT",
    )
    again = {"If-None-Match": first["ETag"]}
    assert ask(**again).status_code == 304
    assert ask(**{"If-Modified-Since": first["Last-Modified"]}).status_code == 304
    journal.record(actor=None, action="booking.created", subject=city.rule.calendar, now=NOW)
    assert renew(OPEN_DATA_FILES, NOW + MINUTE) == 0
    journal.record(actor=None, action="instrument.updated", subject=city.instrument, now=NOW)
    assert ask(**again).status_code == 304
    assert renew(OPEN_DATA_FILES, NOW + MINUTE) == 6
    assert ask(**again).status_code == 200
    assert ask()["Last-Modified"] == "Mon, 02 Mar 2026 00:01:00 GMT"
    assert renew(OPEN_DATA_FILES, NOW + DAY) == 6  # rules come into force and information runs out


def test_a_visit_takes_no_statement_and_the_page_says_as_of_when(see, ask, city, statements):
    assert "数据截至" not in see(None, "opendata").content.decode()
    renew(OPEN_DATA_FILES, NOW)
    assert statements.of(ask) == []
    assert "数据截至 2026年3月2日 08:00" in see(None, "opendata", now=NOW + DAY).content.decode()


def test_a_small_site_makes_the_files_at_the_first_visit(ask, city):
    assert ask().status_code == 200
    assert not list(OPEN_DATA_FILES.folder.parent.glob("opendata-*"))


def test_a_large_site_leaves_the_files_to_the_clock(ask, city, monkeypatch):
    monkeypatch.setattr(made_files, "ROWS_IN_A_REQUEST", 0)
    answer = ask()
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    renew(OPEN_DATA_FILES, NOW)
    assert ask().status_code == 200


def test_while_files_are_made_for_one_visitor_others_are_told_to_come_again(ask, city, monkeypatch):
    others = []

    def write(_folder, _now):
        others.append(ask().status_code)

    files = dataclasses.replace(OPEN_DATA_FILES, write=write)
    monkeypatch.setattr(open_data, "OPEN_DATA_FILES", files)
    with pytest.raises(NotFound):
        made_files.made_file_response(RequestFactory().get("/"), files, "rules.json", content_type="")
    assert others == [503]


def test_files_that_cannot_be_made_leave_the_former_ones(city):
    renew(OPEN_DATA_FILES, NOW)
    before = {path.name: path.read_bytes() for path in OPEN_DATA_FILES.folder.iterdir()}

    def write(folder, _now):
        (folder / "rules.json").write_text("half")
        raise OSError

    with pytest.raises(OSError):
        renew(dataclasses.replace(OPEN_DATA_FILES, write=write), NOW + DAY)
    assert {path.name: path.read_bytes() for path in OPEN_DATA_FILES.folder.iterdir()} == before
    assert [path.name for path in OPEN_DATA_FILES.folder.parent.iterdir() if path.is_dir()] == ["opendata"]


@pytest.mark.parametrize(("name", "form"), [("people", "csv"), ("instruments", "xml")])
def test_unknown_data_set_returns_404(see, city, name, form):
    assert see(None, "data_set", name, form).status_code == 404


def test_data_sets_are_made_with_as_many_statements_for_many_rows(city, profile, statements, tmp_path):
    def more():
        for number in range(5):
            unit = factories.organization(f"云屏单位{number}", owns_instruments=True)
            UnitProfile.objects.create(organization=unit, state="published", published_at=LONG_AGO)
            factories.rule(factories.instrument(unit, value_yuan=Decimal(1)))

    statements.assert_unchanged(lambda: OPEN_DATA_FILES.write(tmp_path, NOW), by=more)


# --- Feeds ------------------------------------------------------------------------------------------------


def news(of, title, age=0, **more):
    at = NOW - age * DAY
    return UnitNews.objects.create(
        organization=of, title_zh=title, body_zh="正文", created_at=at, published_at=at, **more
    )


def feed(response):
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(response.content)


def entries(tree):
    return [entry.findtext(f"{ATOM}title") for entry in tree.iter(f"{ATOM}entry")]


def test_news_of_all_units_and_of_one(see, city, profile):
    other = factories.organization("云屏第二研究所", owns_instruments=True)
    UnitProfile.objects.create(organization=other, state="published", published_at=LONG_AGO)
    first = news(city.owner, "开放日", age=3)
    news(other, "新仪器", age=1)
    news(city.owner, "撤下的", withdrawn_at=NOW)
    tree = feed(see(None, "news_feed"))
    assert entries(tree) == ["云屏第二研究所: 新仪器", "云屏测试大学: 开放日"]
    entry = list(tree.iter(f"{ATOM}entry"))[1]
    assert {
        "id": entry.findtext(f"{ATOM}id"),
        "updated": entry.findtext(f"{ATOM}updated"),
        "link": entry.find(f"{ATOM}link").get("href"),
        "summary": entry.findtext(f"{ATOM}summary"),
    } == {
        "id": f"urn:instrument-share:{first.public_id}",
        "updated": "2026-02-27T00:00:00+00:00",
        "link": f"{SITE}/publications/{first.public_id}/",
        "summary": "正文",
    }
    assert [link.get("href") for link in tree.findall(f"{ATOM}link")] == [
        f"{SITE}/units/",
        f"{SITE}/opendata/news.atom",
    ]
    assert entries(feed(see(None, "unit_feed", city.owner.public_id))) == ["开放日"]


def test_new_instruments(see, city):
    factories.instrument(city.owner, name_zh="质谱仪\uffff\x0b", published_at=NOW - DAY)
    factories.instrument(city.owner, name_zh="草稿", state="draft", published_at=None)
    assert entries(feed(see(None, "instrument_feed"))) == ["质谱仪", "场发射扫描电子显微镜"]


def test_pages_lead_to_the_feeds(see, city, profile):
    page = see(None, "unit", city.owner.public_id).content.decode()
    for address in ("/opendata/news.atom", f"/units/{city.owner.public_id}/news.atom"):
        assert 'type="application/atom+xml"' in page
        assert f'href="{address}"' in page


# --- The map of the site ------------------------------------------------------------------------------------


def locations(response):
    tree = ElementTree.fromstring(response.getvalue())
    return [(one.findtext(f"{SITEMAP}loc"), one.findtext(f"{SITEMAP}lastmod")) for one in tree.findall("*")]


def test_the_map_has_parts_under_the_sites_own_address(see, city, profile):
    parts = ("pages", "instruments", "units", "news", "regulations", "cases", "openness", "results")
    assert locations(see(None, "sitemap")) == [(f"{SITE}/sitemap-{part}.xml?p=1", None) for part in parts]
    assert f"Sitemap: {SITE}/sitemap.xml" in see(None, "robots").content.decode().splitlines()


def test_the_map_lists_what_is_public(see, city, profile):
    factories.instrument(city.owner, state="draft", published_at=None)
    shown = news(city.owner, "新", age=2)
    news(city.owner, "撤下的", withdrawn_at=NOW)
    unit = city.owner.public_id
    assert locations(see(None, "sitemap_part", "instruments")) == [
        (f"{SITE}/instruments/{city.instrument.public_id}/", "2025-01-01")
    ]
    assert locations(see(None, "sitemap_part", "units")) == [(f"{SITE}/units/{unit}/", "2025-01-01")]
    assert locations(see(None, "sitemap_part", "news")) == [
        (f"{SITE}/publications/{shown.public_id}/", "2026-02-28")
    ]
    assert [address for address, _at in locations(see(None, "sitemap_part", "pages"))] == [
        f"{SITE}{path}"
        for path in (
            "/",
            "/instruments/",
            "/units/",
            "/openness/",
            "/opendata/",
            "/timeline/",
            "/verify/",
            "/help/",
            "/privacy/",
        )
    ]


def test_the_map_is_made_with_as_many_statements_for_many_instruments(city, statements, tmp_path):
    statements.assert_unchanged(
        lambda: SITEMAP_FILES.write(tmp_path, NOW),
        by=lambda: [factories.instrument(city.owner) for _ in range(5)],
    )


def test_the_map_is_divided_and_read_in_chunks(see, city, monkeypatch):
    monkeypatch.setattr(sitemaps, "ADDRESSES", 2)
    monkeypatch.setattr(sitemaps, "AT_ONCE", 2)
    others = [factories.instrument(city.owner).public_id for _ in range(2)]
    index = [address for address, _at in locations(see(None, "sitemap"))]
    assert [address for address in index if "instruments" in address] == [
        f"{SITE}/sitemap-instruments.xml?p=1",
        f"{SITE}/sitemap-instruments.xml?p=2",
    ]
    found = [
        address
        for number in (1, 2)
        for address, _at in locations(see(None, "sitemap_part", "instruments", p=number))
    ]
    assert found == [f"{SITE}/instruments/{one}/" for one in (city.instrument.public_id, *others)]
    for number in ("3", "x", "²", "0"):
        assert see(None, "sitemap_part", "instruments", p=number).status_code == 404


def test_the_map_follows_what_is_published(see, city):
    renew(SITEMAP_FILES, NOW)
    factories.instrument(city.owner)
    journal.record(actor=None, action="instrument.published", subject=city.instrument, now=NOW)
    assert renew(SITEMAP_FILES, NOW) == 9
    assert len(locations(see(None, "sitemap_part", "instruments"))) == 2
    assert renew(SITEMAP_FILES, NOW) == 0
