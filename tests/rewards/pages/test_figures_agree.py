"""Hours on pages, in exports, in the openness statement and in the snapshot of a year agree to the second."""

import csv
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.urls import reverse

from bookings.domain import get_year_interval
from bookings.usage.models import CaseUse, UsageConfirmation, UsageCorrection
from bookings.usage.selectors.cases import CaseFigures, get_case_figures
from bookings.usage.selectors.national import iterate_service_facts
from bookings.usage.selectors.statistics import (
    Hours,
    Openness,
    get_hours_by_month,
    get_hours_by_unit,
    get_openness,
)
from bookings.usage.selectors.usage import get_current_values, usage_logs
from bookings.usage.services.days import usage_rebuild
from instrument_share.accounts.domain import Role
from instrument_share.kernel.canonical import format_instant
from instrument_share.kernel.interval import Interval
from providers.units.models import ServiceCase, UnitProfile
from providers.units.selectors.logged_hours import logged_hours
from rewards.cycle.selectors.snapshot import StoredSnapshot
from tests.page_fixtures import text_of
from tests.rewards.builders import AFTER, BEFORE, YEAR, local

pytestmark = pytest.mark.django_db
HOURS = 3600
WHOLE_YEAR = get_year_interval(YEAR)


def correct(small, log, *, confirmed=True, **changes):
    """A correction as a keeper would make it; `confirmed` by a second person."""
    made = UsageCorrection.objects.create(
        log=log,
        entry=small.city.entry(small.instrument, "correction", AFTER),
        changes=changes,
        reason="记错",
    )
    if confirmed:
        UsageConfirmation.objects.create(
            log=log, correction=made, entry=small.city.entry(small.instrument, "confirmation", AFTER)
        )
    return made


@pytest.fixture
def corrected(small):
    """Three external uses of ten hours, one inside, one not confirmed; two of them confirmed as shorter."""
    city, instrument = small.city, small.instrument
    first, second, third = small.logs
    correct(small, first, measuring_seconds=1)
    correct(small, first, measuring_seconds=HOURS + 7, amount_yuan="120.00")
    correct(small, first, confirmed=False, measuring_seconds=2)
    moved = third.starts_at.replace(month=3)
    correct(
        small, third, starts_at=format_instant(moved), ends_at=format_instant(moved + timedelta(hours=11))
    )
    correct(small, second, confirmed=False, measuring_seconds=0)
    inside = city.log(instrument, local(YEAR, 5, 5, 8), payer=small.unit, external=False, amount=Decimal(300))
    correct(small, inside, post_seconds=0)
    other = city.organization("另一企业", kind="enterprise", size_class="small")
    small.waiting = city.log(
        instrument, local(YEAR, 6, 5, 8), payer=other, external=True, amount=Decimal(1), confirmed=False
    )
    small.manager = city.person("管理员", small.unit, Role.UNIT_MANAGER)
    usage_rebuild()
    return small


EXTERNAL = (HOURS + HOURS + 7) + 10 * HOURS + 10 * HOURS + 10 * HOURS
INSIDE = 10 * HOURS - 1800
UNLIKE_ASSESSMENT = (
    "以上机时包括尚未确认的使用；年度评价以冻结时的数据为准，不计入未经确认的使用、关联单位的使用、"
    "经核查作废的使用，以及奖励办法规定不计入的仪器设备和用途。重叠时间均只计一次。"
)


def test_public_figures_apply_confirmed_corrections(corrected):
    assert get_openness(WHOLE_YEAR) == Openness(EXTERNAL + INSIDE, EXTERNAL, 2)
    assert get_hours_by_unit(WHOLE_YEAR) == [Hours(corrected.unit.pk, INSIDE, EXTERNAL)]
    assert [
        (row.key.month, row.internal_seconds, row.external_seconds) for row in get_hours_by_month(WHOLE_YEAR)
    ] == [
        (1, 0, 2 * HOURS + 7 + 10 * HOURS),
        (3, 0, 10 * HOURS),
        (5, INSIDE, 0),
        (6, 0, 10 * HOURS),
    ]


def test_a_use_counts_where_its_corrected_start_lies(corrected):
    january, march = (Interval(local(YEAR, month, 1), local(YEAR, month + 1, 1)) for month in (1, 3))
    assert get_openness(january) == Openness(12 * HOURS + 7, 12 * HOURS + 7, 1)
    assert get_openness(march) == Openness(10 * HOURS, 10 * HOURS, 1)


def test_the_snapshot_has_the_seconds_of_the_public_page(corrected):
    corrected.steps.freeze()
    rows = StoredSnapshot(corrected.steps.cycle).usage(corrected.instrument.public_id)
    assert sum(row.effective_seconds for row in rows) == get_openness(WHOLE_YEAR).effective_seconds
    external = sum(row.effective_seconds for row in rows if row.external)
    assert external == get_openness(WHOLE_YEAR).external_seconds


def test_the_statement_and_each_log_have_the_seconds_of_the_public_page(corrected):
    public = get_openness(WHOLE_YEAR)
    hours = logged_hours(corrected.unit.pk, YEAR)
    assert (hours.internal_seconds + hours.external_seconds, hours.external_seconds) == (
        public.effective_seconds,
        public.external_seconds,
    )
    logs = [get_current_values(log) for log in usage_logs(corrected.manager)]
    assert sum(values["effective_seconds"] for values in logs) == public.effective_seconds


def test_the_form_of_the_statement_begins_with_these_hours(corrected, login, clock):
    clock.set(local(YEAR, 12, 31))
    address = reverse("statement_new", args=[corrected.unit.public_id])
    form = login(corrected.manager).get(address, {"year": YEAR}).context["form"]
    assert (form["total_hours"].value(), form["external_hours"].value()) == (Decimal("41.5"), Decimal("32.0"))


def test_exports_and_api_have_the_seconds_of_the_public_page(corrected, login, clock):
    clock.set(local(YEAR, 12, 31))
    payer = login(corrected.city.person("付款管理员", corrected.client, Role.ORG_ADMIN))
    address = f"/me/organization/{corrected.client.public_id}/?month={YEAR}-01&format=csv"
    exported = list(csv.DictReader(StringIO(payer.get(address).getvalue().decode("utf-8-sig"))))
    assert sorted(row["开始时间"] for row in exported) == [
        "2025-01-02 08:00:00",
        "2025-01-03 08:00:00",
        "2025-03-04 08:00:00",
    ]
    hours = sum(Decimal(row["有效机时"]) for row in exported)
    assert round(hours * HOURS) == EXTERNAL - corrected.waiting.effective_seconds
    items = login(corrected.manager).get("/api/v1/usage").json()["items"]
    assert sum(one["effective_seconds"] for one in items) == get_openness(WHOLE_YEAR).effective_seconds


def test_national_records_leave_out_only_what_is_not_confirmed(corrected):
    facts = iterate_service_facts(corrected.manager, [corrected.unit.pk], YEAR)
    seconds = sum(row["effective_seconds"] for row in facts)
    left_out = corrected.waiting.effective_seconds
    assert seconds + left_out == get_openness(WHOLE_YEAR).effective_seconds


def test_a_case_says_the_corrected_length_of_its_uses(corrected):
    case = ServiceCase.objects.create(
        organization=corrected.unit, title_zh="案例", body_zh="完成检测", created_at=BEFORE
    )
    for log in corrected.logs[:2]:
        CaseUse.objects.create(case=case, booking=log.booking)
    assert get_case_figures([case.pk]) == {case.pk: CaseFigures(2, 12 * HOURS + 7)}


def test_pages_show_these_seconds_and_name_what_they_leave_out(corrected, login, clock):
    clock.set(local(YEAR, 12, 31))
    desk = login(corrected.manager).get("/unit/")
    assert (desk.context["usage"].internal_seconds, desk.context["usage"].external_seconds) == (
        INSIDE,
        EXTERNAL,
    )
    page = login(corrected.manager).get(f"/openness/?year={YEAR}")
    assert page.context["figures"].external_seconds == EXTERNAL
    statistics = reverse("statistics", args=["unit", corrected.unit.public_id])
    for one in (desk, page, login(corrected.manager).get(f"{statistics}?year={YEAR}")):
        assert UNLIKE_ASSESSMENT in text_of(one)


def test_public_figures_are_the_same_for_the_bureau_and_for_a_suspended_unit(corrected, login, clock):
    clock.set(local(YEAR, 12, 31))

    UnitProfile.objects.update_or_create(organization=corrected.unit, defaults={"published_at": BEFORE})
    stranger = corrected.city.person("陌生人", corrected.client, Role.RESEARCHER)
    readers = (corrected.city.officer, corrected.manager, stranger)

    def named():
        pages = [login(one).get(f"/openness/?year={YEAR}") for one in readers]
        return [page.context["by_unit"]["categories"] for page in pages]

    assert named() == [[corrected.unit.name_zh]] * 3
    corrected.unit.state = "suspended"
    corrected.unit.save()
    assert named() == [[]] * 3
    assert ["共享单位 0" in text_of(login(one).get("/")) for one in readers] == [True] * 3


def test_the_running_month_is_marked_on_the_public_page(corrected, client, clock):
    clock.set(local(YEAR, 6, 20))
    page = client.get(f"/openness/?year={YEAR}")
    assert page.context["by_month"]["categories"] == [
        "2025年1月",
        "2025年3月",
        "2025年5月",
        "2025年6月（截至今日）",
    ]


def test_corrected_uses_take_as_many_statements_as_one(corrected, statements):
    def more():
        for log in corrected.city.logs(corrected.instrument, 4, payer=corrected.client, external=True):
            correct(corrected, log, measuring_seconds=9)
        usage_rebuild()

    statements.assert_unchanged(lambda: (get_openness(WHOLE_YEAR), get_hours_by_month(WHOLE_YEAR)), by=more)
