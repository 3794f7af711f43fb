"""The list of an organization's members, with requests and invitations, and the same as a table."""

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from instrument_share.accounts import selectors as accounts
from instrument_share.accounts import services
from instrument_share.accounts.domain import MembershipState, Role
from instrument_share.accounts.domain.roles import MANAGING_ROLES
from instrument_share.kernel.errors import Forbidden
from instrument_share.mails.selectors import MailState, mail_states
from instrument_share.people.forms import FormerMemberFilterForm, InvitationForm, MemberFilterForm
from instrument_share.people.views.organizations import build_organization_tabs, is_overseen
from instrument_share.personal.services.disclosures import people_disclosed
from instrument_share.web import clock, cursor
from instrument_share.web.lists.queues import read_queue
from instrument_share.web.lists.tables import ListColumn, ListTable, get_address
from instrument_share.web.responses.exports import csv_response
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.labels import ROLES, label

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from django.db.models import QuerySet

    from instrument_share.accounts.models import Invitation, Membership, Organization, User

PER_PAGE = 50
PER_QUEUE = 20
BATCH_SIZE = 500
FORMER_STATES = (MembershipState.ENDED, MembershipState.REFUSED)
TABLE = ListTable(
    (
        ListColumn(gettext_lazy("Person"), "name", ("user__name", "user_id")),
        ListColumn(gettext_lazy("Roles")),
    ),
    ordering=("user__name", "user_id", "id"),
    first="name",
)
"""By person only: the roles of one stand together."""


@dataclass(frozen=True)
class Member:
    """A person with their roles and whether others can be given.

    Each role with whether the viewer may end it, and whether nobody else has it, so that it stays.
    """

    user: "User"
    roles: list[tuple["Membership", bool, bool]]
    may_have_more: bool

    @property
    def first(self) -> "Membership":
        """Return the first of the person's memberships."""
        return self.roles[0][0]


def get_managed_organization(request: SignedInRequest, public_id: str) -> "Organization":
    """Return the organization if the viewer manages its people. Raises NotFound and Forbidden."""
    found = accounts.organization_inside(request.user, public_id)
    if not accounts.roles_to_grant(request.user, found):
        raise Forbidden
    return found


def get_members_address(found: "Organization") -> str:
    """Return the address of the list."""
    return reverse("members", args=[found.public_id])


@login_required
@require_safe
def members(request: SignedInRequest, public_id: str) -> HttpResponseBase:
    """List members; `?show=former` lists former ones, `?q=` and `?role=` narrow.

    Of former ones, refused ones among them, no email address is shown or found: it is their present one,
    which the organization never had or has no more to do with. `?format=csv` exports what is found.
    """
    found = get_managed_organization(request, public_id)
    if request.GET.get("format") == "csv":
        return _export(request, found)
    return show_members(request, found, InvitationForm(roles=accounts.roles_to_grant(request.user, found)))


def show_members(
    request: SignedInRequest, found: "Organization", form: InvitationForm, status: int = 200
) -> HttpResponse:
    """Show the list with the form of an invitation beside it."""
    filters, former = _read_filters(request, found), _is_former(request)
    page = cursor.page(
        _find(request, found, filters),
        ordering=TABLE.get_ordering(request),
        cursor=request.GET.get("cursor"),
        limit=PER_PAGE,
    )
    people_disclosed(
        actor=request.user,
        what="members.list",
        count=len(page.items),
        subject=found,
        organization_id=found.pk,
        now=clock.now(),
    )
    waiting = accounts.members(request.user, found).filter(state=MembershipState.PENDING)
    context = {
        "organization": found,
        "tabs": build_organization_tabs(request, found, "members"),
        "overseen": is_overseen(request, found),
        "page": page,
        "heads": TABLE.build_heads(request),
        "people": _grouped(request.user, found, page.items),
        "handed_over": MANAGING_ROLES if accounts.successors(found, request.user.pk).exists() else (),
        "requests": read_queue(request, waiting, "requests", "created_at", "id", limit=PER_QUEUE),
        "invitations": _describe_invitations(found, accounts.invitations_open(request.user, found)),
        "form": form,
        "filters": filters,
        "former": former,
        "now": clock.now(),
        "chips": [(_("Former members"), get_address(request, show="" if former else "former"), former)],
    }
    return render(request, "people/members.html", context, status=status)


def _is_former(request: SignedInRequest) -> bool:
    return request.GET.get("show") == "former"


def _read_filters(request: SignedInRequest, found: "Organization") -> MemberFilterForm:
    return (FormerMemberFilterForm if _is_former(request) else MemberFilterForm)(request, found)


def _find(
    request: SignedInRequest, found: "Organization", filters: MemberFilterForm
) -> "QuerySet[Membership]":
    former = _is_former(request)
    states = FORMER_STATES if former else (MembershipState.ACTIVE,)
    rows = accounts.members(request.user, found).filter(state__in=states)
    if text := filters.get("q"):
        by_name = Q(user__name__icontains=text)
        rows = rows.filter(by_name if former else by_name | Q(user__email__icontains=text))
    if role := filters.get("role"):
        rows = rows.filter(role=role)
    return rows


def _describe_invitations(
    found: "Organization", invitations: "Iterable[Invitation]"
) -> "list[tuple[Invitation, MailState | None, datetime | None]]":
    """Return each with the state of its mail, and from when it can be sent again where it can't be now."""
    every = list(invitations)
    states = mail_states(one.public_id for one in every)
    refusals = services.find_mail_refusals(found, every, clock.now())
    resent_from = {public_id: refusal.params["time"] for public_id, refusal in refusals.items()}
    return [(one, states.get(one.public_id), resent_from.get(one.public_id)) for one in every]


def _grouped(viewer: "User", found: "Organization", rows: "Collection[Membership]") -> list[Member]:
    ending = accounts.roles_to_end(viewer, found)
    to_grant = accounts.roles_to_grant(viewer, found)
    held = accounts.roles_of_people(found, {one.user_id for one in rows})
    active = [one for one in rows if one.state == MembershipState.ACTIVE]
    alone = {one.pk for one in accounts.held_alone(active)}
    return [
        Member(
            user,
            [(one, Role(one.role) in ending, one.pk in alone) for one in theirs],
            bool(to_grant - held[user.pk]),
        )
        for user, theirs in groupby(rows, key=lambda one: one.user)
    ]


def _export(request: SignedInRequest, found: "Organization") -> HttpResponseBase:
    heads = [_("Person"), _("Email"), _("Role"), _("State"), _("Since"), _("Ended at"), _("Reason")]
    rows = _find(request, found, _read_filters(request, found))
    people_disclosed(
        actor=request.user,
        what="members.export",
        count=rows.count(),
        subject=found,
        organization_id=found.pk,
        now=clock.now(),
    )
    ordered = rows.order_by(*TABLE.get_ordering(request))
    name = f"members-{found.public_id}"
    return csv_response(name, heads, (_to_row(one) for one in ordered.iterator(BATCH_SIZE)))


def _to_row(one: "Membership") -> list[Any]:
    role = str(ROLES[Role(one.role)])
    state = label("membership", one.state).text
    address = "" if one.state in FORMER_STATES else one.user.email
    return [one.user.name, address, role, state, one.created_at, one.ended_at, one.reason]
