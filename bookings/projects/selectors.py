"""Projects visible to a viewer and those that a booking may name; locks."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce

from bookings.projects.domain.choices import ProjectState
from bookings.projects.models import Project
from instrument_share.accounts.domain.roles import MANAGING_ROLES
from instrument_share.accounts.selectors.standing import standing
from instrument_share.kernel.errors import require_found

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from instrument_share.accounts.selectors import Viewer


def projects(viewer: "Viewer") -> QuerySet[Project]:
    """Return the projects visible to the viewer, unordered, with organization and holder.

    Visible are those that one may use, and all of the organizations that one manages.
    """
    if viewer.is_anonymous:
        return Project.objects.none()
    managed = standing(viewer).organization_ids(*MANAGING_ROLES)
    visible = Q(organization__in=managed) | _get_usable_condition(viewer)
    return Project.objects.filter(visible).select_related("organization", "holder")


def find_projects(found: QuerySet[Project], *, state: str = "", text: str = "") -> QuerySet[Project]:
    """Narrow projects to a state, and to a part of their name, number or holder's name.

    To sort them there are `ends_on`, the last day or one far off, and `limit_yuan`, the budget or -1.
    """
    if state:
        found = found.filter(state=state)
    if text:
        named = Q(name__icontains=text) | Q(number__icontains=text) | Q(holder__name__icontains=text)
        found = found.filter(named)
    return found.annotate(
        ends_on=Coalesce("last_date", Value(date.max)), limit_yuan=Coalesce("budget_yuan", Value(Decimal(-1)))
    )


def kept_projects(viewer: "Viewer") -> QuerySet[Project]:
    """Return the projects whose figures the viewer sees: those held, and all of organizations managed."""
    if viewer.is_anonymous:
        return Project.objects.none()
    own = standing(viewer)
    kept = Q(organization__in=own.organization_ids(*MANAGING_ROLES)) | Q(
        holder=viewer, organization__in=own.organization_ids()
    )
    return Project.objects.filter(kept).select_related("organization", "holder")


def usable_projects(user: "User") -> QuerySet[Project]:
    """Return the open projects that the person may name in a booking, by organization and name."""
    usable = Project.objects.filter(_get_usable_condition(user), state=ProjectState.OPEN)
    return usable.select_related("organization").order_by("organization_id", "name", "id")


def _get_usable_condition(user: "User") -> Q:
    """Return the condition for projects open to the person; by ids, so that no row comes twice."""
    named = Project.members.through.objects.filter(user=user).values("project")
    is_open_to = Q(for_all_members=True) | Q(holder=user) | Q(pk__in=named)
    return Q(organization__in=standing(user).organization_ids()) & is_open_to


def get_project(viewer: "Viewer", public_id: str) -> Project:
    """Return a project visible to the viewer. Raises NotFound."""
    return require_found(projects(viewer).filter(public_id=public_id).first())


def get_kept_project(viewer: "Viewer", public_id: str) -> Project:
    """Return a project that the viewer keeps. Raises NotFound."""
    return require_found(kept_projects(viewer).filter(public_id=public_id).first())


def find_project_of(user: "User", project_id: int) -> Project:
    """Return a project of an organization to which the person belongs. Raises NotFound."""
    own = standing(user).organization_ids()
    return require_found(Project.objects.filter(pk=project_id, organization__in=own).first())


def is_open_to(project: Project, user_id: int) -> bool:
    """Return whether the project's organization lets this one of its people use it."""
    return (
        project.for_all_members or project.holder_id == user_id or project.members.filter(pk=user_id).exists()
    )


def is_visible_to(viewer: "Viewer", project: Project) -> bool:
    """Return whether the viewer may use the project, or manages its organization."""
    return projects(viewer).filter(pk=project.pk).exists()


def project_lock(project_id: int) -> Project:
    """Lock a project and return it. Raises NotFound."""
    return require_found(next(iter(project_locks([project_id])), None))


def project_locks(project_ids: Collection[int]) -> list[Project]:
    """Lock projects in order of id; before the instruments, after the roles of those who book.

    Whoever adds to what is committed holds the lock, so that bookings at the same moment come one by one.
    Their holders are read when they are asked for: joined here, a project whose holder has changed during a
    wait for the lock would not be found.
    """
    if not project_ids:
        return []
    rows = Project.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=set(project_ids))
    return list(rows.select_related("organization").order_by("pk"))


def held_projects(person: "User") -> QuerySet[Project]:
    """Return the open projects that a person holds, oldest first."""
    return Project.objects.filter(holder=person, state=ProjectState.OPEN).order_by("id")
