"""Since when a state holds, until when, and what changed: exact days, without a database."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instrument_share.kernel.wording import Bilingual
from providers.units.domain.choices import Completeness
from providers.units.domain.choices import InformationState as Shown
from providers.units.domain.completeness import (
    KindChange,
    completeness_on,
    expiry_dates,
    kind_changes,
)
from providers.units.domain.completeness_rules import Course, Span, course, courses
from providers.units.domain.information import (
    InformationKind,
    InstrumentRecord,
    ProfileRevision,
    Published,
    UnitRecord,
)

MISSING, STALE, COMPLETE = Completeness.MISSING, Completeness.STALE, Completeness.COMPLETE
JOINED = date(2024, 2, 1)
NAME = Bilingual("电镜", "Electron microscope")


def since(kind, as_of, **record):
    """The state of a kind on a day and the first day on which it held."""
    (unit,) = completeness_on(UnitRecord(7, JOINED, **record), [as_of], 200_000)
    found = next(one for one in unit.kinds if one.kind is kind)
    return found.state, found.since


def news(*days, **more):
    return tuple(Published(day, **more) for day in days)


def instrument(created, published=None, confirmed=(), value=200_000, **more):
    return InstrumentRecord(NAME, Decimal(value), created, published, confirmed=confirmed, **more)


def test_information_never_published_is_missing_since_joining():
    (unit,) = completeness_on(UnitRecord(7, JOINED), [date(2026, 3, 31)], 200_000)
    assert [kind.since for kind in unit.kinds] == [JOINED] * 6


FOUR = (date(2025, 1, 10), date(2025, 2, 1), date(2025, 3, 1), date(2025, 4, 1))


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        (date(2025, 3, 31), (MISSING, JOINED)),
        (date(2025, 4, 1), (COMPLETE, date(2025, 4, 1))),
        (date(2026, 1, 10), (COMPLETE, date(2025, 4, 1))),
        (date(2026, 1, 11), (STALE, date(2026, 1, 11))),  # 366 days after the oldest of the four
        (date(2026, 12, 1), (STALE, date(2026, 1, 11))),
    ],
)
def test_news_is_stale_from_366_days_after_the_oldest_of_the_last_four(as_of, expected):
    assert since(InformationKind.NEWS, as_of, news=news(*FOUR)) == expected


def test_timely_fifth_item_keeps_state_and_late_one_resets_it():
    in_time = news(*FOUR, date(2026, 1, 10))
    assert since(InformationKind.NEWS, date(2026, 1, 20), news=in_time) == (COMPLETE, date(2025, 4, 1))
    late = news(*FOUR, date(2026, 1, 15))
    assert since(InformationKind.NEWS, date(2026, 1, 20), news=late) == (COMPLETE, date(2026, 1, 15))


def test_a_case_that_is_taken_down_leaves_the_kind_missing_from_that_day():
    cases = (*news(date(2025, 5, 1)), *news(date(2025, 6, 1), withdrawn=date(2025, 9, 3)))
    assert since(InformationKind.CASE, date(2025, 9, 2), cases=cases) == (COMPLETE, date(2025, 6, 1))
    assert since(InformationKind.CASE, date(2026, 3, 1), cases=cases) == (MISSING, date(2025, 9, 3))


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        (date(2025, 12, 31), (COMPLETE, date(2025, 2, 20))),
        (date(2026, 3, 31), (COMPLETE, date(2025, 2, 20))),
        (date(2026, 4, 1), (STALE, date(2026, 4, 1))),
        (date(2027, 1, 1), (STALE, date(2026, 4, 1))),
    ],
)
def test_a_statement_is_due_by_31_march(as_of, expected):
    statements = news(date(2025, 2, 20), year=2024)
    assert since(InformationKind.OPENNESS, as_of, statements=statements) == expected


def test_a_regulation_is_out_of_date_the_day_after_it_expires():
    regulations = news(date(2025, 1, 5), effective=date(2025, 2, 1), expires=date(2025, 12, 31))
    kind = InformationKind.REGULATION
    assert since(kind, date(2025, 1, 31), regulations=regulations) == (MISSING, JOINED)
    assert since(kind, date(2025, 12, 31), regulations=regulations) == (COMPLETE, date(2025, 2, 1))
    assert since(kind, date(2026, 2, 1), regulations=regulations) == (STALE, date(2026, 1, 1))


DAY = date(2025, 6, 1)


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        # Above the threshold and never published: since it was entered.
        (instrument(date(2025, 8, 8)), (MISSING, date(2025, 8, 8))),
        # Below it: nothing is asked.
        (instrument(date(2025, 8, 8), value=199_999), (COMPLETE, DAY)),
        # Worth more since a day: since that day.
        (
            instrument(date(2025, 8, 8), earlier_values=((date(2025, 9, 9), Decimal(1)),)),
            (MISSING, date(2025, 9, 9)),
        ),
        # Retired: until then only.
        (instrument(date(2025, 8, 8), retired=date(2025, 9, 1)), (COMPLETE, date(2025, 9, 1))),
        # Published without having been confirmed: out of date since it was published.
        (instrument(date(2025, 8, 8), date(2025, 8, 20)), (STALE, date(2025, 8, 20))),
    ],
)
def test_instruments(second, expected):
    first = instrument(DAY, DAY, (DAY,))
    as_of = date(2025, 12, 1)
    assert since(InformationKind.INSTRUMENT, as_of, instruments=(first, second)) == expected


def test_an_instrument_is_out_of_date_366_days_after_its_last_confirmation():
    one = (instrument(DAY, DAY, (DAY, date(2026, 2, 1))),)
    assert since(InformationKind.INSTRUMENT, date(2027, 2, 1), instruments=one) == (COMPLETE, DAY)
    assert since(InformationKind.INSTRUMENT, date(2027, 5, 1), instruments=one) == (STALE, date(2027, 2, 2))


def test_a_profile_that_loses_its_picture_is_missing_from_that_day():
    profile = (
        ProfileRevision(date(2025, 1, 1), published=True, confirmed=date(2025, 1, 1)),
        ProfileRevision(date(2025, 3, 1), published=True, confirmed=date(2025, 3, 1), lacking=("Picture",)),
        ProfileRevision(date(2025, 3, 9), published=True, confirmed=date(2025, 3, 9)),
    )
    assert since(InformationKind.PROFILE, date(2025, 3, 5), profile=profile) == (MISSING, date(2025, 3, 1))
    assert since(InformationKind.PROFILE, date(2026, 3, 9), profile=profile) == (COMPLETE, date(2025, 3, 9))
    assert since(InformationKind.PROFILE, date(2026, 5, 1), profile=profile) == (STALE, date(2026, 3, 10))


def test_expiry_dates_are_computed_per_kind():
    unit = UnitRecord(
        7,
        JOINED,
        news=news(*FOUR),
        cases=news(date(2025, 5, 1), date(2025, 6, 1)),
        regulations=news(date(2025, 1, 5), effective=date(2025, 1, 5)),
        statements=news(date(2025, 2, 20), year=2024),
    )
    assert expiry_dates(unit, date(2025, 12, 1), 200_000) == {
        InformationKind.NEWS: date(2026, 1, 11),
        InformationKind.CASE: date(2026, 5, 2),
        InformationKind.OPENNESS: date(2026, 4, 1),
    }
    assert expiry_dates(UnitRecord(7, JOINED), date(2025, 12, 1), 200_000) == {}


def test_kind_changes_compares_two_days():
    unit = UnitRecord(7, JOINED, news=news(*FOUR), cases=news(date(2026, 1, 8), date(2026, 1, 9)))
    before, after = completeness_on(unit, [date(2026, 1, 7), date(2026, 1, 14)], 200_000)
    found = kind_changes(before, after)
    assert found == (
        KindChange(InformationKind.NEWS, COMPLETE, STALE, Shown.COMPLETE, Shown.TOO_FEW),
        KindChange(InformationKind.CASE, MISSING, COMPLETE, Shown.MISSING, Shown.COMPLETE),
    )
    assert [one.better for one in found] == [False, True]
    assert kind_changes(after, after) == ()


def shown(kind, on=date(2026, 1, 14), **facts):
    """The words for the state of a kind on a day."""
    (judged,) = completeness_on(UnitRecord(7, JOINED, **facts), [on], 200_000)
    return next(one.shown for one in judged.kinds if one.kind is kind)


def test_some_recent_items_are_too_few_and_not_out_of_date():
    assert shown(InformationKind.NEWS, on=date(2026, 1, 7), news=news(*FOUR)) is Shown.COMPLETE
    assert shown(InformationKind.NEWS, news=news(*FOUR)) is Shown.TOO_FEW  # three are recent
    assert shown(InformationKind.NEWS, news=news(FOUR[-1])) is Shown.TOO_FEW
    assert shown(InformationKind.NEWS, on=date(2028, 1, 1), news=news(*FOUR)) is Shown.STALE
    assert shown(InformationKind.NEWS) is Shown.MISSING


def test_instruments_published_in_part_are_incomplete_and_not_missing():
    published, draft = instrument(JOINED, JOINED, (JOINED,)), instrument(JOINED)
    on = JOINED + timedelta(days=9)
    assert shown(InformationKind.INSTRUMENT, on, instruments=(published, draft)) is Shown.INCOMPLETE
    assert shown(InformationKind.INSTRUMENT, on, instruments=(draft,)) is Shown.MISSING
    assert shown(InformationKind.INSTRUMENT, on, instruments=(published,)) is Shown.COMPLETE


def test_a_course_tells_the_state_its_first_day_and_its_end():
    def rule(counts):
        return COMPLETE if counts["on"] else MISSING

    first, last = date(2026, 1, 1), date(2026, 1, 10)
    spans = [Span("on", first, last), Span("on", first, date(2026, 1, 5)), Span("on", last, last)]
    found = course(spans, rule)
    assert found == Course((first, last), (COMPLETE, MISSING))
    assert (found.state(first), found.since(first), found.until(first)) == (COMPLETE, first, last)
    assert (found.state(last), found.since(last), found.until(last)) == (MISSING, last, None)
    before = first - timedelta(days=1)
    assert (found.state(before), found.since(before), found.until(before)) == (MISSING, None, first)


# --- Day by day, as one would count by hand ---------------------------------------------------------------

days = st.dates(date(2024, 1, 1), date(2026, 12, 31))
items = st.lists(
    st.builds(
        lambda on, left: Published(on, None if left is None else on + timedelta(days=left)),
        days,
        st.none() | st.integers(0, 500),
    ),
    max_size=8,
)


@given(items, days)
def test_news_by_hand(published, as_of):
    standing = [one for one in published if one.stands(as_of)]
    recent = [one for one in standing if as_of - one.on <= timedelta(days=365)]
    expected = COMPLETE if len(recent) >= 4 else STALE if len(standing) >= 4 else MISSING
    assert courses(UnitRecord(7, news=tuple(published)), 1)[InformationKind.NEWS].state(as_of) is expected


@given(items, days)
def test_the_state_has_held_since_its_day_and_not_on_the_day_before(published, as_of):
    found = courses(UnitRecord(7, news=tuple(published)), 1)[InformationKind.NEWS]
    begun = found.since(as_of)
    if begun is None:
        assert found.state(date(2020, 1, 1)) is found.state(as_of) is MISSING
        return
    assert {found.state(begun + timedelta(days=n)) for n in range((as_of - begun).days + 1)} == {
        found.state(as_of)
    }
    assert found.state(begun - timedelta(days=1)) is not found.state(as_of)


instruments = st.lists(
    st.builds(
        lambda created, published, retired, confirmed, value, before: InstrumentRecord(
            NAME,
            Decimal(value),
            created,
            published and created + timedelta(days=published),
            retired and created + timedelta(days=retired),
            tuple(sorted(created + timedelta(days=n) for n in confirmed)),
            () if before is None else ((created + timedelta(days=before), Decimal(3) - value),),
        ),
        days,
        st.none() | st.integers(1, 300),
        st.none() | st.integers(1, 600),
        st.lists(st.integers(0, 700), max_size=3),
        st.sampled_from([1, 2]),
        st.none() | st.integers(1, 300),
    ),
    max_size=5,
)


@given(instruments, days)
def test_instruments_by_hand(records, as_of):
    def worth(one):
        return next((value for until, value in one.earlier_values if as_of < until), one.value_yuan)

    present = [one for one in records if one.created <= as_of and not (one.retired and one.retired <= as_of)]
    published = [one for one in present if one.published and one.published <= as_of]
    due = [one for one in present if worth(one) >= 2]
    confirmed = [max((day for day in one.confirmed if day <= as_of), default=None) for one in due]
    if not published or any(one not in published for one in due):
        expected = MISSING
    elif any(day is None or as_of - day > timedelta(days=365) for day in confirmed):
        expected = STALE
    else:
        expected = COMPLETE
    found = courses(UnitRecord(7, instruments=tuple(records)), 2)[InformationKind.INSTRUMENT]
    assert found.state(as_of) is expected
