"""Edit a unit's yearly figures for the national platform."""

from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from instrument_share.journal.addresses import page_address
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import NotFound
from instrument_share.web import clock
from instrument_share.web.forms.two_versions import Difference, save_or_compare
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.outcomes import redirect_with_message, run_service
from providers.exchange.domain.national.records import reported_years
from providers.exchange.forms.national import NationalYearForm, describe_national_year
from providers.exchange.selectors.national import national_years, unit_codes
from providers.exchange.services.national import national_year_save
from providers.instruments.views.common import managed_unit

if TYPE_CHECKING:
    from providers.exchange.models import NationalYear


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def year_edit(request: HttpRequest, public_id: str, year: int) -> HttpResponse:
    """Edit the figures of a year that only the unit knows."""
    unit = managed_unit(request, public_id)
    if year not in reported_years(clock.now().astimezone(CITY_TIME).year):
        raise NotFound
    form = NationalYearForm(request.POST or None, initial=_describe(unit.pk, year))
    meanwhile: list[Difference] = []

    def save() -> "NationalYear":
        return national_year_save(
            actor=request.user,  # type: ignore[arg-type]
            organization_id=unit.pk,
            year=year,
            values=form.cleaned_data,
            seen=form.cleaned_data["seen"],
            now=clock.now(),
        )

    def describe() -> dict[str, Any]:
        return _describe(unit.pk, year)

    saved = run_service(form, lambda: save_or_compare(form, save, present=describe, meanwhile=meanwhile))
    if saved is not None:
        address = f"{page_address('national', unit.public_id)}?year={year}"
        return redirect_with_message(request, _("The figures of the year are saved."), address)
    status = 422 if request.method == "POST" else 200
    context = {"unit": unit, "form": form, "meanwhile": meanwhile, "year": year}
    return render(request, "providers/exchange/national_year.html", context, status=status)


def _describe(organization_id: int, year: int) -> dict[str, Any]:
    """Return what the unit says of the year now, as the form shows it."""
    held = national_years([organization_id], year).get(organization_id)
    return describe_national_year(held, unit_codes([organization_id], year).get(organization_id, ""))
