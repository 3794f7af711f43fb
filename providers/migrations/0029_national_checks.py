import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Keep the last check of a region's records for the national platform."""

    dependencies = [
        ("providers", "0028_kept_completeness"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="NationalCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("region", models.CharField(help_text="whole, or the ids of its districts", max_length=200)),
                ("year", models.PositiveSmallIntegerField()),
                ("started_at", models.DateTimeField()),
                (
                    "job_id",
                    models.UUIDField(help_text="the job that checks; none when it has ended", null=True),
                ),
                (
                    "done",
                    models.PositiveIntegerField(default=0, help_text="records that the job has checked"),
                ),
                ("made_at", models.DateTimeField(help_text="as of when report and files are", null=True)),
                ("report", models.JSONField(default=dict)),
                (
                    "folder",
                    models.CharField(
                        blank=True, help_text="of the files, in the file storage", max_length=100
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("region", "year"), name="national_check_once_a_year")
                ],
            },
        ),
    ]
