"""Leaving an organization, handing a role over, and what ends with a role."""

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings import public as bookings
from instrument_share.accounts import selectors as accounts
from instrument_share.accounts import services
from instrument_share.accounts.domain import Role
from instrument_share.accounts.domain.roles import MANAGING_ROLES
from instrument_share.kernel.errors import Forbidden, NotFound, require_found
from instrument_share.people.forms import LeaveForm, SuccessorForm, get_role_choices
from instrument_share.people.views.organizations import get_organization_address
from instrument_share.web import clock
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bilingual, in_english, yuan
from instrument_share.web.text.labels import ROLES

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User


def count_bookings(count: int) -> str:
    """Return how many bookings ahead an organization pays, as a sentence."""
    sentence = ngettext(
        "{count} booking ahead that the organization pays",
        "{count} bookings ahead that the organization pays",
        count,
    )
    return sentence.format(count=count)


def describe_what_stops(person: "User", organization: "Organization", *roles_left: Role) -> list[str]:
    """Return what stops of what the person made in roles that are not left to them, a sentence for each."""
    keys = bookings.count_keys_ending(person, organization, *roles_left)
    of_keys = ngettext(
        "{count} device or kiosk stops: its key ends with the role of who made it. Make a new one.",
        "{count} devices and kiosks stop: their keys end with the role of who made them. Make new ones.",
        keys,
    )
    calendars = bookings.count_calendars_ending(person, organization, *roles_left)
    of_calendars = ngettext(
        "{count} external calendar is no longer followed: it ends with the role of who connected it. "
        "Somebody else connects it again under their own name; its closures stay until then.",
        "{count} external calendars are no longer followed: they end with the role of who connected them. "
        "Somebody else connects them again under their own name; their closures stay until then.",
        calendars,
    )
    ending = [(keys, of_keys), (calendars, of_calendars)]
    return [sentence.format(count=count) for count, sentence in ending if count]


def describe_what_is_unpaid(person: "User", organization: "Organization") -> list[str]:
    """Return what the organization pays no more of what the person awaits, with their last role there."""
    orders = len(bookings.orders_to_pay(organization.pk, person.pk))
    of_orders = ngettext(
        "{count} sample order was to be paid by the organization: no quote is accepted and no time planned "
        "for it any more. Whoever ordered and the keepers are told.",
        "{count} sample orders were to be paid by the organization: no quote is accepted and no time "
        "planned for them any more. Whoever ordered and the keepers are told.",
        orders,
    )
    waits = bookings.waits_to_pay(organization.pk, person.pk).count()
    of_waits = ngettext(
        "{count} wait was to be paid by the organization: it ends, and whoever waits is told.",
        "{count} waits were to be paid by the organization: they end, and whoever waits is told.",
        waits,
    )
    unpaid = [(orders, of_orders), (waits, of_waits)]
    return [sentence.format(count=count) for count, sentence in unpaid if count]


@confirmation_view
def hand_over(request: SignedInRequest, public_id: str, membership_id: str) -> Confirmation:
    """Confirm handing one's own role over to a colleague."""
    found = accounts.organization_inside(request.user, public_id)
    held = accounts.membership(request.user, found, membership_id)
    if held.user_id != request.user.pk or held.role not in MANAGING_ROLES:
        raise Forbidden
    own = accounts.active_roles(request.user.pk, found.pk)
    successors = list(accounts.successors(found, request.user.pk))
    if not successors:
        raise services.NoSuccessor
    form = SuccessorForm(request.POST or None, people=successors)
    role = ROLES[Role(held.role)]
    return Confirmation(
        heading=_("Hand over the role “{role}”").format(role=role),
        consequences=[
            _("Your colleague has the role at once and is told if it is new to them; you no longer have it."),
            _("You stay a member: what you have booked stays booked."),
            *describe_what_stops(request.user, found, *(own - {Role(held.role)})),
        ],
        action=_("Hand over"),
        perform=lambda: services.membership_hand_over(
            actor=request.user,
            membership_id=held.pk,
            successor_id=int(form.cleaned_data["successor"]),
            now=clock.now(),
        ),
        success=_("The role is handed over."),
        back_address=get_organization_address(found),
        next_address=reverse("my_organizations"),
        form=form,
    )


@confirmation_view
def organization_leave(request: SignedInRequest, public_id: str) -> Confirmation:
    """Confirm leaving an organization."""
    found = accounts.organization_inside(request.user, public_id)
    held = accounts.active_roles(request.user.pk, found.pk)
    if not held:
        raise NotFound
    if found in accounts.organizations_held_alone(request.user):
        raise services.LastOfRole
    name = bilingual(found, "name")
    now = clock.now()
    ending = bookings.bookings_ending_with_leaving(request.user, found, now)
    between = ", " if in_english() else "、"
    roles = between.join(str(word) for _code, word in get_role_choices(held))
    seen = " ".join(f"{booking.public_id}:{cost.late}:{cost.charge_yuan}" for booking, cost in ending)
    form = LeaveForm(request.POST if request.method == "POST" else None, seen=seen) if ending else None
    return Confirmation(
        heading=_("Leave {name}?").format(name=name),
        consequences=[
            _("These roles of yours end: {roles}.").format(roles=roles),
            *describe_what_stops(request.user, found),
            *describe_what_is_unpaid(request.user, found),
        ],
        action=_("Leave the organization"),
        perform=lambda: bookings.organization_leave(actor=request.user, organization_id=found.pk, now=now),
        success=_("You have left {name}.").format(name=name),
        back_address=reverse("my_organizations"),
        form=form,
        tone="danger",
        template="people/confirm_with_bookings.html",
        extra_context={
            "affected": [
                (
                    count_bookings(len(ending)),
                    _("They are cancelled, on the terms beside each; the keepers are told."),
                    [(booking, _describe_cost(cost)) for booking, cost in ending],
                )
            ]
        },
    )


def _describe_cost(cost: "bookings.CancelCost") -> str:
    if not cost.late:
        return _("free of charge")
    return _("late cancellation: {amount}, and it counts on your credit").format(
        amount=yuan(cost.charge_yuan)
    )


@confirmation_view
def request_withdraw(request: SignedInRequest, membership_id: str) -> Confirmation:
    """Confirm withdrawing one's own request to join."""
    asked = require_found(
        next(
            (
                one.asked
                for one in accounts.belongings(request.user)
                if one.asked and one.asked.public_id == membership_id
            ),
            None,
        )
    )
    name = bilingual(asked.organization, "name")
    return Confirmation(
        heading=_("Withdraw the request to {name}?").format(name=name),
        consequences=[_("Nobody decides on it any more; you can ask again.")],
        action=_("Withdraw the request"),
        perform=lambda: services.membership_withdraw(
            actor=request.user, membership_id=asked.pk, now=clock.now()
        ),
        success=_("The request is withdrawn."),
        back_address=reverse("my_organizations"),
    )
