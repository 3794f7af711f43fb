from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bookings.requests.domain.errors import BookingRefused, SlotTaken
from bookings.requests.models import Booking
from bookings.requests.services.bookings import booking_move
from bookings.requests.services.cancellations import booking_cancel
from bookings.requests.services.closures import closure_place
from bookings.requests.services.deciding import booking_approve, booking_reject
from bookings.requests.services.instrument_decisions import (
    closure_lift,
    instrument_resume,
    instrument_retire,
    instrument_suspend,
)
from bookings.requests.services.lapses_and_no_shows import bookings_lapse_due, bookings_no_show_due
from bookings.requests.services.notifications import WITHDRAWN
from bookings.usage.services.attendance import booking_check_in, booking_check_out
from bookings.waiting.domain import AlreadyWaiting, OfferOver, SpanRefused, WaitEnded, get_answer_deadline
from bookings.waiting.models import WaitlistOffer
from bookings.waiting.selectors import count_waiting, waits
from bookings.waiting.services.entries import waiting_leave, waits_end_due
from bookings.waiting.services.notifications import (
    ACCEPTED_FOR_YOU,
    DECLINED_FOR_YOU,
    ENDS_UNANSWERED,
    LAPSED,
    OFFERED,
    RETIRED,
    UNANSWERED,
)
from bookings.waiting.services.offers import (
    free_time_offer_due,
    offer_accept,
    offer_decline,
    offers_lapse_due,
)
from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import Membership
from instrument_share.journal import selectors as journal
from instrument_share.kernel.errors import Forbidden
from instrument_share.kernel.interval import Interval
from providers.domain import UserKind
from providers.instruments.models import InstrumentLink
from tests import factories
from tests.bookings.requests.booking import book, codes
from tests.bookings.requests.rules import hours, put_in_force
from tests.bookings.waiting.waiting import held, join, offered
from tests.factories import NOW, slot

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
START, END = slot().start, slot().end


def test_cancelled_time_goes_from_hand_to_hand(city):
    booking = book(city)
    first, second = join(city), join(city, now=NOW + MINUTE)
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=NOW + HOUR)
    assert offered(first) == [(START, END, "offered")]
    assert offered(second) == []
    assert journal.history(held(first))[0].action == "booking.offered"
    told = journal.notifications(first.user).get()
    assert (told.message.split("{")[0], told.path) == ("", "/me/waiting/")
    with pytest.raises(SlotTaken):
        book(city, actor=second.user, now=NOW + HOUR)


def test_time_that_suffices_for_two_is_offered_to_two(city):
    booking = book(city, slot(length=4))
    first, second = (join(city, wanted=slot(length=4), now=NOW + at * MINUTE) for at in (0, 1))
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=NOW + HOUR)
    assert offered(first) == [(START, END, "offered")]
    assert offered(second) == [(END, END + 2 * HOUR, "offered")]


@pytest.mark.parametrize("answer", ["decline", "lapse", "leave"])
def test_what_one_lets_go_is_offered_to_the_next_and_not_again(city, answer):
    booking = book(city)
    first, second = join(city), join(city, now=NOW + MINUTE)
    now = NOW + HOUR
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=now)
    if answer == "decline":
        offer_decline(actor=first.user, booking_id=held(first).pk, now=now)
    elif answer == "leave":
        waiting_leave(actor=first.user, entry_id=first.pk, now=now)
    else:
        assert offers_lapse_due(now + 2 * HOUR - MINUTE) == 0
        now += 2 * HOUR
        assert offers_lapse_due(now) == 1
    assert offered(first) == [(START, END, "lapsed")]
    assert offered(second) == [(START, END, "offered")]
    offer_decline(actor=second.user, booking_id=held(second).pk, now=now)
    assert free_time_offer_due(now) == 0
    assert book(city, now=now).state == "approved"


@pytest.mark.parametrize(("decision", "state"), [("at_once", "approved"), ("by_keeper", "requested")])
def test_accepted_offer_is_booked_as_the_rule_decides(decision, state):
    city = factories.city(decision=decision)
    booking = book(city)
    entry = join(city)
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=NOW)
    accepted = offer_accept(actor=entry.user, booking_id=held(entry).pk, now=NOW + HOUR)
    assert (accepted.state, accepted.requested_at) == (state, NOW + HOUR)
    assert (accepted.decide_by is not None) == (state == "requested")
    entry.refresh_from_db()
    assert (entry.end, entry.ended_at) == ("booked", NOW + HOUR)
    told = [one.path for one in journal.notifications(city.keeper)]
    assert told.count(f"/bookings/{accepted.public_id}/") == 1
    with pytest.raises(OfferOver):
        offer_accept(actor=entry.user, booking_id=accepted.pk, now=NOW + HOUR)


def test_acceptance_is_admitted_like_a_booking(city):
    booking = book(city)
    entry = join(city)
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=NOW)
    Membership.objects.filter(user=entry.user).update(state="ended")
    entry.user.__dict__.pop("_standing", None)
    with pytest.raises(BookingRefused) as refused:
        offer_accept(actor=entry.user, booking_id=held(entry).pk, now=NOW)
    assert "booking.organization_not_admitted" in codes(refused)


def test_nobody_is_offered_what_they_may_not_book(city):
    booking = book(city)
    first, second = join(city), join(city, now=NOW + MINUTE)
    Membership.objects.filter(user=first.user).update(state="ended")
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=NOW)
    assert offered(first) == []
    assert offered(second) == [(START, END, "offered")]


def test_offer_holds_two_hours_or_until_an_hour_before_the_start():
    start = NOW + 10 * HOUR
    assert get_answer_deadline(NOW, start, timedelta()) == NOW + 2 * HOUR
    assert get_answer_deadline(start - 2 * HOUR, start, timedelta()) == start - HOUR
    assert get_answer_deadline(NOW, start, 9 * HOUR) == NOW + HOUR


def test_offer_that_nobody_could_answer_in_time_is_not_made(city):
    booking = book(city)
    entry = join(city)
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=START - 74 * MINUTE)
    assert offered(entry) == []


def test_offer_is_over_at_its_deadline(city):
    booking = book(city)
    entry = join(city)
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=NOW)
    with pytest.raises(OfferOver):
        offer_accept(actor=entry.user, booking_id=held(entry).pk, now=NOW + 2 * HOUR)


def test_whoever_administers_the_payer_may_answer_and_one_gets_it(city):
    booking = book(city)
    entry = join(city)
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=NOW)
    admin = factories.member(city.company, Role.ORG_ADMIN, name="庚")
    pk = held(entry).pk
    with pytest.raises(Forbidden):
        offer_accept(actor=city.researcher, booking_id=pk, now=NOW)
    assert [one.pk for one in waits(admin)] == [entry.pk]
    assert offer_accept(actor=admin, booking_id=pk, now=NOW).user == entry.user
    with pytest.raises(OfferOver):
        offer_decline(actor=entry.user, booking_id=pk, now=NOW)


@pytest.mark.parametrize("answer", [offer_accept, offer_decline])
def test_whoever_waits_is_told_what_another_answered_for_them(city, answer):
    entry = join(city)
    admin = factories.member(city.company, Role.ORG_ADMIN, name="庚")
    booking = held(entry)
    before = journal.notifications(entry.user).count()
    answer(actor=admin, booking_id=booking.pk, now=NOW)
    told = journal.notifications(entry.user).order_by("-id")[0]
    assert journal.notifications(entry.user).count() == before + 1
    assert (told.message, told.path) == {
        offer_accept: (ACCEPTED_FOR_YOU, f"/bookings/{booking.public_id}/"),
        offer_decline: (DECLINED_FOR_YOU, "/me/waiting/"),
    }[answer]
    assert told.params["actor"] == "庚"


@pytest.mark.parametrize("answer", [offer_accept, offer_decline])
def test_nobody_is_told_of_their_own_answer(city, answer):
    entry = join(city)
    before = journal.notifications(entry.user).count()
    answer(actor=entry.user, booking_id=held(entry).pk, now=NOW)
    assert journal.notifications(entry.user).count() == before


class TestWhatFreesTime:
    def test_rejection(self):
        city = factories.city(decision="by_keeper")
        booking, entry = book(city), join(city)
        booking_reject(actor=city.keeper, booking_id=booking.pk, reason="停机", now=NOW)
        assert offered(entry) == [(START, END, "offered")]

    def test_lapse_of_a_request(self):
        city = factories.city(decision="by_keeper", decision_hours=4)
        booking, entry = book(city), join(city)
        assert bookings_lapse_due(booking.decide_by) == 1
        assert offered(entry) == [(START, END, "offered")]

    def test_no_show_frees_the_rest(self, city):
        book(city, slot(length=6))
        entry = join(city, wanted=slot(length=6))
        assert bookings_no_show_due(START + 30 * MINUTE) == 1
        assert offered(entry) == [(START + 2 * HOUR, START + 4 * HOUR, "offered")]

    def test_early_check_out_frees_the_rest(self, city):
        booking = book(city, slot(length=8))
        entry = join(city, wanted=slot(length=8))
        booking_check_in(actor=city.keeper, booking_id=booking.pk, now=START)
        booking_check_out(actor=city.keeper, booking_id=booking.pk, now=START + HOUR)
        assert offered(entry) == [(START + 2.5 * HOUR, START + 4.5 * HOUR, "offered")]

    def test_shortening(self, city):
        booking = book(city, slot(length=4))
        entry = join(city, wanted=slot(length=4))
        booking_move(actor=city.researcher, booking_id=booking.pk, interval=slot(), now=NOW)
        assert offered(entry) == [(END, END + 2 * HOUR, "offered")]

    def test_end_of_a_closure(self, city):
        closure = closure_place(
            actor=city.keeper,
            instrument_id=city.instrument.pk,
            interval=slot(),
            reason_zh="检修",
            now=NOW,
        )
        entry = join(city)
        closure_lift(actor=city.keeper, closure_id=closure.pk, now=NOW)
        assert offered(entry) == [(START, END, "offered")]

    def test_end_of_a_suspension(self, city):
        booking, entry = book(city), join(city)
        instrument_suspend(
            actor=city.keeper,
            instrument_id=city.instrument.pk,
            reason="检修",
            now=NOW,
            outcomes={booking.public_id: "cancel"},
        )
        assert offered(entry) == []
        instrument_resume(actor=city.keeper, instrument_id=city.instrument.pk, now=NOW)
        assert offered(entry) == [(START, END, "offered")]

    def test_anything_else_within_the_minute(self, city):
        booking, entry = book(city), join(city)
        Booking.objects.filter(pk=booking.pk).update(state="cancelled")
        assert free_time_offer_due(NOW) == 1
        assert offered(entry) == [(START, END, "offered")]


def test_decision_that_hits_an_offer_withdraws_it(city):
    booking, entry = book(city), join(city)
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=NOW)
    closure_place(
        actor=city.keeper,
        instrument_id=city.instrument.pk,
        interval=slot(),
        reason_zh="检修",
        now=NOW,
    )
    assert offered(entry) == [(START, END, "lapsed")]
    told = journal.notifications(entry.user).first()
    assert told.params["reason"] == {"zh": "检修", "en": ""}
    assert waits(entry.user).get().end == ""


@pytest.mark.parametrize(
    ("changes", "day", "state"),
    [
        ({"needs_qualification": True}, 1, "lapsed"),
        ({"user_kinds": frozenset({UserKind.INSIDE})}, 1, "lapsed"),
        ({"price": 130}, 1, "offered"),
        ({"needs_qualification": True}, 2, "offered"),
    ],
)
def test_offer_that_a_new_version_of_the_rule_refuses_is_withdrawn(city, changes, day, state):
    """Accepting it would be refused, and unanswered it would count against who waits."""
    put_in_force(city, hours())
    entry = join(city)
    put_in_force(city, hours(**changes), day=day)
    assert offered(entry) == [(START, END, state)]
    messages = [one.message for one in journal.notifications(entry.user)]
    assert messages[0] == (WITHDRAWN if state == "lapsed" else OFFERED)
    assert offers_lapse_due(NOW + 2 * HOUR) == (state == "offered")
    entry.refresh_from_db()
    assert (entry.end, entry.unanswered) == ("", int(state == "offered"))


def test_offer_goes_with_the_version_of_a_linked_instrument_that_refuses_it(city):
    other = factories.instrument(city.owner)
    factories.rule(other)
    factories.windows(other)
    InstrumentLink.objects.create(instrument=city.instrument, linked=other)
    entry = join(city)
    assert set(Booking.objects.values_list("state", flat=True)) == {"offered"}
    linked = replace(city, instrument=other)
    put_in_force(linked, hours(needs_qualification=True), day=1)
    assert set(Booking.objects.values_list("state", flat=True)) == {"lapsed"}
    assert waits(entry.user).get().end == ""


def test_late_canceller_pays_until_somebody_accepts(city):
    city.rule.late_cancel_percent = 50
    city.rule.save()
    booking, entry = book(city), join(city)
    late = START - 3 * HOUR
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=late)
    booking.refresh_from_db()
    assert (offered(entry), booking.charged_yuan) == ([(START, END, "offered")], Decimal("100.00"))
    offer_accept(actor=entry.user, booking_id=held(entry).pk, now=late + HOUR)
    booking.refresh_from_db()
    assert booking.charged_yuan == 0


def test_free_time_is_offered_on_joining(city):
    entry = join(city)
    assert offered(entry) == [(START, END, "offered")]


def test_join_refuses_what_could_never_be_booked(city):
    book(city)
    with pytest.raises(BookingRefused) as refused:
        join(city, subject=" ")
    assert codes(refused) == ["booking.subject_missing"]
    with pytest.raises(BookingRefused) as refused:
        join(city, minutes=45)
    assert codes(refused) == ["waiting.off_step"]
    too_long = Interval(START, START + 40 * 24 * HOUR)
    for wanted, minutes in ((slot(length=1), 120), (slot(day=0, hour=9), 120), (too_long, 60)):
        with pytest.raises(SpanRefused):
            join(city, wanted=wanted, minutes=minutes)


def test_one_waits_for_an_instrument_once(city):
    book(city)
    entry = join(city)
    with pytest.raises(AlreadyWaiting):
        join(city, entry.user)
    waiting_leave(actor=entry.user, entry_id=entry.pk, now=NOW)
    with pytest.raises(WaitEnded):
        waiting_leave(actor=entry.user, entry_id=entry.pk, now=NOW)
    assert join(city, entry.user).end == ""


def test_wait_ends_when_no_time_is_left(city):
    book(city)
    entry = join(city)
    assert waits_end_due(START - 75 * MINUTE) == 0
    assert waits_end_due(START - 74 * MINUTE) == 1
    entry.refresh_from_db()
    assert entry.end == "over"
    assert journal.notifications(entry.user).get().path == "/me/waiting/"


def test_who_declined_a_time_is_offered_the_one_directly_before_it():
    """Nobody cleans up after a use that they have let go."""
    city = factories.city(turnaround_minutes=30)
    booking = book(city, slot(hour=9))
    start = booking.starts_at + 30 * MINUTE
    entry = join(city, wanted=Interval(start, start + 4 * HOUR))
    offer_decline(actor=entry.user, booking_id=held(entry).pk, now=NOW)
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=NOW)
    assert offered(entry) == [
        (start + 2 * HOUR, start + 4 * HOUR, "lapsed"),
        (start, start + 2 * HOUR, "offered"),
    ]


def test_who_declined_a_time_is_not_told_that_none_came_free(city):
    entry = join(city)
    offer_decline(actor=entry.user, booking_id=held(entry).pk, now=NOW)
    assert waits_end_due(START) == 1
    assert "came free" not in journal.notifications(entry.user).first().message


def test_wait_ends_with_the_second_unanswered_offer(city):
    """Whoever does not answer would keep one time after the other from those who would."""
    entry = join(city, wanted=slot(length=8))
    assert offers_lapse_due(NOW + 2 * HOUR) == 1
    assert [state for *_, state in offered(entry)] == ["lapsed", "offered"]
    assert offers_lapse_due(NOW + 4 * HOUR) == 1
    entry.refresh_from_db()
    assert (entry.end, len(offered(entry))) == ("over", 2)
    told = journal.notifications(entry.user).order_by("id")
    assert [(one.message, [line["message"] for line in one.lines]) for one in told] == [
        (OFFERED, []),
        (LAPSED, [ENDS_UNANSWERED]),
        (OFFERED, [ENDS_UNANSWERED]),
        (UNANSWERED, []),
    ]


def test_keeper_sees_how_many_wait(city):
    book(city)
    join(city)
    join(city)
    assert count_waiting(city.keeper) == [(city.instrument, 2)]
    assert count_waiting(city.researcher) == []


def test_offers_of_instruments_booked_together_hold_both():
    city = factories.city()
    other = factories.instrument(city.owner, name_zh="制样机")
    factories.rule(other)
    factories.windows(other)
    city.instrument.links.create(linked=other)
    booking, entry = book(city), join(city)
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=NOW)
    assert Booking.objects.filter(state="offered").count() == 2
    offer_accept(actor=entry.user, booking_id=held(entry).pk, now=NOW)
    assert Booking.objects.filter(state="approved").count() == 2
    assert WaitlistOffer.objects.count() == 1


def test_rivals_of_an_approved_request_are_told(city):
    """Nothing is offered to them: an approval frees nothing."""
    city.rule.decision = "by_keeper"
    city.rule.save()
    booking, entry = book(city), join(city)
    booking_approve(actor=city.keeper, booking_id=booking.pk, now=NOW)
    assert offered(entry) == []
    assert "approved" in journal.notifications(entry.user).get().message


def test_who_waits_is_not_told_that_the_own_request_takes_the_time(city):
    city.rule.decision = "by_keeper"
    city.rule.save()
    book(city)
    entry = join(city)
    booking = book(city, slot(hour=14), actor=entry.user)
    entry.latest = booking.ends_at
    entry.save()
    booking_approve(actor=city.keeper, booking_id=booking.pk, now=NOW)
    (told,) = journal.notifications(entry.user)
    assert told.path == f"/bookings/{booking.public_id}/"


def test_waits_for_a_retired_instrument_end_and_who_waited_is_told(city):
    booking = book(city)
    first, second = join(city), join(city, now=NOW + MINUTE)
    about = {"actor": city.manager, "instrument_id": city.instrument.pk, "now": NOW + HOUR}
    instrument_suspend(**about, reason="报废", outcomes={booking.public_id: "cancel"})
    assert [number for _instrument, number in count_waiting(city.keeper)] == [2]
    instrument_retire(**about, reason="已报废")
    for entry in (first, second):
        entry.refresh_from_db()
        assert (entry.end, entry.ended_at) == ("over", NOW + HOUR)
        told = journal.notifications(entry.user).first()
        assert (told.message, told.params["reason"]) == (RETIRED, "已报废")
