"""What a log of use may say, and what a correction of it may change."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from bookings.usage.domain.choices import Capture
from bookings.usage.domain.corrections import find_addition_problems
from bookings.usage.domain.errors import UsageRefused
from bookings.usage.domain.usage import (
    Spent,
    find_by_hand_problems,
    find_correction_problems,
    find_service_problems,
    get_latest_end,
    truncate_to_seconds,
)
from tests.bookings.requests.domain.terms import between, local

USED = between("2026-03-02 09:00", "12:00")
LOG = {
    "starts_at": USED.start,
    "ends_at": USED.end,
    "setup_seconds": 600,
    "measuring_seconds": 9000,
    "post_seconds": 600,
    "idle_seconds": 600,
    "content": "能谱分析",
    "project": "",
    "results": "",
    "samples": 3,
    "amount_yuan": Decimal("300.00"),
}


def corrected(reason="漏记", **changes):
    """The codes of what stands against such a correction, each with its field."""
    found = find_correction_problems(LOG, {**LOG, **changes}, changes, reason)
    return [(problem.code, problem.field) for problem in found]


@pytest.mark.parametrize(
    ("name", "most"), [("content", 200), ("project", 200), ("results", 500), ("reason", 500)]
)
def test_text_length_is_limited(name, most):
    assert corrected(**{"samples": 4, name: "断" * most}) == []
    assert corrected(**{"samples": 4, name: "断" * (most + 1)}) == [("usage.text_too_long", name)]


@pytest.mark.parametrize("samples", [0, 10_000])
def test_samples_are_counted_from_none_to_ten_thousand(samples):
    assert corrected(samples=samples) == []


@pytest.mark.parametrize("samples", [-1, 10_001])
def test_samples_beyond_that_are_refused(samples):
    assert corrected(samples=samples) == [("usage.samples_out_of_range", "samples")]


@pytest.mark.parametrize(
    ("amount", "codes"),
    [
        ("0.00", []),
        ("9999999999.99", []),
        ("10000000000.00", [("usage.amount_out_of_range", "amount_yuan")]),
        ("0.001", [("usage.amount_out_of_range", "amount_yuan")]),
        ("-0.01", [("usage.amount_negative", "amount_yuan")]),
        ("NaN", [("usage.amount_out_of_range", "amount_yuan")]),
    ],
)
def test_an_amount_has_ten_digits_and_is_not_negative(amount, codes):
    assert corrected(amount_yuan=Decimal(amount)) == codes


def test_the_parts_of_a_use_fill_its_time_at_most():
    assert corrected(idle_seconds=599) == []
    assert corrected(measuring_seconds=9001) == [("usage.seconds_exceed_time", None)]
    assert corrected(setup_seconds=0, post_seconds=0) == []
    assert corrected(setup_seconds=-1) == [("usage.seconds_negative", None)]


def test_a_use_ends_after_it_starts_and_stays_in_its_year():
    for end in (USED.start, USED.start - timedelta(hours=1)):
        assert corrected(ends_at=end) == [("usage.ends_before_start", "ends_at")]
    year = {"measuring_seconds": 0, "setup_seconds": 0, "post_seconds": 0, "idle_seconds": 0}
    first, last = local("2026-01-01 00:00"), local("2026-12-31 23:59")
    assert corrected(starts_at=first, ends_at=last, **year) == []
    assert corrected(starts_at=last, ends_at=last + timedelta(hours=1), **year) == []
    before = first - timedelta(minutes=1)
    assert corrected(starts_at=before, ends_at=last, **year) == [("usage.other_year", "starts_at")]
    for after in (local("2027-01-01 00:00"), local("2027-01-02 00:00")):
        assert corrected(starts_at=after, ends_at=after + timedelta(hours=1), **year) == [
            ("usage.other_year", "starts_at")
        ]


def added(now, **changes):
    """The codes of what stands against a correction of `LOG` that is entered now."""
    return [one.code for one in find_addition_problems(LOG, {**LOG, **changes}, now, 92)]


DAY = timedelta(days=1)
LATE = USED.start + timedelta(days=92, seconds=1)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("now", "changes", "codes"),
    [
        (USED.end, {"ends_at": USED.end + HOUR}, ["usage.not_over"]),
        (USED.end + HOUR, {"ends_at": USED.end + HOUR}, []),
        (USED.end, {"starts_at": USED.start + DAY, "ends_at": USED.end + DAY}, ["usage.not_over"]),
        (USED.end, {"starts_at": USED.start - timedelta(days=91)}, []),
        (USED.end, {"starts_at": USED.start - timedelta(days=92)}, ["usage.added_too_late"]),
        (LATE, {"starts_at": USED.start + HOUR, "ends_at": USED.end - HOUR}, []),
        (LATE, {"starts_at": USED.start - HOUR}, ["usage.added_too_late"]),
        (LATE - timedelta(seconds=1), {"measuring_seconds": 9600}, []),
        (LATE, {"measuring_seconds": 9001}, ["usage.added_too_late"]),
        (LATE, {"setup_seconds": 0, "measuring_seconds": 9600}, []),
        (LATE, {"amount_yuan": Decimal(400), "samples": 4}, []),
    ],
)
def test_correction_adds_no_time_that_is_ahead_or_can_no_longer_be_entered(now, changes, codes):
    assert added(now, **changes) == codes


def test_hours_by_hand_are_over_and_not_older_than_the_limit():
    def codes(now):
        return [(one.code, one.field, one.params) for one in find_by_hand_problems(USED, now, 92)]

    assert codes(USED.end) == []
    assert codes(USED.end - timedelta(seconds=1)) == [("usage.not_over", "ends_at", {})]
    assert codes(USED.start + timedelta(days=92)) == []
    assert codes(USED.start + timedelta(days=92, seconds=1)) == [("usage.too_old", "starts_at", {"days": 92})]


def test_measuring_time_is_remainder_of_other_parts():
    assert Spent.from_interval(USED) == Spent(0, 10_800, 0, 0)
    assert Spent.from_interval(USED, setup_seconds=600, post_seconds=300, idle_seconds=60) == Spent(
        600, 9840, 300, 60
    )
    assert Spent.from_interval(USED, idle_seconds=20_000) == Spent(0, 0, 0, 20_000)
    assert Spent.from_interval(USED, measuring_seconds=0, idle_seconds=5) == Spent(0, 0, 0, 5)
    assert Spent(600, 9000, 300, 900).to_fields() == {
        "setup_seconds": 600,
        "measuring_seconds": 9000,
        "post_seconds": 300,
        "idle_seconds": 900,
        "effective_seconds": 9900,
    }
    assert Spent(600, 9000, 300, 900).effective == timedelta(seconds=9900)


def test_parts_exceeding_time_are_refused():
    Spent(0, 10_800, 0, 0).require_fit(USED)
    with pytest.raises(UsageRefused) as refused:
        Spent(0, 10_800, 0, 1).require_fit(USED)
    assert [one.code for one in refused.value.problems] == ["usage.seconds_exceed_time"]


def test_instants_are_truncated_to_whole_seconds():
    assert truncate_to_seconds(USED.start + timedelta(microseconds=999_999)) == USED.start


def test_manual_and_imported_logs_are_by_hand():
    assert [capture.value for capture in Capture if capture.is_by_hand] == ["manual", "import"]


def test_a_check_out_may_record_its_end_until_now_as_long_as_it_could_be_entered_by_hand():
    checked_in_at, booked_end = USED.start, USED.end
    last = booked_end + timedelta(days=92)
    assert get_latest_end(checked_in_at, booked_end, last, 92) == last
    assert get_latest_end(checked_in_at, booked_end, last + timedelta(seconds=1), 92) == booked_end


@pytest.mark.parametrize(
    ("first", "last", "codes"),
    [
        (date(2026, 3, 2), date(2026, 3, 2), []),
        (date(2026, 3, 3), None, ["usage.before_service"]),
        (date(2026, 3, 1), date(2026, 3, 1), ["usage.after_service"]),
        (None, None, ["usage.not_published"]),
    ],
)
def test_a_use_lies_within_the_days_of_service_both_included_until_midnight(first, last, codes):
    whole_day = between("2026-03-02 00:00", "2026-03-03 00:00")
    assert [one.code for one in find_service_problems(whole_day, first, last)] == codes
