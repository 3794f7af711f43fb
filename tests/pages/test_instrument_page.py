"""An instrument's page and data sheet, as different readers get them."""

import re
from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils.translation import override
from pypdf import PdfReader

from instrument_share.pages import data_sheet
from instrument_share.pages.instrument_facts import get_price_cells
from instrument_share.pages.prices import build_price_rows
from instrument_share.web.responses.problem import told
from providers.instruments.domain.choices import Audience
from providers.instruments.domain.fields import FIELDS
from providers.instruments.services.media import instrument_attachment_add, instrument_picture_add
from providers.instruments.services.people import qualification_grant
from providers.instruments.services.suspension import instrument_suspend
from providers.terms.domain.choices import QuotaHolder, QuotaSpan, ServiceMode, UserKind
from providers.terms.domain.sentences import sentences
from providers.terms.domain.terms import DayException, OpeningPattern, Price, Quota
from providers.terms.models import PriceLine
from providers.terms.selectors.rules import terms_at
from tests import factories
from tests.bookings.requests.rules import hours, put_in_force
from tests.factories import NOW, jpeg, slot
from tests.page_fixtures import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return factories.city(needs_qualification=True)


def page(see, person, city):
    return see(person, "instrument", city.instrument.public_id).content.decode()


def test_page_shows_eligibility_and_missing_requirements(see, city):
    assert "预约资格" not in page(see, None, city)
    assert "自主上机或远程操作须具有上机资格，请与联系人约定培训；" in page(see, city.researcher, city)
    qualification_grant(
        actor=city.keeper,
        instrument_id=city.instrument.pk,
        user=city.researcher,
        expires_at=slot(day=90).start,
        now=NOW,
    )
    assert "您具有上机资格，可自主上机。" in page(see, city.researcher, city)


def test_keepers_are_not_named_in_public(see, city):
    assert city.keeper.name not in page(see, None, city)


def test_prices_precede_reviews(see, city):
    shown = page(see, None, city)
    headings = re.findall(r"<h2>\s*([^<]+?)\s*</h2>", shown)
    order = [headings.index(words) for words in ("空闲时段", "收费标准", "基本信息", "用户评价")]
    assert order == sorted(order)


def test_prices_of_some_days_name_them_on_page_and_data_sheet(see, city):
    prices = (Price(Decimal(100), weekdays=(0, 1, 2, 3, 4)), Price(Decimal(150), weekdays=(6, 5)))
    put_in_force(city, hours(prices=prices))
    shown = text_of(see(None, "instrument", city.instrument.public_id, now=slot(day=1).start))
    assert "所有用户 周一至周五 服务方式不限 ¥100.00 /小时 所有用户 周六、周日 服务方式不限 ¥150.00" in shown
    with override("en"):
        cells = [get_price_cells(row) for row in build_price_rows(hours(prices=prices))]
    assert [cell[0] for cell in cells] == ["everybody Monday to Friday", "everybody Saturday, Sunday"]


def test_a_price_for_any_way_of_service_is_not_narrowed_by_an_equal_one():
    prices = (Price(Decimal(100)), Price(Decimal(100), service_mode=ServiceMode.OPERATED))
    assert [row.modes for row in build_price_rows(hours(prices=prices))] == [()]


def test_pictures_have_dimensions_and_files_show_audience(see, city):
    common = {"actor": city.manager, "instrument_id": city.instrument.pk, "now": NOW}
    instrument_picture_add(upload=BytesIO(jpeg((800, 600))), alt_zh="主机", **common)
    instrument_attachment_add(
        upload=BytesIO(b"%PDF-1.7"), title_zh="上机手册", audience=Audience.QUALIFIED, **common
    )
    shown = page(see, None, city)
    assert 'width="800" height="600" alt="主机"' in shown
    assert "上机手册" in shown
    assert "/instruments/files/" not in shown
    assert "/instruments/files/" in page(see, city.keeper, city)


def test_structured_data_is_escaped(see, city):
    city.instrument.functions_zh = "</script><script>alert(1)</script>"
    city.instrument.save()
    shown = page(see, None, city)
    assert '<script type="application/ld+json">{"@context": "https://schema.org", "@type": "Product"' in shown
    assert "<script>alert" not in shown
    assert re.search(r'<meta\s+property="og:title"', shown)


@pytest.mark.parametrize(
    ("language", "name"), [("zh-hans", "场发射扫描电子显微镜"), ("en", "Field emission SEM")]
)
def test_the_data_sheet_is_a_paper_in_the_reader_s_language(client, clock, city, language, name):
    clock.set(NOW)
    client.cookies["django_language"] = language
    answer = client.get(reverse("instrument_sheet", args=[city.instrument.public_id]))
    paper = PdfReader(BytesIO(answer.content))
    assert answer["Content-Type"] == "application/pdf"
    assert len(paper.pages) <= 2
    assert name in paper.pages[0].extract_text()


def test_data_sheet_drops_its_picture_before_any_words(monkeypatch):
    monkeypatch.setattr(data_sheet, "_render", lambda *facts: facts[-1])
    monkeypatch.setattr(data_sheet, "count_pages", lambda limit: 3 if limit.picture else 2)
    shown = data_sheet.render_data_sheet(None, (), None, NOW)
    assert shown == data_sheet.ContentLimit(picture=False)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_longest_data_sheet_fits_two_pages_and_marks_cuts(client, clock, city, language):
    clock.set(NOW)
    texts = ("specification", "functions", "services", "samples", "user_requirement")
    limits = {f"{name}_{end}": FIELDS[f"{name}_{end}"].limit for name in texts for end in ("zh", "en")}
    for name, limit in limits.items():
        setattr(city.instrument, name, ("word " if name.endswith("_en") else "技术指标") * (limit // 4))
        setattr(city.instrument, name, getattr(city.instrument, name)[:limit].strip())
    city.instrument.save()
    PriceLine.objects.bulk_create(
        PriceLine(rule=city.rule, price_yuan=100 + n, user_kind=kind.value, service_mode=mode.value)
        for n, (kind, mode) in enumerate((kind, mode) for kind in UserKind for mode in ServiceMode)
    )
    client.cookies["django_language"] = language
    answer = client.get(reverse("instrument_sheet", args=[city.instrument.public_id]))
    paper = PdfReader(BytesIO(answer.content))
    text = "".join(page.extract_text() for page in paper.pages).replace("\n", "")
    assert len(paper.pages) == 2
    said = {"zh-hans": "（全文见网页）", "en": "(more on the page)"}[language]
    assert text.replace(" ", "").count(said.replace(" ", "")) >= 1


OFTEN = [
    OpeningPattern(time(8 + half * 6, number), time(12 + half * 6, number), date(2026, 3, 2), (number,))
    for number in range(7)
    for half in (0, 1)
]
QUOTAS = [Quota(holder, span, timedelta(hours=40), 9) for holder in QuotaHolder for span in QuotaSpan]


def read_sheet(client, city, language="en"):
    client.cookies["django_language"] = language
    answer = client.get(reverse("instrument_sheet", args=[city.instrument.public_id]))
    pages = PdfReader(BytesIO(answer.content)).pages
    text = re.sub(r"\s+", "", "".join(page.extract_text() for page in pages))
    return len(pages), re.sub(r"—\d—", "", text)


def rule_sentences(city):
    with override("en"):
        said = sentences(replace(terms_at(city.instrument.pk, NOW), prices=()))
        return [re.sub(r"\s+", "", told(one.message, one.params)) for one in said]


def test_data_sheet_has_every_sentence_of_a_long_rule(client, clock, city):
    clock.set(NOW)
    put_in_force(city, hours(patterns=tuple(OFTEN), may_span_gaps=True, quotas=tuple(QUOTAS)), now=NOW)
    pages, text = read_sheet(client, city)
    assert (pages <= 2, len(rule_sentences(city)) > 12) == (True, True)
    assert [said for said in rule_sentences(city) if said not in text] == []
    assert "shortened" not in text


def test_data_sheet_that_leaves_out_sentences_says_so_with_the_address(client, clock, city):
    clock.set(NOW)
    closed = tuple(DayException(date(2026, 4, 1) + timedelta(days=3 * n)) for n in range(200))
    put_in_force(city, hours(patterns=tuple(OFTEN), exceptions=closed, quotas=tuple(QUOTAS)), now=NOW)
    pages, text = read_sheet(client, city)
    shown = [said for said in rule_sentences(city) if said in text]
    assert pages <= 2
    assert 0 < len(shown) < len(rule_sentences(city))
    assert f"{shown[-1]}(moreonthepage)" in text
    assert f"shortenedhere:http://testserver/instruments/{city.instrument.public_id}/" in text


def test_an_instrument_without_a_keeper_says_so(see, city):
    assert "尚未指定机组负责人" not in page(see, None, city)
    city.instrument.keeper_links.all().delete()
    assert "尚未指定机组负责人，预约前请先与联系人确认" in page(see, None, city)


def test_what_the_bureau_suspended_its_keeper_is_not_offered_to_resume(see, city):
    officer = factories.officer()
    instrument_suspend(actor=officer, instrument_id=city.instrument.pk, reason="安全检查", now=NOW)
    about = ("instrument", city.instrument.public_id)
    resume = reverse("instrument_resume", args=[city.instrument.public_id])
    assert resume not in see(city.keeper, *about).content.decode()
    assert see(city.keeper, "instrument_resume", city.instrument.public_id).status_code == 403
    assert resume in see(officer, *about).content.decode()
    assert see(officer, "instrument_resume", city.instrument.public_id).status_code == 200
