"""Completeness and the year's facts, from what was published through the services."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from instrument_share.accounts import services as accounts
from instrument_share.kernel.interval import Interval
from providers.instruments.services.instruments import (
    instrument_changes_accept,
    instrument_confirm,
    instrument_create,
    instrument_update,
)
from providers.instruments.services.removal import instrument_remove
from providers.instruments.services.suspension import instrument_resume, instrument_suspend
from providers.terms.domain.choices import HolidayTreatment, UserKind
from providers.terms.domain.terms import OpeningPattern
from providers.terms.services.closures import closure_lift, closure_record
from providers.terms.services.retirement import instrument_retire
from providers.units.domain.choices import Completeness
from providers.units.domain.completeness_plain import month_ends
from providers.units.domain.publications import PublicationKind
from providers.units.models import OpennessStatement, Regulation
from providers.units.selectors.completeness import completeness_at, completeness_of
from providers.units.selectors.yearly import instruments_of_year, openness_of_year, units_of_year
from providers.units.services.profiles import (
    unit_profile_confirm,
    unit_profile_publish,
    unit_profile_save,
    unit_profile_submit,
)
from providers.units.services.publications import (
    publication_publish,
    publication_update,
    publication_withdraw,
)
from tests.providers.conftest import INSTRUMENT, NOW, PROFILE, published, terms
from tests.providers.terms.test_windows import local, publish

TODAY = date(2025, 9, 1)


def fill(world, organization, manager, now=NOW):
    def say(kind, **values):
        publication_publish(
            actor=manager,
            kind=kind,
            organization_id=organization.pk,
            values={"title_zh": "标题", "body_zh": "正文", **values},
            now=now,
        )

    common = {"actor": manager, "organization_id": organization.pk, "now": now}
    unit_profile_save(values={**PROFILE, "picture": "units/a.png"}, **common)
    unit_profile_submit(**common)
    unit_profile_publish(actor=world.officer, organization_id=organization.pk, now=now)
    published(world, organization, manager, now)
    for _ in range(4):
        say(PublicationKind.NEWS)
    say(PublicationKind.REGULATION, effective_date=date(2025, 1, 1))
    for _ in range(2):
        say(PublicationKind.CASE)
    say(PublicationKind.OPENNESS, year=now.year - 1, networkable_count=3)


@pytest.fixture
def district(world):
    district = accounts.district_create(actor=None, code="330101", name_zh="城东区", name_en="East", now=NOW)
    type(world.unit).objects.update(district=district)


def states(organization, as_of):
    unit = completeness_of([organization.pk], as_of)[organization.pk]
    return {kind.kind.value: kind.state.value for kind in unit.kinds if kind.state != Completeness.COMPLETE}


def test_a_unit_is_complete_from_the_day_on_which_it_has_published_all(world, district):
    fill(world, world.unit, world.manager)
    assert states(world.unit, TODAY) == {}
    assert len(states(world.unit, TODAY - timedelta(days=1))) == 6
    assert states(world.unit, TODAY + timedelta(days=366)) == {
        "profile": "stale",
        "instrument": "stale",
        "news": "stale",
        "case": "stale",
        "openness": "stale",
    }


def test_a_confirmation_changes_no_day_before_it(world, district):
    fill(world, world.unit, world.manager)
    later = NOW + timedelta(days=400)
    unit_profile_confirm(actor=world.manager, organization_id=world.unit.pk, now=later)
    instrument = world.unit.instruments.get()
    instrument_confirm(actor=world.manager, instrument_id=instrument.pk, now=later)
    assert "profile" not in states(world.unit, TODAY + timedelta(days=400))
    assert "instrument" not in states(world.unit, TODAY + timedelta(days=400))
    assert states(world.unit, TODAY + timedelta(days=399))["profile"] == "stale"
    assert states(world.unit, TODAY + timedelta(days=399))["instrument"] == "stale"


def test_a_regulation_that_is_prolonged_later_changes_no_day_before_it(world, district):
    fill(world, world.unit, world.manager)
    regulation = Regulation.objects.get()
    change_regulation(world, regulation, NOW, expiry_date=TODAY + timedelta(days=10))
    later = NOW + timedelta(days=100)
    change_regulation(world, regulation, later, expiry_date=None)
    assert states(world.unit, TODAY + timedelta(days=10)) == {}
    assert states(world.unit, TODAY + timedelta(days=11)) == {"regulation": "stale"}
    assert states(world.unit, TODAY + timedelta(days=99)) == {"regulation": "stale"}
    assert states(world.unit, TODAY + timedelta(days=100)) == {}


def test_a_statement_of_another_year_changes_no_day_before_it(world, district):
    fill(world, world.unit, world.manager)
    later = NOW + timedelta(days=100)
    publication_update(
        actor=world.manager,
        kind=PublicationKind.OPENNESS,
        publication_id=OpennessStatement.objects.get().pk,
        values={"year": NOW.year - 3},
        now=later,
    )
    assert states(world.unit, TODAY + timedelta(days=99)) == {}
    assert states(world.unit, TODAY + timedelta(days=100)) == {"openness": "stale"}


def test_a_regulation_that_was_taken_down_counts_until_then(world, district):
    fill(world, world.unit, world.manager)
    publication_withdraw(
        actor=world.manager,
        kind=PublicationKind.REGULATION,
        publication_id=Regulation.objects.get().pk,
        reason="已被新办法取代",
        now=NOW + timedelta(days=10),
    )
    assert states(world.unit, TODAY + timedelta(days=9)) == {}
    assert states(world.unit, TODAY + timedelta(days=10)) == {"regulation": "missing"}


def change_regulation(world, regulation, now, **values):
    publication_update(
        actor=world.manager,
        kind=PublicationKind.REGULATION,
        publication_id=regulation.pk,
        values=values,
        now=now,
    )


def test_a_profile_without_picture_or_district_is_missing_and_says_so(world):
    common = {"actor": world.manager, "organization_id": world.unit.pk, "now": NOW}
    unit_profile_save(values=PROFILE, **common)
    unit_profile_submit(**common)
    unit_profile_publish(actor=world.officer, organization_id=world.unit.pk, now=NOW)
    profile = completeness_of([world.unit.pk], TODAY)[world.unit.pk].kinds[0]
    assert profile.state is Completeness.MISSING
    assert profile.reason.params["fields"] == ("Picture", "District")


def test_the_month_ends_of_a_year_are_the_same_as_day_by_day(world, district):
    fill(world, world.unit, world.manager)
    year = completeness_at([world.unit.pk], month_ends(2025))[world.unit.pk]
    assert [month.complete for month in year] == [0, 0, 0, 0, 0, 0, 0, 0, 6, 6, 6, 6]
    assert year == tuple(completeness_of([world.unit.pk], end)[world.unit.pk] for end in month_ends(2025))


def test_one_unit_and_two_take_as_many_statements(world, district, statements):
    ids = [world.unit.pk, world.other.pk]
    statements.assert_unchanged(
        lambda: completeness_of(ids, TODAY),
        by=lambda: [fill(world, world.unit, world.manager), fill(world, world.other, world.other_manager)],
    )
    assert len(statements.of(lambda: completeness_at(ids, month_ends(2025)))) == 10


def test_the_year_of_a_unit(world, district):
    fill(world, world.unit, world.manager)
    publication_publish(
        actor=world.manager,
        kind=PublicationKind.OPENNESS,
        organization_id=world.unit.pk,
        values={"title_zh": "2025 年度", "body_zh": "正文", "year": 2025, "networkable_count": 3},
        now=datetime(2026, 2, 1, tzinfo=UTC),
    )
    assert list(units_of_year(2025)) == [
        {
            "uscc": world.unit.uscc,
            "organization": world.unit.public_id,
            "name_zh": "云屏材料研究所",
            "name_en": "",
            "kind": "institute",
            "district": "330101",
            "kinds_complete": (0, 0, 0, 0, 0, 0, 0, 0, 6, 6, 6, 6),
            "published_instruments": 1,
            "declared_instruments": 3,
            "cases_published": 2,
        }
    ]
    assert list(units_of_year(2024)) == []


def test_removing_a_draft_completes_no_month_before(world):
    def states():
        days = [date(2025, 8, 31), date(2025, 9, 30), date(2025, 10, 31)]
        judged = completeness_at([world.unit.pk], days)[world.unit.pk]
        return [one.kinds[1].state for one in judged]

    published(world, now=datetime(2025, 8, 1, tzinfo=UTC))
    values = {**INSTRUMENT, "inner_number": "A-2"}
    unit = {"actor": world.manager, "organization_id": world.unit.pk}
    draft = instrument_create(values=values, now=datetime(2025, 9, 1, tzinfo=UTC), **unit)
    assert states() == ["complete", "missing", "missing"]
    instrument_remove(actor=world.manager, instrument_id=draft.pk, now=datetime(2025, 10, 30, 16, tzinfo=UTC))
    assert states() == ["complete", "missing", "complete"]


def test_an_instrument_as_it_stood_at_the_end_of_the_year(world):
    instrument = published(world)
    after = datetime(2026, 1, 5, tzinfo=UTC)
    change = {"value_yuan": Decimal("1.00"), "place_zh": "新楼 202"}
    instrument_update(actor=world.manager, instrument_id=instrument.pk, values=change, now=after)
    instrument_changes_accept(actor=world.officer, instrument_id=instrument.pk, now=after)
    instrument_suspend(actor=world.manager, instrument_id=instrument.pk, reason="报废", now=after)
    instrument_retire(actor=world.manager, instrument_id=instrument.pk, reason="报废", now=after)

    (then,) = instruments_of_year(2025)
    assert then == {
        "instrument": instrument.public_id,
        "uscc": world.unit.uscc,
        "inner_number": "A-001",
        "name_zh": INSTRUMENT["name_zh"],
        "name_en": INSTRUMENT["name_en"],
        "category": "010101",
        "model": "TX-200",
        "value_yuan": Decimal("2500000.00"),
        "purpose": "general",
        "sharing_mode": "external",
        "externally_shared": True,
        "place_zh": "一号楼 101",
        "published_in_year": True,
        "in_service_from": date(2020, 3, 1),
        "retired_on": None,
    }
    (later,) = instruments_of_year(2026)
    assert (later["value_yuan"], later["place_zh"], later["retired_on"]) == (
        Decimal("1.00"),
        "新楼 202",
        date(2026, 1, 5),
    )
    (last,) = instruments_of_year(2027)
    assert last["published_in_year"] is False


@pytest.mark.parametrize(("value", "counts"), [("199999.99", [1, 0]), ("200000.00", [1, 1])])
def test_a_value_corrected_after_the_year_counts_from_the_next_year_on(world, value, counts):
    instrument = published(world)
    after = datetime(2026, 1, 5, tzinfo=UTC)
    change = {"value_yuan": Decimal(value)}
    instrument_update(actor=world.manager, instrument_id=instrument.pk, values=change, now=after)
    instrument_changes_accept(actor=world.officer, instrument_id=instrument.pk, now=after)
    units = [unit for year in (2025, 2026) for unit in units_of_year(year)]
    assert [unit["published_instruments"] for unit in units] == counts


def test_open_time_counts_for_outside_users_and_what_was_closed_in_it(world, instrument):
    publish(world, instrument, terms(horizon=timedelta(days=4)))  # Monday to Friday, 9 to 17
    closure = closure_record(
        actor=world.manager,
        instrument_id=instrument.pk,
        interval=Interval(local(9, 2, 16), local(9, 4)),
        reason_zh="检修",
        now=NOW,
    )
    closure_lift(actor=world.manager, closure_id=closure.pk, now=local(9, 3, 12))
    assert list(openness_of_year(2025)) == [
        {
            "instrument": instrument.public_id,
            "offered_seconds": 5 * 8 * 3600,
            "closed_seconds": 4 * 3600,  # Tuesday 16–17, Wednesday 9–12
        }
    ]


def test_time_in_which_an_instrument_is_suspended_is_closed(world, instrument):
    publish(world, instrument, terms(horizon=timedelta(days=4)))  # Monday to Friday, 9 to 17
    common = {"actor": world.manager, "instrument_id": instrument.pk}
    instrument_suspend(**common, reason="检修", now=local(9, 2, 16))
    instrument_confirm(**common, now=local(9, 3, 8))
    instrument_resume(**common, now=local(9, 3, 12))
    interval = Interval(local(9, 3, 11), local(9, 3, 13))
    closure_record(**common, interval=interval, reason_zh="校准", now=NOW)
    instrument_suspend(**common, reason="停机", now=local(9, 5, 16))
    (row,) = openness_of_year(2025)
    assert (row["offered_seconds"], row["closed_seconds"]) == (5 * 8 * 3600, (1 + 4 + 1) * 3600)


def test_time_in_which_the_unit_is_suspended_is_closed(world, instrument):
    publish(world, instrument, terms(horizon=timedelta(days=4)))  # Monday to Friday, 9 to 17
    by_bureau = {"actor": world.officer, "organization_id": world.unit.pk}
    accounts.organization_suspend(**by_bureau, reason="停业", now=local(9, 2, 16))
    accounts.organization_reinstate(**by_bureau, now=local(9, 3, 12))
    accounts.organization_suspend(**by_bureau, reason="停业", now=local(9, 5, 16))
    (row,) = openness_of_year(2025)
    assert (row["offered_seconds"], row["closed_seconds"]) == (5 * 8 * 3600, (1 + 3 + 1) * 3600)


def test_hours_after_a_moment_are_left_out_where_one_is_given(world, instrument):
    publish(world, instrument, terms(horizon=timedelta(days=4)))  # Monday to Friday, 9 to 17
    instrument_suspend(actor=world.manager, instrument_id=instrument.pk, reason="停机", now=local(9, 3, 10))

    def times(until):
        return [
            (row["offered_seconds"] // 3600, row["closed_seconds"] // 3600)
            for row in openness_of_year(2025, until)
        ]

    assert times(None) == times(local(12, 31, 23)) == [(5 * 8, 7 + 8 + 8)]
    assert times(local(9, 3, 12)) == [(2 * 8 + 3, 2)]
    assert times(local(9, 2, 20)) == [(2 * 8, 0)]
    assert times(datetime(2024, 12, 31, 16, tzinfo=UTC)) == []  # as the year begins


def test_hours_for_the_own_unit_alone_are_not_offered(world, instrument):
    publish(world, instrument, terms(user_kinds=frozenset({UserKind.INSIDE})))
    assert list(openness_of_year(2025)) == []


def test_windows_across_new_year_are_cut(world, instrument):
    now = local(12, 31, 20)
    night = OpeningPattern(time(22), time(4), date(2025, 12, 31), weekdays=(2,))
    draft = terms(night, holidays=HolidayTreatment.IGNORED, horizon=timedelta(days=1))
    publish(world, instrument, draft, applies_from=now, now=now)
    assert [row["offered_seconds"] for row in openness_of_year(2025)] == [2 * 3600]
    assert [row["offered_seconds"] for row in openness_of_year(2026)] == [4 * 3600]
