from datetime import date, timedelta
from decimal import Decimal

import pytest

from instrument_share.kernel.wording import Bilingual
from providers.units.domain.choices import Completeness
from providers.units.domain.completeness import completeness
from providers.units.domain.information import (
    InformationKind,
    InstrumentRecord,
    ProfileRevision,
    Published,
    UnitRecord,
)

TODAY = date(2026, 3, 31)
MISSING, STALE, COMPLETE = Completeness.MISSING, Completeness.STALE, Completeness.COMPLETE


def ago(days):
    return TODAY - timedelta(days=days)


def judged(kind, as_of=TODAY, **record):
    unit = completeness(UnitRecord(7, **record), as_of, 200_000)
    return next(one for one in unit.kinds if one.kind is kind)


def test_a_unit_that_has_entered_nothing_is_told_all_six_steps():
    unit = completeness(UnitRecord(7), TODAY, 200_000)
    assert [kind.state for kind in unit.kinds] == [MISSING] * 6
    assert (unit.complete, unit.percent, len(unit.next_steps)) == (0, 0, 6)


@pytest.mark.parametrize(
    ("revisions", "state"),
    [
        ([], MISSING),
        ([ProfileRevision(ago(9), published=False, confirmed=None)], MISSING),
        ([ProfileRevision(ago(9), published=True, confirmed=ago(9))], COMPLETE),
        ([ProfileRevision(ago(9), published=True, confirmed=ago(9), lacking=("Picture",))], MISSING),
        ([ProfileRevision(ago(365), published=True, confirmed=ago(365))], COMPLETE),
        ([ProfileRevision(ago(366), published=True, confirmed=ago(366))], STALE),
        (
            [
                ProfileRevision(ago(500), published=True, confirmed=ago(500)),
                ProfileRevision(ago(100), published=True, confirmed=ago(100)),
            ],
            COMPLETE,
        ),
        ([ProfileRevision(ago(-1), published=True, confirmed=ago(-1))], MISSING),
    ],
)
def test_profile(revisions, state):
    assert judged(InformationKind.PROFILE, profile=tuple(revisions)).state is state


MICROSCOPE = Bilingual("电镜", "Electron microscope")
TEN, LONG = ago(10), ago(400)


def instrument(value=200_000, published=TEN, confirmed=(TEN,), retired=None, created=LONG):
    return InstrumentRecord(MICROSCOPE, Decimal(value), created, published, retired, confirmed)


@pytest.mark.parametrize(
    ("instruments", "state"),
    [
        ([], MISSING),
        ([instrument()], COMPLETE),
        ([instrument(), instrument(published=None, confirmed=())], MISSING),
        ([instrument(), instrument(published=None, confirmed=(), value="199999.99")], COMPLETE),
        ([instrument(), instrument(published=ago(-1))], MISSING),
        ([instrument(confirmed=(ago(365),))], COMPLETE),
        ([instrument(confirmed=(ago(366),))], STALE),
        ([instrument(confirmed=(ago(366), ago(365)))], COMPLETE),
        ([instrument(), instrument(published=None, confirmed=(), retired=TODAY)], COMPLETE),
        ([instrument(), instrument(published=None, confirmed=(), retired=ago(-1))], MISSING),
        ([instrument(), instrument(published=None, confirmed=(), created=ago(-1))], COMPLETE),
        ([instrument(published=None, confirmed=(), value=1)], MISSING),
    ],
)
def test_instruments(instruments, state):
    assert judged(InformationKind.INSTRUMENT, instruments=tuple(instruments)).state is state


def test_unpublished_instruments_are_named():
    found = judged(
        InformationKind.INSTRUMENT, instruments=(instrument(), instrument(published=None, confirmed=()))
    )
    assert found.reason.params["number"] == 1
    assert found.reason.params["total"] == 2
    assert found.next_step.params["names"] == (MICROSCOPE,)


def test_an_instrument_confirmed_on_the_very_day_is_not_named_as_stale():
    old = InstrumentRecord(Bilingual("质谱仪"), Decimal(200_000), LONG, LONG, None, (ago(366),))
    found = judged(InformationKind.INSTRUMENT, instruments=(instrument(confirmed=(TODAY,)), old))
    assert found.state is STALE
    assert found.next_step.params["names"] == (Bilingual("质谱仪"),)


@pytest.mark.parametrize(
    ("ages", "state", "lacking"),
    [
        ([], MISSING, 4),
        ([1, 2, 3], MISSING, 1),
        ([1, 2, 3, 365], COMPLETE, None),
        ([1, 2, 3, 366], STALE, 1),
        ([-1, 1, 2, 3], MISSING, 1),
    ],
)
def test_news(ages, state, lacking):
    found = judged(InformationKind.NEWS, news=tuple(Published(ago(age)) for age in ages))
    assert found.state is state
    assert (found.next_step and found.next_step.params["lacking"]) == lacking


@pytest.mark.parametrize(("withdrawn", "state"), [(TODAY, MISSING), (ago(-1), COMPLETE), (None, COMPLETE)])
def test_a_case_counts_until_the_day_on_which_it_is_taken_down(withdrawn, state):
    cases = (Published(ago(5)), Published(ago(5), withdrawn=withdrawn))
    assert judged(InformationKind.CASE, cases=cases).state is state


@pytest.mark.parametrize(
    ("effective", "expires", "state"),
    [
        (TODAY, None, COMPLETE),
        (ago(-1), None, MISSING),
        (ago(90), TODAY, COMPLETE),
        (ago(90), ago(1), STALE),
    ],
)
def test_regulation(effective, expires, state):
    regulations = (Published(ago(90), effective=effective, expires=expires),)
    assert judged(InformationKind.REGULATION, regulations=regulations).state is state


@pytest.mark.parametrize(
    ("as_of", "year", "state"),
    [
        (date(2026, 3, 31), 2024, COMPLETE),
        (date(2026, 4, 1), 2024, STALE),
        (date(2026, 4, 1), 2025, COMPLETE),
        (date(2026, 12, 31), 2025, COMPLETE),
        (date(2027, 1, 1), 2025, COMPLETE),
        (date(2026, 3, 31), 2023, STALE),
        (date(2026, 3, 31), 2026, MISSING),
    ],
)
def test_until_31_march_the_statement_of_the_year_before_last_counts(as_of, year, state):
    statements = (Published(date(2023, 1, 1), year=year),)
    assert judged(InformationKind.OPENNESS, as_of, statements=statements).state is state


def test_a_stale_kind_is_not_complete_and_missing_kinds_come_first():
    unit = completeness(
        UnitRecord(
            7,
            profile=(ProfileRevision(ago(400), published=True, confirmed=ago(400)),),
            regulations=(Published(ago(1), effective=ago(1)),),
        ),
        TODAY,
        200_000,
    )
    assert (unit.complete, unit.percent) == (1, 16)
    assert [step.kind for step in unit.next_steps][-1] is InformationKind.PROFILE
