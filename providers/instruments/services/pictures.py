"""Files that people upload to be shown: checked, bounded, pictures made anew so that nothing else is kept."""

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
LARGE_SIDE, SMALL_SIDE = 1280, 480
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


def prepare_picture(upload: IO[bytes]) -> "ContentFile[bytes]":
    """The upload as a JPEG of at most 1600 pixels a side, named by its content.

    It is decoded and encoded anew: camera, place and whatever else travelled in the file stay behind. Raises
    PictureUnusable for what is too large or is no JPEG, PNG or WebP picture.
    """
    return _encode(_resize(_decode(_read(upload)), LONGEST_SIDE))


@dataclass(frozen=True)
class GalleryPicture:
    """A picture in the two widths that pages ask for, and how large the larger one is."""

    large: "ContentFile[bytes]"
    small: "ContentFile[bytes]"
    width: int
    height: int


def prepare_gallery_picture(upload: IO[bytes]) -> GalleryPicture:
    """The upload as two JPEGs, of at most 1280 and 480 pixels a side. Raises PictureUnusable."""
    large = _resize(_decode(_read(upload)), LARGE_SIDE)
    return GalleryPicture(_encode(large), _encode(_resize(large, SMALL_SIDE)), large.width, large.height)


def store_once(folder: str, content: "ContentFile[bytes]") -> str:
    """The path under which a file that is named by its content is kept; the same content is kept once."""
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


def _encode(picture: Image.Image) -> "ContentFile[bytes]":
    made = BytesIO()
    picture.save(made, "JPEG", quality=QUALITY, optimize=True)
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
