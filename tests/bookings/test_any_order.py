"""Whatever people do in whatever order: the services and a plain model agree after every step.

A longer run: ANY_ORDER=1000 pytest tests/bookings/test_any_order.py
"""

import os
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bookings.requests.domain.states import HOLDING_STATES
from bookings.requests.models import Booking, CreditEvent
from bookings.requests.selectors.offers import Applicant, get_free_time
from bookings.requests.services.bookings import booking_agree, booking_approve, booking_move, booking_reject
from bookings.requests.services.cancellations import booking_cancel
from bookings.requests.services.closures import closure_place
from bookings.requests.services.lapses_and_no_shows import bookings_lapse_due, bookings_no_show_due
from bookings.statements.models import Statement
from bookings.statements.services.drafting import statements_draft
from bookings.usage.selectors.chain_log import USAGE_CHECK
from bookings.usage.selectors.overlaps import find_untold_overlaps
from bookings.usage.services.attendance import booking_check_in, booking_check_out
from bookings.usage.services.days import usage_units_differing
from bookings.usage.services.usage import usage_confirm, usage_correct
from instrument_share.kernel.errors import DomainError
from instrument_share.kernel.interval import Interval
from instrument_share.transparency.selectors.checks import CHECKS
from providers.instruments.models import Keeper
from tests import factories
from tests.bookings.plain_city import CLOSE, DAY, LONGEST, OPEN, Plain, PlainCity
from tests.bookings.requests.booking import book
from tests.factories import NOW

HALF_HOUR = timedelta(minutes=30)
MIDNIGHT = NOW - OPEN * HALF_HOUR
APRIL = datetime.fromisoformat("2026-04-02T09:00+08:00")
DAYS = 3
EXAMPLES = int(os.environ.get("ANY_ORDER", "6"))
STEPS = 60
NEXT_TIMES = 30
"""Most people want one of the next free times."""

people = st.sampled_from(["戊", "己"])
instruments = st.sampled_from(["at_once", "by_keeper"])
starts = st.builds(
    lambda day, time: day * DAY + time,
    st.integers(0, DAYS - 1),
    st.integers(OPEN - 1, CLOSE - 1),
)
lengths = st.integers(1, LONGEST + 1)
sides = st.booleans()
picks = st.integers(0, 10_000)


class AnyOrder(RuleBasedStateMachine):
    """What users, keepers and the clock do with two instruments in three days."""

    def __init__(self):
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()

    def teardown(self):
        try:
            self.settle_accounts()
        finally:
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    @initialize()
    def open_the_city(self):
        terms = {
            "turnaround_minutes": 30,
            "max_minutes": LONGEST * 30,
            "change_deadline_minutes": 120,
            "cancel_deadline_minutes": 120,
            "quotas": [{"holder": "user", "span": "day", "most_minutes": 240, "most_bookings": 3}],
        }
        self.city = factories.city(**terms)
        second = factories.instrument(self.city.owner)
        factories.rule(second, decision="by_keeper", decision_hours=48, **terms)
        factories.windows(second)
        Keeper.objects.create(instrument=second, user=self.city.keeper)
        self.instruments = {"at_once": self.city.instrument, "by_keeper": second}
        self.people = {"戊": self.city.researcher, "己": factories.member(self.city.company, name="己")}
        self.model = PlainCity(by_keeper={"by_keeper"})
        self.logs = {}

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

    @precondition(lambda self: self.model.bookings)
    @rule(pick=picks, by_user=sides)
    def cancel(self, pick, by_user):
        pk, plain = self.choose(pick, "requested", "approved")
        cancelled = self.attempt(
            plain.state in {"requested", "approved"},
            booking_cancel,
            actor=self.actor(plain, by_user),
            booking_id=pk,
            reason="停电",
            now=self.now,
        )
        if cancelled:
            self.model.cancel(plain, by_user=by_user)

    @precondition(lambda self: self.model.bookings)
    @rule(pick=picks)
    def agree(self, pick):
        pk, plain = self.choose(pick, "requested", "approved")
        agreed = self.attempt(
            plain.state in {"requested", "approved"} and plain.moved_by_unit,
            booking_agree,
            actor=self.people[plain.person],
            booking_id=pk,
            now=self.now,
        )
        if agreed:
            plain.moved_by_unit = False

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

    @precondition(lambda self: self.with_states("approved"))
    @rule(person=people, taken=sides)
    def cancel_late(self, person, taken):
        """The user of the next booking cancels an hour before; somebody else may take its time."""
        pk, plain = self.next_approved()
        self.let_time_pass(max(plain.start - 2 - self.model.now, 0))
        if plain.state == "approved":
            booking_cancel(actor=self.people[plain.person], booking_id=pk, now=self.now)
            self.model.cancel(plain, by_user=True)
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
            and one.state in {"requested", "approved"}
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

    @rule(half_hours=st.sampled_from([0.5, 1, 2, 5]))
    def wait(self, half_hours):
        self.let_time_pass(half_hours)

    def let_time_pass(self, half_hours):
        self.model.now += half_hours
        bookings_lapse_due(self.now)
        bookings_no_show_due(self.now)
        self.model.run_clock()

    # --- What holds after each of it --------------------------------------------------------------------

    @invariant()
    def states_are_those_of_the_model(self):
        stored = Booking.objects.in_bulk()
        assert {pk: one.state for pk, one in stored.items()} == {
            pk: one.state for pk, one in self.model.bookings.items()
        }
        events = CreditEvent.objects.values_list("user__name", flat=True)
        assert sorted(events) == sorted(self.model.credit.elements())
        charges = {pk: one.charged_yuan or 0 for pk, one in stored.items()}
        assert charges == {pk: self.model.charged_yuan(one) for pk, one in self.model.bookings.items()}

    @invariant()
    def no_time_is_held_twice(self):
        for instrument in self.instruments.values():
            held = Booking.objects.filter(instrument=instrument, state__in=HOLDING_STATES).order_by(
                "starts_at"
            )
            assert all(before.held_until <= after.starts_at for before, after in pairwise(held))

    @invariant()
    def what_is_offered_may_be_booked_and_nothing_else(self):
        days = between(0, DAYS * DAY)
        for name, person in self.people.items():
            asks = Applicant(person, self.city.company)
            free = get_free_time(self.instruments.values(), days, self.now, asks)
            for key, instrument in self.instruments.items():
                offered = {
                    (half_hours(offer.start), end)
                    for offer in free.offers(instrument.pk, days)
                    for end in range(half_hours(offer.first_end), half_hours(offer.last_end) + 1)
                }
                assert offered == self.free_times(name, key)

    def settle_accounts(self):
        """When the month is over, the statement bills what the model adds up, and every chain fits."""
        if not hasattr(self, "model"):
            return
        statements_draft(actor=None, organization_id=self.city.owner.pk, month=date(2026, 3, 1), now=APRIL)
        assert sum(Statement.objects.values_list("total_yuan", flat=True)) == self.model.owed_yuan()
        assert [problem for check in CHECKS for problem in check.run_all()] == []
        assert (USAGE_CHECK.run_all(), find_untold_overlaps(), usage_units_differing()) == ([], [], [])

    # --- Help -------------------------------------------------------------------------------------------

    @property
    def now(self):
        return MIDNIGHT + self.model.now * HALF_HOUR

    def free_times(self, person, instrument):
        return {
            (start, end)
            for start in range(DAYS * DAY)
            for end in range(start + 1, start + LONGEST + 1)
            if self.model.may_book(person, instrument, start, end)
        }

    def with_states(self, *states):
        return {pk: one for pk, one in self.model.bookings.items() if one.state in states}

    def next_approved(self):
        return min(self.with_states("approved").items(), key=lambda one: (one[1].start, one[0]))

    def choose(self, pick, *states):
        """A booking with one of the states; where there is none, any, whose refusal is a test too."""
        known = sorted(self.with_states(*states) or self.model.bookings)
        return (pk := known[pick % len(known)]), self.model.bookings[pk]

    def actor(self, plain, by_user):
        return self.people[plain.person] if by_user else self.city.keeper

    def read_deadline(self, made):
        plain = self.model.bookings[made.pk]
        plain.decide_by = made.decide_by and (made.decide_by - MIDNIGHT) / HALF_HOUR

    def attempt(self, admitted, service, *args, **facts):
        """What the service returns; None where it refuses, as it must exactly where the model does."""
        try:
            done = service(*args, **facts)
        except DomainError:
            assert not admitted, service.__name__
            return None
        assert admitted, service.__name__
        return done


def between(start, end):
    return Interval(MIDNIGHT + start * HALF_HOUR, MIDNIGHT + end * HALF_HOUR)


def half_hours(instant):
    return (instant - MIDNIGHT) // HALF_HOUR


@pytest.mark.django_db
def test_in_any_order_of_acts_the_services_do_what_the_model_says():
    run_state_machine_as_test(
        AnyOrder,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
