"""Files that people upload to be shown: checked, bounded, pictures made anew so that nothing else is kept."""

import hashlib
import warnings
from io import BytesIO
from typing import IO

from django.core.files.base import ContentFile
from PIL import Image, ImageOps

from instrument_share.kernel.errors import DomainError, Problem, gettext_noop

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 1600
FORMATS = ("JPEG", "PNG", "WEBP")
QUALITY = 85


class PictureUnusable(DomainError):
    """The upload can't be shown; the problem belongs to the field `picture`."""

    code = "picture.unusable"
    message = gettext_noop("The picture can't be used.")


class AttachmentUnusable(DomainError):
    """The upload can't be attached; the problem belongs to the field `file`."""

    code = "attachment.unusable"
    message = gettext_noop("The file can't be attached.")


def picture_prepared(upload: IO[bytes]) -> "ContentFile[bytes]":
    """The upload as a JPEG of at most 1600 pixels a side, named by its content.

    It is decoded and encoded anew: camera, place and whatever else travelled in the file stay behind. Raises
    PictureUnusable for what is too large or is no JPEG, PNG or WebP picture.
    """
    content = upload.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        message = gettext_noop("The picture is larger than {megabytes} MB. Make it smaller and try again.")
        raise _unusable("too_large", message, megabytes=MOST_BYTES // 1024 // 1024)
    made = BytesIO()
    _decoded(content).save(made, "JPEG", quality=QUALITY, optimize=True)
    encoded = made.getvalue()
    return ContentFile(encoded, name=f"{hashlib.sha256(encoded).hexdigest()[:32]}.jpg")


def _decoded(content: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=FORMATS) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise _unreadable()
                picture = ImageOps.exif_transpose(opened).convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _unreadable() from None
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    on_white = Image.new("RGBA", picture.size, "white")
    on_white.alpha_composite(picture)
    return on_white.convert("RGB")


def _unreadable() -> PictureUnusable:
    return _unusable(
        "unreadable", gettext_noop("The file is not a picture that can be shown. Choose a JPEG, PNG or WebP.")
    )


def _unusable(code: str, message: str, **params: int) -> PictureUnusable:
    return PictureUnusable(problems=[Problem(f"picture.{code}", message, params, "picture")])


MOST_ATTACHED = 20 * 1024 * 1024
PDF = b"%PDF-"


def attachment_prepared(upload: IO[bytes]) -> "ContentFile[bytes]":
    """A PDF of at most 20 MB, named by its content. Raises AttachmentUnusable."""
    content = upload.read(MOST_ATTACHED + 1)
    if len(content) > MOST_ATTACHED:
        message = gettext_noop("The file is larger than {megabytes} MB. Make it smaller and try again.")
        params = {"megabytes": MOST_ATTACHED // 1024 // 1024}
        raise AttachmentUnusable(problems=[Problem("attachment.too_large", message, params, "file")])
    if not content.startswith(PDF):
        message = gettext_noop("The file is not a PDF. Save it as PDF and try again.")
        raise AttachmentUnusable(problems=[Problem("attachment.not_pdf", message, field="file")])
    return ContentFile(content, name=f"{hashlib.sha256(content).hexdigest()[:32]}.pdf")
