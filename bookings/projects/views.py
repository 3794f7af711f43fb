"""Pages on which an organization's projects are opened, changed, closed and opened again."""

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from bookings.projects.domain.choices import get_next_state
from bookings.projects.forms import ProjectForm, describe_project
from bookings.projects.permissions import is_holder
from bookings.projects.registry import count_bookings_ahead, count_waits
from bookings.projects.selectors import get_kept_project, kept_projects
from bookings.projects.services import project_change, project_close, project_create, project_reopen
from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.permissions import require
from instrument_share.journal.addresses import page_address
from instrument_share.web import clock
from instrument_share.web.desks import navigation
from instrument_share.web.forms.two_versions import Difference, save_or_compare
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.outcomes import answer_form, redirect_with_message
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bilingual

if TYPE_CHECKING:
    from bookings.projects.models import Project
    from instrument_share.accounts.models import User


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def project_new(request: SignedInRequest, organization_id: str) -> HttpResponse:
    """Open a project of an organization."""
    organization = accounts.organization_inside(request.user, organization_id)
    require(request.user, "bookings.open_project", organization)
    form = ProjectForm(
        request.POST or None,
        people=list(accounts.people_of(organization)),
        initial={"holder": request.user.public_id, "funding": "other"},
    )
    return answer_form(
        request,
        form,
        save=lambda: project_create(
            actor=request.user, organization_id=organization.pk, facts=form.as_facts(), now=clock.now()
        ),
        respond=lambda made: redirect_with_message(
            request,
            _("The project is open: bookings that {name} pays may name it.").format(
                name=bilingual(organization, "name")
            ),
            _get_address(made),
        ),
        template="bookings/projects/project_form.html",
        context=lambda: {
            "form": form,
            "up": page_address("organization_projects", organization.public_id),
            "is_new": True,
        },
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def project_edit(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Change a project as its holder or an administrator.

    Where somebody else has changed it meanwhile, that stands beside what was typed.
    """
    found = get_kept_project(request.user, public_id)
    form = ProjectForm(
        request.POST or None,
        people=list(accounts.people_of(found.organization)),
        initial=describe_project(found),
    )
    meanwhile: list[Difference] = []

    def save() -> "Project":
        return project_change(
            actor=request.user,
            project_id=found.pk,
            facts=form.as_facts(),
            revision=form.cleaned_data["revision"],
            now=clock.now(),
        )

    return answer_form(
        request,
        form,
        save=lambda: save_or_compare(
            form,
            save,
            present=lambda: describe_project(get_kept_project(request.user, public_id)),
            meanwhile=meanwhile,
            version="revision",
        ),
        respond=lambda changed: redirect_with_message(
            request, _("The project is changed."), _get_next_address(request.user, changed)
        ),
        template="bookings/projects/project_form.html",
        context=lambda: {
            "form": form,
            "meanwhile": meanwhile,
            "project": found,
            "up": _get_address(found),
            "ahead": count_bookings_ahead(found, clock.now()),
            "waits": count_waits(found),
        },
    )


@confirmation_view
def project_closing(request: SignedInRequest, public_id: str) -> Confirmation:
    """Confirm closing a project."""
    found = get_kept_project(request.user, public_id)
    get_next_state(found.state, "close")
    ahead = count_bookings_ahead(found, clock.now())
    told = ngettext(
        "{count} booking ahead names it. Whoever made it is told.",
        "{count} bookings ahead name it. Whoever made them is told.",
        ahead,
    ).format(count=ahead)
    waits = count_waits(found)
    waiting = ngettext(
        "{count} wait names it and is offered nothing any more. Whoever waits is told.",
        "{count} waits name it and are offered nothing any more. Whoever waits is told.",
        waits,
    ).format(count=waits)
    return Confirmation(
        heading=_("Close this project?"),
        consequences=[
            _("No booking can name it any more, and bookings that name it can't be moved."),
            _("Bookings made before take place as booked, and count towards its budget."),
            *_describe_told_holder(request.user, found),
            *([told] if ahead else []),
            *([waiting] if waits else []),
        ],
        action=_("Close the project"),
        perform=lambda: project_close(actor=request.user, project_id=found.pk, now=clock.now()),
        success=_("The project is closed."),
        back_address=_get_address(found),
    )


@confirmation_view
def project_reopening(request: SignedInRequest, public_id: str) -> Confirmation:
    """Confirm opening a closed project again."""
    found = get_kept_project(request.user, public_id)
    get_next_state(found.state, "reopen")
    is_named = count_bookings_ahead(found, clock.now()) + count_waits(found) > 0
    told = _(
        "Whose bookings ahead or waits name it are told; bookings can be moved, and time is offered again."
    )
    return Confirmation(
        heading=_("Open this project again?"),
        consequences=[
            _("Bookings may name it again, as far as its budget reaches."),
            *_describe_told_holder(request.user, found),
            *([told] if is_named else []),
        ],
        action=_("Open the project again"),
        perform=lambda: project_reopen(actor=request.user, project_id=found.pk, now=clock.now()),
        success=_("The project is open again."),
        back_address=_get_address(found),
    )


def _describe_told_holder(viewer: "User", project: "Project") -> list[str]:
    """Return the sentence that somebody else, who holds the project, is told; none where nobody else does."""
    if project.holder_id == viewer.pk or not is_holder(project.holder, project):
        return []
    return [_("{holder}, who holds the project, is told.").format(holder=project.holder.name)]


def _get_address(project: "Project") -> str:
    return page_address("project", project.public_id)


def _get_next_address(viewer: "User", project: "Project") -> str:
    """Return the project's page, or the viewer's own where they have just given the project away."""
    if kept_projects(viewer).filter(pk=project.pk).exists():
        return _get_address(project)
    return navigation().own.address
