"""Uses cited by an open-service case."""

from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from bookings.usage.forms.cases import CaseUsesForm, UseSearchForm
from bookings.usage.selectors import cases as cases_selectors
from bookings.usage.selectors.cases import citable_bookings
from bookings.usage.services.cases import case_uses_set
from instrument_share.accounts.permissions import require
from instrument_share.journal.addresses import page_address
from instrument_share.web import clock, cursor
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.outcomes import redirect_with_message, run_service
from instrument_share.web.text.formats import name_columns
from providers import public as providers
from providers.domain import PublicationKind
from providers.public import person

if TYPE_CHECKING:
    from providers.models import Instrument

PER_PAGE = 30


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def uses(request: HttpRequest, public_id: str) -> HttpResponse:
    """List completed uses by others, newest first, and save which ones the case cites.

    Limited to instruments named by the case, if any, and to the filters in the address (`UseSearchForm`).
    Cited uses are on every page.
    """
    case: Any = providers.publication(request.user, PublicationKind.CASE, public_id)
    require(request.user, "providers.edit_unit", case)
    instruments = _instruments(request, case)
    search = UseSearchForm(request.GET, instruments=instruments)
    cited_ids = cases_selectors.get_cited_ids(case.pk)
    chosen = cited_ids | set(request.POST.getlist("uses"))
    of_unit = citable_bookings(request.user, case.organization_id)
    cited = list(of_unit.filter(public_id__in=chosen).order_by("-starts_at", "-id"))
    page = cursor.page(
        citable_bookings(request.user, case.organization_id, **_get_filters(search, instruments)).exclude(
            pk__in=[booking.pk for booking in cited]
        ),
        ordering=("-starts_at", "-id"),
        cursor=request.GET.get("cursor"),
        limit=PER_PAGE,
    )
    offered = [*cited, *page.items]
    form = CaseUsesForm(
        request.POST or None,
        offered=offered,
        effective_seconds=cases_selectors.get_seconds_of_bookings(offered),
        initial={"uses": sorted(chosen), "shown": " ".join(sorted(cited_ids))},
    )

    def save() -> Any:
        return case_uses_set(
            actor=person(request),
            case_id=case.pk,
            booking_ids=form.cleaned_data["uses"],
            shown_ids=form.get_shown(),
            now=clock.now(),
        )

    if request.method == "POST" and (count := run_service(form, save)) is not None:
        sentence = ngettext(
            "Saved: the case cites %(count)s use. Everybody reads how many and how long, not who.",
            "Saved: the case cites %(count)s uses. Everybody reads how many and how long, not who.",
            count,
        )
        return redirect_with_message(request, sentence % {"count": count}, request.get_full_path())
    boxes = list(zip(offered, form["uses"], strict=True))
    context = {
        "case": case,
        "form": form,
        "asked": search,
        "is_filtered": bool(search.changed_data),
        "page": page,
        "cited": boxes[: len(cited)],
        "others": boxes[len(cited) :],
        "back_address": page_address("publication", case.public_id),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "bookings/usage/case_uses.html", context, status=status)


def _instruments(request: HttpRequest, case: Any) -> "list[Instrument]":
    """Return the instruments named by the case, else all of its unit."""
    of_unit = providers.instruments(request.user).filter(organization_id=case.organization_id)
    of_unit = of_unit.order_by(*name_columns(), "pk")
    return list(of_unit.filter(service_cases=case)) or list(of_unit)


def _get_filters(search: UseSearchForm, instruments: "list[Instrument]") -> dict[str, Any]:
    """Return the filters of the address; invalid ones are reported beside their fields and ignored."""
    search.full_clean()
    filters = search.cleaned_data
    chosen = [one.pk for one in instruments if one.public_id == filters.get("instrument")]
    return {
        "instrument_ids": chosen or [one.pk for one in instruments],
        "first": filters.get("first"),
        "last": filters.get("last"),
        "text": filters.get("q", ""),
    }
