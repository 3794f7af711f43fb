"""What is done at the screens beside both instruments, at once or when the line is back."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from bookings.kiosk.domain import Act, ActKind
from bookings.kiosk.models import KioskAct
from bookings.kiosk.services.acts import kiosk_act_receive
from bookings.requests.domain.choices import CreditOutcome
from bookings.requests.keys import get_check_in_code
from bookings.requests.models import Booking, CreditEvent
from bookings.usage.models import UsageLog
from tests.bookings.any_order.draws import instruments, picks
from tests.bookings.any_order.side_by_side import HALF_HOUR, MIDNIGHT, SideBySide

kinds = st.sampled_from(["check_in", "check_out"])
delays = st.sampled_from([0, 0, 0.5, 1])
"""How much later an act arrives than it happened."""


class KioskActs(SideBySide):
    """Checking in and out by the code of a booking, acts that are sent again, and keys that come twice."""

    @precondition(lambda self: self.model.bookings)
    @rule(pick=picks, instrument=instruments, kind=kinds, delay=delays)
    def somebody_shows_a_code(self, pick, instrument, kind, delay):
        """Show the code of any booking, often at the wrong instrument or time."""
        self.act(instrument, kind, self.choose(pick, "in_use", "approved")[0], delay)

    @precondition(lambda self: self.with_states("approved"))
    @rule(early=st.sampled_from([0, 0.5, 1]), delay=delays)
    def come_to_the_kiosk(self, early, delay):
        """Whose booking is next comes in time; the kiosk may tell it later."""
        pk, plain = self.next_approved()
        self.let_time_pass(max(plain.start - early + delay - self.model.now, 0))
        self.act(plain.instrument, "check_in", pk, delay)

    @precondition(lambda self: self.with_states("in_use"))
    @rule(pick=picks, delay=delays)
    def leave_at_the_kiosk(self, pick, delay):
        pk, plain = self.choose(pick, "in_use")
        self.act(plain.instrument, "check_out", pk, delay)

    @precondition(lambda self: self.with_states("approved"))
    @rule()
    def line_was_cut(self):
        """A whole short use arrives at once, and then once more."""
        pk, plain = self.next_approved()
        self.let_time_pass(max(plain.start + 0.5 - self.model.now, 0))
        sent = [
            self.act(plain.instrument, "check_in", pk, 0.5),
            self.act(plain.instrument, "check_out", pk, 0),
        ]
        for act, taken in filter(None, sent):
            assert self.send(plain.instrument, act) == taken

    @precondition(lambda self: KioskAct.objects.exists())
    @rule(kind=kinds)
    def kiosk_mistakes_a_key(self, kind):
        """The key of another act is refused, whatever it would do."""
        last = KioskAct.objects.order_by("-pk").first()
        act = Act(ActKind(kind), last.key, self.now, code="ANOTHER")
        key = next(key for key, kiosk in self.kiosks.items() if kiosk.pk == last.kiosk_id)
        self.attempt(False, self.send, key, act)

    def act(self, instrument, kind, pk, delay):
        """Do it, and return the act with what was answered; nothing where the kiosk is to wait."""
        plain, at = self.model.bookings[pk], self.model.now - delay
        if kind == "check_out" and plain.state == "in_use" and at == plain.checked_in:
            return None  # Nobody leaves in the minute in which they came.
        kiosk = self.plain_kiosks[instrument]
        may_try = kiosk.takes_another()
        refusal = kiosk.find_refusal(kind, plain, at) if may_try else ""
        act = Act(
            ActKind(kind),
            f"tablet-{KioskAct.objects.count() + 1}",
            MIDNIGHT + at * HALF_HOUR,
            code=get_check_in_code(Booking.objects.get(pk=pk)),
        )
        taken = self.attempt(may_try, self.send, instrument, act)
        if taken is None:
            return None
        assert (taken.refusal, taken.booking_id) == (refusal, None if refusal else pk)
        if kiosk.forgives(kind, plain, at):
            self.forgive(pk, plain)
        if not refusal and kind == "check_out":
            # The user has reported it at the kiosk, so the unit is the second person.
            self.leave(plain, at, UsageLog.objects.get(booking=pk), confirmed_by=self.city.manager)
        elif not refusal and plain.state == "approved":
            plain.state, plain.checked_in = "in_use", at
        return act, taken

    def forgive(self, pk, plain):
        """The no-show costs nothing and counts no longer; who has appealed it needs no answer."""
        plain.is_forgiven = True
        event = CreditEvent.objects.get(booking=pk)
        _person, outcome = self.appeals.get(event.pk, (None, None))
        if outcome != CreditOutcome.LIFTED:
            self.model.credit[plain.person] -= 1
        self.appeals[event.pk] = plain.person, outcome or "taken back"

    def send(self, instrument, act):
        return kiosk_act_receive(kiosk_id=self.kiosks[instrument].pk, act=act, now=self.now)
