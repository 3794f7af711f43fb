"""A new or withdrawn version of a rule, and the bookings that it leaves outside opening hours."""

from datetime import date, time, timedelta
from decimal import Decimal

import pytest

from bookings.requests.domain.errors import BookingRefused, RuleHitsBookings
from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking, NextFree
from bookings.requests.selectors.offers import get_free_intervals
from bookings.requests.selectors.rule_effects import find_free_starts, get_publication
from bookings.requests.services.notifications import (
    CANCELLED_WITHOUT_CHARGE,
    KEPT_OUTSIDE_HOURS,
    MOVED_BY_UNIT,
)
from bookings.requests.services.rules import rule_withdraw
from instrument_share.journal import selectors as journal
from instrument_share.kernel.errors import Forbidden, ReasonMissing
from instrument_share.kernel.interval import Interval
from providers.terms.domain.choices import HolidayTreatment, UserKind
from providers.terms.domain.terms import OpeningPattern, Price
from providers.terms.models import ListedPrice, OpenServiceRule, OpenWindow
from providers.terms.selectors.rules import is_rule_used, terms_at
from providers.terms.services.rules import RuleHasBegun, RuleWithdrawn
from tests import factories
from tests.bookings.projects.things import add_project
from tests.bookings.requests.booking import book, codes
from tests.bookings.requests.rules import hours, put_in_force
from tests.factories import NOW, slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    """Open every day from 08:00 to 20:00."""
    made = factories.city()
    put_in_force(made, hours())
    return made


def late(city, day, **changes):
    """A booking from 17:00 to 19:00."""
    return book(city, slot(day=day, hour=17), **changes)


def told(user):
    return [one.message for one in journal.notifications(user)]


def actions(subject):
    return [entry.action for entry in journal.history(subject)]


def withdraw(city, rule, now=NOW, actor=None, **facts):
    return rule_withdraw(actor=actor or city.manager, rule_id=rule.pk, reason="时间有误", now=now, **facts)


def refused(act):
    with pytest.raises(RuleHitsBookings) as error:
        act()
    return [(one.code, one.subject) for one in error.value.problems]


def test_publishing_asks_for_each_booking_that_starts_outside_the_new_hours(city):
    book(city, slot(day=4, hour=9))
    late(city, 1)
    outside = [late(city, 2), late(city, 5)]
    assert refused(lambda: put_in_force(city, hours(closes=18), day=2)) == [
        ("rule.booking_without_outcome", booking.public_id) for booking in outside
    ]
    assert OpenServiceRule.objects.filter(instrument=city.instrument).count() == 2
    assert told(city.researcher) == []


def test_publishing_asks_for_a_booking_that_begins_before_the_version_and_ends_outside_it(city):
    book(city, slot(day=1, hour=8, length=6))
    cut = book(city, slot(day=2, hour=8, length=6))
    assert refused(lambda: put_in_force(city, hours(closes=12), day=2, hour=10)) == [
        ("rule.booking_without_outcome", cut.public_id)
    ]
    assert put_in_force(city, hours(closes=14), day=2, hour=10).version == 3


def test_booking_that_is_kept_stands_and_its_user_and_keepers_are_told(city):
    booking = late(city, 2)
    put_in_force(city, hours(closes=18, price=130), day=2, outcomes={booking.public_id: "keep"})
    before = (booking.starts_at, booking.ends_at, booking.rule_id, booking.quoted_yuan, booking.state)
    booking.refresh_from_db()
    after = (booking.starts_at, booking.ends_at, booking.rule_id, booking.quoted_yuan, booking.state)
    assert after == before
    assert told(city.researcher) == [KEPT_OUTSIDE_HOURS]
    assert told(city.keeper).count(KEPT_OUTSIDE_HOURS) == 1
    assert actions(booking)[-1] == "booking.kept"


def test_booking_is_cancelled_without_charge_for_a_reason(city):
    booking = late(city, 2)
    outcomes = {booking.public_id: "cancel"}
    with pytest.raises(ReasonMissing):
        put_in_force(city, hours(closes=18), day=2, outcomes=outcomes)
    put_in_force(city, hours(closes=18), day=2, outcomes=outcomes, reason="人员调整")
    booking.refresh_from_db()
    assert (booking.state, booking.charged_yuan, booking.decision_note) == (
        BookingState.CANCELLED,
        None,
        "人员调整",
    )
    assert told(city.researcher) == [CANCELLED_WITHOUT_CHARGE]


def test_booking_is_moved_by_the_new_version(city):
    booking = late(city, 2)
    to = slot(day=3, hour=9)
    rule = put_in_force(city, hours(closes=18, price=130), day=2, outcomes={booking.public_id: to})
    booking.refresh_from_db()
    assert (booking.starts_at, booking.rule_id, booking.quoted_yuan) == (to.start, rule.pk, Decimal(260))
    assert told(city.researcher) == [MOVED_BY_UNIT]


def test_move_outside_the_new_hours_publishes_nothing(city):
    booking = late(city, 2)
    with pytest.raises(BookingRefused) as error:
        put_in_force(city, hours(closes=18), day=2, outcomes={booking.public_id: slot(day=3, hour=17)})
    assert codes(error) == ["booking.outside_windows"]
    assert OpenServiceRule.objects.filter(instrument=city.instrument).count() == 2
    assert OpenWindow.objects.filter(ends_at=slot(day=3, hour=18).start).count() == 0


def test_booking_that_an_earlier_version_left_outside_is_not_asked_about_again(city):
    booking = late(city, 4)
    put_in_force(city, hours(closes=18), day=2, outcomes={booking.public_id: "keep"})
    assert put_in_force(city, hours(closes=18, price=90), day=3).version == 4


def test_booking_beyond_the_new_horizon_is_judged_by_the_hours(city):
    far = book(city, slot(day=20, hour=17))
    assert put_in_force(city, hours(horizon=timedelta(days=7)), day=1).version == 3
    assert refused(lambda: put_in_force(city, hours(closes=18, horizon=timedelta(days=7)), day=2)) == [
        ("rule.booking_without_outcome", far.public_id)
    ]


def test_booking_in_a_year_without_public_holidays_is_not_outside(city):
    put_in_force(city, hours(horizon=timedelta(days=365)), day=1)
    far = book(city, slot(day=360, hour=9))
    assert far.starts_at.year == 2027
    workdays = (OpeningPattern(time(8), time(20), date(2026, 3, 2)),)
    following = hours(patterns=workdays, holidays=HolidayTreatment.CLOSED_AND_SHIFTED)
    assert put_in_force(city, following, day=2).version == 4


def test_free_starts_after_the_change_do_not_overlap(city):
    first, second = late(city, 2), late(city, 3)
    book(city, slot(day=4, hour=8, length=3))
    change = get_publication(city.instrument.pk, hours(9, 12), slot(day=2, hour=8).start)
    found = find_free_starts(city.instrument, change, [first, second], NOW)
    assert found == {
        first.public_id: slot(day=3, hour=9).start,
        second.public_id: slot(day=5, hour=9).start,
    }


def test_no_time_is_proposed_to_whom_the_new_version_does_not_admit(city):
    inside, outside = late(city, 2, actor=factories.member(city.owner), payer=False), late(city, 3)
    draft = hours(closes=18, user_kinds=frozenset({UserKind.INSIDE}))
    change = get_publication(city.instrument.pk, draft, NOW)
    assert list(find_free_starts(city.instrument, change, [inside, outside], NOW)) == [inside.public_id]


def of_project(city, *days, budget):
    project = add_project(city, budget)
    return [late(city, day, organization_project_id=project.pk) for day in days]


def propose(city, draft, bookings):
    change = get_publication(city.instrument.pk, draft, slot(day=2, hour=8).start)
    return find_free_starts(city.instrument, change, bookings, NOW)


def test_times_proposed_for_several_bookings_of_a_project_are_paid_for_by_it_together(city):
    """The second goes to before the change, where it costs what it did."""
    dearer = hours(closes=18, price=130)
    first, second = of_project(city, 2, 3, budget=470)
    assert propose(city, dearer, [second]) == {second.public_id: slot(day=4, hour=8).start}
    found = propose(city, dearer, [first, second])
    assert found == {first.public_id: slot(day=3, hour=8).start, second.public_id: NOW}
    outcomes = {key: Interval(start, start + timedelta(hours=2)) for key, start in found.items()}
    put_in_force(city, dearer, day=2, outcomes=outcomes)


def test_proposed_time_is_granted_where_the_booking_that_would_get_cheaper_is_kept(city):
    """Both cost 200; two hours will cost 100 in the morning and 300 in the afternoon."""
    afternoon = Price(Decimal(150), from_time=time(12), until_time=time(18))
    draft = hours(closes=18, prices=(Price(Decimal(50)), afternoon))
    first, second = of_project(city, 2, 3, budget=400)
    book(city, slot(day=4, hour=8, length=4), payer=False)
    assert propose(city, draft, [first, second]) == {
        first.public_id: slot(day=3, hour=8).start,
        second.public_id: slot(day=5, hour=8).start,
    }


def test_time_that_the_budget_covers_is_proposed_where_the_first_free_one_costs_more(city):
    dear = Price(Decimal(200), from_time=time(8), until_time=time(12))
    draft = hours(closes=18, prices=(Price(Decimal(100)), dear))
    (booking,) = of_project(city, 2, budget=200)
    assert propose(city, draft, [booking]) == {booking.public_id: slot(day=3, hour=12).start}


def test_withdrawn_version_gives_its_time_back_to_the_one_before(city):
    windows = set(OpenWindow.objects.values_list("starts_at", "ends_at"))
    rule = put_in_force(city, hours(9, 12, price=130), day=2)
    assert set(OpenWindow.objects.values_list("starts_at", "ends_at")) != windows
    withdrawn = withdraw(city, rule)
    assert (withdrawn.withdrawn_at, withdrawn.withdrawn_by) == (NOW, city.manager)
    assert set(OpenWindow.objects.values_list("starts_at", "ends_at")) == windows
    assert terms_at(city.instrument.pk, slot(day=3).start).version == 2
    assert not ListedPrice.objects.filter(rule=rule).exists()
    assert get_free_intervals(city.researcher, city.instrument, slot(day=3, hour=8, length=12), NOW) == [
        slot(day=3, hour=8, length=12)
    ]
    entry = journal.history(withdrawn).last()
    assert entry.action == "rule.withdrawn"
    assert entry.details["reason"] == "时间有误"
    assert put_in_force(city, hours(closes=18), day=4).version == 4


def test_withdrawn_version_never_judges_a_request(city):
    rule = put_in_force(city, hours(9, 12), day=0, now=NOW - timedelta(hours=1))
    withdraw(city, rule, now=NOW - timedelta(minutes=1))
    assert late(city, 1).rule.version == 2
    assert NextFree.objects.get().at == slot(day=0, hour=8).start


def test_version_is_withdrawn_until_the_moment_before_it_begins(city):
    rule = put_in_force(city, hours(closes=18), day=2)
    with pytest.raises(RuleHasBegun):
        withdraw(city, rule, now=rule.applies_from)
    withdraw(city, rule, now=rule.applies_from - timedelta(seconds=1))
    with pytest.raises(RuleWithdrawn):
        withdraw(city, rule)


def test_only_who_may_publish_withdraws(city):
    rule = put_in_force(city, hours(closes=18), day=2)
    with pytest.raises(Forbidden):
        withdraw(city, rule, actor=city.keeper)


def test_withdrawal_asks_for_bookings_that_only_its_hours_contain(city):
    rule = put_in_force(city, hours(closes=22, price=130), day=2)
    inside = book(city, slot(day=3, hour=9))
    evening, night = book(city, slot(day=3, hour=19)), book(city, slot(day=4, hour=20))
    assert refused(lambda: withdraw(city, rule)) == [
        ("rule.booking_without_outcome", evening.public_id),
        ("rule.booking_without_outcome", night.public_id),
    ]
    assert OpenServiceRule.objects.get(pk=rule.pk).withdrawn_at is None
    withdraw(city, rule, outcomes={evening.public_id: "keep", night.public_id: "cancel"})
    assert list(Booking.objects.order_by("starts_at").values_list("public_id", "state", "rule")) == [
        (inside.public_id, "approved", rule.pk),
        (evening.public_id, "approved", rule.pk),
        (night.public_id, "cancelled", rule.pk),
    ]


def test_withdrawal_makes_an_overtaken_version_apply_again(city):
    put_in_force(city, hours(9, 15), day=4)
    overtaking = put_in_force(city, hours(9, 12), day=3)
    assert terms_at(city.instrument.pk, slot(day=5).start).version == 4
    withdraw(city, overtaking)
    assert terms_at(city.instrument.pk, slot(day=3).start).version == 2
    assert terms_at(city.instrument.pk, slot(day=5).start).version == 3
    span = Interval(slot(day=4, hour=0).start, slot(day=5, hour=0).start)
    assert list(
        OpenWindow.objects.filter(starts_at__gte=span.start, ends_at__lte=span.end).values_list(
            "starts_at", "ends_at"
        )
    ) == [(slot(day=4, hour=9).start, slot(day=4, hour=15).start)]


def test_version_is_used_once_something_is_booked_under_it(city):
    rule = put_in_force(city, hours(closes=22), day=2)
    assert not is_rule_used(rule)
    book(city, slot(day=3, hour=9))
    assert is_rule_used(rule)


def test_withdrawal_of_the_only_version_leaves_the_instrument_without_open_time(city):
    city.instrument = factories.instrument(city.owner)
    rule = put_in_force(city, hours(), day=2)
    assert OpenWindow.objects.filter(instrument=city.instrument).exists()
    withdraw(city, rule)
    assert not OpenWindow.objects.filter(instrument=city.instrument).exists()
    assert terms_at(city.instrument.pk, slot(day=5).start) is None
    assert NextFree.objects.get(instrument=city.instrument).at is None
