"""Projects in the API."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

from ninja import Schema
from pydantic import Field

from bookings.projects.domain.choices import FundingSource, ProjectState
from bookings.projects.domain.facts import LONGEST_NAME, LONGEST_NUMBER, MOST_MEMBERS, MOST_YUAN
from instrument_share.kernel.errors import gettext_noop as _
from instrument_share.web.api.fields import (
    NO_NUL,
    Amount,
    BodyIn,
    Day,
    OrganizationRef,
    PublicId,
    organization_ref,
)

if TYPE_CHECKING:
    from bookings.projects.models import Project

Yuan = Annotated[Amount, Field(ge=0, le=MOST_YUAN, max_digits=11, decimal_places=2)]


class HolderRef(Schema):
    id: PublicId
    name: str = Field(description=_("name of the person"))


class ProjectIn(BodyIn):
    """What is said of a project; people are those of its organization."""

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, pattern=NO_NUL)] = Field(
        description=_("name of the project")
    )
    number: Annotated[str, Field(max_length=LONGEST_NUMBER, pattern=NO_NUL)] = Field(
        "", description=_("the funder's number; empty: none")
    )
    funding: FundingSource = FundingSource.OTHER
    holder: PublicId = Field(examples=["USR-7K2M9QX4TB"])
    for_all_members: bool = True
    members: Annotated[list[PublicId], Field(max_length=MOST_MEMBERS)] = Field(
        default=[],
        description=_(
            "people who may use it besides the holder; refused where `for_all_members` is true, as it is by "
            "default"
        ),
    )
    first_date: Day | None = None
    last_date: Day | None = None
    budget_yuan: Yuan | None = Field(
        None, description=_("the budget, in yuan; null: nothing bounds it"), examples=["50000.00"]
    )


class NewProjectIn(ProjectIn):
    organization: PublicId = Field(
        examples=["ORG-7K2M9QX4TB"],
        description=_("the organization whose project it becomes; one that you administer"),
    )


class ProjectOut(Schema):
    """A project that a booking may name. What it has spent is `GET /projects/{id}/spending`."""

    id: PublicId = Field(examples=["PRJ-7K2M9QX4TB"])
    organization: OrganizationRef = Field(description=_("the organization whose project it is"))
    name: str = Field(description=_("name of the project"))
    number: str = Field(description=_("the funder's number; empty: none"))
    funding: FundingSource
    holder: HolderRef
    for_all_members: bool
    members: list[PublicId] | None = Field(
        description=_(
            "people who may use it besides the holder, where not everybody may; null for those who do not "
            "keep the project"
        )
    )
    first_date: date | None
    last_date: date | None
    budget_yuan: Decimal | None = Field(
        description=_(
            "the budget, in yuan; null: nothing bounds it, and for those who do not keep the project"
        )
    )
    state: ProjectState = Field(
        description=_("whether bookings may name it (`open`) or not any more (`closed`)")
    )
    revision: int = Field(description=_("grows with each change; also the ETag"))


class ProjectsPage(Schema):
    items: list[ProjectOut]
    next_cursor: str | None


def serialize_project(project: "Project", *, is_kept: bool) -> ProjectOut:
    """Return a project of a selector; its budget and members only for those who keep it."""
    kept = ("name", "number", "funding", "for_all_members", "first_date", "last_date", "state", "revision")
    return ProjectOut(
        id=project.public_id,
        organization=organization_ref(project.organization),
        holder=HolderRef(id=project.holder.public_id, name=project.holder.name),
        members=sorted(one.public_id for one in project.members.all()) if is_kept else None,
        budget_yuan=project.budget_yuan if is_kept else None,
        **{name: getattr(project, name) for name in kept},
    )
