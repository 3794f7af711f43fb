"""The bureau's pages of organizations: list and admission."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from instrument_share.accounts import selectors as accounts
from instrument_share.accounts import services
from instrument_share.accounts.domain import OrganizationState, Role
from instrument_share.accounts.permissions import require
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import Forbidden
from instrument_share.people.views.organizations import get_organization_address
from instrument_share.web import clock, cursor
from instrument_share.web.forms.fields import ReasonForm
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bilingual
from instrument_share.web.text.labels import KINDS, STATES
from providers import public as providers

PER_PAGE = 50


@login_required
@require_safe
def organizations(request: SignedInRequest) -> HttpResponse:
    """List organizations of the region, for the bureau and administrators: `?state=`, `?q=`."""
    if not (accounts.region_of(request.user) or accounts.standing(request.user).holds(Role.SYSADMIN)):
        raise Forbidden
    state, text = request.GET.get("state", ""), request.GET.get("q", "")
    page = cursor.page(
        accounts.organizations_supervised(request.user, state=state, text=text),
        ordering=("name_zh", "id"),
        cursor=request.GET.get("cursor"),
        limit=PER_PAGE,
    )
    chips = [
        (STATES[f"organization.{one}"].text, _narrow("" if one == state else one, text), one == state)
        for one in OrganizationState
    ]
    context = {
        "page": page,
        "q": text,
        "state": state,
        "chips": chips,
        "without_days": providers.years_without_days(clock.now().astimezone(CITY_TIME).date()),
    }
    return render(request, "people/organizations.html", context)


def _narrow(state: str, text: str) -> str:
    return "?" + urlencode({name: value for name, value in (("state", state), ("q", text)) if value})


@confirmation_view
def organization_decide(request: SignedInRequest, public_id: str, move: str) -> Confirmation:
    """Confirm admitting, refusing, suspending or reinstating an organization."""
    permission = (
        "accounts.admit_organization" if move in ("admit", "refuse") else "accounts.suspend_organization"
    )
    require(request.user, permission)
    found = accounts.organization_inside(request.user, public_id)
    require(request.user, permission, found)
    address, name = get_organization_address(found), bilingual(found, "name")
    decision: dict[str, Any] = {"actor": request.user, "organization_id": found.pk, "now": clock.now()}
    form = ReasonForm(request.POST or None)
    match move:
        case "admit":
            owns = _("It says that it owns instruments: it can publish them, each after your review.")
            uses = _("It uses instruments of others: its people can book for it.")
            return Confirmation(
                heading=_("Admit {name}").format(name=name),
                consequences=[
                    _("Unified social credit code: {uscc}").format(uscc=found.uscc),
                    _("Kind: {kind}").format(kind=KINDS.get(found.kind, found.kind)),
                    owns if found.owns_instruments else uses,
                ],
                action=_("Admit"),
                perform=lambda: services.organization_admit(**decision),
                success=_("{name} is admitted; its people can act for it now.").format(name=name),
                back_address=address,
            )
        case "refuse":
            return Confirmation(
                heading=_("Do not admit {name}?").format(name=name),
                consequences=[
                    _("Who registered it reads the reason, and can correct it and hand it in again.")
                ],
                action=_("Refuse and say why"),
                perform=lambda: services.organization_refuse(**decision, **form.cleaned_data),
                success=_("{name} is not admitted; who registered it is told why.").format(name=name),
                back_address=address,
                form=form,
                tone="danger",
            )
        case "suspend":
            return Confirmation(
                heading=_("Suspend {name}?").format(name=name),
                consequences=[
                    _("Nobody can act for it any more; its administrators read the reason."),
                    _("What is booked already stays booked."),
                ],
                action=_("Suspend and say why"),
                perform=lambda: services.organization_suspend(**decision, **form.cleaned_data),
                success=_("{name} is suspended; nobody can act for it.").format(name=name),
                back_address=address,
                form=form,
                tone="danger",
            )
    return Confirmation(
        heading=_("Reinstate {name}").format(name=name),
        consequences=[_("Its people act for it again, in the roles that they had.")],
        action=_("Reinstate"),
        perform=lambda: services.organization_reinstate(**decision),
        success=_("{name} is reinstated.").format(name=name),
        back_address=address,
    )
