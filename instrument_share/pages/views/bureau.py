"""Who is falling behind, what is waiting: the desk of the Science and Technology Bureau."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from instrument_share.accounts import selectors as accounts
from instrument_share.accounts import services
from instrument_share.accounts.domain import Role
from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import standing
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import Forbidden, NotFound
from instrument_share.pages.unit_table import KINDS, as_sheet, chosen_units, facets, owning_units
from instrument_share.web import clock
from instrument_share.web.formats import bilingual
from instrument_share.web.idempotency import idempotent_form
from providers.selectors.reviews import reviews_waiting
from providers.views.common import confirmed, done, person
from rewards.selectors.desk import next_steps

LISTED = 20


@login_required
@require_safe
def bureau(request: HttpRequest) -> HttpResponse:
    """The units as `unit_table` chooses them; `?export=csv` gives these as a sheet."""
    now = clock.now()
    roles = standing(request.user).roles
    if not roles & {Role.BUREAU_OFFICER, Role.BUREAU_AUDITOR}:
        raise Forbidden
    every = owning_units(request.user, now.astimezone(CITY_TIME).date())
    rows = chosen_units(request, every)
    if request.GET.get("export") == "csv":
        return as_sheet(rows)
    reviews = reviews_waiting(request.user)
    pending = accounts.organizations_pending(request.user)
    ahead = next_steps(request.user, now)
    context = {
        "is_officer": Role.BUREAU_OFFICER in roles,
        "reviews": reviews[:LISTED],
        "review_count": len(reviews),
        "pending": pending[:LISTED],
        "pending_count": pending.count(),
        "ahead": ahead,
        "open_findings": sum(each.open_findings for each in ahead),
        "rows": rows,
        "unit_count": len(every),
        "complete_count": sum(row.completeness.percent == 100 for row in every),
        "stale_count": sum(row.stale > 0 for row in every),
        "missing_count": sum(row.missing > 0 for row in every),
        **facets(request, every),
    }
    return render(request, "instrument_share/bureau.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def admit(request: HttpRequest, public_id: str) -> HttpResponse:
    """A registered body is admitted, after a look at what it says of itself."""
    require(request.user, "accounts.admit_organization")
    found = accounts.organizations_pending(request.user).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    name = bilingual(found, "name")
    owns = _("It says that it owns instruments: it can publish them, each after your review.")
    uses = _("It uses instruments of others: its people can book for it.")
    context: dict[str, Any] = {
        "heading": _("Admit {name}").format(name=name),
        "consequences": [
            _("Unified social credit code: {uscc}").format(uscc=found.uscc),
            _("Kind: {kind}").format(kind=KINDS.get(found.kind, found.kind)),
            owns if found.owns_instruments else uses,
        ],
        "action": _("Admit"),
        "back_address": reverse("bureau"),
    }
    sentence = _("{name} is admitted; its people can act for it now.").format(name=name)
    return confirmed(
        request,
        context,
        lambda: services.organization_admit(actor=person(request), organization_id=found.pk, now=clock.now()),
        lambda: done(request, sentence, reverse("bureau")),
    )
