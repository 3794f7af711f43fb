from datetime import timedelta
from decimal import Decimal

from bookings.requests.domain.cancellation import (
    calculate_cost_once_approved,
    calculate_late_cancel_charge,
    calculate_no_show_charge,
    get_cancel_deadline,
)
from tests.bookings.requests.domain.terms import between, hours, local, terms

BOOKED = between("2026-03-02 09:00", "12:00")


def test_cancellation_exactly_at_deadline_is_in_time():
    rule = terms(cancel_deadline=hours(24))
    assert get_cancel_deadline(rule, BOOKED.start) == local("2026-03-01 09:00")


def test_a_late_cancel_costs_its_percentage_of_the_quote():
    assert calculate_late_cancel_charge(Decimal("300.00"), 50, BOOKED) == Decimal("150.00")


def test_late_cancellation_charges_only_unused_part():
    taken = [between("2026-03-02 08:00", "10:00"), between("2026-03-02 09:30", "10:30")]
    assert calculate_late_cancel_charge(Decimal("300.00"), 50, BOOKED, taken) == Decimal("75.00")
    assert calculate_late_cancel_charge(Decimal("300.00"), 50, BOOKED, [BOOKED]) == Decimal("0.00")


def test_charges_are_rounded_half_up():
    assert calculate_late_cancel_charge(Decimal("0.01"), 50, BOOKED) == Decimal("0.01")
    assert calculate_no_show_charge(Decimal("33.33"), 75) == Decimal("25.00")


def test_what_is_approved_exactly_at_the_deadline_costs_nothing_to_cancel_and_a_second_later_it_does():
    rules = {
        1: terms(cancel_deadline=hours(24), late_cancel_percent=50),
        2: terms(cancel_deadline=hours(12), late_cancel_percent=50),
    }
    prices = {1: Decimal("300.00"), 2: Decimal("80.00")}
    deadline = local("2026-03-01 09:00")
    assert calculate_cost_once_approved(rules, prices, BOOKED, deadline) is None
    later = deadline + timedelta(seconds=1)
    assert calculate_cost_once_approved(rules, prices, BOOKED, later) == Decimal("150.00")
    assert calculate_cost_once_approved(rules, prices, BOOKED, deadline + hours(13)) == Decimal("190.00")
