"""What happens at the instrument, and the hours that are confirmed after."""

from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from bookings.groups.selectors.extension import get_later_ends
from bookings.groups.services.extension import booking_extend
from bookings.requests.models import Booking
from bookings.requests.selectors.bookings import get_booking
from bookings.usage.models import UsageLog
from bookings.usage.services.attendance import booking_check_in, booking_check_out
from bookings.usage.services.usage import usage_confirm, usage_correct
from bookings.usage.services.withdrawals import usage_correction_withdraw
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.sheets.reading import read_table
from providers.exchange.domain.sheets.sheet_columns import KINDS
from providers.exchange.services.imports import apply, preview
from tests.bookings.any_order.credit_acts import CreditActs
from tests.bookings.any_order.draws import instruments, people, picks, sides
from tests.bookings.any_order.plain_city import LONGEST, YUAN
from tests.bookings.any_order.side_by_side import at, between, half_hours

HEADING = "仪器编号,使用人,开始时间,结束时间,服务方式,使用内容,金额（元）,重叠原因\n"


class UseActs(CreditActs):
    """Checking in and out, confirming and correcting, and uses that a sheet brings."""

    @precondition(lambda self: self.with_states("approved"))
    @rule(late=st.integers(0, 1), by_user=sides, longer=st.integers(0, 4))
    def come(self, late, by_user, longer):
        """Somebody comes for the next booking, in time or when it was just given up, and stays longer."""
        pk, plain = self.next_approved()
        self.let_time_pass(max(plain.start + late - self.model.now, 0))
        self.enter(pk, plain)
        self.extend(pk, plain, by_user, plain.end + longer)

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
    @rule(pick=picks, is_misused=sides)
    def somebody_leaves(self, pick, is_misused):
        pk, plain = self.choose(pick, "in_use")
        self.check_out(pk, plain)
        if is_misused:
            self.record_misuse(pk, plain)

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

    @precondition(lambda self: self.with_states("in_use"))
    @rule(pick=picks, by_user=sides, longer=st.integers(0, LONGEST))
    def stay_longer(self, pick, by_user, longer):
        pk, plain = self.choose(pick, "in_use")
        self.extend(pk, plain, by_user, plain.end + longer)

    def extend(self, pk, plain, by_user, ends_at):
        """Extend a use under way; the ends that are offered are those that are granted."""
        actor, by_hours = self.actor(plain, by_user), range(plain.start, plain.start + LONGEST + 2)
        granted = {end for end in by_hours if self.model.may_extend(plain, end, by_user=by_user)}
        booking = get_booking(actor, Booking.objects.get(pk=pk).public_id)
        if plain.state == "in_use" and not (by_user and plain.is_planned):
            offered = [later.ends_at for later in get_later_ends(actor, booking, self.now)]
            assert {half_hours(end) for end in offered if end in map(at, by_hours)} == granted
        extended = self.attempt(
            ends_at in granted,
            booking_extend,
            actor=actor,
            booking_id=pk,
            ends_at=at(ends_at),
            now=self.now,
        )
        if extended:
            plain.end = ends_at
            self.require_within_budget(plain)

    @precondition(lambda self: set(self.logs) - set(self.model.used_yuan))
    @rule(pick=picks, amount=st.none() | st.integers(0, 500), is_withdrawn=sides)
    def confirm(self, pick, amount, is_withdrawn):
        """Confirm the hours; with an amount the keeper corrects what they cost, or takes that back."""
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
            facts = {"correction_id": corrected.pk, "now": self.now}
            if is_withdrawn:
                usage_correction_withdraw(actor=self.city.keeper, reason="金额看错", **facts)
            agreed = {"actor": self.people[person], "log_id": log, **facts}
            if self.attempt(not is_withdrawn, usage_confirm, **agreed):
                yuan = Decimal(amount)
        self.model.used_yuan[log] = yuan
        if log in self.model.project.uses_yuan:
            self.model.project.uses_yuan[log] = yuan

    @rule(
        person=people,
        instrument=instruments,
        ago=st.integers(1, 12),
        length=st.integers(1, 4),
        later=st.none() | st.integers(-2, 2),
        says_why=sides,
        amount=st.none() | st.integers(0, 500),
    )
    def bring_a_sheet(self, person, instrument, ago, length, later, says_why, amount):
        """Bring hours of the last half day in a sheet, one use or two, look what becomes of it, import it."""
        start = self.model.now - ago
        times = [(start, start + length)]
        if later is not None:
            times.append((start + length + later, start + 2 * length + later))
        text = HEADING + "".join(
            self.as_row(person, instrument, *time, amount, "两人同时使用" if says_why else "")
            for time in times
        )
        expected = self.model.judge_uses(person, instrument, times, is_overlap_told=says_why)
        facts = {
            "actor": self.city.keeper,
            "organization_id": self.city.owner.pk,
            "table": read_table(text.encode()),
            "kind": KINDS["uses"],
            "now": self.now,
        }
        for bring in (preview, apply, apply):
            report = bring(**facts)
            assert [row.outcome for row in report.rows] == expected
            if bring is apply and "refused" not in expected:
                made = UsageLog.objects.exclude(pk__in=self.logs).order_by("pk")
                new = [time for time, outcome in zip(times, expected, strict=True) if outcome == "new"]
                for log, (begin, end) in zip(made, new, strict=True):
                    yuan = YUAN * Decimal(str(end - begin)) if amount is None else Decimal(amount)
                    assert log.amount_yuan == yuan
                    # The keeper has brought it, so its user is the second person.
                    self.keep_log(log, instrument, person, begin, end, yuan, self.people[person])
                expected = ["unchanged" for _time in times]

    def as_row(self, person, instrument, start, end, amount, reason):
        time = between(start, end)
        cells = [
            self.instruments[instrument].inner_number,
            self.people[person].username,
            *(f"{at.astimezone(CITY_TIME):%Y-%m-%d %H:%M}" for at in (time.start, time.end)),
            "自主上机",
            "断口观察",
            "" if amount is None else str(amount),
            reason,
        ]
        return ",".join(cells) + "\n"
