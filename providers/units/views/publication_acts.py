"""What becomes of something that a unit has written: published, scheduled, discarded, taken down."""

from typing import TYPE_CHECKING, Any

import rules
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from instrument_share.accounts.permissions import require
from instrument_share.kernel.errors import NotFound
from instrument_share.web import clock
from instrument_share.web.answers import confirmed, done
from instrument_share.web.formats import bilingual, moment
from instrument_share.web.forms import ReasonForm
from instrument_share.web.idempotency import idempotent_form
from providers.instruments.views.common import person
from providers.units.domain.publications import PublicationKind
from providers.units.forms.publication import ScheduleForm
from providers.units.selectors.publications import publication
from providers.units.services.publications import (
    publication_discard,
    publication_release,
    publication_schedule,
    publication_unschedule,
    publication_withdraw,
)
from providers.units.views.publications import kind_of

if TYPE_CHECKING:
    from providers.units.models import Publication


def _own(request: HttpRequest, kind: str, public_id: str) -> Any:
    """Something of a unit, for its managers. Raises NotFound and Forbidden."""
    found = publication(request.user, kind_of(kind), public_id)
    require(request.user, "providers.edit_unit", found)
    return found


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def release(request: HttpRequest, kind: str, public_id: str) -> HttpResponse:
    found = _own(request, kind, public_id)
    address = reverse("publication", args=[found.public_id])
    context = {
        "heading": _("Publish “{title}”").format(title=bilingual(found, "title")),
        "consequences": [
            _("Everybody reads it from now on; it counts towards your unit's completeness."),
            _("The bureau can take it down with a reason."),
        ],
        "action": _("Publish"),
        "form": Form(request.POST if request.method == "POST" else None),
        "back_address": address,
    }
    return confirmed(
        request,
        context,
        lambda: publication_release(
            actor=person(request), kind=kind_of(kind), publication_id=found.pk, now=clock.now()
        ),
        lambda: done(request, _("Published; everybody can read it on your unit's page."), address),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def schedule(request: HttpRequest, kind: str, public_id: str) -> HttpResponse:
    found = _own(request, kind, public_id)
    address = reverse("publication", args=[found.public_id])
    form = ScheduleForm(request.POST or None, initial={"at": found.scheduled_at})
    context = {
        "heading": _("When is “{title}” published?").format(title=bilingual(found, "title")),
        "consequences": [
            _("It is published by itself at that time, and counts towards completeness from then on.")
        ],
        "action": _("Schedule"),
        "form": form,
        "back_address": address,
    }
    return confirmed(
        request,
        context,
        lambda: publication_schedule(
            actor=person(request),
            kind=kind_of(kind),
            publication_id=found.pk,
            at=form.cleaned_data["at"],
            now=clock.now(),
        ),
        lambda: done(
            request,
            _("Scheduled for {time}.").format(time=moment(form.cleaned_data["at"])),
            address,
        ),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def unschedule(request: HttpRequest, kind: str, public_id: str) -> HttpResponse:
    found = _own(request, kind, public_id)
    address = reverse("publication", args=[found.public_id])
    context = {
        "heading": _("Take the schedule back"),
        "consequences": [_("“{title}” stays a draft.").format(title=bilingual(found, "title"))],
        "action": _("Take the schedule back"),
        "back_address": address,
    }
    return confirmed(
        request,
        context,
        lambda: publication_unschedule(
            actor=person(request), kind=kind_of(kind), publication_id=found.pk, now=clock.now()
        ),
        lambda: done(request, _("It is a draft again; nothing is published by itself."), address),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def discard(request: HttpRequest, kind: str, public_id: str) -> HttpResponse:
    found = _own(request, kind, public_id)
    home = reverse("unit_publications", args=[found.organization.public_id, kind])
    context = {
        "heading": _("Discard the draft “{title}”").format(title=bilingual(found, "title")),
        "consequences": [_("The draft is removed. It was never published; nobody else has seen it.")],
        "action": _("Discard the draft"),
        "tone": "danger",
        "back_address": reverse("publication", args=[found.public_id]),
    }
    return confirmed(
        request,
        context,
        lambda: publication_discard(
            actor=person(request), kind=kind_of(kind), publication_id=found.pk, now=clock.now()
        ),
        lambda: done(request, _("The draft is discarded."), home),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def withdraw(request: HttpRequest, kind: str, public_id: str) -> HttpResponse:
    """The unit takes down its own, the bureau anybody's."""
    chosen = kind_of(kind)
    found = publication(request.user, chosen, public_id)
    require(request.user, "providers.withdraw_publication", found)
    address = _home(request, found, chosen)
    form = ReasonForm(request.POST or None, help_text=_("The unit reads it."))
    context = {
        "heading": _("Take down “{title}”").format(title=bilingual(found, "title")),
        "consequences": [
            _("Nobody but the unit and the bureau reads it from then on; its address says when it went."),
            _("It no longer counts towards the completeness of {unit}.").format(
                unit=bilingual(found.organization, "name")
            ),
        ],
        "action": _("Take down and say why"),
        "tone": "danger",
        "form": form,
        "back_address": reverse("publication", args=[found.public_id]),  # type: ignore[attr-defined]
    }
    return confirmed(
        request,
        context,
        lambda: publication_withdraw(
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
    found: Any = publication(request.user, PublicationKind.REGULATION, public_id)
    if not found.file:
        raise NotFound
    response = FileResponse(
        found.file.open("rb"),
        as_attachment=True,
        filename=found.file_name or f"{public_id}.pdf",
        content_type="application/pdf",
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _home(request: HttpRequest, found: "Publication", kind: PublicationKind) -> str:
    if rules.has_perm("providers.edit_unit", request.user, found):
        return reverse("unit_publications", args=[found.organization.public_id, kind.value])
    return reverse("unit", args=[found.organization.public_id]) + f"?tab={kind.value}"
