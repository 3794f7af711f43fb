"""What is entered about a project, and what can be wrong with it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bookings.projects.domain.choices import FundingSource
from instrument_share.kernel.errors import Problem, gettext_noop
from instrument_share.kernel.money import FEN

LONGEST_NAME, LONGEST_NUMBER = 140, 50
"""With the brackets around the number both fit into the 200 characters of a booking's project."""
MOST_YUAN = Decimal("999999999.99")
MOST_MEMBERS = 500


@dataclass(frozen=True)
class ProjectFacts:
    """A project as whoever keeps it describes it.

    `first_date` and `last_date` bound its period, both included; None leaves that end open. Without
    `budget_yuan` nothing bounds what it spends. `member_ids` are those who may use it besides the holder,
    where it is not `for_all_members` of the organization.
    """

    name: str
    holder_id: int
    number: str = ""
    funding: FundingSource = FundingSource.OTHER
    for_all_members: bool = True
    member_ids: frozenset[int] = frozenset()
    first_date: date | None = None
    last_date: date | None = None
    budget_yuan: Decimal | None = None

    def is_open_to(self, person_id: int) -> bool:
        """Return whether the organization lets this one of its people use the project."""
        return self.for_all_members or person_id == self.holder_id or person_id in self.member_ids


def find_fact_problems(
    facts: ProjectFacts, people_ids: Collection[int], named_ids: Collection[int] = ()
) -> Iterator[Problem]:
    """Yield what is wrong with the facts, where these people belong to the organization.

    Whom the project names already may stay named after leaving: who left uses no project.
    """
    if not 1 <= len(facts.name.strip()) <= LONGEST_NAME:
        message = gettext_noop("Enter a name of at most {most} characters.")
        yield Problem("project.name_refused", message, {"most": LONGEST_NAME}, "name")
    if len(facts.number.strip()) > LONGEST_NUMBER:
        message = gettext_noop("Enter a number of at most {most} characters.")
        yield Problem("project.number_refused", message, {"most": LONGEST_NUMBER}, "number")
    if facts.holder_id not in people_ids:
        message = gettext_noop("The holder does not belong to the organization. Choose one of its people.")
        yield Problem("project.holder_not_of_organization", message, field="holder")
    if len(facts.member_ids) > MOST_MEMBERS or not facts.member_ids <= {*people_ids, *named_ids}:
        message = gettext_noop("Choose at most {most} people who belong to the organization.")
        yield Problem("project.members_not_of_organization", message, {"most": MOST_MEMBERS}, "members")
    if facts.for_all_members and facts.member_ids:
        message = gettext_noop(
            "The project is open to everybody of the organization. Name people only where it is not."
        )
        yield Problem("project.members_of_all", message, field="members")
    if facts.first_date and facts.last_date and facts.last_date < facts.first_date:
        message = gettext_noop("The last day can’t be before the first day.")
        yield Problem("project.period_not_in_order", message, field="last_date")
    budget = facts.budget_yuan
    if budget is not None and not (0 <= budget <= MOST_YUAN and budget == budget.quantize(FEN)):
        message = gettext_noop("Enter a budget from 0 to ¥{most} with at most two decimals.")
        yield Problem("project.budget_refused", message, {"most": f"{MOST_YUAN}"}, "budget_yuan")


def get_title(name: str, number: str) -> str:
    """Return the project as bookings, logs and papers name it."""
    return f"{name} ({number})" if number else name
