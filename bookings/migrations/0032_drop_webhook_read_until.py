from django.db import migrations, models
from django.utils import timezone


class Migration(migrations.Migration):
    dependencies = [("bookings", "0031_fill_webhook_read_through")]

    operations = [
        # Backwards, the journal is read on from the time of the migration.
        migrations.AlterField(
            model_name="webhook",
            name="read_until",
            field=models.DateTimeField(
                default=timezone.now, help_text="the journal has been read up to here"
            ),
        ),
        migrations.RemoveField(model_name="webhook", name="read_until"),
    ]
