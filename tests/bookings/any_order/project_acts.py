"""What the holder does with the project that bookings may name."""

from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from bookings.projects.domain.facts import ProjectFacts
from bookings.projects.services import project_change, project_close, project_reopen
from tests.bookings.any_order.booking_acts import BookingActs
from tests.bookings.any_order.draws import instruments, people, picks
from tests.bookings.any_order.plain_city import YUAN

FEN = Decimal("0.01")


class ProjectActs(BookingActs):
    """Changing its budget and who may use it, spending its last yuan, closing and opening it."""

    @rule(budget=st.sampled_from([100, 600, 3000]), whose=st.none() | people)
    def change_the_project(self, budget, whose):
        """Another budget, maybe less than is used, and everybody or one person who may use it."""
        self.change(Decimal(budget), set(self.people) if whose is None else {whose})

    @precondition(lambda self: self.model.project.is_open)
    @rule(person=people, instrument=instruments, pick=picks, missing=st.sampled_from([0, FEN]))
    def spend_the_last_yuan(self, person, instrument, pick, missing):
        """Book what takes all that is left, or a fen more."""
        if free := self.next_free(person, instrument, pick):
            start, end = free
            model = self.model
            used = model.committed_yuan() + model.spent_yuan()
            self.change(used + YUAN * (end - start) - missing, model.project.people | {person})
            self.book(person, instrument, start, end, names_project=True)

    def change(self, budget, people):
        is_for_all = len(people) == len(self.people)
        keys = set() if is_for_all else {self.people[name].pk for name in people}
        facts = ProjectFacts(
            name=self.project.name,
            number=self.project.number,
            holder_id=self.city.admin.pk,
            for_all_members=is_for_all,
            member_ids=frozenset(keys),
            budget_yuan=budget,
        )
        about = {"actor": self.city.admin, "project_id": self.project.pk, "now": self.now}
        self.project = project_change(facts=facts, **about)
        self.model.project.budget_yuan, self.model.project.people = budget, set(people)

    @rule(is_closed=st.booleans())
    def close_or_reopen_the_project(self, is_closed):
        project = self.model.project
        done = self.attempt(
            project.is_open == is_closed,
            project_close if is_closed else project_reopen,
            actor=self.city.admin,
            project_id=self.project.pk,
            now=self.now,
        )
        if done:
            self.project, project.is_open = done, not is_closed
