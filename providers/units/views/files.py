"""Serve pictures of visible units."""

from django.http import FileResponse, HttpRequest
from django.views.decorators.http import require_safe

from instrument_share.kernel.errors import require_found
from instrument_share.web.responses.files import picture_response
from providers.units.selectors.units import unit


@require_safe
def picture(request: HttpRequest, public_id: str) -> FileResponse:
    """Serve the picture of a visible unit."""
    profile = unit(request.user, public_id)
    return picture_response(require_found(profile.picture or None))
