from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bookings", "0029_webhook_turns")]

    operations = [
        migrations.AddField(
            model_name="webhook",
            name="read_through",
            field=models.BigIntegerField(
                default=0, help_text="the entry of the journal up to which all were read"
            ),
            preserve_default=False,
        ),
    ]
