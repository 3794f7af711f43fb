"""Edit an instrument's gallery and files."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from instrument_share.accounts.permissions import require
from instrument_share.kernel.errors import NotFound
from instrument_share.web import clock
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.outcomes import answer_form, posted_from, redirect_with_message
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bilingual
from providers.instruments.domain.choices import Audience
from providers.instruments.domain.states import EDITABLE_AS_A_WHOLE, LIVE
from providers.instruments.forms.media import AttachmentForm, PictureForm
from providers.instruments.selectors.media import (
    attachments_of,
    instrument_attachment,
    instrument_picture,
    pictures_of,
)
from providers.instruments.services.media import (
    MOST_ATTACHMENTS,
    MOST_PICTURES,
    instrument_attachment_add,
    instrument_attachment_remove,
    instrument_picture_add,
    instrument_picture_describe,
    instrument_picture_move,
    instrument_picture_remove,
)
from providers.instruments.views.common import own_instrument, person


@login_required
@require_safe
def media(request: HttpRequest, public_id: str) -> HttpResponse:
    instrument = own_instrument(request, public_id)
    return render(request, "providers/instruments/media.html", _context(request, instrument))


def _context(request: HttpRequest, instrument: Any, **forms: Any) -> dict[str, Any]:
    pictures = pictures_of([instrument.pk])[instrument.pk]
    attachments = attachments_of(request.user, instrument, clock.now())
    return {
        "instrument": instrument,
        "pictures": pictures,
        "most": MOST_PICTURES,
        "has_room": len(pictures) < MOST_PICTURES,
        "attachments": attachments,
        "most_attachments": MOST_ATTACHMENTS,
        "has_room_for_files": len(attachments) < MOST_ATTACHMENTS,
        "editable": instrument.state in EDITABLE_AS_A_WHOLE | LIVE,
        "picture_form": PictureForm(),
        "attachment_form": AttachmentForm(),
        **forms,
    }


@login_required
@posted_from("instrument_media")
@idempotent_form
def picture_add(request: HttpRequest, public_id: str) -> HttpResponse:
    instrument = own_instrument(request, public_id)
    form = PictureForm(request.POST, request.FILES)
    return answer_form(
        request,
        form,
        save=lambda: instrument_picture_add(
            actor=person(request),
            instrument_id=instrument.pk,
            upload=form.cleaned_data["picture"],
            alt_zh=form.cleaned_data["alt_zh"],
            alt_en=form.cleaned_data["alt_en"],
            now=clock.now(),
        ),
        respond=lambda _picture: redirect_with_message(
            request,
            _("The picture is added. The first one represents the instrument in lists."),
            _address(public_id),
        ),
        template="providers/instruments/media.html",
        context=lambda: _context(request, instrument, picture_form=form),
    )


@login_required
@require_POST
@idempotent_form
def picture_change(request: HttpRequest, public_id: str) -> HttpResponse:
    """Move or describe a picture; `act` is `forward`, `backward` or `describe`."""
    picture = instrument_picture(request.user, public_id)
    require(request.user, "providers.edit_instrument", picture.instrument)
    common: dict[str, Any] = {"actor": person(request), "picture_id": picture.pk, "now": clock.now()}
    address = _address(picture.instrument.public_id)
    match request.POST.get("act"):
        case "forward" | "backward" as way:
            instrument_picture_move(forward=way == "forward", **common)
            return redirect_with_message(request, _("The order of the pictures is changed."), address)
        case "describe":
            instrument_picture_describe(
                alt_zh=request.POST.get("alt_zh", ""), alt_en=request.POST.get("alt_en", ""), **common
            )
            return redirect_with_message(request, _("The picture description is saved."), address)
    raise NotFound


@confirmation_view
def picture_remove(request: SignedInRequest, public_id: str) -> Confirmation:
    picture = instrument_picture(request.user, public_id)
    require(request.user, "providers.edit_instrument", picture.instrument)
    shown = bilingual(picture, "alt") if picture.alt_zh else ""
    return Confirmation(
        heading=_("Remove the picture “{shown}”").format(shown=shown) if shown else _("Remove the picture"),
        consequences=[_("Nobody sees it any more. To show it again, upload it again.")],
        action=_("Remove the picture"),
        perform=lambda: instrument_picture_remove(actor=request.user, picture_id=picture.pk, now=clock.now()),
        success=_("The picture is removed."),
        back_address=_address(picture.instrument.public_id),
        tone="danger",
    )


@login_required
@posted_from("instrument_media")
@idempotent_form
def attachment_add(request: HttpRequest, public_id: str) -> HttpResponse:
    instrument = own_instrument(request, public_id)
    form = AttachmentForm(request.POST, request.FILES)
    return answer_form(
        request,
        form,
        save=lambda: instrument_attachment_add(
            actor=person(request),
            instrument_id=instrument.pk,
            upload=form.cleaned_data["file"],
            title_zh=form.cleaned_data["title_zh"],
            title_en=form.cleaned_data["title_en"],
            audience=Audience(form.cleaned_data["audience"]),
            now=clock.now(),
        ),
        respond=lambda _attachment: redirect_with_message(
            request, _("The file is attached."), _address(public_id) + "#files"
        ),
        template="providers/instruments/media.html",
        context=lambda: _context(request, instrument, attachment_form=form),
    )


@confirmation_view
def attachment_remove(request: SignedInRequest, public_id: str) -> Confirmation:
    attachment = instrument_attachment(request.user, public_id, clock.now())
    require(request.user, "providers.edit_instrument", attachment.instrument)
    return Confirmation(
        heading=_("Remove “{title}” from the instrument").format(title=bilingual(attachment, "title")),
        consequences=[_("It is no longer shown on the page.")],
        action=_("Remove the file"),
        perform=lambda: instrument_attachment_remove(
            actor=request.user, attachment_id=attachment.pk, now=clock.now()
        ),
        success=_("The file is removed."),
        back_address=_address(attachment.instrument.public_id) + "#files",
        tone="danger",
    )


def _address(public_id: str) -> str:
    return reverse("instrument_media", args=[public_id])
