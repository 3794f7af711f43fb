"""What a project's budget has left, and whether a booking may name the project."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from bookings.projects.domain.choices import ProjectState
from bookings.projects.domain.facts import ProjectFacts
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import Problem, gettext_noop
from instrument_share.kernel.interval import Interval

FIELD = "organization_project"


@dataclass(frozen=True)
class Budget:
    """A budget in yuan, None where there is none, with what bookings ahead take and what was spent.

    Committed are the prices quoted for bookings that wait for a decision, are approved or in use; spent are
    the amounts of uses as they count now, and charges for late cancellations and no-shows.
    """

    limit_yuan: Decimal | None
    committed_yuan: Decimal = Decimal(0)
    spent_yuan: Decimal = Decimal(0)

    @property
    def used_yuan(self) -> Decimal:
        """Return what is committed and spent."""
        return self.committed_yuan + self.spent_yuan

    @property
    def left_yuan(self) -> Decimal | None:
        """Return what is left, below zero where uses cost more than was quoted; None without a budget."""
        return None if self.limit_yuan is None else self.limit_yuan - self.used_yuan

    def covers(self, price_yuan: Decimal) -> bool:
        """Return whether a booking at this price fits in; one that is free always does."""
        left = self.left_yuan
        return left is None or not price_yuan or price_yuan <= left


@dataclass(frozen=True)
class NamedProject:
    """A project as a request names it: by whom, for which payer, and with which budget.

    `may_use` is about who books; `tells_figures` is false for a keeper of another organization, who moves the
    booking.
    """

    state: ProjectState
    may_use: bool
    tells_figures: bool
    is_of_payer: bool
    first_date: date | None
    last_date: date | None
    budget: Budget


def find_project_problems(
    project: NamedProject, interval: Interval, price_yuan: Decimal
) -> Iterator[Problem]:
    """Yield what keeps a booking at this time and price from naming the project.

    Figures of the budget are told only to those who may use the project.
    """
    if project.state != ProjectState.OPEN:
        message = gettext_noop(
            "This project is closed. Choose another one, or ask its holder to open it again."
        )
        yield Problem("booking.project_closed", message, field=FIELD)
    if not project.is_of_payer:
        message = gettext_noop(
            "This project belongs to an organization that does not pay. Choose that payer or another project."
        )
        yield Problem("booking.project_other_payer", message, field=FIELD)
        return
    if not project.may_use:
        message = gettext_noop(
            "This project is not open to the person who books. Choose another one, or ask its holder."
        )
        yield Problem("booking.project_not_allowed", message, field=FIELD)
        return
    yield from _check_period(project, interval)
    if not project.budget.covers(price_yuan):
        yield _get_refusal(project, price_yuan)


def get_open_part(project: NamedProject, interval: Interval) -> Interval | None:
    """Return the part of the interval in which a booking may name the project if its budget covers it.

    None where there is none.
    """
    if project.state != ProjectState.OPEN or not project.is_of_payer or not project.may_use:
        return None
    start, end = (instant.astimezone(CITY_TIME) for instant in (interval.start, interval.end))
    if project.first_date is not None and project.first_date > start.date():
        start = datetime.combine(project.first_date, time(0), CITY_TIME)
    if project.last_date is not None and project.last_date < end.date():
        end = datetime.combine(project.last_date + timedelta(days=1), time(0), CITY_TIME)
    return Interval(start, end) if start < end else None


def is_in_period(project: NamedProject | ProjectFacts, interval: Interval) -> bool:
    """Return whether the interval lies within the project's period."""
    return not any(_check_period(project, interval))


def _check_period(project: NamedProject | ProjectFacts, interval: Interval) -> Iterator[Problem]:
    first = interval.start.astimezone(CITY_TIME).date()
    last = (interval.end - timedelta.resolution).astimezone(CITY_TIME).date()
    if project.first_date is not None and first < project.first_date:
        message = gettext_noop("This project begins on {day}. Choose a later time or another project.")
        yield Problem("booking.project_not_begun", message, {"day": project.first_date}, FIELD)
    if project.last_date is not None and last > project.last_date:
        message = gettext_noop("This project ends on {day}. Choose an earlier time or another project.")
        yield Problem("booking.project_over", message, {"day": project.last_date}, FIELD)


def _get_refusal(project: NamedProject, price_yuan: Decimal) -> Problem:
    if not project.tells_figures:
        message = gettext_noop(
            "This costs ¥{price}, more than the project of this booking has left. Choose a cheaper time, or "
            "ask who booked."
        )
        return Problem("booking.project_budget_exceeded", message, {"price": f"{price_yuan:,.2f}"}, FIELD)
    budget = project.budget
    message = gettext_noop(
        "This costs ¥{price}, and the project's budget of ¥{budget} has ¥{left} left: "
        "¥{committed} are committed to bookings and ¥{spent} spent. Choose another project or ask "
        "its holder."
    )
    amounts = {
        "price": price_yuan,
        "budget": budget.limit_yuan,
        "left": budget.left_yuan,
        "committed": budget.committed_yuan,
        "spent": budget.spent_yuan,
    }
    told = {name: f"{amount:,.2f}" for name, amount in amounts.items()}
    return Problem("booking.project_budget_exceeded", message, told, FIELD)
