"""What bookings take of projects' budgets, and what keeps a request from naming a project."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum

from bookings.projects.domain.budget import Budget, NamedProject
from bookings.projects.domain.choices import ProjectState
from bookings.projects.models import Project
from bookings.projects.selectors import is_open_to, is_visible_to, project_locks
from bookings.requests.domain.states import CANCELLABLE_STATES, BookingState
from bookings.requests.models import Booking
from instrument_share.kernel.interval import Interval
from instrument_share.kernel.money import FEN

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User

COMMITTED = Q(state__in=[BookingState.REQUESTED, BookingState.APPROVED, BookingState.IN_USE])
"""Bookings whose quoted price is committed; an offer of the waiting list is none until it is accepted."""
CHARGED = Q(charged_yuan__gt=0)
"""Bookings that cost something without a use: late cancellations and no-shows."""
UsesReader = Callable[[Collection[int]], Mapping[int, Decimal]]
_readers: list[UsesReader] = []


def register_uses_reader(reader: UsesReader) -> None:
    """Have `reader` return what the uses of these projects cost, in yuan by project."""
    _readers.append(reader)


def get_bookings_ahead(project: "Project", now: datetime) -> QuerySet[Booking]:
    """Return the bookings that name the project and have not begun, by start, with instrument and user.

    An offer of the waiting list is none until it is accepted.
    """
    named = Booking.objects.filter(organization_project=project, state__in=CANCELLABLE_STATES)
    ahead = named.filter(starts_at__gt=now).order_by("starts_at", "id")
    return ahead.select_related("instrument", "user")


def count_bookings_ahead(project: "Project", now: datetime) -> int:
    """Return how many bookings name the project and have not begun."""
    return get_bookings_ahead(project, now).count()


def list_times_ahead(project: "Project", now: datetime) -> list[tuple[int, Interval]]:
    """Return the times of bookings that name the project and have not begun, each with the id of its user."""
    ahead = get_bookings_ahead(project, now).values_list("user_id", "starts_at", "ends_at")
    return [(user_id, Interval(start, end)) for user_id, start, end in ahead]


def get_budgets(
    projects: "Iterable[Project]", *, exclude_booking_ids: Collection[int] = ()
) -> dict[int, Budget]:
    """Return the budget of each project by its id, as if those bookings were not made.

    Under the projects' locks no booking is made, moved or accepted meanwhile.
    """
    found = list(projects)
    ids = [one.pk for one in found]
    rows = Booking.objects.filter(organization_project__in=ids).exclude(pk__in=list(exclude_booking_ids))
    committed = _sum_by_project(rows.filter(COMMITTED), "quoted_yuan")
    spent = _sum_by_project(rows.filter(CHARGED), "charged_yuan")
    for reader in _readers:
        for project_id, amount in reader(ids).items():
            spent[project_id] += amount
    return {one.pk: Budget(one.budget_yuan, committed[one.pk], spent[one.pk]) for one in found}


def _sum_by_project(rows: QuerySet[Booking], name: str) -> dict[int, Decimal]:
    sums = rows.order_by().values("organization_project").annotate(sum=Sum(name))
    zero = Decimal("0.00")
    return defaultdict(lambda: zero, {row["organization_project"]: row["sum"].quantize(FEN) for row in sums})


def find_unusable_project(booking: Booking) -> "Project | None":
    """Return the project that a booking names if it keeps the booking from being moved.

    It is closed, or not open to the booking's user any more.
    """
    project = booking.organization_project
    if project is None or (project.state == ProjectState.OPEN and is_open_to(project, booking.user_id)):
        return None
    return project


def get_unusable_project_condition() -> Q:
    """Return the condition for bookings of which `find_unusable_project` returns the project."""
    named = Project.members.through.objects.filter(
        project=OuterRef("organization_project"), user=OuterRef("user")
    )
    is_open_to = (
        Q(organization_project__for_all_members=True)
        | Q(organization_project__holder=F("user"))
        | Q(Exists(named))
    )
    is_usable = Q(organization_project__state=ProjectState.OPEN) & is_open_to
    return Q(organization_project__isnull=False) & ~is_usable


def get_named_project(
    project: "Project",
    *,
    viewer: "User",
    user: "User",
    payer_organization: "Organization | None",
    moved_bookings: Collection[Booking],
    planned_yuan: Decimal = Decimal(0),
) -> NamedProject:
    """Return the project as a request of the person names it; its figures are for the viewer to read.

    Its budget is as if the moved bookings were not made; `planned_yuan` is what requests before this one will
    have committed.
    """
    budget = get_budgets([project], exclude_booking_ids=[one.pk for one in moved_bookings])[project.pk]
    return NamedProject(
        state=ProjectState(project.state),
        may_use=is_open_to(project, user.pk),
        tells_figures=viewer == user or is_visible_to(viewer, project),
        is_of_payer=payer_organization is not None and payer_organization.pk == project.organization_id,
        first_date=project.first_date,
        last_date=project.last_date,
        budget=replace(budget, committed_yuan=budget.committed_yuan + planned_yuan),
    )


def lock_projects_of(bookings: QuerySet[Booking]) -> None:
    """Lock the projects that these bookings name; a booking never changes its project."""
    named = bookings.filter(organization_project__isnull=False).order_by()
    project_locks(set(named.values_list("organization_project", flat=True)))
