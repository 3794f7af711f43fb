"""Publish, schedule, discard and withdraw publications."""

from typing import Any

import rules
from django.forms import Form
from django.http import FileResponse, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from instrument_share.accounts.permissions import require
from instrument_share.journal.addresses import page_address
from instrument_share.kernel.errors import require_found
from instrument_share.web import clock
from instrument_share.web.forms.fields import ReasonForm
from instrument_share.web.forms.params import parse_number
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bilingual, moment
from providers.units.domain.publications import PublicationKind
from providers.units.forms.publication import ScheduleForm
from providers.units.selectors.publications import publication
from providers.units.selectors.units import has_unit_page
from providers.units.services.publications import (
    publication_discard,
    publication_release,
    publication_schedule,
    publication_unschedule,
    publication_withdraw,
)
from providers.units.views.publication_choices import say_published
from providers.units.views.publications import kind_of


def _own(request: HttpRequest, kind: str, public_id: str) -> Any:
    """Return a publication for its unit's managers. Raises NotFound and Forbidden."""
    found = publication(request.user, kind_of(kind), public_id)
    require(request.user, "providers.edit_unit", found)
    return found


def _get_seen(request: HttpRequest) -> int | None:
    """Return the revision that the page showed which led here."""
    return parse_number(request.GET.get("seen", ""))


@confirmation_view
def release(request: SignedInRequest, kind: str, public_id: str) -> Confirmation:
    found = _own(request, kind, public_id)
    return Confirmation(
        heading=_("Publish “{title}”").format(title=bilingual(found, "title")),
        consequences=[
            _("It is public from now on and counts towards your unit’s completeness."),
            _("The bureau can take it down with a reason."),
        ],
        action=_("Publish"),
        perform=lambda: publication_release(
            actor=request.user,
            kind=kind_of(kind),
            publication_id=found.pk,
            now=clock.now(),
            revision=_get_seen(request),
        ),
        success=lambda: say_published(found.organization_id),
        back_address=page_address("publication", found.public_id),
        form=Form(request.POST if request.method == "POST" else None),
    )


@confirmation_view
def schedule(request: SignedInRequest, kind: str, public_id: str) -> Confirmation:
    found = _own(request, kind, public_id)
    form = ScheduleForm(request.POST or None, initial={"at": found.scheduled_at})
    return Confirmation(
        heading=_("When is “{title}” published?").format(title=bilingual(found, "title")),
        consequences=[
            _("It is published automatically at that time, and counts towards completeness from then on.")
        ],
        action=_("Schedule"),
        perform=lambda: publication_schedule(
            actor=request.user,
            kind=kind_of(kind),
            publication_id=found.pk,
            at=form.cleaned_data["at"],
            now=clock.now(),
            revision=_get_seen(request),
        ),
        success=lambda: _("Scheduled for {time}.").format(time=moment(form.cleaned_data["at"])),
        back_address=page_address("publication", found.public_id),
        form=form,
    )


@confirmation_view
def unschedule(request: SignedInRequest, kind: str, public_id: str) -> Confirmation:
    found = _own(request, kind, public_id)
    return Confirmation(
        heading=_("Cancel the schedule"),
        consequences=[_("“{title}” stays a draft.").format(title=bilingual(found, "title"))],
        action=_("Cancel the schedule"),
        perform=lambda: publication_unschedule(
            actor=request.user, kind=kind_of(kind), publication_id=found.pk, now=clock.now()
        ),
        success=_("It is a draft again; nothing is published automatically."),
        back_address=page_address("publication", found.public_id),
    )


@confirmation_view
def discard(request: SignedInRequest, kind: str, public_id: str) -> Confirmation:
    found = _own(request, kind, public_id)
    return Confirmation(
        heading=_("Discard the draft “{title}”").format(title=bilingual(found, "title")),
        consequences=[_("The draft is removed. It was never published; nobody else has seen it.")],
        action=_("Discard the draft"),
        perform=lambda: publication_discard(
            actor=request.user,
            kind=kind_of(kind),
            publication_id=found.pk,
            now=clock.now(),
            revision=_get_seen(request),
        ),
        success=_("The draft is discarded."),
        back_address=page_address("publication", found.public_id),
        next_address=reverse("unit_publications", args=[found.organization.public_id, kind]),
        form=Form(request.POST if request.method == "POST" else None),
        tone="danger",
    )


@confirmation_view
def withdraw(request: SignedInRequest, kind: str, public_id: str) -> Confirmation:
    """Withdraw a publication, for its unit or the bureau."""
    chosen = kind_of(kind)
    found = publication(request.user, chosen, public_id)
    require(request.user, "providers.withdraw_publication", found)
    is_own = rules.has_perm("providers.edit_unit", request.user, found)
    form = ReasonForm(request.POST or None, help_text="" if is_own else _("The unit can read it."))
    return Confirmation(
        heading=_("Take down “{title}”").format(title=bilingual(found, "title")),
        consequences=[
            _("Only the unit and the bureau can read it from then on; its page says when it was taken down."),
            _("It no longer counts towards the completeness of {unit}.").format(
                unit=bilingual(found.organization, "name")
            ),
        ],
        action=_("Take down with this reason"),
        perform=lambda: publication_withdraw(
            actor=request.user,
            kind=chosen,
            publication_id=found.pk,
            reason=form.cleaned_data["reason"],
            now=clock.now(),
            revision=_get_seen(request),
        ),
        success=_("Taken down. The unit's managers have been told."),
        back_address=page_address("publication", public_id),
        next_address=_home(request, found, chosen),
        form=form,
        tone="danger",
    )


@require_safe
def attachment(request: HttpRequest, public_id: str) -> FileResponse:
    """Serve the file of a regulation that the viewer may see."""
    found: Any = publication(request.user, PublicationKind.REGULATION, public_id)
    response = FileResponse(
        require_found(found.file or None).open("rb"),
        as_attachment=True,
        filename=found.file_name or f"{public_id}.pdf",
        content_type="application/pdf",
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _home(request: HttpRequest, found: Any, kind: PublicationKind) -> str:
    if rules.has_perm("providers.edit_unit", request.user, found):
        return reverse("unit_publications", args=[found.organization.public_id, kind.value])
    if has_unit_page(request.user, found.organization_id):
        return page_address("unit", found.organization.public_id) + f"?tab={kind.value}"
    return page_address("publication", found.public_id)
