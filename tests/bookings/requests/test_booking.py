from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.urls import reverse
from django.utils import translation

from bookings.requests.domain.decision import get_decision_deadline, get_first_deadline
from bookings.requests.domain.errors import BookingChanged, BookingRefused, DecisionOverdue, SlotTaken
from bookings.requests.models import Booking, CreditEvent, NextFree
from bookings.requests.selectors.bookings import decisions_of_year
from bookings.requests.selectors.costs import get_cancel_cost, get_move_deadline, get_move_price
from bookings.requests.selectors.offers import get_free_intervals
from bookings.requests.selectors.request_facts import get_appeal_deadline
from bookings.requests.services import lapses_and_no_shows
from bookings.requests.services.bookings import booking_move
from bookings.requests.services.cancellations import booking_cancel
from bookings.requests.services.deciding import booking_approve, booking_reject
from bookings.requests.services.lapses_and_no_shows import bookings_lapse_due, bookings_no_show_due
from bookings.requests.services.next_free import next_free_advance, next_free_rebuild
from bookings.requests.services.notifications import CHARGED, NO_SHOW, NOT_CHARGED
from bookings.usage.services.attendance import booking_check_in, booking_check_out
from instrument_share.jobs.one_by_one import SomeFailed
from instrument_share.journal import selectors as journal
from instrument_share.journal.models import Notification
from instrument_share.kernel.errors import Forbidden, IllegalMove, NotFound, ReasonMissing
from instrument_share.kernel.interval import Interval
from instrument_share.web.responses import problem
from providers.terms.domain.choices import Decision, UserKind
from tests import factories
from tests.bookings.requests.booking import book, codes
from tests.bookings.requests.domain.terms import terms
from tests.factories import NOW, slot

pytestmark = pytest.mark.django_db
HOURS = timedelta(hours=1)


@pytest.fixture
def city():
    return factories.city(turnaround_minutes=30)


def actions(subject):
    return [entry.action for entry in journal.history(subject)]


def test_automatic_approval_freezes_price(city):
    booking = book(city)
    assert (booking.state, booking.quoted_yuan, booking.user_kind) == (
        "approved",
        Decimal("200.00"),
        "enterprise",
    )
    assert booking.held_until == booking.ends_at + timedelta(minutes=30)
    assert booking.quote == [
        {"unit": "hour", "price_yuan": "100.00", "quantity": "2", "amount_yuan": "200.00"}
    ]
    assert (booking.payer_organization, booking.payer_person) == (city.company, None)
    assert actions(booking) == ["booking.requested"]
    assert journal.notifications(city.keeper).get().path == f"/bookings/{booking.public_id}/"


def test_booking_without_organization_is_paid_by_person(city):
    booking = book(city, payer=False)
    assert (booking.payer_organization, booking.payer_person) == (None, city.researcher)
    assert booking.user_kind == "individual"


def test_pending_request_holds_time_until_decision():
    city = factories.city(decision="by_keeper", decision_hours=48)
    booking = book(city)
    assert (booking.state, booking.decide_by) == ("requested", slot().start - timedelta(hours=25) / 4)
    with pytest.raises(SlotTaken):
        book(city, payer=False)


def test_the_pause_after_a_use_is_held_too(city):
    book(city, slot(hour=9, length=2))
    with pytest.raises(SlotTaken) as refused:
        book(city, slot(hour=11, length=1))
    assert codes(refused) == ["booking.slot_taken"]
    late = slot(hour=11, length=1)
    shifted = Interval(late.start + timedelta(minutes=30), late.end + timedelta(minutes=30))
    assert book(city, shifted).state == "approved"


def test_all_request_problems_are_reported_together(city):
    book(city)
    with pytest.raises(BookingRefused) as refused:
        book(city, slot(hour=9, length=11), subject="")
    assert codes(refused) == ["booking.subject_missing", "booking.too_long", "booking.slot_taken"]
    assert Booking.objects.count() == 1


def test_only_a_member_books_on_an_organizations_account(city):
    stranger = factories.user()
    with pytest.raises(BookingRefused) as refused:
        book(city, actor=stranger)
    assert codes(refused) == ["booking.organization_not_admitted"]
    with pytest.raises(NotFound):
        book(city, payer_organization_id=10**9)


def test_a_keeper_approves_and_a_stranger_does_not():
    city = factories.city(decision="by_keeper")
    booking = book(city)
    with pytest.raises(Forbidden):
        booking_approve(actor=city.researcher, booking_id=booking.pk, now=NOW)
    approved = booking_approve(actor=city.keeper, booking_id=booking.pk, now=NOW, note="带样品")
    assert (approved.state, approved.decided_by, approved.decision_note) == (
        "approved",
        city.keeper,
        "带样品",
    )
    with pytest.raises(IllegalMove):
        booking_reject(actor=city.keeper, booking_id=booking.pk, reason="满", now=NOW)
    assert journal.notifications(city.researcher).get().params["starts_at"] == {
        "instant": "2026-03-03T01:00:00+00:00"
    }


def test_request_lapses_at_deadline_before_tick_runs():
    city = factories.city(decision="by_keeper", decision_hours=4)
    booking = book(city)
    later = partial(booking_move, interval=slot(hour=15))
    for decide in (booking_approve, partial(booking_reject, reason="满"), later):
        with pytest.raises(DecisionOverdue):
            decide(actor=city.keeper, booking_id=booking.pk, now=booking.decide_by)
    assert list(decisions_of_year(2026)) == [{"organization_id": city.owner.pk, "decided": 0, "lapsed": 0}]
    booking_approve(actor=city.keeper, booking_id=booking.pk, now=booking.decide_by - HOURS)


def test_a_rejection_needs_a_reason_and_frees_the_time():
    city = factories.city(decision="by_keeper")
    booking = book(city)
    with pytest.raises(ReasonMissing) as refused:
        booking_reject(actor=city.keeper, booking_id=booking.pk, reason=" ", now=NOW)
    assert refused.value.code == "booking.reason_missing"
    booking_reject(actor=city.keeper, booking_id=booking.pk, reason="样品有毒", now=NOW)
    assert book(city).state == "requested"


def test_a_cancel_in_time_costs_nothing(city):
    booking = book(city)
    at_the_deadline = booking.starts_at - timedelta(days=1)
    cancelled = booking_cancel(actor=city.researcher, booking_id=booking.pk, now=at_the_deadline)
    assert (cancelled.late_cancel, cancelled.charged_yuan) == (False, None)
    assert not CreditEvent.objects.exists()


def test_late_cancellation_costs_half_of_unused_time(city):
    booking = book(city, slot(hour=9, length=4))
    late = booking.starts_at - HOURS
    cancelled = booking_cancel(actor=city.researcher, booking_id=booking.pk, now=late)
    assert (cancelled.late_cancel, cancelled.charged_yuan) == (True, Decimal("200.00"))
    assert CreditEvent.objects.get().kind == "late_cancel"
    taker = book(city, slot(hour=10, length=1), payer=False, now=late)
    booking.refresh_from_db()
    assert booking.charged_yuan == Decimal("150.00")
    booking_cancel(actor=city.keeper, booking_id=taker.pk, now=late, reason="停电")
    booking.refresh_from_db()
    assert booking.charged_yuan == Decimal("200.00")
    assert [entry.details for entry in journal.history(booking)][-2:] == [
        {"from": "200.00", "charged_yuan": "150.00"},
        {"from": "150.00", "charged_yuan": "200.00"},
    ]


def test_who_cancelled_late_is_told_when_the_charge_rises_again(city):
    def told():
        found = journal.notifications(city.researcher).filter(path=f"/bookings/{booking.public_id}/")
        return [problem.told(one.message, one.params) for one in found.order_by("pk")]

    booking = book(city, slot(hour=9, length=4))
    late = booking.starts_at - HOURS
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=late)
    other = factories.user()
    taker = book(city, slot(hour=9, length=4), actor=other, payer=False, now=late)
    assert told() == []
    booking_cancel(actor=city.keeper, booking_id=taker.pk, now=late, reason="停电")
    (risen,) = told()
    assert "您逾期取消了" in risen and risen.endswith("无人使用的部分增加，现收取 ¥200.00。")


def test_rebooked_time_missed_by_taker_is_charged_once(city):
    booking = book(city, slot(hour=9, length=4))
    late = booking.starts_at - HOURS
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=late)
    taker = book(city, slot(hour=9, length=4), payer=False, now=late)
    bookings_no_show_due(taker.starts_at + HOURS)
    booking.refresh_from_db()
    taker.refresh_from_db()
    assert (taker.state, taker.charged_yuan) == ("no_show", Decimal("400.00"))
    assert booking.charged_yuan == Decimal("0.00")


def test_rebooked_time_cancelled_late_in_turn_is_charged_once(city):
    booking = book(city, slot(hour=9, length=4))
    late = booking.starts_at - HOURS
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=late)
    taker = book(city, slot(hour=9, length=3), payer=False, now=late)
    booking_cancel(actor=city.researcher, booking_id=taker.pk, now=late)
    booking.refresh_from_db()
    taker.refresh_from_db()
    assert (booking.charged_yuan, taker.charged_yuan) == (Decimal("50.00"), Decimal("150.00"))


def test_cancellation_by_unit_is_free(city):
    booking = book(city)
    with pytest.raises(ReasonMissing):
        booking_cancel(actor=city.keeper, booking_id=booking.pk, now=booking.starts_at)
    cancelled = booking_cancel(actor=city.keeper, booking_id=booking.pk, now=booking.starts_at, reason="停电")
    assert (cancelled.late_cancel, cancelled.charged_yuan) == (False, None)


def test_cancellation_is_told_with_the_reason_and_that_nothing_is_charged(city):
    def told(person):
        one = journal.notifications(person).order_by("-pk")[0]
        return problem.told(one.message, one.params)

    by_unit, by_user, explained = (book(city, slot(day)) for day in (1, 2, 3))
    booking_cancel(actor=city.keeper, booking_id=by_unit.pk, now=NOW, reason="停电")
    assert told(city.researcher).endswith("已取消，不收费：停电")
    booking_cancel(actor=city.researcher, booking_id=by_user.pk, now=NOW)
    assert told(city.keeper).endswith("开始）已取消。")
    booking_cancel(actor=city.researcher, booking_id=explained.pk, now=NOW, reason="样品未到")
    assert told(city.keeper).endswith("开始）已取消：样品未到")


def test_a_move_is_checked_like_a_new_booking_but_not_against_itself(city):
    booking = book(city, slot(hour=9, length=2), now=NOW - timedelta(days=2))
    moved = booking_move(
        actor=city.researcher, booking_id=booking.pk, interval=slot(hour=10, length=3), now=NOW
    )
    assert (moved.quoted_yuan, moved.revision) == (Decimal("300.00"), 2)
    book(city, slot(hour=15, length=1), payer=False)
    with pytest.raises(SlotTaken):
        booking_move(actor=city.researcher, booking_id=booking.pk, interval=slot(hour=14, length=2), now=NOW)


def test_a_move_costs_what_is_shown_although_its_user_has_joined_the_unit_since(city):
    city.rule.price_lines.create(user_kind=UserKind.INSIDE, price_yuan=Decimal("10.00"))
    booking = book(city, payer=False)
    factories.member(city.owner, person=city.researcher)
    later = slot(day=1, hour=15)
    shown = get_move_price(booking, [], later).after_yuan
    moved = booking_move(actor=city.researcher, booking_id=booking.pk, interval=later, now=NOW)
    assert (shown, moved.quoted_yuan) == (Decimal("200.00"), Decimal("200.00"))


def test_the_deadline_for_changes_binds_the_user_and_not_the_keeper(city):
    booking = book(city)
    late = booking.starts_at - HOURS
    target = {"booking_id": booking.pk, "interval": slot(day=2), "now": late}
    with pytest.raises(BookingRefused) as refused:
        booking_move(actor=city.researcher, **target)
    assert codes(refused) == ["booking.change_too_late"]
    assert booking_move(actor=city.keeper, **target).starts_at == slot(day=2).start


def test_who_can_no_longer_cancel_free_of_charge_escapes_by_no_move_to_another_day():
    city = factories.city(change_deadline_minutes=60, cancel_deadline_minutes=1440, late_cancel_percent=50)
    booking = book(city)
    late = booking.starts_at - 2 * HOURS
    with pytest.raises(BookingRefused) as refused:
        booking_move(actor=city.researcher, booking_id=booking.pk, interval=slot(day=5), now=late)
    assert codes(refused) == ["booking.change_too_late"]
    free_until = get_cancel_cost(city.researcher, booking, late).free_until
    assert get_move_deadline(city.researcher, booking) == free_until == booking.starts_at - timedelta(days=1)


def test_what_the_unit_has_moved_is_moved_on_until_the_deadline_for_changes():
    city = factories.city(change_deadline_minutes=60, cancel_deadline_minutes=1440, late_cancel_percent=50)
    booking = book(city)
    moved = booking_move(actor=city.keeper, booking_id=booking.pk, interval=slot(day=2), now=NOW)
    assert get_move_deadline(city.researcher, moved) == moved.starts_at - HOURS
    move = partial(booking_move, actor=city.researcher, booking_id=booking.pk, interval=slot(day=5))
    assert move(now=moved.starts_at - 2 * HOURS).starts_at == slot(day=5).start


def test_move_of_what_has_ended_is_refused_as_a_move(city):
    booking = book(city)
    booking_cancel(actor=city.keeper, booking_id=booking.pk, reason="停电", now=NOW)
    with pytest.raises(IllegalMove) as refused:
        booking_move(actor=city.researcher, booking_id=booking.pk, interval=slot(day=2), now=NOW)
    with translation.override("en"):
        told = problem.told(refused.value.message, refused.value.params)
    assert told.startswith("This is “Cancelled” now, and “move to another time” is not possible")


def test_waiting_request_moves_after_the_deadline_for_changes():
    city = factories.city(decision="by_keeper", decision_hours=24)
    booking = book(city, slot(day=0, hour=16), now=NOW)
    move = partial(booking_move, actor=city.researcher, booking_id=booking.pk, now=NOW)
    assert get_move_deadline(city.researcher, booking) is None
    assert move(interval=slot(day=0, hour=17)).state == "requested"
    approved = booking_approve(actor=city.keeper, booking_id=booking.pk, now=NOW)
    assert get_move_deadline(city.researcher, approved) == approved.starts_at - timedelta(days=1)
    assert get_move_deadline(city.keeper, approved) is None
    with pytest.raises(BookingRefused) as refused:
        move(interval=slot(day=0, hour=16))
    assert codes(refused) == ["booking.change_too_late"]


@pytest.mark.parametrize(
    ("lead", "hours", "notice"), [(48, 4, 44), (24, 48, 6), (3, 24, 1), (1, 24, 0.5), (0.5, 24, 0.25)]
)
def test_decision_leaves_a_share_of_the_lead_and_an_hour_at_least(lead, hours, notice):
    start = NOW + lead * HOURS
    assert start - get_decision_deadline(NOW, start, hours) == notice * HOURS


def test_first_of_several_keepers_gives_the_deadline():
    start, at_once, slow = NOW + 480 * HOURS, terms(), terms(decision=Decision.BY_KEEPER, decision_hours=72)
    quick = terms(decision=Decision.BY_KEEPER, decision_hours=4)
    found = [get_first_deadline(NOW, start, one) for one in ([at_once], [at_once, slow], [slow, quick])]
    assert found == [None, NOW + 72 * HOURS, NOW + 4 * HOURS]


def test_only_user_move_resets_keeper_approval():
    city = factories.city(decision="by_keeper", decision_hours=24)
    booking = book(city, slot(day=4))
    booking_approve(actor=city.keeper, booking_id=booking.pk, now=NOW, note="带样品")
    kept = booking_move(actor=city.keeper, booking_id=booking.pk, interval=slot(day=5), now=NOW)
    assert (kept.state, kept.decided_by) == ("approved", city.keeper)
    booking_move(
        actor=city.researcher, booking_id=booking.pk, interval=slot(day=6, length=6), now=NOW + HOURS
    )
    booking.refresh_from_db()
    assert (booking.state, booking.decide_by) == ("requested", NOW + 25 * HOURS)
    assert (booking.decided_at, booking.decided_by, booking.decision_note) == (None, None, "")
    assert actions(booking)[-2:] == ["booking.moved", "booking.moved_for_decision"]
    told = journal.notifications(city.keeper).order_by("-pk")[0]
    assert told.message.endswith("Decide again by {decide_by}.")
    assert told.params["decide_by"] == {"instant": "2026-03-03T01:00:00+00:00"}
    with pytest.raises(SlotTaken):
        book(city, slot(day=6, hour=14, length=1), payer=False)
    booking_approve(actor=city.keeper, booking_id=booking.pk, now=NOW + 2 * HOURS)


def test_move_stays_approved_under_automatic_approval(city):
    booking = book(city, slot(day=4))
    moved = booking_move(actor=city.researcher, booking_id=booking.pk, interval=slot(day=5), now=NOW)
    assert (moved.state, moved.decide_by) == ("approved", None)


def test_change_with_old_revision_is_refused(city):
    booking = book(city)
    with pytest.raises(BookingChanged):
        booking_cancel(actor=city.researcher, booking_id=booking.pk, now=NOW, revision=7)


def test_undecided_requests_lapse_once_and_their_time_is_free():
    city = factories.city(decision="by_keeper", decision_hours=4)
    booking = book(city)
    assert bookings_lapse_due(NOW + 4 * HOURS - timedelta(seconds=1)) == 0
    assert bookings_lapse_due(NOW + 4 * HOURS) == 1
    assert bookings_lapse_due(NOW + 4 * HOURS) == 0
    booking.refresh_from_db()
    assert (booking.state, booking.ended_at) == ("lapsed", NOW + 4 * HOURS)
    assert actions(booking) == ["booking.requested", "booking.lapsed"]
    assert book(city).state == "requested"


@pytest.mark.parametrize(
    ("job", "step", "decision", "state"),
    [
        (bookings_lapse_due, "pass_on_freed_time", "by_keeper", "lapsed"),
        (bookings_no_show_due, "get_time_to_come", "at_once", "no_show"),
    ],
)
def test_a_booking_that_fails_by_the_clock_keeps_back_no_other(job, step, decision, state, monkeypatch):
    city = factories.city(decision=decision, decision_hours=4)
    broken, other = book(city), book(city, slot(day=4))
    done = getattr(lapses_and_no_shows, step)

    def fail_for_broken(booking, *given):
        if booking.pk == broken.pk:
            raise ValueError("A booking is broken.")
        return done(booking, *given)

    monkeypatch.setattr(lapses_and_no_shows, step, fail_for_broken)
    before = broken.state
    with pytest.raises(SomeFailed, match=rf"^booking {broken.pk}; done for others: 1$"):
        job(slot(day=4).end)
    broken.refresh_from_db()
    other.refresh_from_db()
    assert (broken.state, other.state) == (before, state)
    monkeypatch.undo()
    assert job(slot(day=4).end) == 1


def test_no_show_is_charged_and_counts_on_credit(city):
    booking = book(city)
    bookings_no_show_due(booking.starts_at + timedelta(minutes=29))
    assert Booking.objects.get().state == "approved"
    assert bookings_no_show_due(booking.starts_at + timedelta(minutes=30)) == 1
    assert bookings_no_show_due(booking.starts_at + timedelta(minutes=31)) == 0
    booking.refresh_from_db()
    assert (booking.state, booking.charged_yuan) == ("no_show", Decimal("200.00"))
    event = CreditEvent.objects.get()
    assert event.kind == "no_show"
    told = Notification.objects.filter(user=city.researcher).latest("pk")
    assert told.message == NO_SHOW
    assert told.params["charge"] == {"message": CHARGED, "params": {"amount": "200.00"}}
    assert told.params["appeal_until"] == {"instant": get_appeal_deadline(event).isoformat()}


def test_user_who_missed_a_free_booking_reads_that_it_costs_nothing(city, see):
    type(city.rule).objects.filter(pk=city.rule.pk).update(no_show_percent=0)
    booking = book(city)
    bookings_no_show_due(booking.starts_at + timedelta(minutes=30))
    told = Notification.objects.filter(user=city.researcher).latest("pk")
    assert told.params["charge"]["message"] == NOT_CHARGED
    address = reverse("credit_event", args=[CreditEvent.objects.get().public_id])
    pages = [
        see(one, "booking", booking.public_id).content.decode() for one in (city.researcher, city.keeper)
    ]
    assert [address in page for page in pages] == [True, False]


def test_who_is_kept_waiting_by_the_use_before_has_as_long_to_come_after_it(city):
    before, booking = book(city, slot(hour=9, length=2)), book(city, slot(hour=12, length=2), payer=False)
    booking_check_in(actor=city.keeper, booking_id=before.pk, now=before.starts_at)
    assert bookings_no_show_due(booking.starts_at + HOURS) == 0
    out = booking.starts_at + HOURS
    booking_check_out(actor=city.keeper, booking_id=before.pk, now=out, ends_at=out)
    assert bookings_no_show_due(out + timedelta(minutes=29)) == 0
    assert bookings_no_show_due(out + timedelta(minutes=30)) == 1


def test_booking_that_the_use_before_kept_out_to_its_end_is_cancelled_without_charge(city):
    before, booking = book(city, slot(hour=9, length=2)), book(city, slot(hour=12, length=2), payer=False)
    booking_check_in(actor=city.keeper, booking_id=before.pk, now=before.starts_at)
    assert bookings_no_show_due(booking.ends_at) == 0
    booking.refresh_from_db()
    assert (booking.state, booking.charged_yuan, CreditEvent.objects.count()) == ("cancelled", None, 0)
    for person in (city.researcher, city.keeper):
        assert "not checked out in time" in journal.notifications(person).first().message


def test_who_finds_the_next_user_checked_in_before_their_own_time_is_over_is_no_no_show():
    city = factories.city()
    other = factories.member(city.company, name="壬")
    short = book(city, slot(hour=10, length=0.5))
    following = book(city, slot(hour=10.5, length=2), actor=other)
    booking_check_in(actor=city.keeper, booking_id=following.pk, now=short.starts_at + HOURS / 4)
    assert bookings_no_show_due(short.ends_at) == 0
    short.refresh_from_db()
    assert (short.state, short.charged_yuan, CreditEvent.objects.count()) == ("cancelled", None, 0)


@pytest.mark.parametrize("is_own", [False, True])
def test_who_is_kept_out_by_the_use_of_somebody_else_cancels_without_charge(city, is_own):
    user = city.researcher if is_own else factories.member(city.company, name="壬")
    before, booking = book(city, slot(hour=9, length=2), actor=user), book(city, slot(hour=12, length=2))
    booking_check_in(actor=city.keeper, booking_id=before.pk, now=before.starts_at)
    now = booking.starts_at + HOURS / 4
    cost = get_cancel_cost(city.researcher, booking, now)
    cancelled = booking_cancel(actor=city.researcher, booking_id=booking.pk, now=now)
    assert cost.late == cancelled.late_cancel == CreditEvent.objects.exists() == is_own


def test_three_missed_bookings_suspend_from_booking(city):
    for day in (1, 2, 3):
        booking = book(city, slot(day=day))
        bookings_no_show_due(booking.starts_at + HOURS)
    with pytest.raises(BookingRefused) as refused:
        book(city, slot(day=5), now=NOW + timedelta(days=4))
    assert codes(refused) == ["booking.credit_suspended"]


def test_quotas_exclude_cancelled_bookings():
    city = factories.city(quotas=[{"holder": "user", "span": "week", "most_bookings": 1}])
    first = book(city, slot(day=1))
    with pytest.raises(BookingRefused) as refused:
        book(city, slot(day=2))
    assert codes(refused) == ["booking.quota_user_week_bookings"]
    booking_cancel(actor=city.researcher, booking_id=first.pk, now=NOW)
    assert book(city, slot(day=2)).state == "approved"


def test_next_free_follows_every_change_of_holds(city):
    next_free_rebuild(NOW)
    assert next_free() == slot(day=0, hour=8, length=8)
    booking = book(city, slot(day=0, hour=8, length=8))
    assert next_free() == Interval(booking.held_until, slot(day=0, hour=8, length=12).end)
    booking_cancel(actor=city.keeper, booking_id=booking.pk, now=NOW, reason="停电")
    assert next_free() == slot(day=0, hour=8, length=8)


def test_next_free_moves_on_with_time_and_is_the_same_when_rebuilt(city):
    next_free_rebuild(NOW)
    later = NOW + timedelta(minutes=40)
    assert next_free_advance(later) == 1
    assert next_free().start == NOW + timedelta(minutes=60)
    advanced = NextFree.objects.values("at", "until").get()
    next_free_rebuild(later)
    assert NextFree.objects.values("at", "until").get() == advanced
    assert next_free_advance(later) == 0


def next_free():
    row = NextFree.objects.get()
    return Interval(row.at, row.until)


def test_free_time_leaves_room_for_the_pause(city):
    book(city, slot(hour=12, length=2))
    day = slot(hour=8, length=12)
    half = timedelta(minutes=30)
    assert get_free_intervals(city.researcher, city.instrument, day, NOW) == [
        Interval(day.start, slot(hour=12).start - half),
        Interval(slot(hour=14).start + half, day.end),
    ]
