"""Pictures and files that people upload."""

from io import BytesIO
from random import Random

import pytest
from PIL import Image

from providers.instruments.domain.pictures import PictureUnusable
from providers.instruments.services.pictures import (
    MOST_BYTES,
    AttachmentUnusable,
    prepare_attachment,
    prepare_gallery_picture,
    prepare_picture,
)


def picture(size=(2400, 1200), form="JPEG", **more):
    made = BytesIO()
    Image.new("RGB", size, "teal").save(made, form, **more)
    return made


def test_uploaded_picture_loses_its_metadata():
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera"
    exif[0x8825] = {1: "N", 2: (30.0, 15.0, 0.0)}
    sent = picture(exif=exif)
    sent.seek(0)
    made = prepare_picture(sent)
    content = made.read()
    assert b"Secret Camera" in sent.getvalue()
    assert b"Secret Camera" not in content
    with Image.open(BytesIO(content)) as shown:
        assert (shown.format, shown.size, len(shown.getexif())) == ("JPEG", (1600, 800), 0)
    assert made.name.endswith(".jpg")


def test_a_picture_full_of_detail_is_kept_in_at_most_a_megabyte():
    """What the national platform takes."""
    noise, size = BytesIO(), (1600, 1600)
    Image.frombytes("RGB", size, Random(0).randbytes(3 * size[0] * size[1])).save(noise, "JPEG", quality=90)
    made = prepare_picture(BytesIO(noise.getvalue())).read()
    large = prepare_gallery_picture(BytesIO(noise.getvalue()))
    assert 100_000 < len(made) <= 1_000_000
    assert 100_000 < len(large.large.read()) <= 1_000_000
    with Image.open(BytesIO(made)) as shown:
        assert shown.size == size


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "picture.unreadable"),
        (b"\x89PNG\r\n\x1a\nbroken", "picture.unreadable"),
        (b"0" * (MOST_BYTES + 1), "picture.too_large"),
    ],
)
def test_non_picture_is_refused(content, code):
    with pytest.raises(PictureUnusable) as refused:
        prepare_picture(BytesIO(content))
    assert [(one.code, one.field) for one in refused.value.problems] == [(code, "picture")]


def test_a_picture_with_broken_words_of_its_camera_is_refused():
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Camera"  # it lies on its side
    content = picture((4, 2), exif=exif).getvalue()
    broken = content.replace(b"\x01\x0f\x00\x02", b"\x01\x01\x00\x02")  # its maker is its height
    assert broken != content
    with pytest.raises(PictureUnusable):
        prepare_picture(BytesIO(broken))


def test_a_picture_that_lies_on_its_side_is_turned():
    exif = Image.Exif()
    exif[0x0112] = 6
    with Image.open(prepare_picture(BytesIO(picture((400, 200), exif=exif).getvalue()))) as shown:
        assert shown.size == (200, 400)


def test_a_small_file_that_would_unpack_to_a_huge_picture_is_refused():
    bomb = BytesIO()
    Image.new("1", (10_000, 10_000)).save(bomb, "PNG")
    bomb.seek(0)
    with pytest.raises(PictureUnusable):
        prepare_picture(bomb)


def test_only_a_pdf_is_attached():
    assert prepare_attachment(BytesIO(b"%PDF-1.7 rules")).name.endswith(".pdf")
    with pytest.raises(AttachmentUnusable):
        prepare_attachment(BytesIO(b"MZ program"))


def test_a_file_has_20_megabytes_at_most():
    largest = b"%PDF-".ljust(20 * 1024 * 1024, b"0")
    assert prepare_attachment(BytesIO(largest)).size == len(largest)
    with pytest.raises(AttachmentUnusable) as refused:
        prepare_attachment(BytesIO(largest + b"0"))
    (problem,) = refused.value.problems
    assert problem.params == {"megabytes": 20}
