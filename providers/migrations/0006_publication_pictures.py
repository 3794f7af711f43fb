"""Pictures in texts."""

import functools

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import instrument_share.kernel.public_id


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("accounts", "0001_initial"),
        ("providers", "0005_publication_fields"),
    ]

    operations = [
        migrations.CreateModel(
            name="PublicationPicture",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.CharField(
                        default=functools.partial(
                            instrument_share.kernel.public_id.new_public_id, *("PIC",), **{}
                        ),
                        editable=False,
                        max_length=16,
                        unique=True,
                    ),
                ),
                (
                    "file",
                    models.ImageField(height_field="height", upload_to="publications/", width_field="width"),
                ),
                ("width", models.PositiveIntegerField(editable=False, null=True)),
                ("height", models.PositiveIntegerField(editable=False, null=True)),
                ("sha256", models.CharField(max_length=64)),
                ("alt_zh", models.CharField(max_length=100)),
                ("alt_en", models.CharField(max_length=200)),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="publicationpicture",
            name="created_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="publicationpicture",
            name="organization",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="publication_pictures",
                to="accounts.organization",
            ),
        ),
        migrations.AddIndex(
            model_name="publicationpicture",
            index=models.Index(fields=["organization", "-created_at"], name="picture_by_unit"),
        ),
        migrations.AddConstraint(
            model_name="publicationpicture",
            constraint=models.UniqueConstraint(
                fields=("organization", "sha256"), name="publication_picture_once_in_a_unit"
            ),
        ),
    ]
