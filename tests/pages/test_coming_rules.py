"""A version of the rule that has not begun, on the instrument's page, its data sheet and in the API."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse
from pypdf import PdfReader

from bookings.requests.services.rules import rule_withdraw
from providers.terms.domain.choices import UserKind
from providers.terms.domain.terms import Price
from tests import factories
from tests.bookings.requests.rules import hours, put_in_force
from tests.factories import NOW
from tests.page_fixtures import text_of

pytestmark = pytest.mark.django_db
BEGINS = datetime(2026, 3, 5, 0, 0, tzinfo=UTC)  # 08:00 in the city


@pytest.fixture
def city():
    """Open from 08:00 to 20:00 at ¥100, and from 5 March until 18:00 at ¥130, for enterprises ¥150."""
    made = factories.city()
    put_in_force(made, hours())
    dearer = (Price(Decimal(130)), Price(Decimal(150), UserKind.ENTERPRISE))
    made.coming = put_in_force(made, hours(closes=18, prices=dearer), day=3)
    return made


def panels(answer):
    """The panels of coming versions, as text."""
    body = answer.content.decode()
    found = re.findall(r'<section class="panel" id="rule-\d+">.*?</section>', body, re.DOTALL)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", one)).strip() for one in found]


def test_page_shows_both_versions_side_by_side(see, city):
    answer = see(None, "instrument", city.instrument.public_id)
    assert "周一至周日 08:00—20:00 开放。" in text_of(answer)
    (panel,) = panels(answer)
    assert panel.startswith("自2026年3月5日 08:00起 第 3 版 此后的时段按本版规则预约和收费。")
    assert "现行 周一至周日 08:00—20:00 开放。 (已删除)" in panel
    assert "自2026年3月5日 08:00起 周一至周日 08:00—18:00 开放。 (新增)" in panel
    assert "所有用户 /小时 ¥100.00 ¥130.00 +30%" in panel
    assert "企业 /小时 — ¥150.00 新增" in panel


def test_page_of_the_version_in_force_says_nothing_of_it_as_coming(see, city):
    answer = see(None, "instrument", city.instrument.public_id, now=BEGINS)
    assert panels(answer) == []
    assert "第 3 版，自2026年3月5日起执行" in text_of(answer)


def test_withdrawn_version_leaves_the_page_and_the_price_history(see, city):
    rule_withdraw(actor=city.manager, rule_id=city.coming.pk, reason="时间有误", now=NOW)
    answer = see(None, "instrument", city.instrument.public_id)
    assert panels(answer) == []
    assert "第 3 版" not in text_of(answer)


def test_version_that_a_later_one_replaces_is_not_shown_as_coming(see, city):
    put_in_force(city, hours(closes=16), day=3)
    (panel,) = panels(see(None, "instrument", city.instrument.public_id))
    assert panel.startswith("自2026年3月5日 08:00起 第 4 版")


def test_several_coming_versions_are_each_compared_with_the_one_before(see, city):
    put_in_force(city, hours(closes=16), day=5)
    first, second = panels(see(None, "instrument", city.instrument.public_id))
    assert "08:00—20:00 开放。 (已删除)" in first
    assert "08:00—18:00 开放。 (已删除)" in second
    assert "所有用户 /小时 ¥130.00 ¥100.00" in second


def test_first_version_of_an_instrument_without_rule_is_shown(see, city):
    city.instrument = other = factories.instrument(city.owner)
    put_in_force(city, hours(), day=2)
    (panel,) = panels(see(None, "instrument", other.public_id))
    assert "周一至周日 08:00—20:00 开放。" in panel


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", "自2026年3月5日08:00起（第3版）：周一至周日08:00—18:00开放。130.00元/小时。"),
        ("en", "From5Mar2026,08:00(version3):"),
    ],
)
def test_data_sheet_names_the_coming_version_and_its_date(client, clock, city, language, words):
    clock.set(NOW)
    client.cookies["django_language"] = language
    answer = client.get(reverse("instrument_sheet", args=[city.instrument.public_id]))
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
    assert words in re.sub(r"\s+", "", text)


def test_api_lists_the_versions_that_follow(client, clock, city):
    clock.set(NOW + timedelta(hours=1))
    found = client.get(f"/api/v1/instruments/{city.instrument.public_id}").json()
    assert found["rule"]["version"] == 2
    assert [(one["version"], one["applies_from"]) for one in found["coming_rules"]] == [
        (3, "2026-03-05T00:00:00Z")
    ]
    assert found["coming_rules"][0]["prices"][0]["price_yuan"] == "130.00"
