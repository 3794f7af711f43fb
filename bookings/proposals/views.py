"""Find hours on any instrument that fits."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from bookings.groups.selectors.basket import find_basket_obstacle
from bookings.proposals.domain import ProposalOrder
from bookings.proposals.forms import FindForm
from bookings.proposals.selectors import MAX_INSTRUMENTS, Proposals, get_proposals
from bookings.requests.forms.booking import get_applicant
from instrument_share.accounts.permissions import require
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import require_found
from instrument_share.web import clock
from instrument_share.web.edge.limits import counts_as
from instrument_share.web.responses.problem import told
from instrument_share.web.signed_in import SignedInRequest
from providers import public as providers

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

ORDERS = {ProposalOrder.SOONEST: _("Soonest first"), ProposalOrder.CHEAPEST: _("Cheapest first")}


@counts_as("search")
@login_required
@require_safe
def find(request: SignedInRequest) -> HttpResponse:
    """Propose times of the hours asked for, on several instruments."""
    require(request.user, "bookings.book")
    now = clock.now()
    form = FindForm(request.GET, viewer=request.user, today=now.astimezone(CITY_TIME).date())
    context: dict[str, Any] = {"form": form, "most": MAX_INSTRUMENTS}
    if form.is_valid():
        code = form.cleaned_data["category"]
        proposals = get_proposals(
            require_found(get_applicant(request.user, form.data)),
            search=providers.search(form.cleaned_data["q"]),
            category=code,
            span=form.span,
            length=form.length,
            order=form.order,
            now=now,
        )
        context |= {
            "proposals": proposals,
            "category": providers.category_table().filter(code=code).first() if code else None,
            "everything": f"?{_query(form, category='')}",
            "orders": [
                (name, f"?{_query(form, sort=order)}", order is form.order) for order, name in ORDERS.items()
            ],
            "left_out": sorted(proposals.left_out.items()),
            "rows": _build_rows(form, proposals),
            "basket_full": _tell_full_basket(request.user),
        }
    return render(request, "bookings/proposals/find.html", context)


def _tell_full_basket(viewer: "User") -> str:
    """Return that nothing more can be put into the basket; empty where it can."""
    obstacle = find_basket_obstacle(viewer)
    return told(obstacle.message, obstacle.params) if obstacle else ""


def _query(form: FindForm, **changes: str) -> str:
    asked = {name: value for name, value in form.data.items() if name in form.fields}
    return urlencode({name: value for name, value in {**asked, **changes}.items() if value})


def _build_rows(form: FindForm, proposals: Proposals) -> list[tuple[Any, str]]:
    """Return each proposal with what the booking form is to be filled in with."""
    return [
        (
            one,
            urlencode(
                {
                    "start": one.slot.interval.start.astimezone(CITY_TIME).strftime("%Y-%m-%dT%H:%M"),
                    "end": one.slot.interval.end.astimezone(CITY_TIME).strftime("%Y-%m-%dT%H:%M"),
                    "payer": form.cleaned_data["payer"],
                    "service_mode": one.slot.service_mode,
                }
            ),
        )
        for one in proposals.items
    ]
