"""A year's figures of an instrument, a unit, an organization and the city."""

import csv
from datetime import datetime, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from bookings.credit.services import credit_answer, credit_appeal
from bookings.public import get_unit_hours_of_year
from bookings.requests.domain.choices import CreditOutcome
from bookings.requests.models import CreditEvent
from bookings.requests.services.cancellations import booking_cancel
from bookings.requests.services.lapses_and_no_shows import bookings_no_show_due
from bookings.statistics import selectors
from bookings.statistics.domain import spread_over_week
from bookings.usage.services.usage import usage_confirm, usage_correct, usage_log_by_hand
from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import OrganizationRelation
from instrument_share.kernel.city_time import CITY_TIME
from providers import public as providers
from providers.instruments.models import Instrument
from providers.public import openness_of_year
from providers.terms.domain.choices import ServiceMode
from tests import factories
from tests.bookings.requests.booking import book, use
from tests.factories import NOW, slot
from tests.page_fixtures import text_of

YEAR = 2026
MONDAY = datetime(2026, 3, 2, tzinfo=CITY_TIME)
SECONDS = st.integers(0, 40 * 24 * 3600)


@given(SECONDS, st.integers(1, 31 * 24 * 3600), SECONDS)
def test_spread_seconds_add_up_and_fit_into_their_hours(start, length, effective):
    starts_at = MONDAY + timedelta(seconds=start)
    effective = min(effective, length)
    spread = list(spread_over_week(starts_at, starts_at + timedelta(seconds=length), effective))
    assert sum(seconds for _, _, seconds in spread) == effective
    assert all(0 <= seconds <= 3600 for _, _, seconds in spread)
    assert len(spread) <= length // 3600 + 2


def test_use_over_midnight_is_spread_over_both_days():
    start, end = MONDAY + timedelta(hours=22, minutes=30), MONDAY + timedelta(hours=25)
    assert list(spread_over_week(start, end, 4500)) == [(0, 22, 900), (0, 23, 1800), (1, 0, 1800)]


@pytest.fixture
def used(city):
    """Two uses of two hours, one of them corrected to one hour and 70 yuan, and a no-show."""
    first = use(city)
    use(city, slot(day=3))
    correction = usage_correct(
        actor=city.keeper,
        log_id=first.pk,
        changes={"measuring_seconds": 3600, "idle_seconds": 3600, "amount_yuan": Decimal(70)},
        reason="中途停机",
        now=first.ends_at,
    )
    usage_confirm(actor=city.researcher, log_id=first.pk, correction_id=correction.pk, now=slot(day=3).end)
    book(city, slot(day=4))
    bookings_no_show_due(slot(day=4).end)
    return city


def log_by_hand(city, time):
    return usage_log_by_hand(
        actor=city.keeper,
        instrument_id=city.instrument.pk,
        interval=time,
        user=city.researcher,
        payer_organization_id=city.company.pk,
        service_mode=ServiceMode.OPERATED,
        content="断口观察",
        amount_yuan=Decimal(100),
        overlap_reason="",
        now=time.end + timedelta(days=1),
    )


def figures_of(scope):
    return selectors.get_usage_figures(scope, YEAR)


@pytest.mark.django_db
def test_year_counts_as_the_public_hours_do(used):
    figures = figures_of(selectors.get_scope_of_unit(used.owner))
    year, public = figures.year, get_unit_hours_of_year(used.owner.pk, YEAR)
    assert (year.external_seconds, year.internal_seconds) == (
        public.external_seconds,
        public.internal_seconds,
    )
    assert (year.external_seconds, year.uses, year.amount_yuan) == (3 * 3600, 2, Decimal(270))
    assert figures.months[2] == year
    assert (figures.users, figures.payers) == ({used.researcher.pk}, {used.company.pk})
    assert sum(map(sum, figures.week)) == 3 * 3600


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["unit", "instrument", "organization"])
def test_each_scope_counts_its_own_uses(used, kind):
    scopes = {
        "unit": (selectors.get_scope_of_unit, used.owner, used.company),
        "instrument": (selectors.get_scope_of_instrument, used.instrument, None),
        "organization": (selectors.get_scope_of_organization, used.company, used.owner),
    }
    of, own, other = scopes[kind]
    assert figures_of(of(own)).year.uses == 2
    assert other is None or figures_of(of(other)).year.uses == 0


@pytest.mark.django_db
def test_bookings_tell_no_shows_and_lead_time(used):
    found = selectors.get_booking_figures(selectors.get_scope_of_unit(used.owner), YEAR)
    assert (found.number, found.no_shows, found.late_cancels) == (3, 1, 0)
    assert found.no_show_share == Decimal(1) / 3
    assert found.median_lead == slot(day=3).start - NOW


@pytest.mark.django_db
def test_no_show_that_was_taken_back_is_none(used):
    log_by_hand(used, slot(day=4))
    found = selectors.get_booking_figures(selectors.get_scope_of_unit(used.owner), YEAR)
    assert (found.number, found.no_shows) == (3, 0)


@pytest.mark.django_db
def test_no_show_and_late_cancellation_that_were_lifted_on_appeal_are_none():
    city = factories.city(cancel_deadline_minutes=1440)
    scope = selectors.get_scope_of_unit(city.owner)
    missed, cancelled = book(city, slot(day=0, hour=10, length=1)), book(city, slot(day=0, hour=12, length=1))
    bookings_no_show_due(slot(day=0, hour=11).start)
    booking_cancel(actor=city.researcher, booking_id=cancelled.pk, now=NOW)
    found = selectors.get_booking_figures(scope, YEAR)
    assert (found.number, found.no_shows, found.late_cancels) == (1, 1, 1)
    now = slot(day=0, hour=13).start
    for booking, outcome in ((missed, CreditOutcome.LIFTED), (cancelled, CreditOutcome.UPHELD)):
        event = CreditEvent.objects.get(booking=booking)
        credit_appeal(actor=city.researcher, event_id=event.pk, reason="当天仪器停电", now=now)
        credit_answer(actor=city.keeper, event_id=event.pk, outcome=outcome, reason="情况属实", now=now)
    found = selectors.get_booking_figures(scope, YEAR)
    assert (found.number, found.no_shows, found.late_cancels) == (1, 0, 1)


@pytest.mark.django_db
def test_utilisation_is_of_the_open_hours_that_have_passed(used):
    scope, now = selectors.get_scope_of_unit(used.owner), slot(day=4).end
    windows = providers.open_windows([used.instrument.pk], slot(day=2))[used.instrument.pk]
    seconds = selectors.get_open_seconds(scope, YEAR, now)
    assert windows and 0 < seconds < selectors.get_open_seconds(scope, YEAR, now + timedelta(days=1))
    assert selectors.get_utilisation(figures_of(scope), seconds) == Decimal(3 * 3600) / seconds
    assert selectors.get_open_seconds(scope, YEAR + 1, now) == 0
    assert selectors.get_open_seconds(selectors.get_scope_of_organization(used.company), YEAR, now) == 0


@pytest.mark.django_db
def test_utilisation_leaves_out_hours_before_the_instrument_was_published(used):
    """A rule is made before the publication; nobody could book by it, and no assessment counts its hours."""
    scope, now = selectors.get_scope_of_unit(used.owner), slot(day=4).end
    before = selectors.get_open_seconds(scope, YEAR, now)
    (first, *_rest) = providers.open_windows([used.instrument.pk], slot(day=2))[used.instrument.pk]
    Instrument.objects.update(published_at=first.start + timedelta(hours=1))
    after = selectors.get_open_seconds(scope, YEAR, now)
    assert 0 < after < before
    (frozen,) = openness_of_year(YEAR)
    whole = selectors.get_open_seconds(scope, YEAR, NOW + timedelta(days=365))
    assert frozen["offered_seconds"] == whole
    Instrument.objects.update(published_at=now)
    assert selectors.get_open_seconds(scope, YEAR, now) == 0


@pytest.mark.django_db
def test_page_shows_numbers_in_the_cells_and_files_hold_the_same(used, see):
    arguments, now = ["unit", used.owner.public_id], slot(day=5).start
    page = see(used.manager, "statistics", *arguments, now=now)
    assert 'class="figure heat-5">1.0' in page.content.decode()
    assert "270.00" in text_of(page)
    assert "共 3 次预约" in text_of(page)
    assert page.content.decode().count("<table") == 2
    sent = see(used.manager, "statistics_file", *arguments, "csv", now=now)
    rows = list(csv.reader(b"".join(sent.streaming_content).decode("utf-8-sig").splitlines()))
    assert len(rows) == 1 + 12 + 4 + 12 * 4 + 24 * 7
    assert sum(Decimal(row[3]) for row in rows if row[0] == "按周内时段") == Decimal(3)
    book = load_workbook(BytesIO(see(used.manager, "statistics_file", *arguments, "xlsx", now=now).content))
    assert [sheet.max_row for sheet in book] == [13, 5, 13, 25]
    assert see(used.manager, "statistics_file", *arguments, "pdf", now=now).status_code == 404
    assert see(used.manager, "statistics", "street", "all", now=now).status_code == 404
    assert see(used.manager, "statistics", *arguments, now=now - timedelta(days=400)).status_code == 200


@pytest.mark.django_db
def test_organization_reads_on_whose_instruments_its_people_spent_the_hours(used, see):
    administrator = factories.member(used.company, Role.ORG_ADMIN)
    arguments, now = ["organization", used.company.public_id], slot(day=5).start
    words = text_of(see(administrator, "statistics", *arguments, now=now))
    assert "使用外单位仪器机时 3 小时" in words
    assert "对外服务" not in words
    sent = see(administrator, "statistics_file", *arguments, "csv", now=now)
    assert "使用外单位仪器机时" in b"".join(sent.streaming_content).decode()


@pytest.mark.django_db
def test_hours_on_a_related_units_instrument_are_those_of_another_unit(city, see):
    low, high = sorted((city.company, city.owner), key=lambda one: one.pk)
    OrganizationRelation.objects.create(first=low, second=high, declared_at=NOW)
    assert use(city).related
    administrator = factories.member(city.company, Role.ORG_ADMIN)
    page = see(administrator, "statistics", "organization", city.company.public_id, now=slot(day=5).start)
    assert "使用外单位仪器机时 2 小时" in text_of(page)
    assert "使用本单位仪器机时" in text_of(page)
    assert "关联单位" not in text_of(page)
