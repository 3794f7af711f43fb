"""An organization's projects with what each has left, and one project with its bookings and uses."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_safe
from rules import has_perm

from bookings.budgets.forms import ProjectFilterForm
from bookings.budgets.selectors import (
    Line,
    Month,
    get_months,
    iterate_lines,
    project_bookings,
    read_lines,
)
from bookings.projects.domain.choices import ProjectState
from bookings.projects.selectors import find_projects, get_kept_project, kept_projects, projects
from bookings.requests.domain.states import BookingState
from bookings.requests.selectors.bookings import bookings
from bookings.requests.selectors.project_budget import get_budgets
from instrument_share.accounts import selectors as accounts
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import NotFound
from instrument_share.kernel.wording import word
from instrument_share.personal.services.disclosures import people_disclosed, people_listed
from instrument_share.web import clock, cursor
from instrument_share.web.lists.tables import ListColumn, ListTable, get_address
from instrument_share.web.responses.exports import csv_response
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text import labels
from instrument_share.web.text.formats import bilingual, month_label

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from bookings.projects.domain.budget import Budget
    from bookings.projects.models import Project
    from instrument_share.accounts.models import Organization, User

PER_PAGE = 30
TABLE = ListTable(
    (
        ListColumn(gettext_lazy("Name of the project"), "name"),
        ListColumn(gettext_lazy("Project holder"), "holder", "holder__name"),
        ListColumn(gettext_lazy("Period"), "period", "ends_on"),
        ListColumn(gettext_lazy("Budget"), "budget", "limit_yuan", is_figure=True, is_descending=True),
        ListColumn(pgettext_lazy("budget", "Committed"), is_figure=True),
        ListColumn(pgettext_lazy("budget", "Spent"), is_figure=True),
        ListColumn(pgettext_lazy("budget", "Left"), is_figure=True),
    ),
    ordering=("name", "id"),
    first="name",
)
WITHOUT_BUDGETS = replace(
    TABLE, columns=[replace(one, name="") if one.name == "budget" else one for one in TABLE.columns]
)
"""For who does not keep every project of the list: the order would tell the others' budgets."""
ORDERING = ("-starts_at", "-id")


@login_required
@require_safe
def organization_projects(request: SignedInRequest, organization_id: str) -> HttpResponseBase:
    """List the projects of one's organization (`?state=closed`, `?q=`), with figures for those one keeps.

    `?format=csv` exports those of the list that one keeps.
    """
    organization = accounts.organization_inside(request.user, organization_id)
    if organization.pk not in accounts.standing(request.user).organization_ids():
        raise NotFound
    form = ProjectFilterForm(request)
    is_closed = request.GET.get("state") == ProjectState.CLOSED
    asked = {"state": ProjectState.CLOSED if is_closed else ProjectState.OPEN, "text": form.get("q")}
    every_kept = kept_projects(request.user).filter(organization=organization)
    kept = find_projects(every_kept, **asked)
    found = find_projects(projects(request.user).filter(organization=organization), **asked)
    table = WITHOUT_BUDGETS if found.exclude(pk__in=kept.values("pk")).exists() else TABLE
    ordering = table.get_ordering(request)
    if request.GET.get("format") == "csv":
        return _export_projects(request.user, organization, kept.order_by(*ordering))
    page = cursor.page(found, ordering=ordering, cursor=request.GET.get("cursor"), limit=PER_PAGE)
    people_listed(
        actor=request.user,
        what="projects.list",
        people=[one.holder_id for one in page.items],
        now=clock.now(),
        subject=organization,
        organization_id=organization.pk,
    )
    budgets = get_budgets(kept.filter(pk__in=[one.pk for one in page.items]))
    context = {
        "organization": organization,
        "page": page,
        "heads": table.build_heads(request),
        "form": form,
        "rows": [(one, budgets.get(one.pk)) for one in page.items],
        "is_closed": is_closed,
        "states": [
            (_("Open projects"), get_address(request, state=""), not is_closed),
            (_("Closed projects"), get_address(request, state=ProjectState.CLOSED.value), is_closed),
        ],
        "may_export": every_kept.exists(),
        "may_open": has_perm("bookings.open_project", request.user, organization),
    }
    return render(request, "bookings/budgets/projects.html", context)


def _export_projects(
    viewer: "User", organization: "Organization", kept: "QuerySet[Project]"
) -> HttpResponseBase:
    heads = [
        _("Number"),
        _("Name of the project"),
        _("Project number"),
        _("Project holder"),
        _("State"),
        _("First day"),
        _("Last day"),
        _("Budget in yuan"),
        _("Committed in yuan"),
        _("Spent in yuan"),
        _("Left in yuan"),
    ]
    found = list(kept)
    people_disclosed(
        actor=viewer,
        what="projects.export",
        count=len(found),
        subject=organization,
        organization_id=organization.pk,
        now=clock.now(),
    )
    budgets = get_budgets(found)
    rows = ([*_describe_project(one), *_list_amounts(budgets[one.pk])] for one in found)
    return csv_response(f"projects-{organization.public_id}", heads, rows)


def _describe_project(one: "Project") -> list[Any]:
    state = labels.label("project", ProjectState(one.state)).text
    return [one.public_id, one.name, one.number, one.holder.name, state, one.first_date, one.last_date]


def _list_amounts(budget: "Budget") -> list[Any]:
    return [
        budget.limit_yuan,
        budget.committed_yuan,
        budget.spent_yuan,
        None if budget.limit_yuan is None else budget.left_yuan,
    ]


@login_required
@require_safe
def project(request: SignedInRequest, public_id: str) -> HttpResponseBase:
    """Show a project to those who keep it: budget, months, bookings and uses (`?format=csv` exports them)."""
    found = get_kept_project(request.user, public_id)
    if request.GET.get("format") == "csv":
        return _export(request.user, found)
    page = cursor.page(
        project_bookings(found), ordering=ORDERING, cursor=request.GET.get("cursor"), limit=PER_PAGE
    )
    members = list(found.members.order_by("name", "id"))
    now = clock.now()
    people_listed(
        actor=request.user,
        what="project.list",
        people=[found.holder_id, *(one.pk for one in members), *(one.user_id for one in page.items)],
        now=now,
        subject=found,
        organization_id=found.organization_id,
    )
    months = get_months(found)
    today = now.astimezone(CITY_TIME).date()
    context = {
        "project": found,
        "budget": get_budgets([found])[found.pk],
        "members": members,
        "page": page,
        "lines": read_lines(page.items),
        "visible": set(
            bookings(request.user).filter(pk__in=[one.pk for one in page.items]).values_list("pk", flat=True)
        ),
        "months": months,
        "chart": _draw(months) if months else None,
        "is_over": found.last_date is not None and found.last_date < today,
    }
    return render(request, "bookings/budgets/project.html", context)


def _draw(months: list[Month]) -> dict[str, Any]:
    shown = months[::-1]
    return {
        "type": "stacked",
        "unit": _("yuan"),
        "categories": [month_label(one.first_date) for one in shown],
        "series": [
            {"name": pgettext("budget", "Spent"), "data": [one.spent_yuan for one in shown]},
            {"name": pgettext("budget", "Committed"), "data": [one.committed_yuan for one in shown]},
        ],
    }


def _export(viewer: "User", found: "Project") -> HttpResponseBase:
    heads = [
        _("Booking"),
        _("Usage log"),
        _("Instrument"),
        _("Unit"),
        _("Who used it"),
        _("Starts at"),
        _("Ends at"),
        _("State"),
        pgettext("budget", "Counts as"),
        _("Amount in yuan"),
    ]
    lines = list(iterate_lines(found))
    people_disclosed(
        actor=viewer,
        what="project.export",
        count=len(lines),
        subject=found,
        organization_id=found.organization_id,
        now=clock.now(),
    )
    return csv_response(f"project-{found.public_id}", heads, _to_rows(lines))


def _to_rows(lines: Iterable[Line]) -> Iterator[list[Any]]:
    for line in lines:
        booking = line.booking
        yield [
            booking.public_id,
            line.usage_log,
            bilingual(booking.instrument, "name"),
            bilingual(booking.instrument.organization, "name"),
            booking.user.name,
            booking.starts_at,
            booking.ends_at,
            labels.label("booking", BookingState(booking.state)).text,
            _(word(line.part)),
            line.amount_yuan,
        ]
