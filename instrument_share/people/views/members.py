"""Members of an organization: requests, invitations, roles, and leaving."""

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bookings import public as bookings
from instrument_share.accounts import selectors as accounts
from instrument_share.accounts import services
from instrument_share.accounts.domain import MembershipState, Role
from instrument_share.kernel.errors import Forbidden
from instrument_share.mails.selectors import MailState, mail_states
from instrument_share.people.forms import EndForm, InvitationForm, RoleForm
from instrument_share.people.views.leaving import count_bookings, count_keys
from instrument_share.people.views.organizations import build_organization_tabs
from instrument_share.personal.services.disclosures import people_disclosed
from instrument_share.web import clock, cursor
from instrument_share.web.forms.fields import ReasonForm
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.outcomes import redirect_with_message, run_service
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.labels import ROLES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from instrument_share.accounts.models import Invitation, Membership, Organization, User

PER_PAGE = 50
FORMER_STATES = (MembershipState.ENDED, MembershipState.REFUSED)


@dataclass(frozen=True)
class Member:
    """A person with their roles, each with whether the viewer may end it."""

    user: "User"
    roles: list[tuple["Membership", bool]]

    @property
    def first(self) -> "Membership":
        """Return the first of the person's memberships."""
        return self.roles[0][0]


def _managed(request: SignedInRequest, public_id: str) -> "Organization":
    """Return the organization if the viewer manages its people. Raises NotFound and Forbidden."""
    found = accounts.organization_inside(request.user, public_id)
    if not accounts.roles_to_grant(request.user, found):
        raise Forbidden
    return found


@login_required
@require_safe
def members(request: SignedInRequest, public_id: str) -> HttpResponse:
    """List members; `?show=former` lists former ones, `?q=` searches names and mail addresses."""
    found = _managed(request, public_id)
    return _members_page(request, found, InvitationForm(roles=accounts.roles_to_grant(request.user, found)))


def _members_page(
    request: SignedInRequest, found: "Organization", form: InvitationForm, status: int = 200
) -> HttpResponse:
    given = accounts.roles_to_grant(request.user, found)
    every = accounts.members(request.user, found)
    former, text = request.GET.get("show") == "former", request.GET.get("q", "").strip()
    shown = every.filter(state__in=FORMER_STATES if former else [MembershipState.ACTIVE])
    if text:
        shown = shown.filter(Q(user__name__icontains=text) | Q(user__email__icontains=text))
    page = cursor.page(
        shown,
        ordering=("user__name", "user_id", "id"),
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
    context = {
        "organization": found,
        "tabs": build_organization_tabs(request, found, "members"),
        "page": page,
        "people": _grouped(page.items, given),
        "requests": every.filter(state=MembershipState.PENDING).order_by("created_at", "id"),
        "invitations": _with_mail_states(accounts.invitations_open(request.user, found)),
        "form": form,
        "former": former,
        "q": text,
        "now": clock.now(),
        "chips": [(_("Former members"), "?" if former else "?show=former", former)],
    }
    return render(request, "people/members.html", context, status=status)


def _with_mail_states(
    invitations: "Iterable[Invitation]",
) -> "list[tuple[Invitation, MailState | None]]":
    every = list(invitations)
    states = mail_states(one.public_id for one in every)
    return [(one, states.get(one.public_id)) for one in every]


def _grouped(rows: "Iterable[Membership]", given: frozenset[Role]) -> list[Member]:
    return [
        Member(user, [(one, Role(one.role) in given) for one in theirs])
        for user, theirs in groupby(rows, key=lambda one: one.user)
    ]


@login_required
@require_POST
@idempotent_form
def invitation_send(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Send an invitation."""
    found = _managed(request, public_id)
    form = InvitationForm(request.POST, roles=accounts.roles_to_grant(request.user, found))
    sent = run_service(
        form,
        lambda: services.invitation_send(
            actor=request.user,
            organization_id=found.pk,
            email=form.cleaned_data["email"],
            role=Role(form.cleaned_data["role"]),
            now=clock.now(),
        ),
    )
    if sent is None:
        return _members_page(request, found, form, status=422)
    sentence = _("{email} is invited; the link in the mail works for 14 days.").format(email=sent.email)
    return redirect_with_message(request, sentence, _members(found))


@login_required
@require_POST
@idempotent_form
def invitation_resend(request: SignedInRequest, public_id: str, invitation_id: str) -> HttpResponse:
    """Send an invitation again."""
    found = _managed(request, public_id)
    invitation = accounts.invitation(request.user, found, invitation_id)
    services.invitation_resend(actor=request.user, invitation_id=invitation.pk, now=clock.now())
    sentence = _("A new mail goes to {email}; the link before it no longer works.")
    return redirect_with_message(request, sentence.format(email=invitation.email), _members(found))


@confirmation_view
def invitation_withdraw(request: SignedInRequest, public_id: str, invitation_id: str) -> Confirmation:
    """Confirm withdrawing an invitation."""
    found = _managed(request, public_id)
    invitation = accounts.invitation(request.user, found, invitation_id)
    return Confirmation(
        heading=_("Withdraw the invitation of {email}?").format(email=invitation.email),
        consequences=[_("The link in the mail stops working at once.")],
        action=_("Withdraw it"),
        perform=lambda: services.invitation_withdraw(
            actor=request.user, invitation_id=invitation.pk, now=clock.now()
        ),
        success=_("The invitation is withdrawn."),
        back_address=_members(found),
        tone="danger",
    )


@login_required
@require_POST
@idempotent_form
def member_admit(request: SignedInRequest, public_id: str, membership_id: str) -> HttpResponse:
    """Admit a person who asked to join."""
    found = _managed(request, public_id)
    asked = accounts.membership(request.user, found, membership_id)
    services.membership_admit(actor=request.user, membership_id=asked.pk, now=clock.now())
    sentence = _("{name} is admitted and is told.").format(name=asked.user.get_full_name())
    return redirect_with_message(request, sentence, _members(found))


@confirmation_view
def member_refuse(request: SignedInRequest, public_id: str, membership_id: str) -> Confirmation:
    """Confirm refusing a request to join."""
    found = _managed(request, public_id)
    asked = accounts.membership(request.user, found, membership_id)
    form = ReasonForm(request.POST or None)
    name = asked.user.get_full_name()
    return Confirmation(
        heading=_("Do not admit {name}?").format(name=name),
        consequences=[_("They read the reason and can ask again.")],
        action=_("Refuse and say why"),
        perform=lambda: services.membership_refuse(
            actor=request.user,
            membership_id=asked.pk,
            reason=form.cleaned_data["reason"],
            now=clock.now(),
        ),
        success=_("{name} is not admitted.").format(name=name),
        back_address=_members(found),
        form=form,
        tone="danger",
    )


@confirmation_view
def member_role(request: SignedInRequest, public_id: str, membership_id: str) -> Confirmation:
    """Confirm giving a member another role."""
    found = _managed(request, public_id)
    of = accounts.membership(request.user, found, membership_id).user
    offered = accounts.roles_to_grant(request.user, found) - accounts.active_roles(of.pk, found.pk)
    form = RoleForm(request.POST or None, roles=offered)
    name = of.get_full_name()
    return Confirmation(
        heading=_("Give {name} a role").format(name=name),
        consequences=[_("They are told, and can act in it at once.")],
        action=_("Give the role"),
        perform=lambda: services.membership_grant(
            actor=request.user,
            user=of,
            organization=found,
            role=Role(form.cleaned_data["role"]),
            now=clock.now(),
        ),
        success=_("{name} has the role now.").format(name=name),
        back_address=_members(found),
        form=form,
    )


@confirmation_view
def member_end(request: SignedInRequest, public_id: str, membership_id: str) -> Confirmation:
    """Confirm ending a member's role, and choose what happens to their bookings."""
    found = _managed(request, public_id)
    held = accounts.membership(request.user, found, membership_id)
    is_last_of_theirs = accounts.active_roles(held.user_id, found.pk) <= {Role(held.role)}
    now = clock.now()
    ending = bookings.bookings_ending_with_membership(request.user, held, now) if is_last_of_theirs else []
    form = EndForm(request.POST or None)
    if not ending:
        del form.fields["bookings"]
    name, role = held.user.get_full_name(), ROLES[Role(held.role)]
    return Confirmation(
        heading=_("Withdraw the role “{role}” from {name}?").format(role=role, name=name),
        consequences=_consequences(held, is_last_of_theirs),
        action=_("Withdraw the role"),
        perform=lambda: bookings.membership_end(
            actor=request.user,
            membership_id=held.pk,
            reason=form.cleaned_data["reason"],
            bookings=form.cleaned_data.get("bookings", "cancel"),
            now=now,
        ),
        success=_("{name} no longer has the role.").format(name=name),
        back_address=_members(found),
        form=form,
        tone="danger",
        template="people/confirm_with_bookings.html",
        extra_context={
            "affected": [
                (
                    count_bookings(len(ending)),
                    _("Choose below what becomes of them. {name} and the keepers are told.").format(
                        name=name
                    ),
                    [(booking, "") for booking in ending],
                )
            ]
        },
    )


def _consequences(held: "Membership", is_last_of_theirs: bool) -> list[str]:
    found = [_("They are told, with your reason.")]
    if held.role == Role.KEEPER:
        found.append(_("They no longer keep any instrument of the unit; name other keepers."))
    left = accounts.active_roles(held.user_id, held.organization_id) - {Role(held.role)}
    found += count_keys(held.user, held.organization, *left)
    if is_last_of_theirs:
        found.append(_("It is their last role here: they no longer belong to the organization."))
    return found


def _members(found: "Organization") -> str:
    return reverse("members", args=[found.public_id])
