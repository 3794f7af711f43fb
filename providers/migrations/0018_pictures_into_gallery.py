from io import BytesIO
from pathlib import PurePosixPath

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import migrations
from PIL import Image, UnidentifiedImageError

SMALL_SIDE = 480


def into_gallery(apps, schema_editor):
    """The one picture that an instrument had is the first of its gallery; a file that is lost stays lost."""
    Instrument = apps.get_model("providers", "Instrument")
    Picture = apps.get_model("providers", "InstrumentPicture")
    for instrument in Instrument.objects.exclude(picture="").iterator():
        large = instrument.picture.name
        try:
            with default_storage.open(large) as file, Image.open(file) as opened:
                width, height = opened.size
                made = BytesIO()
                small = opened.convert("RGB")
                small.thumbnail((SMALL_SIDE, SMALL_SIDE))
                small.save(made, "JPEG", quality=85, optimize=True)
        except (OSError, UnidentifiedImageError):
            continue
        name = f"instruments/{PurePosixPath(large).stem}-{SMALL_SIDE}.jpg"
        if not default_storage.exists(name):
            name = default_storage.save(name, ContentFile(made.getvalue()))
        Picture.objects.create(
            instrument=instrument,
            position=1,
            large=large,
            small=name,
            width=width,
            height=height,
            created_at=instrument.created_at,
        )
        Instrument.objects.filter(pk=instrument.pk).update(picture=name)


def out_of_gallery(apps, schema_editor):
    Instrument = apps.get_model("providers", "Instrument")
    Picture = apps.get_model("providers", "InstrumentPicture")
    for picture in Picture.objects.order_by("instrument_id", "-position").iterator():
        Instrument.objects.filter(pk=picture.instrument_id).update(picture=picture.large.name)
    Picture.objects.all().delete()


class Migration(migrations.Migration):

    dependencies = [
        ('providers', '0017_links_and_groups'),
    ]

    operations = [
        migrations.RunPython(into_gallery, out_of_gallery),
    ]
