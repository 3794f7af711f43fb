"""Serve pictures and files of visible instruments."""

from django.http import FileResponse, HttpRequest
from django.views.decorators.http import require_safe

from instrument_share.kernel.errors import NotFound, require_found
from instrument_share.web import clock
from instrument_share.web.responses.files import picture_response
from instrument_share.web.text.formats import bilingual
from providers.instruments.selectors.instruments import instrument
from providers.instruments.selectors.media import instrument_attachment, instrument_picture


@require_safe
def picture(request: HttpRequest, public_id: str) -> FileResponse:
    """Serve the main picture of a visible instrument."""
    main_picture = instrument(request.user, public_id).picture
    return picture_response(require_found(main_picture or None))


@require_safe
def gallery_picture(request: HttpRequest, public_id: str, size: str) -> FileResponse:
    """Serve a gallery picture of a visible instrument, `large` or `small`."""
    if size not in ("large", "small"):
        raise NotFound
    return picture_response(getattr(instrument_picture(request.user, public_id), size))


@require_safe
def file(request: HttpRequest, public_id: str) -> FileResponse:
    """Serve a file of a visible instrument if the viewer may read it."""
    found = instrument_attachment(request.user, public_id, clock.now())
    response = FileResponse(
        found.file.open("rb"),
        as_attachment=True,
        filename=f"{' '.join(bilingual(found, 'title').split())}.pdf",
        content_type="application/pdf",
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-cache"
    return response
