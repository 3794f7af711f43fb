"""When a person and the keepers were told that a qualification ends soon."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("providers", "0021_instrument_revision")]

    operations = [
        migrations.AddField(
            model_name="qualification",
            name="end_told_at",
            field=models.DateTimeField(
                null=True, help_text="when the person and the keepers were told that it ends soon"
            ),
        )
    ]
