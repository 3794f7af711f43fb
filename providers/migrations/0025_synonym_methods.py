"""Purposes of measuring with the methods that serve them, in the table of synonyms."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("providers", "0024_sheet_words_and_made")]

    operations = [
        migrations.AddField(
            model_name="synonymgroup",
            name="methods",
            field=models.JSONField(
                default=list, help_text="names of methods that serve the purpose, best first"
            ),
        ),
        migrations.AlterField(
            model_name="searchterm",
            name="kind",
            field=models.PositiveSmallIntegerField(
                choices=[(0, "REST"), (1, "SPOKEN"), (2, "WORD"), (3, "ABBREVIATION")]
            ),
        ),
    ]
