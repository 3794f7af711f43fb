"""Edit, submit and confirm a unit's profile."""

from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from instrument_share.journal import selectors as journal
from instrument_share.kernel.errors import RevisionMismatch, require_found
from instrument_share.web import clock
from instrument_share.web.forms.params import parse_number
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.outcomes import redirect_with_message, run_service
from instrument_share.web.signed_in import SignedInRequest
from providers.instruments.domain.freshness import FRESH_FOR
from providers.instruments.views.common import managed_unit, person
from providers.revisions.selectors import revised_row
from providers.revisions.views.editing import preview_texts, report_conflict
from providers.units.domain.choices import ProfileState
from providers.units.domain.profiles import problems_of_publication
from providers.units.forms.profile import ProfileForm
from providers.units.forms.publication import PictureForm
from providers.units.selectors.publications import pictures
from providers.units.selectors.units import organization_profile
from providers.units.services.profiles import (
    find_profile_problems,
    profile_values,
    unit_profile_confirm,
    unit_profile_save,
    unit_profile_submit,
)
from providers.units.views.publications import PICTURES_SHOWN


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def edit(request: HttpRequest, organization_id: str) -> HttpResponse:
    now = clock.now()
    unit = managed_unit(request, organization_id)
    profile = organization_profile(unit.pk)
    held = profile_values(profile) if profile else {}
    initial = {**held, "picture": None, "revision": profile.revision if profile else 0}
    form = ProfileForm(
        request.POST or None,
        request.FILES or None,
        find_problems=partial(find_profile_problems, profile),
        initial=initial,
    )

    def save() -> Any:
        values = form.values()
        if upload := form.cleaned_data["picture"]:
            values["picture"] = upload
        return unit_profile_save(
            actor=person(request),
            organization_id=unit.pk,
            values=values,
            revision=form.cleaned_data["revision"],
            now=now,
        )

    is_sent = request.method == "POST" and request.POST.get("act") != "preview"
    meanwhile: Any = ()
    try:
        if is_sent and (saved := run_service(form, save, reraise=RevisionMismatch)):
            return redirect_with_message(request, _after_saving(saved), request.path)
    except RevisionMismatch as error:
        profile = require_found(organization_profile(unit.pk))  # another manager may have begun it meanwhile
        meanwhile = report_conflict(form, error, revised_row(request.user, profile.public_id))
    context = {
        "unit": unit,
        "profile": profile,
        "form": form,
        "meanwhile": meanwhile,
        "preview": preview_texts(request, form),
        "decisions": journal.decisions(profile, unit.pk) if profile else [],
        "pictures": pictures(request.user, unit.pk)[:PICTURES_SHOWN],
        "picture_form": PictureForm(prefix="new"),
        "problems": problems_of_publication(held) if held else [],
        "locked": profile is not None and profile.state == ProfileState.SUBMITTED,
    }
    return render(request, "providers/units/profile.html", context, status=422 if is_sent else 200)


def _after_saving(profile: Any) -> str:
    if profile.state == ProfileState.PUBLISHED:
        return _("Saved and published; it counts as confirmed today.")
    if problems_of_publication(profile_values(profile)):
        return _("Saved. Fill in what is still missing, then submit it for review.")
    return _("Saved. Nothing is missing: submit it for review.")


@confirmation_view
def submit(request: SignedInRequest, organization_id: str) -> Confirmation:
    unit = managed_unit(request, organization_id)
    return Confirmation(
        heading=_("Submit the profile for review"),
        consequences=[
            _("The Science and Technology Bureau reviews it; you are told of the decision."),
            _("Until then it can't be changed."),
        ],
        action=_("Submit for review"),
        perform=lambda: unit_profile_submit(actor=request.user, organization_id=unit.pk, now=clock.now()),
        success=_("Submitted. The bureau reviews it; you will be told."),
        back_address=reverse("unit_profile_edit", args=[unit.public_id]),
    )


@confirmation_view
def confirm(request: SignedInRequest, organization_id: str) -> Confirmation:
    unit = managed_unit(request, organization_id)
    return Confirmation(
        heading=_("Is the profile up to date?"),
        consequences=[
            _("You confirm that you have read it through and that it is correct."),
            _("It counts as up to date for {days} days.").format(days=FRESH_FOR.days),
        ],
        action=_("It is up to date"),
        perform=lambda: unit_profile_confirm(
            actor=request.user,
            organization_id=unit.pk,
            now=clock.now(),
            revision=parse_number(request.GET.get("seen", "")),
        ),
        success=_("Confirmed. It counts as up to date for {days} days.").format(days=FRESH_FOR.days),
        back_address=reverse("unit_profile_edit", args=[unit.public_id]),
    )
