"""Check uploaded pictures and PDFs, and encode pictures anew to drop metadata."""

import hashlib
from dataclasses import dataclass
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from instrument_share.apart import Failed, TookTooMuch, run_apart
from instrument_share.kernel.errors import DomainError, Problem, gettext_noop
from providers.instruments.domain.pictures import (
    LONGEST_SIDE,
    Encoded,
    build_unreadable,
    build_unusable,
    encode_pictures,
)

MOST_BYTES = 10 * 1024 * 1024
MOST_SECONDS = 20
LARGE_SIDE, SMALL_SIDE = 1280, 360
QUALITY, SMALL_QUALITY = 85, 75
"""Lists show many small pictures at a third of their width, where nobody sees the difference."""


class AttachmentUnusable(DomainError):
    """The upload cannot be attached; the problem belongs to the field `file`."""

    code = "attachment.unusable"
    message = gettext_noop("The file can't be attached.")


def prepare_picture(upload: IO[bytes]) -> "ContentFile[bytes]":
    """Return the upload as a JPEG of at most 1600 pixels a side and 1 MB, named by its content.

    It is decoded and encoded anew, which drops metadata such as camera and place. Raises PictureUnusable if
    it is too large or no JPEG, PNG or WebP.
    """
    (made,) = _encode(_read(upload), (LONGEST_SIDE, QUALITY))
    return _as_file(made)


@dataclass(frozen=True)
class GalleryPicture:
    """A picture in two sizes, with the pixel size of the larger one."""

    large: "ContentFile[bytes]"
    small: "ContentFile[bytes]"
    width: int
    height: int


def prepare_gallery_picture(upload: IO[bytes]) -> GalleryPicture:
    """Return the upload as JPEGs of at most 1280 and 360 pixels a side. Raises PictureUnusable."""
    large, small = _encode(_read(upload), (LARGE_SIDE, QUALITY), (SMALL_SIDE, SMALL_QUALITY))
    return GalleryPicture(_as_file(large), _as_file(small), large.width, large.height)


def store_once(folder: str, content: "ContentFile[bytes]") -> str:
    """Store a file named by its content, unless it is there already; return its path."""
    path = f"{folder}/{content.name}"
    return path if default_storage.exists(path) else default_storage.save(path, content)


def _read(upload: IO[bytes]) -> bytes:
    content = upload.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        message = gettext_noop("The picture is larger than {megabytes} MB. Make it smaller and try again.")
        raise build_unusable("too_large", message, megabytes=MOST_BYTES // 1024 // 1024)
    return content


def _encode(content: bytes, *wanted: tuple[int, int]) -> list[Encoded]:
    try:
        return run_apart(encode_pictures, content, wanted, seconds=MOST_SECONDS)
    except (Failed, TookTooMuch):
        raise build_unreadable() from None


def _as_file(made: Encoded) -> "ContentFile[bytes]":
    return ContentFile(made.content, name=f"{hashlib.sha256(made.content).hexdigest()[:32]}.jpg")


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
