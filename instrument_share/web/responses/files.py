"""Files of visible things, served from private storage."""

from typing import TYPE_CHECKING

from django.http import FileResponse

if TYPE_CHECKING:
    from django.db.models.fields.files import FieldFile

A_DAY = "private, max-age=86400"


def picture_response(picture: "FieldFile") -> FileResponse:
    """A picture that pages show; the caller has checked that the viewer may see it."""
    response = FileResponse(picture.open("rb"))
    response["Cache-Control"] = A_DAY
    response["X-Content-Type-Options"] = "nosniff"
    return response
