"""The unit's own profile: editing it, handing it in, confirming it once a year."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from instrument_share.web import clock
from instrument_share.web.idempotency import idempotent_form
from providers import selectors, services
from providers.domain.units import problems_of_publication
from providers.domain.words import ProfileState
from providers.forms.unit import ProfileForm
from providers.services.pictures import picture_prepared
from providers.services.units import values_of
from providers.views.common import carried_out, confirmed, done, managed_unit, person


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def edit(request: HttpRequest, organization_id: str) -> HttpResponse:
    now = clock.now()
    unit = managed_unit(request, organization_id)
    profile = selectors.unit_of(unit.pk)
    held = values_of(profile) if profile else {}
    form = ProfileForm(request.POST or None, request.FILES or None, initial={**held, "picture": None})

    def save() -> Any:
        values = form.values()
        if upload := form.cleaned_data["picture"]:
            values["picture"] = picture_prepared(upload)
        return services.unit_profile_save(
            actor=person(request), organization_id=unit.pk, values=values, now=now
        )

    if request.method == "POST" and (saved := carried_out(form, save)):
        return done(request, _after_saving(saved), request.path)
    context = {
        "unit": unit,
        "profile": profile,
        "form": form,
        "problems": problems_of_publication(held) if held else [],
        "locked": profile is not None and profile.state == ProfileState.SUBMITTED,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "providers/profile.html", context, status=status)


def _after_saving(profile: Any) -> str:
    if profile.state == ProfileState.PUBLISHED:
        return _("Saved and published; it counts as confirmed today.")
    if problems_of_publication(values_of(profile)):
        return _("Saved. Fill in what is still missing, then submit it for review.")
    return _("Saved. Nothing is missing: submit it for review.")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def submit(request: HttpRequest, organization_id: str) -> HttpResponse:
    unit = managed_unit(request, organization_id)
    address = reverse("unit_profile_edit", args=[unit.public_id])
    context = {
        "heading": _("Submit the profile for review"),
        "consequences": [
            _("The Science and Technology Bureau reviews it; you are told of the decision."),
            _("Until then it can't be changed."),
        ],
        "action": _("Submit for review"),
        "back_address": address,
    }
    return confirmed(
        request,
        context,
        lambda: services.unit_profile_submit(actor=person(request), organization_id=unit.pk, now=clock.now()),
        lambda: done(request, _("Submitted. The bureau reviews it; you will be told."), address),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def confirm(request: HttpRequest, organization_id: str) -> HttpResponse:
    unit = managed_unit(request, organization_id)
    address = reverse("unit_profile_edit", args=[unit.public_id])
    context = {
        "heading": _("Is the profile still right?"),
        "consequences": [
            _("You confirm that you have read it through and that it is right as it stands."),
            _("It counts as up to date for 365 days."),
        ],
        "action": _("It is still right"),
        "back_address": address,
    }
    return confirmed(
        request,
        context,
        lambda: services.unit_profile_confirm(
            actor=person(request), organization_id=unit.pk, now=clock.now()
        ),
        lambda: done(request, _("Confirmed. It counts as up to date for 365 days."), address),
    )
