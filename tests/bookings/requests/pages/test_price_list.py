"""The whole price list on an instrument's page, and how it came about."""

from datetime import time, timedelta
from decimal import Decimal

import pytest

from bookings.requests.services.rules import rule_put_in_force
from providers.terms.domain.choices import HolidayTreatment, ServiceMode, UserKind
from providers.terms.domain.terms import OpeningPattern, Price, TermsDraft
from tests.factories import NOW
from tests.page_fixtures import text_of


@pytest.fixture
def raised(city):
    """A second version, with a price of its own for enterprises."""
    draft = TermsDraft(
        patterns=(OpeningPattern(time(9), time(17), NOW.date()),),
        user_kinds=frozenset({UserKind.OUTSIDE, UserKind.ENTERPRISE}),
        service_modes=frozenset({ServiceMode.OPERATED}),
        prices=(Price(Decimal(100)), Price(Decimal(150), UserKind.ENTERPRISE)),
        holidays=HolidayTreatment.IGNORED,
    )
    rule_put_in_force(
        actor=city.manager, instrument_id=city.instrument.pk, draft=draft, applies_from=NOW, now=NOW
    )
    return city


def test_eligible_user_sees_prices_of_all_user_kinds(raised, see):
    page = text_of(see(raised.researcher, "instrument", raised.instrument.public_id))
    assert "服务内容 外单位科研人员 企业 任何服务方式和时间 /小时 ¥100.00 ¥150.00" in page


def test_price_changes_are_public_and_author_is_shown_to_unit(raised, see):
    def history(person):
        page = text_of(see(person, "instrument", raised.instrument.public_id, now=NOW + timedelta(days=1)))
        return page[page.index("收费变更记录") :]

    second = "第 2 版，自2026年3月2日 08:00起 2026年3月2日发布"
    change = "企业 /小时 ¥150.00 新增"
    assert history(None).startswith(f"收费变更记录 {second} {change}")
    assert "首次公布的收费标准。" in history(None)
    assert history(raised.manager).startswith(f"收费变更记录 {second} · 丁 {change}")


def test_version_list_query_count_is_constant(raised, see, statements):
    def again():
        rule_put_in_force(
            actor=raised.manager,
            instrument_id=raised.instrument.pk,
            draft=TermsDraft(
                patterns=(OpeningPattern(time(9), time(17), NOW.date()),),
                user_kinds=frozenset({UserKind.OUTSIDE}),
                service_modes=frozenset({ServiceMode.OPERATED}),
                prices=(Price(Decimal(100)),),
                holidays=HolidayTreatment.IGNORED,
            ),
            applies_from=NOW,
            now=NOW,
        )

    statements.assert_unchanged(
        lambda: see(None, "instrument", raised.instrument.public_id), by=lambda: [again() for _ in range(5)]
    )
