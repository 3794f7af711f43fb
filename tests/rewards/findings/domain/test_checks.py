"""Checks on the log: what each finds, and what it leaves alone."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from rewards.findings.domain.checks import (
    CHECK_FIGURES,
    Thresholds,
    check_amount,
    check_booking,
    check_bulk_at_year_end,
    check_daily_total,
    check_device,
    check_late_entries,
    check_length,
    check_never_idle,
    check_overlap,
    check_self_dealing,
    check_two_places,
    check_windows,
)
from rewards.policy.domain.vocabulary import KINDS
from tests.rewards.assessment.domain.make import MORNING, entry


def found(candidates):
    return [candidate.entries for candidate in candidates]


def test_overlap_names_the_pair_and_from_which_it_is_taken():
    first = entry("LOG-1", 1, start=0, hours=2, recorded=9)
    second = entry("LOG-2", 2, start=1.5, hours=2, recorded=10)
    third = entry("LOG-3", 3, start=3.5, hours=1, recorded=8)
    (candidate,) = check_overlap([third, second, first])
    assert (candidate.kind, candidate.entries) == ("overlap", ("LOG-1", "LOG-2"))
    assert candidate.evidence == {
        "start": "2025-03-03T10:30:00+08:00",
        "end": "2025-03-03T11:00:00+08:00",
        "hours": "0.50",
        "taken_from": "LOG-2",
    }


def test_too_long_is_more_than_a_day_or_than_the_booking_with_its_grace():
    until = MORNING + timedelta(hours=2)
    entries = [
        entry("LOG-1", hours=24),
        entry("LOG-2", hours=24.5),
        entry("LOG-3", hours=2, booked_until=until),
        entry("LOG-4", hours=2.5, booked_until=until),
    ]
    assert found(check_length(entries)) == [("LOG-2",), ("LOG-4",)]


def test_outside_every_open_window():
    entries = [
        entry("LOG-1"),
        entry("LOG-2", hours=0.5, outside_seconds=1800),
        entry("LOG-3", hours=0.5, outside_seconds=1799),
        entry("LOG-4", hours=12, outside_seconds=3600),
        entry("LOG-5", hours=12, outside_seconds=3601),
    ]
    assert found(check_windows(entries)) == [("LOG-2",), ("LOG-5",)]


def test_without_a_booking():
    assert found(check_booking([entry("LOG-1"), entry("LOG-2", booking="")])) == [("LOG-2",)]


def test_self_dealing_finds_internal_use_marked_external():
    entries = [
        entry("LOG-1", external=True),
        entry("LOG-2", external=True, user_organization="OWNER"),
        entry("LOG-3", external=False, user_organization="OWNER"),
        entry("LOG-4", external=True, user_organization="SISTER"),
        entry("LOG-5", external=True, user_organization="SISTER", related=True),
    ]
    assert found(check_self_dealing(entries, {"SISTER"})) == [("LOG-2",), ("LOG-4",)]


def test_entered_by_hand_late():
    entries = [
        entry("LOG-1", by_hand=True, recorded=2 + 30 * 24),
        entry("LOG-2", by_hand=True, recorded=2 + 31 * 24),
        entry("LOG-3", by_hand=False, recorded=2 + 31 * 24),
    ]
    assert found(check_late_entries(entries)) == [("LOG-2",)]


def test_in_bulk_in_the_last_days_of_the_year():
    last_days = (datetime(2025, 12, 22, 1, tzinfo=UTC) - MORNING) / timedelta(hours=1)
    bulk = [entry(f"LOG-{n:02}", by_hand=True, recorded=last_days) for n in range(19)]
    corrected = {"hours": last_days, "logged_end": MORNING + timedelta(hours=2)}
    bulk.append(entry("LOG-19", by_hand=True, recorded=last_days, **corrected))
    earlier = [entry("LOG-90", by_hand=True, recorded=last_days - 24)]
    (candidate,) = check_bulk_at_year_end([*bulk, *earlier], 2025)
    assert candidate.entries == tuple(f"LOG-{n:02}" for n in range(20))
    assert check_bulk_at_year_end(bulk[1:] + earlier, 2025) == []


def test_amount_of_zero_or_far_from_the_quote():
    quoted = Decimal("600.00")
    entries = [
        entry("LOG-1", quoted=quoted),
        entry("LOG-2", quoted=quoted, amount=Decimal("300.00")),
        entry("LOG-3", quoted=quoted, amount=Decimal("299.99")),
        entry("LOG-4", quoted=quoted, amount=Decimal("900.01")),
        entry("LOG-5", external=True, amount=Decimal(0)),
        entry("LOG-6", external=True, amount=Decimal(0), quoted=Decimal(0)),
        entry("LOG-7", external=False, amount=Decimal(0)),
    ]
    assert found(check_amount(entries)) == [("LOG-3",), ("LOG-4",), ("LOG-5",)]


def test_one_operator_in_two_places_at_once():
    here = {"operator": "P", "place": "A101"}
    entries = [
        entry("LOG-1", 1, instrument="INS-1", **here),
        entry("LOG-2", 2, instrument="INS-2", start=1, recorded=5, operator="P", place="B202"),
        entry("LOG-3", 3, instrument="INS-3", start=1, recorded=6, operator="Q", place="C303"),
        entry("LOG-4", 4, instrument="INS-4", start=1.5, hours=0.25, recorded=7, **here),
    ]
    assert found(check_two_places(entries)) == [("LOG-1", "LOG-2"), ("LOG-2", "LOG-4")]


def test_effective_from_start_to_end_day_after_day():
    always = [entry(f"LOG-{n:02}", n, start=24 * n) for n in range(10)]
    (candidate,) = check_never_idle(always)
    assert candidate.evidence == {"days": 10, "from": "2025-03-03", "to": "2025-03-12"}
    rested = [*always[:5], entry("LOG-90", 90, start=24 * 5, measuring_seconds=7000), *always[6:]]
    assert check_never_idle(rested) == []


def test_more_hours_than_the_day_holds():
    entries = [
        entry("LOG-1", 1, start=-9, hours=23),
        entry("LOG-2", 2, start=10, hours=2),
        entry("LOG-3", 3, start=20, hours=2),
        entry("LOG-4", 4, start=39, hours=24),
    ]
    (candidate,) = check_daily_total(entries)
    assert candidate.entries == ("LOG-1", "LOG-2")
    assert candidate.evidence == {"day": "2025-03-03", "hours": "25.00", "holds": "24.00"}


def test_a_device_that_disagrees_with_an_entry_by_hand():
    device = [entry("LOG-1", 1, hours=2)]
    by_hand = [
        entry("LOG-2", 2, hours=2.25),
        entry("LOG-3", 3, hours=2.5),
        entry("LOG-4", 4, start=2, hours=5),
    ]
    assert found(check_device(by_hand, device)) == [("LOG-1", "LOG-3")]


def test_words_of_checks_state_their_thresholds():
    words = {kind: message.format(**CHECK_FIGURES) for kind, message in KINDS.items()}
    assert words["too_long"] == "Longer than 24 hours, or beyond the booking with its grace"


def test_thresholds_have_expected_defaults():
    assert Thresholds() == Thresholds(
        longest=timedelta(hours=24),
        late_days=30,
        amount_ratio=Decimal("0.5"),
        bulk_days=10,
        bulk_entries=20,
        bulk_delay=timedelta(days=3),
        outside_windows=timedelta(hours=1),
        idle_part=Decimal("0.01"),
        never_idle_days=10,
        device_seconds=900,
    )


def test_more_than_ten_days_without_idle_time_are_one_run():
    days = [entry(f"LOG-{n:02}", n, start=24 * n) for n in range(12)]
    (candidate,) = check_never_idle(days)
    assert candidate.evidence == {"days": 12, "from": "2025-03-03", "to": "2025-03-14"}
    assert candidate.entries == tuple(f"LOG-{n:02}" for n in range(12))
    assert check_never_idle(days[:9]) == []
    idle = entry("LOG-90", 90, start=24 * 3 + 4, measuring_seconds=7000)
    assert check_never_idle([*days, idle]) == []


def test_a_device_disagrees_by_begin_or_end_and_only_with_what_it_overlaps():
    device = [entry("LOG-1", 1, start=1, hours=2)]

    def disagrees(start, hours):
        return check_device([entry("LOG-2", 2, start=start, hours=hours)], device) != []

    assert not disagrees(1 - 0.25, 2.5)
    assert disagrees(1 - 0.26, 2.26)
    assert disagrees(1, 2.26)
    assert not disagrees(3, 5)


def test_evidence_describes_long_and_late_entries():
    until = MORNING + timedelta(hours=1)
    (long,) = check_length([entry(booked_until=until)])
    assert (long.kind, long.evidence) == (
        "too_long",
        {
            "start": "2025-03-03T09:00:00+08:00",
            "end": "2025-03-03T11:00:00+08:00",
            "hours": "2.00",
            "booked_until": "2025-03-03T10:00:00+08:00",
        },
    )
    (unbooked,) = check_length([entry(hours=25)])
    assert unbooked.evidence["booked_until"] is None
    (late,) = check_late_entries([entry(by_hand=True, recorded=2 + 31 * 24)])
    assert late.evidence["limit_days"] == 30


def test_entries_from_the_last_ten_days_on_are_in_bulk():
    def recorded(day):
        at = (datetime(*day, 1, tzinfo=UTC) - MORNING) / timedelta(hours=1)
        bulk = [entry(f"LOG-{n:02}", by_hand=True, recorded=at) for n in range(20)]
        return [one.evidence for one in check_bulk_at_year_end(bulk, 2025)]

    assert recorded((2025, 12, 31)) == [{"entries": 20, "from": "2025-12-22"}]
    assert recorded((2025, 12, 21)) == []
    assert recorded((2026, 1, 3)) == [{"entries": 20, "from": "2025-12-22"}]


def test_a_day_is_full_at_24_hours():
    day = [entry("LOG-1", 1, start=-9, hours=12), entry("LOG-2", 2, start=-9, hours=12)]
    assert check_daily_total(day) == []
    (candidate,) = check_daily_total([*day, entry("LOG-3", 3, start=14, hours=2, measuring_seconds=7200)])
    assert (candidate.evidence["day"], candidate.evidence["hours"]) == ("2025-03-03", "25.00")


def test_a_night_counts_for_both_of_its_days():
    nights = [entry(f"LOG-{n}", n, start=11, hours=8) for n in range(7)]
    first, second = check_daily_total(nights)
    assert (first.evidence["day"], first.evidence["hours"]) == ("2025-03-03", "28.00")
    assert (second.evidence["day"], second.evidence["hours"]) == ("2025-03-04", "28.00")
