"""What happens at the instrument, and the hours that are confirmed after."""

from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from bookings.usage.services.attendance import booking_check_in, booking_check_out
from bookings.usage.services.usage import usage_confirm, usage_correct
from tests.bookings.any_order.draws import picks
from tests.bookings.any_order.side_by_side import SideBySide


class UseActs(SideBySide):
    """Checking in and out, and confirming."""

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
    def somebody_leaves(self, pick):
        self.check_out(*self.choose(pick, "in_use"))

    def check_out(self, pk, plain):
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
            self.leave(plain, left, log, confirmed_by=self.people[plain.person])

    @precondition(lambda self: set(self.logs) - set(self.model.used_yuan))
    @rule(pick=picks, amount=st.none() | st.integers(0, 500))
    def confirm(self, pick, amount):
        """Confirm the hours; with an amount the keeper has corrected what they cost before."""
        waiting = sorted(set(self.logs) - set(self.model.used_yuan))
        log = waiting[pick % len(waiting)]
        person, yuan, second = self.logs[log]
        usage_confirm(actor=second, log_id=log, now=self.now)
        if amount is not None and Decimal(amount) != yuan:
            corrected = usage_correct(
                actor=self.city.keeper,
                log_id=log,
                changes={"amount_yuan": Decimal(amount)},
                reason="按合同结算",
                now=self.now,
            )
            usage_confirm(actor=self.people[person], log_id=log, now=self.now, correction_id=corrected.pk)
            yuan = Decimal(amount)
        self.model.used_yuan[log] = yuan
