"""News, regulations, cases and openness statements: what is published, entering, changing, taking down."""

from typing import TYPE_CHECKING, Any

import rules
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from instrument_share.accounts.permissions import require
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import NotFound
from instrument_share.web import clock, cursor
from instrument_share.web.formats import bilingual
from instrument_share.web.idempotency import idempotent_form
from providers import selectors, services
from providers.domain.publications import FIELDS, PublicationKind
from providers.forms.instrument import ReasonForm
from providers.forms.unit import PublicationForm
from providers.services.pictures import attachment_prepared
from providers.views.common import carried_out, confirmed, done, managed_unit, person

if TYPE_CHECKING:
    from datetime import datetime

    from providers.models.publications import Publication

PER_PAGE = 30
TITLES = {
    PublicationKind.NEWS: (gettext_lazy("Unit news"), gettext_lazy("Publish news")),
    PublicationKind.REGULATION: (
        gettext_lazy("Regulations on instruments"),
        gettext_lazy("Publish a regulation"),
    ),
    PublicationKind.CASE: (gettext_lazy("Open-service cases"), gettext_lazy("Publish a case")),
    PublicationKind.OPENNESS: (
        gettext_lazy("Openness statements"),
        gettext_lazy("Publish an openness statement"),
    ),
}


@login_required
@require_safe
def publications(request: HttpRequest, organization_id: str, kind: str) -> HttpResponse:
    """Everything of one kind, also what was taken down."""
    unit = managed_unit(request, organization_id)
    chosen = _kind(kind)
    page = cursor.page(
        selectors.publications(request.user, chosen, unit.pk),
        ordering=("-published_at", "-id"),
        cursor=request.GET.get("cursor"),
        limit=PER_PAGE,
    )
    context = {
        "unit": unit,
        "kind": chosen.value,
        "title": TITLES[chosen][0],
        "action": TITLES[chosen][1],
        "page": page,
        "tabs": [
            (names[0], reverse("unit_publications", args=[unit.public_id, one.value]), one is chosen)
            for one, names in TITLES.items()
        ],
    }
    return render(request, "providers/publications.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def new(request: HttpRequest, organization_id: str, kind: str) -> HttpResponse:
    now = clock.now()
    unit = managed_unit(request, organization_id)
    chosen = _kind(kind)
    form = PublicationForm(
        request.POST or None,
        request.FILES or None,
        kind=chosen,
        instruments=_instruments(request, unit.pk),
        initial=_usual(chosen, now),
    )

    def publish() -> Any:
        return services.publication_publish(
            actor=person(request), kind=chosen, organization_id=unit.pk, values=_values(form), now=now
        )

    if request.method == "POST" and carried_out(form, publish):
        address = reverse("unit_publications", args=[unit.public_id, chosen.value])
        return done(request, _("Published; everybody can read it on your unit's page."), address)
    context = {"unit": unit, "kind": chosen.value, "title": TITLES[chosen][1], "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "providers/publication_edit.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def edit(request: HttpRequest, kind: str, public_id: str) -> HttpResponse:
    now = clock.now()
    chosen = _kind(kind)
    found: Any = selectors.publication(request.user, chosen, public_id)
    require(request.user, "providers.edit_unit", found)
    initial = {name: getattr(found, name) for name in FIELDS[chosen] - {"file", "instruments"}}
    if chosen is PublicationKind.CASE:
        initial["instruments"] = [str(pk) for pk in found.instruments.values_list("pk", flat=True)]
    form = PublicationForm(
        request.POST or None,
        request.FILES or None,
        kind=chosen,
        instruments=_instruments(request, found.organization_id),
        initial=initial,
    )

    def update() -> Any:
        return services.publication_update(
            actor=person(request), kind=chosen, publication_id=found.pk, values=_values(form), now=now
        )

    if request.method == "POST" and carried_out(form, update):
        address = reverse("unit_publications", args=[found.organization.public_id, chosen.value])
        return done(request, _("Changed; everybody reads it as it is now."), address)
    context = {
        "unit": found.organization,
        "kind": chosen.value,
        "title": bilingual(found, "title"),
        "found": found,
        "form": form,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "providers/publication_edit.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def withdraw(request: HttpRequest, kind: str, public_id: str) -> HttpResponse:
    """The unit takes down its own, the bureau anybody's."""
    chosen = _kind(kind)
    found = selectors.publication(request.user, chosen, public_id)
    require(request.user, "providers.withdraw_publication", found)
    address = _home(request, found, chosen)
    form = ReasonForm(request.POST or None, hint=_("The unit reads it."))
    context = {
        "heading": _("Take down “{title}”").format(title=bilingual(found, "title")),
        "consequences": [
            _("Nobody but the unit and the bureau sees it from then on."),
            _("It no longer counts towards the completeness of {unit}.").format(
                unit=bilingual(found.organization, "name")
            ),
        ],
        "action": _("Take down and say why"),
        "tone": "danger",
        "form": form,
        "back_address": address,
    }
    return confirmed(
        request,
        context,
        lambda: services.publication_withdraw(
            actor=person(request),
            kind=chosen,
            publication_id=found.pk,
            reason=form.cleaned_data["reason"],
            now=clock.now(),
        ),
        lambda: done(request, _("Taken down. The unit's managers have been told."), address),
    )


@require_safe
def attachment(request: HttpRequest, public_id: str) -> FileResponse:
    """The file of a regulation that the viewer may see."""
    found: Any = selectors.publication(request.user, PublicationKind.REGULATION, public_id)
    if not found.file:
        raise NotFound
    response = FileResponse(
        found.file.open("rb"), as_attachment=True, filename=f"{public_id}.pdf", content_type="application/pdf"
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _kind(text: str) -> PublicationKind:
    try:
        return PublicationKind(text)
    except ValueError:
        raise NotFound from None


def _instruments(request: HttpRequest, organization_id: int) -> Any:
    return (
        selectors.instruments(request.user).filter(organization_id=organization_id).order_by("name_zh", "pk")
    )


def _values(form: PublicationForm) -> dict[str, Any]:
    values = form.values()
    if upload := form.cleaned_data.get("file"):
        values["file"] = attachment_prepared(upload)
    return values


def _usual(kind: PublicationKind, now: "datetime") -> dict[str, Any]:
    today = now.astimezone(CITY_TIME).date()
    match kind:
        case PublicationKind.OPENNESS:
            return {"year": today.year - 1}
        case PublicationKind.REGULATION:
            return {"effective_date": today}
    return {}


def _home(request: HttpRequest, found: "Publication", kind: PublicationKind) -> str:
    if rules.has_perm("providers.edit_unit", request.user, found):
        return reverse("unit_publications", args=[found.organization.public_id, kind.value])
    return reverse("unit", args=[found.organization.public_id]) + f"?tab={kind.value}"
