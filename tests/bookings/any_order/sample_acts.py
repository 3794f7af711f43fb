"""What users and keepers do with samples, from the order to their return."""

from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from bookings.samples.domain.choices import Afterwards
from bookings.samples.services.files import sample_order_report
from bookings.samples.services.handling import (
    sample_order_close,
    sample_order_quote,
    sample_order_receive,
    sample_order_reject,
)
from bookings.samples.services.orders import sample_order_accept, sample_order_cancel, sample_order_create
from bookings.samples.services.planning import sample_order_plan
from tests.bookings.any_order.draws import instruments, lengths, people, picks, starts
from tests.bookings.any_order.side_by_side import between
from tests.bookings.any_order.use_acts import UseActs
from tests.bookings.samples.steps import SAMPLES, pdf

STEPS = ("quote", "accept", "receive", "report", "close", "cancel", "reject")


class SampleActs(UseActs):
    """Ordering, quoting, accepting, receiving, planning, reporting and returning."""

    @rule(person=people, instrument=instruments, hours=st.integers(1, 3), steps=st.integers(0, 3))
    def order_samples(self, person, instrument, hours, steps):
        """Place an order; often it gets as far as to the keeper's shelf at once."""
        placed = self.attempt(
            self.model.credit[person] < 3,
            sample_order_create,
            actor=self.people[person],
            instrument_id=self.instruments[instrument].pk,
            payer_organization_id=self.city.company.pk,
            subject="断口分析",
            samples=SAMPLES,
            now=self.now,
        )
        if placed:
            self.orders.place(placed.pk, person, instrument)
            for step in ("quote", "accept", "receive")[:steps]:
                self.take_step(placed.pk, step, hours)

    @precondition(lambda self: self.orders.by_pk)
    @rule(pick=picks, hours=st.integers(0, 3))
    def go_on_with_samples(self, pick, hours):
        """Do a step for which it is time."""
        ready = [(pk, step) for pk, step in self.all_steps() if self.orders.may(self.orders.by_pk[pk], step)]
        if ready:
            self.take_step(*ready[pick % len(ready)], hours)

    @precondition(lambda self: self.orders.by_pk)
    @rule(pick=picks)
    def do_any_step_with_samples(self, pick):
        steps = self.all_steps()
        self.take_step(*steps[pick % len(steps)], hours=1)

    def all_steps(self):
        return [(pk, step) for pk in sorted(self.orders.by_pk) for step in STEPS]

    def choose_order(self, pick, is_fit):
        known = sorted(
            [pk for pk, one in self.orders.by_pk.items() if is_fit(one)] or list(self.orders.by_pk)
        )
        return known[pick % len(known)]

    def take_step(self, pk, step, hours):
        order = self.orders.by_pk[pk]
        service, facts = {
            "quote": (sample_order_quote, {"hours": Decimal(hours), "report_days": 7}),
            "accept": (sample_order_accept, {}),
            "receive": (sample_order_receive, {"brought_by": "顺丰 SF123"}),
            "report": (sample_order_report, {"uploads": [pdf()]}),
            "close": (sample_order_close, {"outcome": Afterwards.RETURN, "note": "已取回"}),
            "cancel": (sample_order_cancel, {}),
            "reject": (sample_order_reject, {"reason": "样品不合适"}),
        }[step]
        by_user = step in {"accept", "cancel"}
        done = self.attempt(
            self.orders.may(order, step, hours=hours),
            service,
            actor=self.people[order.person] if by_user else self.city.keeper,
            order_id=pk,
            now=self.now,
            **facts,
        )
        if done:
            self.orders.take(order, step, hours)

    @precondition(lambda self: self.orders.by_pk)
    @rule(pick=picks, start=starts, length=lengths)
    def plan_samples_at_any_time(self, pick, start, length):
        self.plan(self.choose_order(pick, lambda one: one.is_to_plan), start, start + length)

    @precondition(lambda self: any(one.is_to_plan for one in self.orders.by_pk.values()))
    @rule(pick=picks, time=picks)
    def plan_samples_at_a_free_time(self, pick, time):
        pk = self.choose_order(pick, lambda one: one.is_to_plan)
        order = self.orders.by_pk[pk]
        if free := self.next_free(order.person, order.instrument, time):
            self.plan(pk, *free)

    def plan(self, pk, start, end):
        order = self.orders.by_pk[pk]
        planned = self.attempt(
            order.is_to_plan and self.model.may_book(order.person, order.instrument, start, end),
            sample_order_plan,
            actor=self.city.keeper,
            order_id=pk,
            interval=between(start, end),
            now=self.now,
        )
        if planned:
            self.keep(planned, self.orders.plan(order, start, end))

    @precondition(lambda self: self.planned())
    @rule(half_hours=st.sampled_from([1, 2.5]))
    def measure_samples(self, half_hours):
        """The keeper measures what was planned first, however late."""
        pk, plain = self.planned()[0]
        self.let_time_pass(max(plain.start - self.model.now, 0))
        self.enter(pk, plain)
        self.let_time_pass(half_hours)
        self.check_out(pk, plain)

    def planned(self):
        rows = [row for row in self.with_states("approved").items() if row[1].is_planned]
        return sorted(rows, key=lambda row: (row[1].start, row[0]))
