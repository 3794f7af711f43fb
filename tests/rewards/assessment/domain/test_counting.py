"""What counts: the year, the instrument, the policy's exclusions, overlaps, days in service."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instrument_share.kernel.interval import Interval, total_length
from rewards.assessment.domain.counting import (
    Totals,
    count_entries,
    count_exclusions,
    count_service_days,
    sum_entries,
)
from rewards.cycle.domain.entries import EntryFacts, InstrumentStanding, count_seconds
from rewards.policy.domain.policy import EXCLUSIONS, Counting
from tests.rewards.assessment.domain.make import MORNING, entry

HOUR = timedelta(hours=1)
EVERYTHING = Counting()
STRICT = Counting(value_threshold=Fraction(200_000), exclude=frozenset(EXCLUSIONS), late_by_hand_days=30)


def standing(**others):
    facts = {
        "public_id": "INS-1",
        "published_in_year": True,
        "original_value": Decimal(200_000),
        "externally_shared": True,
        "in_service_from": date(2020, 1, 1),
    }
    return InstrumentStanding(**(facts | others))


def reason(one, rules=STRICT, year=2025, **others):
    return count_entries([one], standing(**others), year, rules)[0].reason


@pytest.mark.parametrize(
    ("start", "year"),
    [
        (datetime(2024, 12, 31, 15, 59, tzinfo=UTC), 2024),
        (datetime(2024, 12, 31, 16, 0, tzinfo=UTC), 2025),
        (datetime(2025, 12, 31, 15, 59, tzinfo=UTC), 2025),
    ],
)
def test_an_entry_counts_for_the_year_in_which_it_starts_in_the_city(start, year):
    at_midnight = entry(start=(start - MORNING) / timedelta(hours=1), hours=5)
    assert [each for each in (2024, 2025, 2026) if reason(at_midnight, year=each) is None] == [year]


@pytest.mark.parametrize(
    ("others", "why"),
    [
        ({}, None),
        ({"published_in_year": False}, "not_published"),
        ({"original_value": Decimal("199999.99")}, "below_threshold"),
        ({"externally_shared": False}, "not_shared"),
        ({"retired_on": date(2024, 12, 31)}, "retired"),
        ({"retired_on": date(2025, 1, 1)}, None),
    ],
)
def test_the_instrument_must_be_eligible(others, why):
    assert reason(entry(), **others) == why


@pytest.mark.parametrize(
    ("others", "why"),
    [
        ({"confirmed": False}, "unconfirmed"),
        ({"invalidated": True}, "invalidated"),
        ({"external": True, "related": True}, "related"),
        ({"external": False, "related": True}, None),
        ({"purpose": "statutory"}, "statutory"),
        ({"purpose": "commodity_inspection"}, "commodity_inspection"),
        ({"purpose": "medical"}, "medical"),
        ({"purpose": "filming"}, "filming"),
        ({"purpose": "telecom"}, "telecom"),
        ({"external": True, "inside_region": False}, "outside_region"),
        ({"external": False, "inside_region": False}, None),
        ({"by_hand": True, "recorded": 2 + 30 * 24}, None),
        ({"by_hand": True, "recorded": 2 + 30 * 24 + 1}, "late_by_hand"),
        ({"by_hand": False, "recorded": 2 + 30 * 24 + 1}, None),
        # By the end that was entered, whatever a correction made of it.
        ({"by_hand": True, "recorded": 2 + 30 * 24, "logged_end": MORNING + HOUR}, "late_by_hand"),
        ({"by_hand": True, "recorded": 2 + 30 * 24 + 1, "logged_end": MORNING + 3 * HOUR}, None),
    ],
)
def test_exclusions_follow_policy(others, why):
    assert reason(entry(**others)) == why
    if why not in ("unconfirmed", "invalidated"):
        assert reason(entry(**others), EVERYTHING) is None


def test_an_overlap_is_taken_from_the_entry_recorded_later_in_proportion():
    first = entry("LOG-1", 1, start=1, hours=2, recorded=9, amount=Decimal("100.00"))
    second = entry("LOG-2", 2, start=0, hours=3, recorded=10, external=True, amount=Decimal("100.00"))
    decisions = count_entries([second, first], standing(), 2025, STRICT)
    assert [(d.entry.public_id, d.fraction, d.overlaps) for d in decisions] == [
        ("LOG-1", 1, ()),
        ("LOG-2", Fraction(1, 3), ("LOG-1",)),
    ]
    sums = sum_entries(decisions)
    assert (sums.effective_seconds, sums.external_seconds) == (10800, 3600)
    assert (sums.internal_income, sums.external_income) == (100, Fraction(100, 3))


def test_an_entry_wholly_within_earlier_ones_does_not_count():
    first = entry("LOG-1", 1, start=0, hours=3, recorded=9)
    second = entry("LOG-2", 2, start=1, hours=1, recorded=10)
    assert count_entries([first, second], standing(), 2025, STRICT)[1].reason == "overlap"


def test_overlap_keeps_entry_with_lower_number():
    one = entry("LOG-1", 7, recorded=8)
    other = entry("LOG-2", 6, recorded=9)
    decisions = count_entries([one, other], standing(), 2025, STRICT)
    assert [(d.entry.public_id, d.reason) for d in decisions] == [("LOG-2", None), ("LOG-1", "overlap")]


def test_invalidated_and_unconfirmed_entries_take_no_time():
    others = [
        entry("LOG-1", 1, recorded=9, invalidated=True),
        entry("LOG-2", 2, recorded=10, confirmed=False),
    ]
    decisions = count_entries([*others, entry("LOG-3", 3, recorded=11)], standing(), 2025, STRICT)
    assert [d.fraction for d in decisions] == [0, 0, 1]


def test_an_entry_that_the_policy_leaves_out_still_takes_its_time():
    medical = entry("LOG-1", 1, hours=1, recorded=9, purpose="medical")
    other = entry("LOG-2", 2, hours=2, recorded=10)
    assert count_entries([medical, other], standing(), 2025, STRICT)[1].fraction == Fraction(1, 2)


def test_touching_entries_do_not_overlap():
    decisions = count_entries(
        [entry("LOG-1", 1, start=0, hours=2), entry("LOG-2", 2, start=2)], standing(), 2025, STRICT
    )
    assert [d.fraction for d in decisions] == [1, 1]


def test_totals_by_kind_of_user():
    entries = [
        entry("LOG-1", 1, start=0, amount=Decimal(10)),
        entry("LOG-2", 2, start=2, amount=Decimal(20), external=True),
        entry("LOG-3", 3, start=4, amount=Decimal(40), external=True, enterprise=True),
        entry("LOG-4", 4, start=6, amount=Decimal(80), external=True, enterprise=True, sme=True),
        entry("LOG-5", 5, start=8, amount=Decimal(160), invalidated=True),
    ]
    sums = sum_entries(count_entries(entries, standing(), 2025, STRICT))
    assert (sums.internal_income, sums.external_income) == (10, 140)
    assert (sums.enterprise_income, sums.sme_income) == (120, 80)
    assert (sums.effective_seconds, sums.external_seconds, sums.sme_seconds) == (28800, 21600, 7200)
    assert (sums.reported_seconds, sums.invalidated_seconds) == (36000, 7200)


def test_excluded_entries_are_counted_by_reason():
    entries = [
        entry("LOG-1", 1, start=0),
        entry("LOG-2", 2, start=2, purpose="medical"),
        entry("LOG-3", 3, start=4, purpose="medical"),
        entry("LOG-4", 4, start=6, confirmed=False),
    ]
    assert count_exclusions(count_entries(entries, standing(), 2025, STRICT)) == {
        "unconfirmed": (1, 7200),
        "medical": (2, 14400),
    }


@pytest.mark.parametrize(
    ("year", "began", "retired", "days"),
    [
        (2025, date(2020, 5, 1), None, 365),
        (2024, date(2020, 5, 1), None, 366),
        (2025, date(2025, 7, 1), None, 184),
        (2025, date(2025, 12, 31), None, 1),
        (2025, date(2026, 1, 1), None, 0),
        (2025, date(2020, 5, 1), date(2025, 1, 1), 1),
        (2025, date(2020, 5, 1), date(2024, 12, 31), 0),
        (2025, date(2025, 3, 1), date(2025, 3, 31), 31),
    ],
)
def test_days_in_service_are_whole_first_and_last_included(year, began, retired, days):
    assert count_service_days(year, began, retired) == days


LOGS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 12), st.integers(0, 5), st.booleans()), max_size=8
)


@settings(deadline=None)
@given(LOGS, st.randoms())
def test_time_is_counted_once_whatever_the_order(logs, random):
    entries = [
        entry(f"LOG-{n}", n, start=start, hours=hours, recorded=100 + recorded, external=external)
        for n, (start, hours, recorded, external) in enumerate(logs)
    ]
    decisions = count_entries(entries, standing(), 2025, STRICT)
    union = total_length(each.interval for each in entries).total_seconds()
    assert sum_entries(decisions).effective_seconds == union
    random.shuffle(entries)
    assert count_entries(entries, standing(), 2025, STRICT) == decisions
    assert count_entries(entries, standing(), 2025, STRICT) == decisions


def test_an_instrument_without_entries_has_nothing_to_its_account():
    assert sum_entries([]) == Totals()
    assert set(vars(Totals()).values()) == {Fraction(0)}


def test_entry_defaults_to_confirmed_internal_captured_use():
    bare = EntryFacts("LOG-1", "INS-1", 1, MORNING, MORNING, MORNING + timedelta(hours=1))
    seconds = (bare.setup_seconds, bare.measuring_seconds, bare.post_seconds, bare.idle_seconds)
    assert (seconds, bare.effective_seconds, bare.amount) == ((0, 0, 0, 0), 0, 0)
    assert not any((bare.external, bare.related, bare.enterprise, bare.sme, bare.by_hand, bare.invalidated))
    assert bare.confirmed
    assert bare.inside_region


def test_seconds_of_an_interval_are_exact():
    length = timedelta(days=2, seconds=5, microseconds=250_000)
    assert count_seconds(Interval(MORNING, MORNING + length)) == Fraction(2 * 86_400 + 5) + Fraction(1, 4)


@given(
    st.lists(
        st.tuples(st.decimals(0, 10**40, places=2), st.integers(0, 5), st.integers(1, 3), st.booleans()),
        max_size=6,
    )
)
def test_sums_of_income_are_exact_whatever_the_amounts(drawn):
    entries = [
        entry(f"LOG-{n}", n, start=start, hours=hours, amount=amount, external=external)
        for n, (amount, start, hours, external) in enumerate(drawn, start=1)
    ]
    decisions = count_entries(entries, standing(), 2025, STRICT)
    sums = sum_entries(decisions)
    for external, income in ((False, sums.internal_income), (True, sums.external_income)):
        parts = [Fraction(d.entry.amount) * d.fraction for d in decisions if d.entry.external is external]
        assert income == sum(parts, Fraction(0))
