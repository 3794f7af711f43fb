"""The page of innovation vouchers, with what each reader has to do there, and the page of a scheme."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

import rules
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from instrument_share.accounts.domain import OrganizationKind, Role, SizeClass
from instrument_share.accounts.selectors import standing
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.web import clock, cursor
from instrument_share.web.lists.queues import read_queue
from instrument_share.web.responses.problem import told
from instrument_share.web.text.formats import date_only, percent, yuan
from instrument_share.web.text.labels import KINDS, SIZES
from rewards.vouchers.domain.choices import ApplicationState, ClaimState
from rewards.vouchers.domain.terms import NOTHING, get_left
from rewards.vouchers.forms import get_fact_text
from rewards.vouchers.selectors.claims import claims
from rewards.vouchers.selectors.payouts import payout_lists
from rewards.vouchers.selectors.tasks import split_audited_claims
from rewards.vouchers.selectors.vouchers import (
    applications,
    applying_organizations,
    get_granted_by_scheme,
    get_scheme,
    grants,
    has_budget_left,
    schemes,
)
from rewards.vouchers.services.claiming import find_faults
from rewards.vouchers.views.lists import APPLICATIONS, CLAIMS, GRANTS, NEWEST_FIRST, build_tabs, with_balances

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from rewards.vouchers.models import VoucherClaim, VoucherScheme

T = TypeVar("T", bound=Model)

PER_PAGE = 30
WAITING = (ClaimState.SUBMITTED, ClaimState.CHECKED)


@require_safe
def vouchers(request: HttpRequest) -> HttpResponse:
    """Show the schemes to everybody; to others their vouchers, or what waits for them."""
    viewer, now = request.user, clock.now()
    today = now.astimezone(CITY_TIME).date()
    sees_all = rules.has_perm("rewards.see_vouchers", viewer)
    administers = standing(viewer).holds(Role.ORG_ADMIN)
    granted = get_granted_by_scheme()
    context: dict[str, Any] = {
        "today": today,
        "schemes": [
            {
                "scheme": one,
                "left": get_left(one.budget_yuan, [granted[one.pk]] if one.pk in granted else []),
                "takes_applications": one.terms.takes_applications(today),
                "takes_claims": one.terms.takes_claims(today),
            }
            for one in schemes()
        ],
        "opens": rules.has_perm("rewards.open_voucher_scheme", viewer),
        "sees_all": sees_all,
        "administers": administers,
        "tabs": build_tabs("vouchers") if sees_all or administers else [],
        "application_heads": APPLICATIONS.plain_heads,
        "grant_heads": GRANTS.plain_heads,
        "claim_heads": CLAIMS.plain_heads,
    }
    if sees_all:
        to_decide = applications(viewer).filter(state=ApplicationState.SUBMITTED)
        to_check = claims(viewer).filter(state__in=WAITING)
        audited = split_audited_claims(viewer)
        context |= {
            "applications": read_queue(request, to_decide, "applications", "id", limit=PER_PAGE),
            "claims": read_queue(request, to_check, "claims", "id", limit=PER_PAGE),
            "makes_lists": rules.has_perm("rewards.list_vouchers", viewer),
            "to_list": _group_by_batch(audited.to_list, now),
            "audited": audited,
            "lists": _page(request, payout_lists(viewer), "lists"),
        }
    elif administers:
        own = _page(request, grants(viewer), "grants")
        context |= {
            "grants": own,
            "balances": with_balances(own.items),
            "applications": _page(request, applications(viewer), "applications"),
            "claims": _page(request, claims(viewer), "claims"),
        }
    return render(request, "rewards/vouchers/vouchers.html", context)


@dataclass(frozen=True)
class _Batch:
    """A batch with claims for its next payout list; the `faulty` ones are refused first."""

    scheme: "VoucherScheme"
    count: int
    total_yuan: Decimal
    faulty: int


def _group_by_batch(found: "Sequence[VoucherClaim]", now: "datetime") -> list[_Batch]:
    """Return the batches of claims, in the order of their first ones."""
    faults = find_faults(found, now)
    by_scheme: dict[VoucherScheme, list[VoucherClaim]] = {}
    for claim in found:
        by_scheme.setdefault(claim.grant.scheme, []).append(claim)
    return [
        _Batch(
            scheme=of,
            count=len(rows),
            total_yuan=sum((claim.amount_yuan for claim in rows), NOTHING),
            faulty=sum(claim.pk in faults for claim in rows),
        )
        for of, rows in by_scheme.items()
    ]


def _page(request: HttpRequest, rows: "QuerySet[T]", name: str) -> "cursor.Page[T]":
    """Return the page of a list whose cursor has this name in the address."""
    return cursor.page(rows, ordering=NEWEST_FIRST, cursor=request.GET.get(name), limit=PER_PAGE)


@require_safe
def scheme(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the terms of a batch and what it has left, and to the bureau its vouchers."""
    found = get_scheme(public_id)
    now = clock.now()
    today = now.astimezone(CITY_TIME).date()
    granted = get_granted_by_scheme().get(found.pk)
    audited = split_audited_claims(request.user, found.pk)
    faults = find_faults(audited.to_list, now)
    context = {
        "scheme": found,
        "facts": _terms(found),
        "stated": [get_fact_text(fact) for fact in found.facts],
        "left": get_left(found.budget_yuan, [granted] if granted else []),
        "granted": granted or 0,
        "takes_applications": found.terms.takes_applications(today) and has_budget_left(found),
        "applies": bool(applying_organizations(request.user, found, today)),
        "to_list": 0 if faults else len(audited.to_list),
        "audited": audited,
        "faulty": [
            (one, told(faults[one.pk].message, faults[one.pk].params))
            for one in audited.to_list
            if one.pk in faults
        ],
        "grants": (shown := _page(request, grants(request.user).filter(scheme=found), "grants")),
        "balances": with_balances(shown.items),
        "grant_heads": GRANTS.plain_heads,
        "lists": _page(request, payout_lists(request.user).filter(scheme=found), "lists"),
    }
    return render(request, "rewards/vouchers/scheme.html", context)


def _terms(found: "VoucherScheme") -> list[tuple[str, Any]]:
    return [
        (_("Kinds of organizations"), " · ".join(str(KINDS[OrganizationKind(one)]) for one in found.kinds)),
        (_("Sizes of enterprises"), " · ".join(str(SIZES[SizeClass(one)]) for one in found.sizes)),
        (_("Share of the cost"), percent(found.share_percent / 100)),
        (_("Cap for an organization and year"), yuan(found.cap_yuan)),
        (_("Budget of the batch"), yuan(found.budget_yuan)),
        (_("Applications"), f"{date_only(found.apply_from)} – {date_only(found.apply_until)}"),
        (_("Period of use"), f"{date_only(found.use_from)} – {date_only(found.use_until)}"),
        (_("Claims through"), date_only(found.terms.claim_until)),
    ]
