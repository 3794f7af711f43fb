"""What an openness statement says in parts, a served body in English, the name of an attached file."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("providers", "0004_publication_drafts"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="opennessstatement",
            name="openness_statement_once_a_year",
        ),
        migrations.AddField(
            model_name="historicalopennessstatement",
            name="audience_en",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="historicalopennessstatement",
            name="audience_zh",
            field=models.TextField(blank=True, help_text="for whom"),
        ),
        migrations.AddField(
            model_name="historicalopennessstatement",
            name="charges_en",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="historicalopennessstatement",
            name="charges_zh",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="historicalopennessstatement",
            name="contact",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name="historicalopennessstatement",
            name="external_hours",
            field=models.DecimalField(blank=True, decimal_places=1, max_digits=10, null=True),
        ),
        migrations.AddField(
            model_name="historicalopennessstatement",
            name="how_en",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="historicalopennessstatement",
            name="how_zh",
            field=models.TextField(blank=True, help_text="in which ways the instruments are open"),
        ),
        migrations.AddField(
            model_name="historicalopennessstatement",
            name="phone",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name="historicalopennessstatement",
            name="total_hours",
            field=models.DecimalField(blank=True, decimal_places=1, max_digits=10, null=True),
        ),
        migrations.AddField(
            model_name="historicalregulation",
            name="file_name",
            field=models.CharField(blank=True, help_text="what its sender called it", max_length=150),
        ),
        migrations.AddField(
            model_name="historicalservicecase",
            name="client_en",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="opennessstatement",
            name="audience_en",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="opennessstatement",
            name="audience_zh",
            field=models.TextField(blank=True, help_text="for whom"),
        ),
        migrations.AddField(
            model_name="opennessstatement",
            name="charges_en",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="opennessstatement",
            name="charges_zh",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="opennessstatement",
            name="contact",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name="opennessstatement",
            name="external_hours",
            field=models.DecimalField(blank=True, decimal_places=1, max_digits=10, null=True),
        ),
        migrations.AddField(
            model_name="opennessstatement",
            name="how_en",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="opennessstatement",
            name="how_zh",
            field=models.TextField(blank=True, help_text="in which ways the instruments are open"),
        ),
        migrations.AddField(
            model_name="opennessstatement",
            name="phone",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name="opennessstatement",
            name="total_hours",
            field=models.DecimalField(blank=True, decimal_places=1, max_digits=10, null=True),
        ),
        migrations.AddField(
            model_name="regulation",
            name="file_name",
            field=models.CharField(blank=True, help_text="what its sender called it", max_length=150),
        ),
        migrations.AddField(
            model_name="servicecase",
            name="client_en",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddConstraint(
            model_name="opennessstatement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at__isnull", True)),
                fields=("organization", "year"),
                name="openness_statement_once_a_year",
            ),
        ),
        migrations.AddConstraint(
            model_name="opennessstatement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("external_hours__isnull", True),
                    ("total_hours__isnull", True),
                    ("external_hours__lte", models.F("total_hours")),
                    _connector="OR",
                ),
                name="openness_external_within_total",
            ),
        ),
    ]
