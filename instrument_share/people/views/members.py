"""Members of an organization: requests, invitations and roles."""

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from bookings import public as bookings
from instrument_share.accounts import selectors as accounts
from instrument_share.accounts import services
from instrument_share.accounts.domain import MembershipState, Role
from instrument_share.people.forms import EndForm, InvitationForm, RoleForm
from instrument_share.people.views.leaving import (
    count_bookings,
    describe_what_is_unpaid,
    describe_what_stops,
)
from instrument_share.people.views.member_list import (
    get_managed_organization,
    get_members_address,
    show_members,
)
from instrument_share.web import clock
from instrument_share.web.forms.fields import ReasonForm
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.outcomes import redirect_with_message, run_service
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.labels import ROLES

if TYPE_CHECKING:
    from instrument_share.accounts.models import Membership


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def invitation_send(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Send an invitation; who comes back to what was refused, as in another language, gets the list."""
    found = get_managed_organization(request, public_id)
    if request.method != "POST":
        return redirect(get_members_address(found))
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
        return show_members(request, found, form, status=422)
    sentence = _("{email} is invited; the link in the mail works for 14 days.").format(email=sent.email)
    return redirect_with_message(request, sentence, get_members_address(found))


@login_required
@require_POST
@idempotent_form
def invitation_resend(request: SignedInRequest, public_id: str, invitation_id: str) -> HttpResponse:
    """Send an invitation again."""
    found = get_managed_organization(request, public_id)
    invitation = accounts.invitation(request.user, found, invitation_id)
    services.invitation_resend(actor=request.user, invitation_id=invitation.pk, now=clock.now())
    sentence = _("A new mail goes to {email}; the link before it no longer works.")
    return redirect_with_message(request, sentence.format(email=invitation.email), get_members_address(found))


@confirmation_view
def invitation_withdraw(request: SignedInRequest, public_id: str, invitation_id: str) -> Confirmation:
    """Confirm withdrawing an invitation."""
    found = get_managed_organization(request, public_id)
    invitation = accounts.invitation(request.user, found, invitation_id)
    return Confirmation(
        heading=_("Withdraw the invitation of {email}?").format(email=invitation.email),
        consequences=[_("The link in the mail stops working at once.")],
        action=_("Withdraw it"),
        perform=lambda: services.invitation_withdraw(
            actor=request.user, invitation_id=invitation.pk, now=clock.now()
        ),
        success=_("The invitation is withdrawn."),
        back_address=get_members_address(found),
        tone="danger",
    )


@login_required
@require_POST
@idempotent_form
def member_admit(request: SignedInRequest, public_id: str, membership_id: str) -> HttpResponse:
    """Admit a person who asked to join."""
    found = get_managed_organization(request, public_id)
    asked = accounts.membership(request.user, found, membership_id)
    services.membership_admit(actor=request.user, membership_id=asked.pk, now=clock.now())
    sentence = _("{name} is admitted and is told.").format(name=asked.user.get_full_name())
    return redirect_with_message(request, sentence, get_members_address(found))


@confirmation_view
def member_refuse(request: SignedInRequest, public_id: str, membership_id: str) -> Confirmation:
    """Confirm refusing a request to join."""
    found = get_managed_organization(request, public_id)
    asked = accounts.membership(request.user, found, membership_id)
    form = ReasonForm(request.POST or None)
    name = asked.user.get_full_name()
    return Confirmation(
        heading=_("Do not admit {name}?").format(name=name),
        consequences=[_("They can read the reason and ask again.")],
        action=_("Refuse with this reason"),
        perform=lambda: services.membership_refuse(
            actor=request.user,
            membership_id=asked.pk,
            reason=form.cleaned_data["reason"],
            now=clock.now(),
        ),
        success=_("{name} is not admitted.").format(name=name),
        back_address=get_members_address(found),
        form=form,
        tone="danger",
    )


@confirmation_view
def member_role(request: SignedInRequest, public_id: str, membership_id: str) -> Confirmation:
    """Confirm giving a member another role."""
    found = get_managed_organization(request, public_id)
    of = accounts.membership(request.user, found, membership_id).user
    offered = accounts.roles_to_grant(request.user, found) - accounts.active_roles(of.pk, found.pk)
    form = RoleForm(request.POST or None, roles=offered)
    name = of.get_full_name()
    return Confirmation(
        heading=_("Give {name} a role").format(name=name),
        consequences=[_("They are notified and can act in this role at once.")],
        action=_("Assign role"),
        perform=lambda: services.membership_grant(
            actor=request.user,
            user=of,
            organization=found,
            role=Role(form.cleaned_data["role"]),
            now=clock.now(),
        ),
        success=_("{name} has the role now.").format(name=name),
        back_address=get_members_address(found),
        form=form,
    )


@confirmation_view
def member_end(request: SignedInRequest, public_id: str, membership_id: str) -> Confirmation:
    """Confirm ending a member's role, and choose what happens to their bookings."""
    found = get_managed_organization(request, public_id)
    held = accounts.membership(request.user, found, membership_id)
    # What is sent is refused by the service, and the form keeps the reason.
    is_asked = request.method != "POST" and held.state == MembershipState.ACTIVE
    if is_asked and accounts.is_held_alone(held):
        raise services.LastOfRole
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
        back_address=get_members_address(found),
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
    found = [_("They are notified, with your reason.")]
    if held.role == Role.KEEPER:
        found.append(_("They no longer keep any instrument of the unit; name other keepers."))
    left = accounts.active_roles(held.user_id, held.organization_id) - {Role(held.role)}
    found += describe_what_stops(held.user, held.organization, *left)
    if is_last_of_theirs:
        found.append(_("It is their last role here: they no longer belong to the organization."))
        found += describe_what_is_unpaid(held.user, held.organization)
    return found
