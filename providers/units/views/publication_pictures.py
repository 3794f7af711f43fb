"""Add pictures for texts, and serve those that the viewer may see."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from instrument_share.web import clock, cursor
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.outcomes import redirect_with_message, render_form, run_service
from providers.instruments.views.common import managed_unit, person
from providers.units.forms.publication import PictureForm
from providers.units.selectors import publications as publications_selectors
from providers.units.selectors.publications import publication_picture
from providers.units.services.publication_pictures import publication_picture_add
from providers.units.views.publications import PICTURES_SHOWN

PER_PAGE = 24


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def pictures(request: HttpRequest, organization_id: str) -> HttpResponse:
    """List and add a unit's pictures; the editor adds one by htmx and gets the panel back."""
    unit = managed_unit(request, organization_id)
    form = PictureForm(request.POST or None, request.FILES or None, prefix="new")

    def add() -> Any:
        return publication_picture_add(
            actor=person(request),
            organization_id=unit.pk,
            upload=form.cleaned_data["picture"],
            alt_zh=form.cleaned_data["alt_zh"],
            alt_en=form.cleaned_data["alt_en"],
            now=clock.now(),
        )

    added = run_service(form, add) if request.method == "POST" else None
    beside_a_text = getattr(request, "htmx", False) and request.method == "POST"
    if added and not beside_a_text:
        return redirect_with_message(
            request, _("The picture is here. Copy its line into a text."), request.path
        )
    own = publications_selectors.pictures(request.user, unit.pk)
    if beside_a_text:
        context = {
            "unit": unit,
            "picture_form": PictureForm(prefix="new") if added else form,
            "pictures": own[:PICTURES_SHOWN],
        }
        return render(request, "providers/units/parts_pictures.html", context, status=201 if added else 422)
    page = cursor.page(own, ordering=("-created_at", "-id"), cursor=request.GET.get("cursor"), limit=PER_PAGE)
    context = {"unit": unit, "picture_form": form, "page": page}
    return render_form(request, "providers/units/pictures.html", context)


@require_safe
def picture(request: HttpRequest, public_id: str) -> FileResponse:
    """Serve a picture of a text that the viewer may read."""
    found = publication_picture(request.user, public_id)
    response = FileResponse(found.file.open("rb"), content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=3600"
    response["X-Content-Type-Options"] = "nosniff"
    return response
