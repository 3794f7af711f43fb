"""What is offered is admitted, and what is admitted is offered."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.requests.domain.admission import Request, Requester, Situation, find_problems
from bookings.requests.domain.availability import ClosedTime, ceil_to_step
from bookings.requests.domain.offers import (
    InstrumentTime,
    Offer,
    Version,
    find_first_offer,
    find_offers,
    find_starts,
    group_offers,
    merge_offers,
)
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval
from providers.terms.domain.choices import QuotaHolder, QuotaSpan, ServiceMode, UserKind
from providers.terms.domain.terms import Quota
from tests.bookings.requests.domain.terms import between, hours, local, terms

MINUTE = timedelta(minutes=1)
NOW = local("2026-03-02 08:00")
DAY = Interval(local("2026-03-02 00:00"), local("2026-03-03 00:00"))


def offers(rule, *, windows, closures=(), holds=(), interval=DAY, now=NOW, counted=None):
    time = InstrumentTime([Version(rule, DAY.start)], windows, closures, holds, counted or {})
    return find_offers([time], interval, now)


def starts(found):
    return [f"{offer.start.astimezone(CITY_TIME):%H:%M}" for offer in found]


def test_starts_lie_after_the_lead_time_and_leave_the_turnaround_before_the_next_hold():
    rule = terms(step=hours(1), min_length=hours(1), lead=hours(2), turnaround=timedelta(minutes=30))
    found = offers(
        rule, windows=[between("2026-03-02 09:00", "18:00")], holds=[between("2026-03-02 14:00", "16:30")]
    )
    assert starts(found) == ["10:00", "11:00", "12:00", "17:00"]
    assert [f"{one.last_end.astimezone(CITY_TIME):%H:%M}" for one in found] == [
        "13:00",
        "13:00",
        "13:00",
        "18:00",
    ]


def test_a_closure_the_shortest_booking_and_the_horizon_limit_what_is_offered():
    rule = terms(step=hours(1), min_length=hours(2), horizon=hours(9))
    found = offers(
        rule,
        windows=[between("2026-03-02 09:00", "20:00")],
        closures=[between("2026-03-02 12:00", "13:00")],
    )
    assert [(one.start, one.first_end, one.last_end) for one in found] == [
        tuple(local(f"2026-03-02 {hour:02}:00") for hour in (start, first, last))
        for start, first, last in ((9, 11, 12), (10, 12, 12), (13, 15, 17), (14, 16, 17), (15, 17, 17))
    ]


def test_the_longest_booking_limits_the_end():
    found = offers(terms(max_length=hours(2)), windows=[between("2026-03-02 09:00", "18:00")])
    assert (found[0].last_end - found[0].start, found[-1].last_end) == (hours(2), local("2026-03-02 18:00"))


def test_a_booking_may_end_on_another_day_but_not_between():
    rule = terms(may_span_gaps=True, max_length=hours(48), min_length=hours(1), step=hours(1))
    found = offers(
        rule,
        windows=[between("2026-03-02 09:00", "11:00"), between("2026-03-03 09:00", "11:00")],
    )
    ten = local("2026-03-02 10:00")
    assert [offer for offer in found if offer.start == ten] == [
        Offer(ten, local("2026-03-02 11:00"), local("2026-03-02 11:00"), hours(1)),
        Offer(ten, local("2026-03-03 10:00"), local("2026-03-03 11:00"), hours(1)),
    ]


def test_each_start_follows_rule_version_in_force():
    old, new = terms(step=hours(1), min_length=hours(1)), terms(step=hours(2), min_length=hours(2))
    noon = local("2026-03-02 12:00")
    time = InstrumentTime(
        [Version(old, DAY.start, noon), Version(new, noon)], [between("2026-03-02 09:00", "18:00")]
    )
    assert starts(find_offers([time], DAY, NOW)) == ["09:00", "10:00", "11:00", "12:00", "14:00", "16:00"]


def test_linked_instruments_are_offered_where_both_admit():
    one = InstrumentTime([Version(terms(step=hours(1)), DAY.start)], [between("2026-03-02 09:00", "13:00")])
    other = InstrumentTime(
        [Version(terms(step=timedelta(minutes=90)), DAY.start)], [between("2026-03-02 06:00", "18:00")]
    )
    assert find_offers([one, other], DAY, NOW) == [
        Offer(local("2026-03-02 09:00"), local("2026-03-02 12:00"), local("2026-03-02 12:00"), hours(3))
    ]


def test_a_quota_that_is_used_up_leaves_nothing_that_day():
    rule = terms(quotas=(Quota(QuotaHolder.USER, QuotaSpan.DAY, hours(3)),))
    windows = [between("2026-03-02 09:00", "12:00"), between("2026-03-03 09:00", "12:00")]
    taken = {QuotaHolder.USER: [between("2026-03-02 13:00", "16:00")]}
    both = Interval(DAY.start, DAY.end + timedelta(days=1))
    found = offers(rule, windows=windows, counted=taken, interval=both)
    assert merge_offers(found) == [between("2026-03-03 09:00", "12:00")]


def test_the_first_offer_is_found_days_ahead():
    time = InstrumentTime([Version(terms(), DAY.start)], [between("2026-03-05 09:00", "12:00")])
    week = Interval(DAY.start, DAY.start + timedelta(days=7))
    assert find_first_offer([time], week, NOW).start == local("2026-03-05 09:00")
    assert find_first_offer([time], DAY, NOW) is None


@pytest.mark.parametrize(("hours_long", "first"), [(2, "2026-03-02 09:00"), (3, "2026-03-03 09:00")])
@pytest.mark.parametrize("instruments", [1, 2])
def test_the_first_start_of_a_length_passes_over_shorter_free_time(hours_long, first, instruments):
    windows = [between("2026-03-02 09:00", "11:00"), between("2026-03-03 09:00", "18:00")]
    together = instruments * [InstrumentTime([Version(terms(), DAY.start)], windows)]
    week = Interval(DAY.start, DAY.start + timedelta(days=7))
    assert next(find_starts(together, week, hours(hours_long), NOW)) == local(first)


@pytest.mark.parametrize(("asked", "nearest"), [(0.5, 2), (3, 3), (3.25, 3), (9, 4)])
def test_an_offer_names_the_time_that_is_nearest_to_a_length(asked, nearest):
    start = local("2026-03-02 09:00")
    offer = Offer(start, start + hours(2), start + hours(4), timedelta(minutes=30))
    assert offer.get_nearest(hours(asked)) == Interval(start, start + hours(nearest))


# --- The property -----------------------------------------------------------------------------------------

lengths = st.sampled_from([30, 30, 60, 90, 120, 240]).map(lambda count: count * MINUTE)


def intervals(starts, quarters):
    """Return intervals within two days, that last so many quarters of an hour."""
    return st.tuples(starts, quarters).map(
        lambda pair: Interval(
            DAY.start + pair[0] * 15 * MINUTE, DAY.start + (pair[0] + pair[1]) * 15 * MINUTE
        )
    )


open_times = st.lists(
    intervals(st.integers(0, 60).map(lambda hours: 2 * hours), st.integers(24, 96)), min_size=1, max_size=3
)
obstacles = st.lists(intervals(st.integers(16, 8 * 20), st.integers(1, 12)), max_size=2)
REQUESTS = [
    Interval(start, start + length * 30 * MINUTE)
    for start in (DAY.start + count * 30 * MINUTE for count in range(14, 48))
    for length in (1, 2, 4, 8, 16)
]
"""Starts of the day with lengths, of which some are admitted."""
quotas = st.builds(
    Quota,
    st.sampled_from(list(QuotaHolder)),
    st.sampled_from(list(QuotaSpan)),
    st.none() | st.integers(1, 12).map(lambda count: count * 30 * MINUTE),
    st.none() | st.integers(1, 3),
)
rules = st.builds(
    terms,
    step=st.sampled_from([15, 30, 30, 60, 60, 420]).map(lambda count: count * MINUTE),
    min_length=lengths,
    max_length=st.sampled_from([60, 240, 600, 600, 2880]).map(lambda count: count * MINUTE),
    lead=st.sampled_from([0, 45, 45, 360]).map(lambda count: count * MINUTE),
    horizon=st.sampled_from([8, 20, 60]).map(hours),
    turnaround=st.sampled_from([0, 15, 40]).map(lambda count: count * MINUTE),
    may_span_gaps=st.booleans(),
    quotas=st.lists(quotas, max_size=1).map(tuple),
)
sides = st.tuples(rules, open_times, obstacles, obstacles, obstacles, obstacles)


def problems(side, interval):
    rule, windows, closures, holds, own, of_organization = side
    return find_problems(
        rule,
        request=Request(interval, ServiceMode.SELF_OPERATED, "二氧化钛薄膜"),
        requester=Requester(UserKind.OUTSIDE, bookings=own, organization_bookings=of_organization),
        situation=Situation(True, windows, [ClosedTime(one, "更换灯丝") for one in closures], holds),
        now=NOW,
    )


def time_of(side):
    rule, windows, closures, holds, own, of_organization = side
    counted = {QuotaHolder.USER: own, QuotaHolder.ORGANIZATION: of_organization}
    return InstrumentTime([Version(rule, DAY.start)], windows, closures, holds, counted)


def test_offers_are_grouped_into_few_runs():
    found = offers(terms(max_length=hours(4)), windows=[between("2026-03-02 09:00", "20:00")])
    assert [
        (run.first_start, run.last_start, run.longest, run.latest_end) for run in group_offers(found)
    ] == [
        (local("2026-03-02 09:00"), local("2026-03-02 16:00"), hours(4), local("2026-03-02 20:00")),
        (local("2026-03-02 16:30"), local("2026-03-02 19:30"), None, local("2026-03-02 20:00")),
    ]


def expand(run):
    """The offers of a run, as a page reads them."""
    start = run.first_start
    while start <= run.last_start:
        longest = run.latest_end if run.longest is None else min(start + run.longest, run.latest_end)
        yield Offer(start, start + run.shortest, longest, run.step)
        start = ceil_to_step(start + timedelta.resolution, run.step)


@given(st.lists(sides, min_size=1, max_size=2))
def test_grouped_runs_equal_individual_offers(together):
    found = find_offers([time_of(side) for side in together], DAY, NOW)
    assert [one for run in group_offers(found) for one in expand(run)] == found


@given(st.lists(sides, min_size=1, max_size=2))
def test_offers_equal_admitted_requests(together):
    found = find_offers([time_of(side) for side in together], DAY, NOW)
    for offer in found:
        for end in {offer.first_end, offer.last_end}:
            assert not any(problems(side, Interval(offer.start, end)) for side in together)
    near = [
        Interval(offer.start, end)
        for offer in found
        for end in (offer.first_end - offer.step, offer.last_end + offer.step, offer.last_end + 15 * MINUTE)
        if end > offer.start
    ]
    for interval in [*REQUESTS, *near]:
        if not DAY.start <= interval.start < DAY.end:
            continue
        admitted = not any(problems(side, interval) for side in together)
        assert any(offer.admits(interval) for offer in found) == admitted
