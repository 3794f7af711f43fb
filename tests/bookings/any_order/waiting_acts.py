"""What those do who wait for time."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from bookings.waiting.services.entries import waiting_join, waiting_leave
from bookings.waiting.services.offers import offer_accept, offer_decline
from providers.terms.domain.choices import ServiceMode
from tests.bookings.any_order.draws import instruments, names, people, picks, sides, starts
from tests.bookings.any_order.plain_city import PlainWait
from tests.bookings.any_order.side_by_side import SideBySide, between


class WaitingActs(SideBySide):
    """Joining and leaving the list, and answering offers."""

    @rule(
        person=people,
        instrument=instruments,
        first=starts,
        span=st.integers(1, 30),
        length=st.integers(1, 9),
        names_project=names,
    )
    def wait_for_time(self, person, instrument, first, span, length, names_project):
        wait = PlainWait(person, instrument, first, first + span, length, names_project)
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
            organization_project_id=self.project.pk if names_project else None,
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
            self.model.may_book(plain.person, plain.instrument, plain.start, plain.end, moved=plain)
            and self.model.is_paid(plain.names_project, plain.person, plain.end - plain.start, moved=plain),
            offer_accept,
            **facts,
        ):
            plain.state = self.model.first_state(plain.instrument)
            wait.is_open = False
            self.read_deadline(made)
            self.require_within_budget(plain)

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
