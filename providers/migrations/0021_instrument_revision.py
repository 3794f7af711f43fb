"""The number of a revision of an instrument that two editors agree on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("providers", "0020_remove_search_text")]

    operations = [
        migrations.AddField(
            model_name=name,
            name="revision",
            field=models.PositiveIntegerField(default=1, help_text="grows with every change of the fields"),
        )
        for name in ("instrument", "historicalinstrument")
    ]
