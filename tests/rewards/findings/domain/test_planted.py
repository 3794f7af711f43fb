"""One irregularity of each kind and its near miss; a clean year; one cause, one finding."""

from datetime import timedelta
from decimal import Decimal

import pytest

from rewards.findings.domain.all_checks import run_checks
from rewards.findings.domain.causes import FURTHER, WEIGHT, list_kinds
from rewards.policy.domain.vocabulary import KINDS
from tests.rewards.findings.domain.clean_year import OWNER, RELATED, YEAR, City, at, by_hand, draw_year, use

SECOND, MINUTE, HOUR, DAY = (timedelta(**{u: 1}) for u in ("seconds", "minutes", "hours", "days"))


def found(uses):
    return [each.candidate for each in run_checks(YEAR, City(uses))]


def kinds(uses):
    return [list_kinds(each.kind, each.evidence) for each in found(uses)]


def longer(seconds):
    hours = 24 + seconds / 3600
    return [use(1, at(3, 3), hours)]


def begun(before):
    return [use(1, at(3, 3, 12) - before, 3, booked_starts_at=at(3, 3, 12))]


def ended(after):
    return [use(1, at(3, 3), 3, booked_ends_at=at(3, 3, 12) - after)]


def outside(seconds, hours=12):
    return [use(1, at(3, 3), hours, inside_windows_seconds=hours * 3600 - seconds)]


def overlapping(second):
    return [use(1, at(3, 3)), use(2, at(3, 3, 11) - second)]


def paid(amount, quoted, **changed):
    quote = None if quoted is None else Decimal(quoted)
    return [use(1, at(3, 3), amount_yuan=Decimal(amount), quoted_yuan=quote, **changed)]


def late(after):
    return [use(1, at(3, 3), capture="manual", recorded_at=at(3, 3, 11) + after)]


def bulk(number, recorded, after=5 * DAY):
    return [
        use(n, recorded - after - n * HOUR, 0.5, capture="manual", recorded_at=recorded)
        for n in range(1, number + 1)
    ]


def at_work(days, idle):
    return [
        use(n, at(3, 1) + n * DAY, 2, measuring_seconds=7200 - idle, effective_seconds=7200 - idle)
        for n in range(1, days + 1)
    ]


def with_device(minutes):
    hand = use(2, at(3, 3) + minutes, 2, capture="manual", recorded_at=at(3, 4))
    return [use(1, at(3, 3), 2, capture="device"), hand]


def places(gap):
    return [use(1, at(3, 3)), use(2, at(3, 3, 11) - gap, instrument=3, operator="USR-0")]


PLANTED = {
    "overlap by a second": (overlapping(SECOND), overlapping(0 * SECOND), ["overlap"]),
    "longer than a day": (longer(1), longer(0), ["too_long"]),
    "begun long before the booking": (begun(30 * MINUTE + SECOND), begun(30 * MINUTE), ["too_long"]),
    "begun three hours before it": (begun(3 * HOUR), begun(0 * HOUR), ["too_long"]),
    "past the booking": (ended(30 * MINUTE + SECOND), ended(30 * MINUTE), ["too_long"]),
    "wholly outside the windows": (outside(7200, 2), outside(0, 2), ["outside_windows"]),
    "eleven of twelve hours outside": (outside(11 * 3600), outside(3600), ["outside_windows"]),
    "a second too much outside": (outside(3601), outside(3600), ["outside_windows"]),
    "without a booking": ([by_hand(1, at(3, 3))], [use(1, at(3, 3))], ["no_booking", "amount"]),
    "the owner as an outside user": (
        [use(1, at(3, 3), payer_organization=OWNER.organization)],
        [use(1, at(3, 3), payer_organization=OWNER.organization, external=False)],
        ["self_dealing"],
    ),
    "a related organization not marked": (
        [use(1, at(3, 3), payer_organization=RELATED)],
        [use(1, at(3, 3), payer_organization=RELATED, related=True)],
        ["self_dealing"],
    ),
    "entered late": (late(30 * DAY + SECOND), late(30 * DAY), ["late_by_hand"]),
    "in bulk in the last days": (bulk(20, at(12, 30)), bulk(19, at(12, 30)), ["bulk_at_year_end"]),
    "in bulk before the last days": (bulk(20, at(12, 22)), bulk(20, at(12, 21)), ["bulk_at_year_end"]),
    "in bulk after the year": (
        bulk(20, at(12, 30) + 5 * DAY, 6 * DAY),
        bulk(19, at(12, 30) + 5 * DAY, 6 * DAY),
        ["bulk_at_year_end"],
    ),
    "in bulk well after the use": (
        bulk(20, at(12, 30), 3 * DAY + HOUR),
        bulk(20, at(12, 30), 2 * DAY),
        ["bulk_at_year_end"],
    ),
    "an amount of 0": (paid("0", "600"), paid("0", "0"), ["amount"]),
    "far below the quote": (paid("299.99", "600"), paid("300", "600"), ["amount"]),
    "far above the quote": (paid("900.01", "600"), paid("900", "600"), ["amount"]),
    "an amount without a quote": (
        paid("100000", None),
        paid("0", None, external=False, payer_organization=OWNER.organization),
        ["amount"],
    ),
    "an amount for what was quoted as free": (paid("0.01", "0"), paid("0", "0"), ["amount"]),
    "hours that the user disputes": (
        [use(1, at(3, 3), open_dispute="UDP-1")],
        [use(1, at(3, 3), open_dispute="UDP-1", confirmed=False)],
        ["disputed"],
    ),
    "an operator in two places": (places(SECOND), places(0 * SECOND), ["two_places"]),
    "never idle": (at_work(10, 0), at_work(9, 0), ["never_idle"]),
    "a second idle a day": (at_work(10, 1), at_work(10, 73), ["never_idle"]),
    "idle for a hundredth": (at_work(10, 72), at_work(10, 73), ["never_idle"]),
    "a device that disagrees": (
        with_device(15 * MINUTE + SECOND),
        None,
        ["device_disagrees", "overlap"],
    ),
    "more than the day holds": (
        [
            use(1, at(3, 3, 0), 23.9, measuring_seconds=86_000),
            use(2, at(3, 3, 0), 1, measuring_seconds=3600),
        ],
        None,
        ["above_calendar", "overlap"],
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_planted_irregularity_is_one_finding_and_its_near_miss_none(name):
    planted, near, expected = PLANTED[name]
    assert kinds(planted) == [expected]
    if near is not None:
        assert kinds(near) == []


def test_device_and_full_day_just_inside_are_no_more_than_an_overlap():
    assert kinds(with_device(15 * MINUTE)) == [["overlap"]]
    full = [
        use(1, at(3, 3, 0), 23.9, measuring_seconds=82_800),
        use(2, at(3, 3, 0), 1, measuring_seconds=3600),
    ]
    assert kinds(full) == [["overlap"]]


def test_every_kind_is_planted_and_has_its_weight():
    assert {kind for _, _, expected in PLANTED.values() for kind in expected} == set(KINDS) == set(WEIGHT)


@pytest.mark.parametrize("seed", range(3))
def test_a_clean_year_gives_no_false_alarm(seed):
    rows = draw_year(seed)
    assert len(rows) > 4000
    assert kinds(rows) == []


def test_three_weekend_logs_entered_months_later_are_one_finding():
    logs = [by_hand(n, at(3, 1 + 7 * n), 6, days=118, inside_windows_seconds=0) for n in (1, 2, 3)]
    (finding,) = found(logs)
    assert (finding.kind, finding.entries) == ("late_by_hand", tuple(log.id for log in logs))
    assert list_kinds(finding.kind, finding.evidence) == [
        *("late_by_hand", "outside_windows", "no_booking", "amount")
    ]
    assert all(more["entries"] == 3 for more in finding.evidence[FURTHER])


def test_what_differs_is_another_cause():
    logs = [
        by_hand(1, at(3, 3)),
        by_hand(2, at(3, 4), external=False, amount_yuan=Decimal(0)),
        by_hand(3, at(3, 5), 31),
        use(4, at(4, 1), inside_windows_seconds=0),
        use(5, at(5, 1), inside_windows_seconds=0),
    ]
    assert [(each.kind, each.entries) for each in found(logs)] == [
        ("too_long", (logs[2].id,)),
        ("outside_windows", (logs[3].id,)),
        ("outside_windows", (logs[4].id,)),
        ("no_booking", (logs[0].id, logs[1].id)),
    ]


def test_uses_of_one_related_organization_are_one_finding_that_names_it():
    logs = [use(n, at(3, n), payer_organization=RELATED) for n in (3, 4, 5)]
    own = use(6, at(3, 6), payer_organization=OWNER.organization)
    assert [(each.kind, each.entries) for each in found([*logs, own])] == [
        ("self_dealing", tuple(log.id for log in logs)),
        ("self_dealing", (own.id,)),
    ]
    together, alone = (each.evidence for each in found([*logs, own]))
    assert together == {"entries": 3, "user": RELATED, "owner": OWNER.organization}
    assert (alone["user"], alone["amount"]) == (OWNER.organization, "600.00")


def test_a_log_over_several_others_is_one_finding_with_each_pair():
    logs = [use(1, at(3, 3, 9)), use(2, at(3, 3, 12)), by_hand(3, at(3, 3, 10), 3)]
    (finding,) = found(logs)
    assert list_kinds(finding.kind, finding.evidence) == ["overlap", "no_booking", "amount"]
    assert finding.entries == tuple(log.id for log in logs)
    pairs = [finding.evidence, *finding.evidence[FURTHER]][:2]
    assert [(pair["hours"], pair["taken_from"]) for pair in pairs] == [("1.00", logs[2].id)] * 2


def test_order_of_rows_changes_no_finding():
    logs = [use(1, at(3, 3, 9)), by_hand(2, at(3, 3, 10), 3), by_hand(3, at(4, 3)), by_hand(4, at(4, 4))]
    assert found(logs) == found(logs[::-1])


def test_a_run_without_idle_time_joins_only_a_cause_of_the_very_same_logs():
    always = {"measuring_seconds": 7200, "effective_seconds": 7200}
    unbooked = [by_hand(n, at(3, 1) + n * DAY, **always) for n in range(1, 11)]
    assert kinds(unbooked) == [["never_idle", "no_booking", "amount"]]
    booked = use(11, at(3, 12), 2, **always)
    assert kinds([*unbooked, booked]) == [["never_idle"], ["no_booking", "amount"]]
