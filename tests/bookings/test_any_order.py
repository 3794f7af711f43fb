"""Whatever people do in whatever order: the services and a plain model agree after every step.

By itself it draws the same few sequences each time; ANY_ORDER=1000 draws a thousand new ones.
"""

import os
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    precondition,
    rule,
    run_state_machine_as_test,
)

from bookings.requests.models import Booking
from bookings.requests.services.bookings import booking_agree, booking_approve, booking_move, booking_reject
from bookings.requests.services.cancellations import booking_cancel
from bookings.requests.services.closures import closure_place
from bookings.requests.services.lapses_and_no_shows import bookings_lapse_due, bookings_no_show_due
from bookings.usage.services.attendance import booking_check_in, booking_check_out
from bookings.usage.services.usage import usage_confirm, usage_correct
from bookings.waiting.services.entries import waiting_join, waiting_leave, waits_end_due
from bookings.waiting.services.offers import (
    free_time_offer_due,
    offer_accept,
    offer_decline,
    offers_lapse_due,
)
from providers.terms.domain.choices import ServiceMode
from tests.bookings.plain_city import CLOSE, DAY, LONGEST, Plain, PlainWait
from tests.bookings.plain_city import OPEN as OPENS
from tests.bookings.requests.booking import book
from tests.bookings.side_by_side import DAYS, SideBySide, between

EXAMPLES = int(os.environ.get("ANY_ORDER", "6"))
STEPS = 60
NEXT_TIMES = 30
"""Most people want one of the next free times."""

people = st.sampled_from(["戊", "己"])
instruments = st.sampled_from(["at_once", "by_keeper"])
starts = st.builds(
    lambda day, time: day * DAY + time,
    st.integers(0, DAYS - 1),
    st.integers(OPENS - 1, CLOSE - 1),
)
lengths = st.integers(1, LONGEST + 1)
sides = st.booleans()
picks = st.integers(0, 10_000)


class AnyOrder(SideBySide):
    """What users, keepers and the clock do with two instruments in three days."""

    # --- What people do ---------------------------------------------------------------------------------

    @rule(person=people, instrument=instruments, start=starts, length=lengths)
    def book_any_time(self, person, instrument, start, length):
        self.book(person, instrument, start, start + length)

    @rule(person=people, instrument=instruments, pick=picks)
    def book_a_free_time(self, person, instrument, pick):
        if free := sorted(self.free_times(person, instrument))[:NEXT_TIMES]:
            self.book(person, instrument, *free[pick % len(free)])

    @precondition(lambda self: self.with_states("cancelled"))
    @rule(person=people, pick=picks, sooner=st.integers(0, 1))
    def book_what_was_cancelled(self, person, pick, sooner):
        _pk, plain = self.choose(pick, "cancelled")
        self.book(person, plain.instrument, plain.start - sooner, plain.end - sooner)

    def book(self, person, instrument, start, end):
        admitted = self.model.may_book(person, instrument, start, end)
        made = self.attempt(
            admitted,
            book,
            self.city,
            between(start, end),
            actor=self.people[person],
            instrument_id=self.instruments[instrument].pk,
            now=self.now,
        )
        if made:
            self.model.bookings[made.pk] = Plain(person, instrument, start, end, made.state)
            self.read_deadline(made)

    @precondition(lambda self: self.model.bookings)
    @rule(pick=picks, by_user=sides, start=starts, length=lengths)
    def move_to_any_time(self, pick, by_user, start, length):
        self.move(*self.choose(pick), by_user, start, start + length)

    @precondition(lambda self: self.with_states("requested", "approved"))
    @rule(pick=picks, by_user=sides, time=picks, stays_silent=sides)
    def move_to_a_free_time(self, pick, by_user, time, stays_silent):
        """Move a booking; where the keeper did, its user may not answer before it begins."""
        pk, plain = self.choose(pick, "requested", "approved")
        if free := sorted(self.free_times(plain.person, plain.instrument))[:NEXT_TIMES]:
            self.move(pk, plain, by_user, *free[time % len(free)])
        if stays_silent and plain.moved_by_unit:
            self.let_time_pass(max(plain.start + 1 - self.model.now, 0))

    def move(self, pk, plain, by_user, start, end):
        admitted = plain.state in {"requested", "approved"} and self.model.may_book(
            plain.person, plain.instrument, start, end, moved=plain, bound=by_user
        )
        moved = self.attempt(
            admitted,
            booking_move,
            actor=self.actor(plain, by_user),
            booking_id=pk,
            interval=between(start, end),
            now=self.now,
        )
        if moved:
            if by_user and plain.instrument in self.model.by_keeper:
                plain.state = "requested"
            plain.start, plain.end, plain.moved_by_unit = start, end, not by_user
            self.read_deadline(moved)
            self.pass_on(plain)

    @precondition(lambda self: self.model.bookings)
    @rule(pick=picks, by_user=sides)
    def cancel(self, pick, by_user):
        pk, plain = self.choose(pick, "requested", "approved")
        cancelled = self.attempt(
            plain.state in {"offered", "requested", "approved"},
            booking_cancel,
            actor=self.actor(plain, by_user),
            booking_id=pk,
            reason="停电",
            now=self.now,
        )
        if cancelled:
            self.model.cancel(plain, by_user=by_user)
            self.pass_on(plain)

    @precondition(lambda self: self.model.bookings)
    @rule(pick=picks)
    def agree(self, pick):
        pk, plain = self.choose(pick, "requested", "approved")
        in_time = plain.state == "approved" or (
            plain.state == "requested" and self.model.now < plain.decide_by
        )
        agreed = self.attempt(
            in_time and plain.moved_by_unit,
            booking_agree,
            actor=self.people[plain.person],
            booking_id=pk,
            now=self.now,
        )
        if agreed:
            plain.moved_by_unit, plain.state = False, "approved"

    @precondition(lambda self: self.model.bookings)
    @rule(pick=picks, grant=sides)
    def decide(self, pick, grant):
        pk, plain = self.choose(pick, "requested")
        in_time = plain.state == "requested" and self.model.now < plain.decide_by
        facts = {"actor": self.city.keeper, "booking_id": pk, "now": self.now}
        if grant and self.attempt(in_time, booking_approve, **facts):
            plain.state = "approved"
        elif not grant and self.attempt(in_time, booking_reject, reason="样品不合适", **facts):
            plain.state = "rejected"
            self.pass_on(plain)

    @precondition(lambda self: self.with_states("approved"))
    @rule(person=people, taken=sides)
    def cancel_late(self, person, taken):
        """The user of the next booking cancels an hour before; somebody else may take its time."""
        pk, plain = self.next_approved()
        self.let_time_pass(max(plain.start - 2 - self.model.now, 0))
        if plain.state == "approved":
            booking_cancel(actor=self.people[plain.person], booking_id=pk, now=self.now)
            self.model.cancel(plain, by_user=True)
            self.pass_on(plain)
            if taken:
                self.book(person, plain.instrument, plain.start, plain.end)

    @precondition(lambda self: self.with_states("approved"))
    @rule(late=st.integers(0, 1))
    def come(self, late):
        """Somebody comes for the next booking, on time or when it has just been given up."""
        pk, plain = self.next_approved()
        self.let_time_pass(max(plain.start + late - self.model.now, 0))
        self.enter(pk, plain)

    @precondition(lambda self: self.model.bookings)
    @rule(pick=picks)
    def check_in(self, pick):
        self.enter(*self.choose(pick))

    def enter(self, pk, plain):
        busy = any(one.state == "in_use" for one in self.model.holding(plain.instrument))
        entered = self.attempt(
            plain.state == "approved" and self.model.now >= plain.start - 0.5 and not busy,
            booking_check_in,
            actor=self.city.keeper,
            booking_id=pk,
            now=self.now,
        )
        if entered:
            plain.state, plain.checked_in = "in_use", self.model.now

    @precondition(lambda self: self.model.bookings)
    @rule(pick=picks)
    def check_out(self, pick):
        pk, plain = self.choose(pick, "in_use")
        if plain.state == "in_use" and plain.checked_in == self.model.now:
            return  # Nobody leaves in the minute in which they came.
        log = self.attempt(
            plain.state == "in_use",
            booking_check_out,
            actor=self.city.keeper,
            booking_id=pk,
            now=self.now,
        )
        if log:
            left = plain.end if plain.checked_in < plain.end < self.model.now else self.model.now
            yuan = (Decimal(str(left - plain.checked_in)) * 50).quantize(Decimal("0.01"))
            assert log.amount_yuan == yuan
            plain.state = "completed"
            self.pass_on(plain)
            self.logs[log.pk] = (plain.person, yuan)

    @precondition(lambda self: set(self.logs) - set(self.model.used_yuan))
    @rule(pick=picks, amount=st.none() | st.integers(0, 500))
    def confirm(self, pick, amount):
        """Confirm the hours; with an amount the keeper has corrected what they cost before."""
        waiting = sorted(set(self.logs) - set(self.model.used_yuan))
        log = waiting[pick % len(waiting)]
        person, yuan = self.logs[log]
        mine = {"actor": self.people[person], "log_id": log, "now": self.now}
        usage_confirm(**mine)
        if amount is not None and Decimal(amount) != yuan:
            corrected = usage_correct(
                actor=self.city.keeper,
                log_id=log,
                changes={"amount_yuan": Decimal(amount)},
                reason="按合同结算",
                now=self.now,
            )
            usage_confirm(**mine, correction_id=corrected.pk)
            yuan = Decimal(amount)
        self.model.used_yuan[log] = yuan

    @rule(
        person=people, instrument=instruments, first=starts, span=st.integers(1, 30), length=st.integers(1, 9)
    )
    def wait_for_time(self, person, instrument, first, span, length):
        wait = PlainWait(person, instrument, first, first + span, length)
        joined = self.attempt(
            self.model.may_join(wait),
            waiting_join,
            actor=self.people[person],
            instrument_id=self.instruments[instrument].pk,
            wanted=between(first, first + span),
            minutes=length * 30,
            service_mode=ServiceMode.SELF_OPERATED,
            payer_organization_id=self.city.company.pk,
            subject="二氧化钛薄膜",
            now=self.now,
        )
        if joined:
            self.entries[joined.pk] = wait
            self.model.waits.append(wait)
            self.model.pass_on(instrument)
            self.see_offers()

    @precondition(lambda self: self.with_states("offered"))
    @rule(pick=picks, accepts=sides)
    def answer_an_offer(self, pick, accepts):
        pk, plain = self.choose(pick, "offered")
        wait = next(one for one in self.model.waits if plain in one.offers)
        facts = {"actor": self.people[plain.person], "booking_id": pk, "now": self.now}
        if not accepts:
            offer_decline(**facts)
            plain.state = "lapsed"
            self.pass_on(plain)
        elif made := self.attempt(
            self.model.may_book(plain.person, plain.instrument, plain.start, plain.end, moved=plain),
            offer_accept,
            **facts,
        ):
            plain.state = "requested" if plain.instrument in self.model.by_keeper else "approved"
            wait.is_open = False
            self.read_deadline(made)

    @precondition(lambda self: self.entries)
    @rule(pick=picks)
    def leave_the_list(self, pick):
        pk = sorted(self.entries)[pick % len(self.entries)]
        wait = self.entries[pk]
        left = self.attempt(
            wait.is_open, waiting_leave, actor=self.people[wait.person], entry_id=pk, now=self.now
        )
        if left:
            wait.is_open = False
            if wait.offered:
                wait.offered.state = "lapsed"
                self.model.pass_on(wait.instrument)
            self.see_offers()

    @precondition(lambda self: len(self.model.closures) < 2)
    @rule(instrument=instruments, start=starts, length=st.integers(1, 6))
    def close(self, instrument, start, length):
        """Close an instrument and cancel what was booked there."""
        if start < self.model.now:
            return
        hit = {
            pk: one
            for pk, one in self.model.bookings.items()
            if one.instrument == instrument
            and one.state in {"offered", "requested", "approved"}
            and one.touches(start, start + length)
        }
        ids = Booking.objects.filter(pk__in=hit).values_list("public_id", flat=True)
        closure_place(
            actor=self.city.keeper,
            instrument_id=self.instruments[instrument].pk,
            interval=between(start, start + length),
            reason_zh="检修",
            outcomes=dict.fromkeys(ids, "cancel"),
            now=self.now,
        )
        self.model.closures.append((instrument, start, start + length))
        for one in hit.values():
            self.model.cancel(one, by_user=False)
        free_time_offer_due(self.now)
        self.model.pass_on_all()
        self.see_offers()

    @rule(half_hours=st.sampled_from([0.5, 1, 2, 5]))
    def wait(self, half_hours):
        self.let_time_pass(half_hours)

    def let_time_pass(self, half_hours):
        self.model.now += half_hours
        bookings_lapse_due(self.now)
        bookings_no_show_due(self.now)
        offers_lapse_due(self.now)
        free_time_offer_due(self.now)
        waits_end_due(self.now)
        self.model.run_clock()
        self.see_offers()


@pytest.mark.django_db
def test_in_any_order_of_acts_the_services_do_what_the_model_says():
    run_state_machine_as_test(
        AnyOrder,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            derandomize="ANY_ORDER" not in os.environ,
            deadline=None,
            phases=[
                __import__("hypothesis").Phase.explicit,
                __import__("hypothesis").Phase.reuse,
                __import__("hypothesis").Phase.generate,
            ],
            suppress_health_check=list(HealthCheck),
        ),
    )
