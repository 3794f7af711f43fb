"""Decode pictures that people upload and encode them anew, which drops metadata such as camera and place."""

from collections.abc import Sequence
from io import BytesIO
from typing import NamedTuple

from PIL import Image, ImageOps

from instrument_share.kernel.errors import DomainError, Problem, gettext_noop

MOST_PIXELS = 50_000_000
LONGEST_SIDE = 1600
MOST_WRITTEN = 1_000_000
"""Bytes of a picture that is kept: the national platform takes 1 MB."""
QUALITY_STEP = 10
FORMATS = ("JPEG", "PNG", "WEBP")


class PictureUnusable(DomainError):
    """The upload cannot be shown; the problem belongs to the field `picture`."""

    code = "picture.unusable"
    message = gettext_noop("The picture can't be used.")


class Encoded(NamedTuple):
    """A JPEG and its size in pixels."""

    content: bytes
    width: int
    height: int


def encode_pictures(content: bytes, wanted: Sequence[tuple[int, int]]) -> list[Encoded]:
    """Return a JPEG, PNG or WebP as JPEGs of at most so many pixels a side, in such a quality.

    Where that takes more than 1 MB, the quality is lowered until it does not. Each is made of the one before
    it, so that the largest comes first. Raises PictureUnusable. A crafted picture can take a gigabyte, or
    minutes: for `run_apart`.
    """
    picture = _decode(content)
    made = []
    for side, quality in wanted:
        picture = picture.copy()
        picture.thumbnail((side, side))
        written = _write(picture, quality)
        while len(written) > MOST_WRITTEN and quality > QUALITY_STEP:
            quality -= QUALITY_STEP
            written = _write(picture, quality)
        made.append(Encoded(written, picture.width, picture.height))
    return made


def _write(picture: Image.Image, quality: int) -> bytes:
    written = BytesIO()
    picture.save(written, "JPEG", quality=quality, optimize=True)
    return written.getvalue()


def _decode(content: bytes) -> Image.Image:
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise build_unreadable()
            # Made smaller as early as can be: each further copy of so many pixels is memory.
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            ImageOps.exif_transpose(opened, in_place=True)
            picture = opened.convert("RGBA")
            picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    except DomainError:
        raise
    except Exception:
        # The readers of formats, and of the camera's data in them, fail on broken bytes in any way there is.
        raise build_unreadable() from None
    on_white = Image.new("RGBA", picture.size, "white")
    on_white.alpha_composite(picture)
    return on_white.convert("RGB")


def build_unreadable() -> PictureUnusable:
    """Return the refusal of what is no picture."""
    return build_unusable(
        "unreadable", gettext_noop("The file is not a picture that can be shown. Choose a JPEG, PNG or WebP.")
    )


def build_unusable(code: str, message: str, **params: int) -> PictureUnusable:
    """Return a refusal with this problem."""
    return PictureUnusable(problems=[Problem(f"picture.{code}", message, params, "picture")])
