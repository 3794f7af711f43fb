"""Sample orders from the order to the return of the samples."""

from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest

from bookings.groups.services.hand_over import booking_hand_over
from bookings.requests.domain.errors import BookingRefused, SlotTaken
from bookings.requests.models import Booking, CreditEvent
from bookings.requests.selectors.bookings import unfinished_bookings
from bookings.requests.selectors.companions import get_companions
from bookings.requests.selectors.costs import get_move_price
from bookings.requests.services.bookings import booking_move
from bookings.requests.services.cancellations import booking_cancel
from bookings.requests.services.instrument_decisions import instrument_retire, instrument_suspend
from bookings.requests.services.lapses_and_no_shows import bookings_no_show_due
from bookings.requests.services.membership import membership_end, organization_leave
from bookings.samples.domain.choices import Afterwards
from bookings.samples.domain.errors import (
    AlreadyPlanned,
    DeadlinePassed,
    NoRuleForSamples,
    OrderRefused,
    OutOfService,
    PayerLeft,
    QuoteChanged,
    SamplesNotTaken,
    StillPlanned,
)
from bookings.samples.domain.states import Progress
from bookings.samples.models import SampleOrder
from bookings.samples.selectors import (
    find_planning_obstacle,
    get_order,
    get_order_progress,
    get_possible_moves,
    sample_orders_waiting,
)
from bookings.samples.services.handling import sample_order_close, sample_order_quote, sample_order_reject
from bookings.samples.services.notifications import PLANNED_BESIDE, REJECTED, SUBMITTED
from bookings.samples.services.orders import (
    SampleFacts,
    sample_order_accept,
    sample_order_cancel,
    sample_orders_lapse_due,
)
from bookings.samples.services.planning import sample_order_plan
from bookings.usage.services.attendance import booking_check_in, booking_check_out
from bookings.usage.services.usage import usage_correct
from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import Membership, User
from instrument_share.journal import selectors as journal
from instrument_share.journal.models import AuditEntry, Notification
from instrument_share.kernel.errors import Forbidden, IllegalMove, ReasonMissing
from providers.domain import PriceUnit, ServiceMode, UserKind
from providers.instruments.models import Instrument, InstrumentLink, Keeper
from providers.terms.models import OpenServiceRule, PriceLine
from tests import factories
from tests.bookings.requests.booking import book, codes
from tests.bookings.samples.steps import (
    accepted,
    closed,
    measured,
    planned,
    quoted,
    received,
    reported,
    submitted,
    suspend_credit,
)
from tests.factories import NOW, slot

DAY = timedelta(days=1)


def test_from_order_to_return(city):
    order = closed(city)
    assert (order.state, order.outcome, order.due_at) == ("closed", "return", None)
    assert list(order.samples.values_list("position", "number", "storage", "hazards")) == [
        (1, "A-1", "room", []),
        (2, "A-2", "cool", ["flammable"]),
    ]
    acts = AuditEntry.objects.filter(action__startswith="sample_order.").order_by("pk")
    assert [entry.action.removeprefix("sample_order.") for entry in acts] == [
        "submitted",
        "quoted",
        "accepted",
        "received",
        "planned",
        "reported",
        "closed",
    ]


def test_hours_and_samples_end_in_the_usage_log_at_the_accepted_price(city):
    log = measured(city)
    assert (log.service_mode, log.samples, log.content) == (ServiceMode.SAMPLES, 2, "断口分析")
    # One hour was measured, two were quoted and accepted.
    assert (log.amount_yuan, log.effective_seconds) == (200, 3600)
    assert [line["quantity"] for line in log.price] == ["2"]
    assert (log.user, log.operator) == (city.researcher, city.keeper)


def test_a_correction_of_the_time_leaves_the_accepted_price(city):
    log = measured(city)
    # Three hours would cost 300 by the rule, and two were accepted.
    correction = usage_correct(
        actor=city.keeper,
        log_id=log.pk,
        changes={"ends_at": log.ends_at + timedelta(hours=2), "measuring_seconds": 10_800},
        reason="多测两小时",
        now=log.ends_at + timedelta(hours=3),
    )
    assert (log.amount_yuan, "amount_yuan" in correction.changes) == (200, False)


def test_a_planned_time_is_held_as_every_other(city):
    booking = planned(city)
    assert (booking.state, booking.user, booking.quoted_yuan) == ("approved", city.researcher, 200)
    with pytest.raises(SlotTaken):
        book(city, slot())
    order = received(city, accepted(city))
    with pytest.raises(SlotTaken):
        sample_order_plan(actor=city.keeper, order_id=order.pk, interval=slot(), now=NOW)


def test_samples_are_planned_once_and_again_when_the_time_is_cancelled(city):
    order = received(city)
    booking = planned(city, order)
    with pytest.raises(AlreadyPlanned):
        planned(city, order, slot(day=2))
    with pytest.raises(StillPlanned):
        sample_order_close(
            actor=city.keeper, order_id=order.pk, outcome=Afterwards.RETURN, now=NOW, note="做不了"
        )
    booking_cancel(actor=city.keeper, booking_id=booking.pk, now=NOW, reason="真空泵故障")
    assert get_order_progress(get_order(city.keeper, order.public_id)) == Progress.TO_PLAN
    planned(city, order, slot(day=2))


def test_the_owner_of_samples_is_no_no_show_and_moves_no_planned_time(city):
    booking = planned(city)
    bookings_no_show_due(booking.ends_at)
    booking.refresh_from_db()
    assert booking.state == "approved"
    assert not CreditEvent.objects.exists()
    with pytest.raises(Forbidden):
        booking_cancel(actor=city.researcher, booking_id=booking.pk, now=NOW)
    with pytest.raises(Forbidden):
        booking_move(actor=city.researcher, booking_id=booking.pk, interval=slot(day=2), now=NOW)


def test_who_keeps_what_is_booked_beside_planned_samples_is_told(city):
    beside = factories.instrument(city.owner)
    factories.rule(beside)
    factories.windows(beside)
    keeper = factories.keeper(beside)
    InstrumentLink.objects.create(instrument=city.instrument, linked=beside)
    planned(city)
    booking = Booking.objects.get(instrument=beside)
    told = [(one.message, one.path, one.params["user"]) for one in journal.notifications(keeper)]
    assert told == [(PLANNED_BESIDE, f"/bookings/{booking.public_id}/", city.researcher.name)]


def test_what_was_planned_beside_measured_samples_ends_with_its_time(city):
    beside = factories.instrument(city.owner)
    factories.rule(beside)
    factories.windows(beside)
    InstrumentLink.objects.create(instrument=city.instrument, linked=beside)
    booking = planned(city)
    booking_check_in(actor=city.keeper, booking_id=booking.pk, now=booking.starts_at)
    left = booking.ends_at - timedelta(hours=1)
    booking_check_out(actor=city.keeper, booking_id=booking.pk, now=left)
    states = Booking.objects.order_by("pk").values_list("state", "charged_yuan")
    bookings_no_show_due(left + timedelta(minutes=59))
    assert list(states.all()) == [("completed", None), ("approved", None)]
    bookings_no_show_due(booking.ends_at)
    assert list(states) == [("completed", None), ("cancelled", None)]
    assert not unfinished_bookings(city.researcher).exists()


def test_a_planned_time_is_not_handed_over(city):
    colleague = factories.member(city.company, name="辛")
    booking = planned(city)
    with pytest.raises(Forbidden):
        booking_hand_over(actor=city.researcher, booking_id=booking.pk, colleague_id=colleague.pk, now=NOW)


def test_a_move_of_a_planned_time_costs_nothing_seen_from_any_of_its_instruments(city):
    beside = factories.instrument(city.owner)
    factories.rule(beside)
    factories.windows(beside)
    InstrumentLink.objects.create(instrument=city.instrument, linked=beside)
    planned(city)
    for booking in Booking.objects.all():
        price = get_move_price(booking, get_companions(booking), slot(day=2, length=6))
        assert (price.before_yuan, price.after_yuan) == (200, 200)


def test_the_keeper_moves_a_planned_time_at_the_same_price(city):
    booking = planned(city)
    moved = booking_move(actor=city.keeper, booking_id=booking.pk, interval=slot(day=2, length=6), now=NOW)
    assert (moved.quoted_yuan, moved.moved_by_unit_at) == (200, None)


def test_prices_that_the_keeper_named_carry_through(city):
    PriceLine.objects.update(service_mode=ServiceMode.REMOTE.value)
    order = quoted(city, own_prices={PriceUnit.SAMPLE: Decimal("35.5")}, hours=Decimal(0))
    assert order.quoted_yuan == 71
    assert measured(city, received(city, accepted(city, order))).amount_yuan == 71


def test_the_keeper_quotes_again_until_it_is_accepted(city):
    first = quoted(city)
    order = quoted(city, first, hours=Decimal(3), now=NOW + DAY)
    assert (order.quoted_yuan, order.due_at) == (300, NOW + 15 * DAY)
    accept = partial(sample_order_accept, actor=city.researcher, order_id=order.pk, now=NOW + 2 * DAY)
    with pytest.raises(QuoteChanged):
        accept(shown=first.quote_version)
    later = quoted(city, order, hours=Decimal(3), report_days=60, now=NOW + 2 * DAY)
    with pytest.raises(QuoteChanged):  # of the same amount, with a later report
        accept(shown=order.quote_version)
    accept(shown=later.quote_version)
    with pytest.raises(IllegalMove):
        quoted(city, order)


def test_a_quote_that_adds_up_to_nothing_is_refused_with_every_reason(city):
    with pytest.raises(OrderRefused) as refused:
        quoted(city, hours=Decimal(0), report_days=0)
    assert codes(refused) == ["samples.hours_missing", "samples.days_out_of_range"]


@pytest.mark.parametrize(("make", "after"), [(submitted, 3), (quoted, 14), (accepted, 30)])
def test_orders_lapse_until_the_samples_come(city, make, after):
    order = make(city)
    assert sample_orders_lapse_due(NOW + after * DAY - timedelta(seconds=1)) == 0
    assert sample_orders_lapse_due(NOW + after * DAY) == 1
    order.refresh_from_db()
    assert order.state == "lapsed"
    told = Notification.objects.filter(message__contains="has lapsed")
    assert set(told.values_list("user", flat=True)) == {city.researcher.pk, city.keeper.pk}


def test_samples_that_are_there_never_lapse(city):
    received(city)
    assert sample_orders_lapse_due(NOW + 400 * DAY) == 0


def test_a_step_after_its_deadline_is_refused_before_the_clock_comes_round(city):
    order = quoted(city)
    with pytest.raises(DeadlinePassed):
        sample_order_accept(actor=city.researcher, order_id=order.pk, now=NOW + 14 * DAY)


def test_an_order_without_a_place_for_samples_is_refused(city):
    OpenServiceRule.objects.update(service_modes=[ServiceMode.OPERATED.value])
    with pytest.raises(OrderRefused) as refused:
        submitted(city, subject=" ", samples=[])
    assert codes(refused) == [
        "booking.subject_missing",
        "booking.service_mode_not_offered",
        "samples.number_of_samples",
    ]


def test_samples_are_told_apart_and_described(city):
    twins = [SampleFacts("甲", "1", "成分"), SampleFacts("乙", "1", " ")]
    with pytest.raises(OrderRefused) as refused:
        submitted(city, samples=twins)
    assert codes(refused) == ["samples.incomplete", "samples.number_twice"]
    assert refused.value.problems[1].params == {"number": "1"}
    with pytest.raises(OrderRefused) as refused:
        submitted(city, samples=[SampleFacts("甲" * 101, "1", "成分")])
    assert codes(refused) == ["samples.too_long"]


def test_an_order_out_of_opening_hours_needs_no_time(city):
    assert submitted(city, now=NOW + timedelta(hours=16)).state == "submitted"


def test_the_owner_withdraws_until_the_samples_are_there(city):
    order = sample_order_cancel(actor=city.researcher, order_id=accepted(city).pk, now=NOW)
    assert order.state == "cancelled"
    assert AuditEntry.objects.get(action="sample_order.cancelled").details == {}
    with pytest.raises(IllegalMove):
        sample_order_cancel(actor=city.researcher, order_id=received(city).pk, now=NOW)


def test_the_unit_declines_and_gives_back_unmeasured_with_a_reason(city):
    with pytest.raises(ReasonMissing):
        sample_order_reject(actor=city.keeper, order_id=submitted(city).pk, reason=" ", now=NOW)
    order = received(city)
    with pytest.raises(ReasonMissing):
        sample_order_close(actor=city.keeper, order_id=order.pk, outcome=Afterwards.DISPOSE, now=NOW)
    sample_order_reject(actor=city.keeper, order_id=submitted(city).pk, reason="无此附件", now=NOW)
    assert AuditEntry.objects.get(action="sample_order.rejected").details == {"reason": "无此附件"}
    facts = {"outcome": Afterwards.DISPOSE, "note": "样品已污染"}
    sample_order_close(actor=city.keeper, order_id=order.pk, now=NOW, **facts)
    told = AuditEntry.objects.get(action="sample_order.closed").details
    assert told == {"outcome": "dispose", "reason": "样品已污染"}


def test_who_took_the_samples_back_is_in_no_entry(city):
    order = reported(city)
    sample_order_close(
        actor=city.keeper, order_id=order.pk, outcome=Afterwards.RETURN, note="张三取走", now=NOW
    )
    assert AuditEntry.objects.get(action="sample_order.closed").details == {"outcome": "return"}


def test_who_brought_the_samples_is_recorded(city):
    order = received(city)
    assert (order.brought_by, order.received_by, order.received_at) == ("顺丰 SF123", city.keeper, NOW)
    # Who brought them can be erased from the order, and never from the journal.
    assert "SF123" not in str(AuditEntry.objects.get(action="sample_order.received").details)
    assert order.due_at == NOW + 7 * DAY


def test_the_most_urgent_stands_first_and_what_others_do_is_not_waiting(city):
    first, second = received(city), submitted(city)
    quoted(city)
    accepted(city)
    planned(city)
    assert list(sample_orders_waiting(city.keeper, NOW)) == [second, first]


def test_samples_whose_planned_time_passed_unmeasured_wait_for_the_unit_again(city):
    booking = planned(city)
    assert list(sample_orders_waiting(city.keeper, booking.ends_at - timedelta(seconds=1))) == []
    assert list(sample_orders_waiting(city.keeper, booking.ends_at)) == [booking.sample_order]


def test_the_report_sets_the_time_for_collecting(city):
    order = reported(city)
    assert order.due_at == slot().start + timedelta(hours=1) + 30 * DAY


def test_the_owner_of_other_samples_sees_nothing(city):
    order = submitted(city)
    stranger = city.manager.__class__.objects.create(username="x", name="x", email="x@example.org")
    with pytest.raises(Forbidden):
        sample_order_accept(actor=stranger, order_id=quoted(city, order).pk, now=NOW)
    assert not SampleOrder.objects.filter(accepted_at__isnull=False).exists()


def test_a_keeper_quotes_only_for_their_instruments(city):
    with pytest.raises(Forbidden):
        sample_order_quote(
            actor=city.researcher, order_id=submitted(city).pk, hours=Decimal(1), report_days=3, now=NOW
        )


def test_retirement_declines_orders_whose_samples_are_not_there_yet(city):
    to_accept, there = quoted(city), received(city)
    about = {"actor": city.manager, "instrument_id": city.instrument.pk, "now": NOW + timedelta(hours=1)}
    instrument_suspend(**about, reason="停用", outcomes={})
    instrument_retire(**about, reason="已报废")
    for order in (to_accept, there):
        order.refresh_from_db()
    assert (to_accept.state, to_accept.end_note, to_accept.ended_by) == ("rejected", "已报废", city.manager)
    assert there.state == "received"
    told = Notification.objects.get(user=city.researcher, message=REJECTED)
    assert told.params["reason"] == "已报废"


def test_no_quote_is_accepted_and_no_time_planned_while_the_instrument_is_out_of_service(city):
    to_accept, to_plan = quoted(city), received(city)
    Instrument.objects.filter(pk=city.instrument.pk).update(state="suspended")
    with pytest.raises(OutOfService):
        accepted(city, to_accept)
    with pytest.raises(OutOfService):
        planned(city, to_plan)
    for order, viewer, move in ((to_accept, city.researcher, "accept"), (to_plan, city.keeper, "plan")):
        assert move not in get_possible_moves(viewer, get_order(viewer, order.public_id), NOW)
    Instrument.objects.filter(pk=city.instrument.pk).update(state="published")
    for order, viewer, move in ((to_accept, city.researcher, "accept"), (to_plan, city.keeper, "plan")):
        assert move in get_possible_moves(viewer, get_order(viewer, order.public_id), NOW)
    assert accepted(city, to_accept).state == "accepted"
    assert planned(city, to_plan).state == "approved"


@pytest.mark.parametrize(
    "terms", [{"service_modes": [ServiceMode.OPERATED]}, {"user_kinds": [UserKind.INSIDE]}]
)
def test_nothing_is_quoted_or_accepted_once_the_rule_takes_no_such_samples(city, terms):
    """Samples would be handed in that nobody may plan a time for."""
    to_quote, to_accept = submitted(city), quoted(city)
    factories.rule(city.instrument, **terms)
    with pytest.raises(SamplesNotTaken):
        quoted(city, to_quote)
    with pytest.raises(SamplesNotTaken):
        accepted(city, to_accept)
    assert get_possible_moves(city.keeper, get_order(city.keeper, to_quote.public_id), NOW) == {"reject"}
    order = get_order(city.researcher, to_accept.public_id)
    assert get_possible_moves(city.researcher, order, NOW) == {"cancel"}
    factories.rule(city.instrument)
    assert quoted(city, to_quote).state == "quoted"
    assert accepted(city, to_accept).state == "accepted"


def find_planning(city, order):
    """What refuses every time for the samples, and whether planning one is offered."""
    found = get_order(city.keeper, order.public_id)
    return find_planning_obstacle(found, NOW), "plan" in get_possible_moves(city.keeper, found, NOW)


def test_no_time_is_offered_for_samples_of_somebody_suspended_until_their_credit_is_back(city):
    order, suspended_until = received(city), NOW + 4 * DAY
    suspend_credit(city.researcher, suspended_until)
    obstacle, is_offered = find_planning(city, order)
    assert (obstacle.params["user"], is_offered) == (city.researcher.name, False)
    assert [one.params for one in obstacle.problems] == [{"until": suspended_until}]
    with pytest.raises(BookingRefused) as refused:
        planned(city, order)
    assert codes(refused) == ["booking.credit_suspended"]
    found = get_order(city.keeper, order.public_id)
    assert get_possible_moves(city.keeper, found, NOW) == {"close"}
    assert "plan" in get_possible_moves(city.keeper, found, suspended_until)


@pytest.mark.parametrize(
    "terms", [{"service_modes": [ServiceMode.OPERATED]}, {"user_kinds": [UserKind.INSIDE]}]
)
def test_no_time_is_offered_where_no_rule_takes_the_samples_now_or_later(city, terms):
    order = received(city)
    factories.rule(city.instrument, **terms)
    obstacle, is_offered = find_planning(city, order)
    assert (type(obstacle), is_offered) == (NoRuleForSamples, False)
    with pytest.raises(BookingRefused):
        planned(city, order)
    factories.rule(city.instrument, applies_from=NOW + 300 * DAY)  # Further off than it lets anybody book.
    assert find_planning(city, order)[1] is False
    factories.rule(city.instrument, applies_from=NOW + 2 * DAY)
    assert find_planning(city, order) == (None, True)
    assert planned(city, order, slot(day=3)).state == "approved"


def test_no_time_is_offered_where_what_is_booked_with_the_instrument_takes_no_samples(city):
    order = received(city)
    beside = factories.instrument(city.owner)
    factories.rule(beside, service_modes=[ServiceMode.OPERATED])
    factories.windows(beside)
    InstrumentLink.objects.create(instrument=city.instrument, linked=beside)
    obstacle, is_offered = find_planning(city, order)
    assert (obstacle.params["instrument"].zh, is_offered) == (beside.name_zh, False)
    with pytest.raises(BookingRefused) as refused:
        planned(city, order)
    assert codes(refused) == ["booking.linked_refused"]
    with pytest.raises(OrderRefused) as refused:
        submitted(city)
    assert codes(refused) == ["booking.linked_refused"]


def test_managers_are_asked_for_a_quote_where_the_instrument_has_no_keeper(city):
    Keeper.objects.filter(instrument=city.instrument).delete()
    submitted(city)
    assert Notification.objects.get(user=city.manager).message == SUBMITTED


def test_nothing_is_accepted_or_planned_for_a_payer_that_the_user_has_left(city):
    to_accept, to_plan = quoted(city), received(city)
    role = Membership.objects.get(user=city.researcher, organization=city.company)
    administrator = factories.member(city.company, Role.ORG_ADMIN)
    membership_end(actor=administrator, membership_id=role.pk, reason="离职", now=NOW)
    city.researcher = User.objects.get(pk=city.researcher.pk)
    for order, viewer, move in ((to_accept, city.researcher, "accept"), (to_plan, city.keeper, "plan")):
        assert move not in get_possible_moves(viewer, get_order(viewer, order.public_id), NOW)
    with pytest.raises(PayerLeft):
        accepted(city, to_accept)
    with pytest.raises(PayerLeft):
        planned(city, to_plan)


def test_who_leaves_the_payer_is_not_charged_for_a_time_that_the_unit_planned(city):
    booking = planned(city, interval=slot(day=0, hour=12))
    organization_leave(actor=city.researcher, organization_id=city.company.pk, now=NOW)
    booking.refresh_from_db()
    assert (booking.state, booking.late_cancel, booking.charged_yuan) == ("cancelled", False, None)
    assert not CreditEvent.objects.exists()
