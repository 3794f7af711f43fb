"""Misuse that a keeper records, and what becomes of events that their user does not accept."""

from hypothesis.stateful import precondition, rule

from bookings.credit.services import credit_answer, credit_appeal, misuse_record
from bookings.requests.domain.choices import CreditOutcome
from bookings.requests.models import CreditEvent
from tests.bookings.any_order.draws import picks, sides
from tests.bookings.any_order.side_by_side import SideBySide


class CreditActs(SideBySide):
    """Misuse; appeals, which change nothing; and their answers: a lifted event counts no longer."""

    @precondition(lambda self: self.with_states("completed"))
    @rule(pick=picks)
    def somebody_finds_misuse(self, pick):
        self.record_misuse(*self.choose(pick, "completed"))

    def record_misuse(self, pk, plain):
        """Of a use that has ended, once; to samples that the unit measures nobody came."""
        recorded = self.attempt(
            plain.state == "completed" and not plain.is_planned and not plain.is_misused,
            misuse_record,
            actor=self.city.keeper,
            booking_id=pk,
            reason="样品台未清理",
            now=self.now,
        )
        if recorded:
            plain.is_misused = True
            self.model.blame(plain.person)

    @precondition(lambda self: self.model.blamed)
    @rule(pick=picks, is_own=sides)
    def appeal(self, pick, is_own):
        """Appeal an event, one's own or that of the other one."""
        events = CreditEvent.objects.select_related("user").order_by("pk")
        event = events[pick % self.model.blamed.total()]
        (other,) = set(self.people) - {event.user.name}
        appealed = self.attempt(
            is_own and event.pk not in self.appeals,
            credit_appeal,
            actor=self.people[event.user.name if is_own else other],
            event_id=event.pk,
            reason="当天停电，无法到场",
            now=self.now,
        )
        if appealed:
            self.appeals[event.pk] = event.user.name, None

    @precondition(lambda self: self.model.blamed)
    @rule(pick=picks, is_lifted=sides)
    def answer_an_appeal(self, pick, is_lifted):
        """Answer one that waits, and then once more; where there is none, any event.

        Their refusals are tests too, as is that of who recorded the misuse.
        """
        waiting = [pk for pk, (_person, outcome) in self.appeals.items() if outcome is None]
        known = sorted(waiting or CreditEvent.objects.values_list("pk", flat=True))
        pk = known[pick % len(known)]
        outcome = CreditOutcome.LIFTED if is_lifted else CreditOutcome.UPHELD
        facts = {
            "actor": self.city.keeper,
            "event_id": pk,
            "outcome": outcome,
            "reason": "已核实",
            "now": self.now,
        }
        if CreditEvent.objects.get(pk=pk).recorded_by_id == self.city.keeper.pk:
            self.attempt(False, credit_answer, **facts)
            facts["actor"] = self.city.manager
        if self.attempt(pk in waiting, credit_answer, **facts):
            self.attempt(False, credit_answer, **facts)
            person, _outcome = self.appeals[pk]
            self.appeals[pk] = person, outcome
            self.model.credit[person] -= is_lifted
