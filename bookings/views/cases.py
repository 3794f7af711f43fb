"""From which uses an open-service case came, as its unit says."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings import selectors, services
from bookings.forms import CaseUsesForm
from instrument_share.accounts.permissions import require
from instrument_share.web import clock
from instrument_share.web.answers import carried_out, done
from instrument_share.web.idempotency import idempotent_form
from providers import selectors as providers
from providers.domain.publications import PublicationKind
from providers.views.common import person

MOST_OFFERED = 100


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def uses(request: HttpRequest, public_id: str) -> HttpResponse:
    """The newest completed uses by others, on the instruments that the case names where it names any."""
    case: Any = providers.publication(request.user, PublicationKind.CASE, public_id)
    require(request.user, "providers.edit_unit", case)
    held = selectors.cited(case.pk)
    found = selectors.citable(request.user, case.organization_id)
    if named := list(case.instruments.values_list("pk", flat=True)):
        found = found.filter(instrument__in=named)
    newest = list(found.order_by("-starts_at", "-id")[:MOST_OFFERED])
    others = held - {one.public_id for one in newest}
    earlier = selectors.citable(request.user, case.organization_id).filter(public_id__in=others)
    offered = [*earlier.order_by("-starts_at", "-id"), *newest]
    offered.sort(key=lambda one: one.public_id not in held)
    form = CaseUsesForm(request.POST or None, offered=offered, initial={"uses": sorted(held)})

    def save() -> Any:
        return services.case_uses_set(
            actor=person(request), case_id=case.pk, booking_ids=form.cleaned_data["uses"], now=clock.now()
        )

    address = reverse("publication", args=[case.public_id])
    if request.method == "POST" and carried_out(form, save) is not None:
        words = _("Saved. Everybody reads how many uses there were and how long, and nobody's name.")
        return done(request, words, address)
    context = {"case": case, "form": form, "offered": offered, "address": address}
    status = 422 if request.method == "POST" else 200
    return render(request, "bookings/case_uses.html", context, status=status)
