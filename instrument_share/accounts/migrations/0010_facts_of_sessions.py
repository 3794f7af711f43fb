from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_token_scopes")]

    operations = [
        migrations.AddField(
            "session",
            "agent",
            models.CharField(
                blank=True, db_default="", default="", help_text="what the browser calls itself", max_length=300
            ),
        ),
        migrations.AddField(
            "session",
            "address",
            models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="of the network, without its last part",
                max_length=45,
            ),
        ),
        migrations.AddField("session", "last_seen_at", models.DateTimeField(help_text="to the minute", null=True)),
    ]
