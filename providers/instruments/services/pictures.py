"""Check uploaded pictures and PDFs, and encode pictures anew to drop metadata."""

import hashlib
from dataclasses import dataclass
from io import BytesIO
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageOps

from instrument_share.kernel.errors import DomainError, Problem, gettext_noop

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 1600
LARGE_SIDE, SMALL_SIDE = 1280, 360
FORMATS = ("JPEG", "PNG", "WEBP")
QUALITY, SMALL_QUALITY = 85, 75
"""Lists show many small pictures at a third of their width, where nobody sees the difference."""


class PictureUnusable(DomainError):
    """The upload cannot be shown; the problem belongs to the field `picture`."""

    code = "picture.unusable"
    message = gettext_noop("The picture can't be used.")


class AttachmentUnusable(DomainError):
    """The upload cannot be attached; the problem belongs to the field `file`."""

    code = "attachment.unusable"
    message = gettext_noop("The file can't be attached.")


def prepare_picture(upload: IO[bytes]) -> "ContentFile[bytes]":
    """Return the upload as a JPEG of at most 1600 pixels a side, named by its content.

    It is decoded and encoded anew, which drops metadata such as camera and place. Raises PictureUnusable if
    it is too large or no JPEG, PNG or WebP.
    """
    return _encode(_resize(_decode(_read(upload)), LONGEST_SIDE))


@dataclass(frozen=True)
class GalleryPicture:
    """A picture in two sizes, with the pixel size of the larger one."""

    large: "ContentFile[bytes]"
    small: "ContentFile[bytes]"
    width: int
    height: int


def prepare_gallery_picture(upload: IO[bytes]) -> GalleryPicture:
    """Return the upload as JPEGs of at most 1280 and 360 pixels a side. Raises PictureUnusable."""
    large = _resize(_decode(_read(upload)), LARGE_SIDE)
    small = _encode(_resize(large, SMALL_SIDE), SMALL_QUALITY)
    return GalleryPicture(_encode(large), small, large.width, large.height)


def store_once(folder: str, content: "ContentFile[bytes]") -> str:
    """Store a file named by its content, unless it is there already; return its path."""
    path = f"{folder}/{content.name}"
    return path if default_storage.exists(path) else default_storage.save(path, content)


def _read(upload: IO[bytes]) -> bytes:
    content = upload.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        message = gettext_noop("The picture is larger than {megabytes} MB. Make it smaller and try again.")
        raise _unusable("too_large", message, megabytes=MOST_BYTES // 1024 // 1024)
    return content


def _resize(picture: Image.Image, side: int) -> Image.Image:
    smaller = picture.copy()
    smaller.thumbnail((side, side))
    return smaller


def _encode(picture: Image.Image, quality: int = QUALITY) -> "ContentFile[bytes]":
    made = BytesIO()
    picture.save(made, "JPEG", quality=quality, optimize=True)
    encoded = made.getvalue()
    return ContentFile(encoded, name=f"{hashlib.sha256(encoded).hexdigest()[:32]}.jpg")


def _decode(content: bytes) -> Image.Image:
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise _unreadable()
            # Made smaller as early as can be: each further copy of so many pixels is memory.
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            ImageOps.exif_transpose(opened, in_place=True)
            picture = opened.convert("RGBA")
            picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    except DomainError:
        raise
    except Exception:
        # The readers of formats, and of the camera's data in them, fail on broken bytes in any way there is.
        raise _unreadable() from None
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


def prepare_attachment(upload: IO[bytes]) -> "ContentFile[bytes]":
    """Return a PDF of at most 20 MB, named by its content. Raises AttachmentUnusable."""
    content = upload.read(MOST_ATTACHED + 1)
    if len(content) > MOST_ATTACHED:
        message = gettext_noop("The file is larger than {megabytes} MB. Make it smaller and try again.")
        params = {"megabytes": MOST_ATTACHED // 1024 // 1024}
        raise AttachmentUnusable(problems=[Problem("attachment.too_large", message, params, "file")])
    if not content.startswith(PDF):
        message = gettext_noop("The file is not a PDF. Save it as PDF and try again.")
        raise AttachmentUnusable(problems=[Problem("attachment.not_pdf", message, field="file")])
    return ContentFile(content, name=f"{hashlib.sha256(content).hexdigest()[:32]}.pdf")
