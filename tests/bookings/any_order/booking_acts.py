"""What users and keepers do with bookings until they begin."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from bookings.groups.services.hand_over import booking_hand_over
from bookings.requests.models import Booking
from bookings.requests.services.bookings import booking_move
from bookings.requests.services.cancellations import booking_cancel
from bookings.requests.services.closures import closure_place
from bookings.requests.services.deciding import booking_agree, booking_approve, booking_reject
from bookings.waiting.services.offers import free_time_offer_due
from tests.bookings.any_order.draws import instruments, lengths, names, people, picks, sides, starts
from tests.bookings.any_order.plain_city import Plain
from tests.bookings.any_order.side_by_side import SideBySide, between
from tests.bookings.requests.booking import book


class BookingActs(SideBySide):
    """Booking, moving, deciding, cancelling, handing over and closing."""

    @rule(person=people, instrument=instruments, start=starts, length=lengths)
    def book_any_time(self, person, instrument, start, length):
        self.book(person, instrument, start, start + length)

    @rule(person=people, instrument=instruments, pick=picks, names_project=names)
    def book_a_free_time(self, person, instrument, pick, names_project):
        if free := self.next_free(person, instrument, pick):
            self.book(person, instrument, *free, names_project)

    @precondition(lambda self: self.with_states("cancelled"))
    @rule(person=people, pick=picks, sooner=st.integers(0, 1))
    def book_what_was_cancelled(self, person, pick, sooner):
        _pk, plain = self.choose(pick, "cancelled")
        self.book(person, plain.instrument, plain.start - sooner, plain.end - sooner)

    def book(self, person, instrument, start, end, names_project=False):
        admitted = self.model.may_book(person, instrument, start, end) and self.model.is_paid(
            names_project, person, end - start
        )
        made = self.attempt(
            admitted,
            book,
            self.city,
            between(start, end),
            actor=self.people[person],
            instrument_id=self.instruments[instrument].pk,
            organization_project_id=self.project.pk if names_project else None,
            now=self.now,
        )
        if made:
            plain = Plain(person, instrument, start, end, self.model.first_state(instrument))
            plain.names_project = names_project
            self.keep(made, plain)

    @precondition(lambda self: self.model.bookings)
    @rule(pick=picks, by_user=sides, start=starts, length=lengths)
    def move_to_any_time(self, pick, by_user, start, length):
        self.move(*self.choose(pick), by_user, start, start + length)

    @precondition(lambda self: self.with_states("requested", "approved"))
    @rule(pick=picks, by_user=sides, time=picks, stays_silent=sides)
    def move_to_a_free_time(self, pick, by_user, time, stays_silent):
        """Move a booking; where the keeper did, its user may not answer before it begins."""
        pk, plain = self.choose(pick, "requested", "approved")
        if free := self.next_free(plain.person, plain.instrument, time):
            self.move(pk, plain, by_user, *free)
        if stays_silent and plain.moved_by_unit:
            self.let_time_pass(max(plain.start + 1 - self.model.now, 0))

    def move(self, pk, plain, by_user, start, end):
        admitted = (
            plain.state in {"requested", "approved"}
            and not (by_user and plain.is_planned)
            and self.model.may_book(plain.person, plain.instrument, start, end, moved=plain, bound=by_user)
            and self.model.is_paid(plain.names_project, plain.person, end - start, moved=plain)
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
            self.model.move(plain, start, end, by_user=by_user)
            self.read_deadline(moved)
            self.require_within_budget(plain)
            self.pass_on(plain)

    @precondition(lambda self: self.model.bookings)
    @rule(pick=picks, by_user=sides)
    def cancel(self, pick, by_user):
        pk, plain = self.choose(pick, "requested", "approved")
        cancelled = self.attempt(
            plain.state in {"requested", "approved"} and not (by_user and plain.is_planned),
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
            plain.state == "requested" and not plain.is_for_former_user and self.model.now < plain.decide_by
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
        if plain.state == "approved" and not plain.is_planned:
            booking_cancel(actor=self.people[plain.person], booking_id=pk, now=self.now)
            self.model.cancel(plain, by_user=True)
            self.pass_on(plain)
            if taken:
                self.book(person, plain.instrument, plain.start, plain.end)

    @precondition(lambda self: self.with_states("requested", "approved"))
    @rule(pick=picks)
    def hand_over(self, pick):
        """The other one takes the booking over; where a keeper decides, about that person anew."""
        pk, plain = self.choose(pick, "requested", "approved")
        (colleague,) = set(self.people) - {plain.person}
        given = self.attempt(
            self.model.may_take_over(plain, colleague),
            booking_hand_over,
            actor=self.people[plain.person],
            booking_id=pk,
            colleague_id=self.people[colleague].pk,
            now=self.now,
        )
        if given:
            plain.person, plain.state = colleague, self.model.first_state(plain.instrument)
            plain.is_for_former_user = plain.moved_by_unit
            self.read_deadline(given)

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
