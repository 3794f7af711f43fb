import functools

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import instrument_share.kernel.public_id
from instrument_share.journal.guards import append_only

PUBLIC_ID = functools.partial(instrument_share.kernel.public_id.new_public_id, "CRE")


def drop_guards(apps, schema_editor):
    """Let events be changed again, until the guards are made again."""
    for guard in append_only("bookings_creditevent"):
        guard.drop(schema_editor.connection)


def give_public_ids(apps, schema_editor):
    """Give each event an id; the guards that keep events unchanged are made again after all migrations."""
    drop_guards(apps, schema_editor)
    for event in apps.get_model("bookings", "CreditEvent").objects.all().iterator():
        event.public_id = PUBLIC_ID()
        event.save(update_fields=["public_id"])


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0027_projects"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="creditevent",
            name="public_id",
            field=models.CharField(default=PUBLIC_ID, editable=False, max_length=16, null=True),
        ),
        migrations.RunPython(give_public_ids, drop_guards),
        migrations.AlterField(
            model_name="creditevent",
            name="public_id",
            field=models.CharField(default=PUBLIC_ID, editable=False, max_length=16, unique=True),
        ),
        migrations.CreateModel(
            name="CreditAppeal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=500)),
                ("appealed_at", models.DateTimeField()),
                ("answer_date", models.DateField(help_text="the last day on which the unit may answer")),
                (
                    "passed_on_at",
                    models.DateTimeField(
                        help_text="since when the bureau answers, because the unit has not", null=True
                    ),
                ),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appeal",
                        to="bookings.creditevent",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CreditAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "outcome",
                    models.CharField(choices=[("upheld", "upheld"), ("lifted", "lifted")], max_length=6),
                ),
                ("reason", models.CharField(max_length=500)),
                ("answered_at", models.DateTimeField()),
                (
                    "answered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "appeal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answer",
                        to="bookings.creditappeal",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="creditappeal",
            index=models.Index(
                condition=models.Q(("passed_on_at__isnull", True)),
                fields=["answer_date"],
                name="credit_appeal_by_date",
            ),
        ),
    ]
