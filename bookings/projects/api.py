"""Projects: each operation is one call of a service or selector."""

from typing import TYPE_CHECKING, Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Status

from bookings.projects import services
from bookings.projects.domain.choices import FundingSource, ProjectState
from bookings.projects.domain.facts import ProjectFacts
from bookings.projects.schemas import NewProjectIn, ProjectIn, ProjectOut, ProjectsPage, serialize_project
from bookings.projects.selectors import get_project, kept_projects, projects
from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.domain.tokens import TokenScope
from instrument_share.kernel.errors import gettext_noop
from instrument_share.web import clock
from instrument_share.web.api.auth import members, person
from instrument_share.web.api.fields import PublicId
from instrument_share.web.api.openapi import error_responses
from instrument_share.web.api.pagination import Cursor, Limit
from instrument_share.web.api.preconditions import (
    CREATED_WITH_ETAG,
    WITH_ETAG,
    WITH_ETAG_ONCE,
    IfMatch,
    call_if_matching,
    require_if_match,
)
from instrument_share.web.cursor import page
from instrument_share.web.idempotency import idempotent_operation

if TYPE_CHECKING:
    from bookings.projects.models import Project

router = Router(tags=["projects"], auth=members(TokenScope.MANAGE))
ProjectId = Annotated[PublicId, Path()]
NOBODY = 0
"""A key that nobody has: the service says that the person does not belong to the organization."""
CHANGES_PROJECT: dict[str, Any] = {
    "response": {200: ProjectOut, **error_responses(400, 403, 404, 409, 412)},
    "openapi_extra": WITH_ETAG_ONCE,
}


@router.get(
    "",
    response={200: ProjectsPage, **error_responses()},
    operation_id="projects",
    summary=gettext_noop("Projects you may use or keep"),
)
def project_list(
    request: HttpRequest,
    organization: Annotated[PublicId | None, Query()] = None,
    state: Annotated[ProjectState | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> ProjectsPage:
    """Those that you may name in a booking, and all of organizations that you manage; the newest first."""
    wanted: dict[str, Any] = {"organization__public_id": organization, "state": state}
    found = (
        projects(request.user)
        .prefetch_related("members")
        .filter(**{name: value for name, value in wanted.items() if value is not None})
    )
    rows = page(found, ordering=("-id",), cursor=cursor, limit=limit)
    kept = set(kept_projects(request.user).values_list("pk", flat=True))
    return ProjectsPage(
        items=[serialize_project(row, is_kept=row.pk in kept) for row in rows.items],
        next_cursor=rows.next_cursor,
    )


@router.post(
    "",
    response={201: ProjectOut, **error_responses(400, 403, 404, 409)},
    operation_id="project_create",
    summary=gettext_noop("Open a project of an organization"),
    openapi_extra=CREATED_WITH_ETAG,
)
@idempotent_operation
def project_create(request: HttpRequest, response: HttpResponse, data: NewProjectIn) -> Status[ProjectOut]:
    """As its administrator. Its bookings take from the budget: what is committed and spent stays within."""
    organization = accounts.organization(request.user, data.organization)
    made = services.project_create(
        actor=person(request),
        organization_id=organization.pk,
        facts=_read_facts(data, organization),
        now=clock.now(),
    )
    return Status(201, _respond(request, response, made))


@router.get(
    "/{project_id}",
    response={200: ProjectOut, **error_responses(404)},
    operation_id="project",
    summary=gettext_noop("One project"),
    openapi_extra=WITH_ETAG,
)
def project(request: HttpRequest, response: HttpResponse, project_id: ProjectId) -> ProjectOut:
    return _respond(request, response, get_project(request.user, project_id))


@router.put(
    "/{project_id}",
    response={200: ProjectOut, **error_responses(400, 403, 404, 409, 412, 428)},
    operation_id="project_change",
    summary=gettext_noop("Change a project"),
    openapi_extra=WITH_ETAG_ONCE,
)
@idempotent_operation
def project_change(
    request: HttpRequest,
    response: HttpResponse,
    project_id: ProjectId,
    data: ProjectIn,
    if_match: IfMatch = None,
) -> ProjectOut:
    """All of it anew, by its holder or an administrator. A lower budget bounds later bookings only.
    `If-Match` is needed."""
    require_if_match(if_match)
    found = get_project(request.user, project_id)
    facts = _read_facts(data, found.organization, found)
    changed = call_if_matching(
        if_match, services.project_change, request=request, project_id=found.pk, facts=facts
    )
    return _respond(request, response, changed)


@router.post(
    "/{project_id}/close",
    operation_id="project_close",
    summary=gettext_noop("Close a project"),
    **CHANGES_PROJECT,
)
@idempotent_operation
def project_close(
    request: HttpRequest, response: HttpResponse, project_id: ProjectId, if_match: IfMatch = None
) -> ProjectOut:
    """Bookings that name it stay; no other one may."""
    found = get_project(request.user, project_id)
    changed = call_if_matching(if_match, services.project_close, request=request, project_id=found.pk)
    return _respond(request, response, changed)


@router.post(
    "/{project_id}/reopen",
    operation_id="project_reopen",
    summary=gettext_noop("Open a closed project again"),
    **CHANGES_PROJECT,
)
@idempotent_operation
def project_reopen(
    request: HttpRequest, response: HttpResponse, project_id: ProjectId, if_match: IfMatch = None
) -> ProjectOut:
    found = get_project(request.user, project_id)
    changed = call_if_matching(if_match, services.project_reopen, request=request, project_id=found.pk)
    return _respond(request, response, changed)


def _read_facts(data: ProjectIn, organization: Any, project: "Project | None" = None) -> ProjectFacts:
    ids = dict(accounts.people_of(organization).values_list("public_id", "pk"))
    named = dict(project.members.values_list("public_id", "pk")) if project else {}
    kept = ("name", "number", "for_all_members", "first_date", "last_date", "budget_yuan")
    return ProjectFacts(
        holder_id=ids.get(data.holder, NOBODY),
        funding=FundingSource(data.funding),
        member_ids=frozenset((named | ids).get(one, NOBODY) for one in data.members),
        **{name: getattr(data, name) for name in kept},
    )


def _respond(request: HttpRequest, response: HttpResponse, project: "Project") -> ProjectOut:
    """Return the project as it is now, and set its revision as the ETag.

    Whoever has just given it to another holder is answered too, though they may not see it any more.
    """
    response["ETag"] = f'"{project.revision}"'
    is_kept = kept_projects(request.user).filter(pk=project.pk).exists()
    return serialize_project(project, is_kept=is_kept)
