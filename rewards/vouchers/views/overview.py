"""The page of innovation vouchers, with what each reader has to do there, and the page of a scheme."""

from typing import TYPE_CHECKING, Any

import rules
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from instrument_share.accounts.domain import OrganizationKind, Role, SizeClass
from instrument_share.accounts.selectors import standing
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.web import clock
from instrument_share.web.text.formats import date_only, percent, yuan
from instrument_share.web.text.labels import KINDS, SIZES
from rewards.vouchers.domain.choices import ApplicationState, ClaimState
from rewards.vouchers.domain.terms import get_left
from rewards.vouchers.forms import get_fact_text
from rewards.vouchers.selectors.claims import claims
from rewards.vouchers.selectors.payouts import audited_claims, payout_lists
from rewards.vouchers.selectors.vouchers import (
    applications,
    applying_organizations,
    get_balances,
    get_granted_by_scheme,
    get_scheme,
    grants,
    schemes,
)

if TYPE_CHECKING:
    from rewards.vouchers.models import VoucherScheme

MOST = 50
WAITING = (ClaimState.SUBMITTED, ClaimState.CHECKED)


@require_safe
def vouchers(request: HttpRequest) -> HttpResponse:
    """Show the schemes to everybody; to others their vouchers, or what waits for them."""
    viewer, today = request.user, clock.now().astimezone(CITY_TIME).date()
    sees_all = rules.has_perm("rewards.see_vouchers", viewer)
    administers = standing(viewer).holds(Role.ORG_ADMIN)
    granted = get_granted_by_scheme()
    context: dict[str, Any] = {
        "today": today,
        "schemes": [
            (one, get_left(one.budget_yuan, [granted[one.pk]] if one.pk in granted else []))
            for one in schemes()
        ],
        "opens": rules.has_perm("rewards.open_voucher_scheme", viewer),
        "sees_all": sees_all,
        "administers": administers,
    }
    if sees_all:
        context |= {
            "applications": applications(viewer).filter(state=ApplicationState.SUBMITTED)[:MOST],
            "claims": claims(viewer).filter(state__in=WAITING)[:MOST],
            "others": claims(viewer).exclude(state__in=WAITING).order_by("-id")[:MOST],
            "lists": payout_lists(viewer)[:MOST],
        }
    elif administers:
        own = list(grants(viewer)[:MOST])
        balances = get_balances(own)
        context |= {
            "grants": [(one, balances[one.pk]) for one in own],
            "applications": applications(viewer).order_by("-id")[:MOST],
            "claims": claims(viewer).order_by("-id")[:MOST],
        }
    return render(request, "rewards/vouchers/vouchers.html", context)


@require_safe
def scheme(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the terms of a batch and what it has left, and to the bureau its vouchers."""
    found = get_scheme(public_id)
    today = clock.now().astimezone(CITY_TIME).date()
    granted = get_granted_by_scheme().get(found.pk)
    lists = rules.has_perm("rewards.list_vouchers", request.user)
    context = {
        "scheme": found,
        "facts": _terms(found),
        "stated": [get_fact_text(fact) for fact in found.facts],
        "left": get_left(found.budget_yuan, [granted] if granted else []),
        "granted": granted or 0,
        "takes_applications": found.terms.takes_applications(today),
        "applies": bool(applying_organizations(request.user, found, today)),
        "to_list": audited_claims(found.pk).count() if lists else 0,
        "grants": _grants_of(request, found),
        "lists": payout_lists(request.user).filter(scheme=found),
    }
    return render(request, "rewards/vouchers/scheme.html", context)


def _grants_of(request: HttpRequest, found: "VoucherScheme") -> list[tuple[Any, Any]]:
    rows = list(grants(request.user).filter(scheme=found).order_by("id"))
    balances = get_balances(rows)
    return [(one, balances[one.pk]) for one in rows]


def _terms(found: "VoucherScheme") -> list[tuple[str, Any]]:
    return [
        (_("Kinds of organizations"), " · ".join(str(KINDS[OrganizationKind(one)]) for one in found.kinds)),
        (_("Sizes of enterprises"), " · ".join(str(SIZES[SizeClass(one)]) for one in found.sizes)),
        (_("Share of the cost"), percent(found.share_percent / 100)),
        (_("Cap for an organization and year"), yuan(found.cap_yuan)),
        (_("Budget of the batch"), yuan(found.budget_yuan)),
        (_("Applications"), f"{date_only(found.apply_from)} – {date_only(found.apply_until)}"),
        (_("Uses and claims"), f"{date_only(found.use_from)} – {date_only(found.use_until)}"),
    ]
