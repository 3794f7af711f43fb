"""Which privacy notice a person agreed to, and when; nothing for those who signed up before."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_relations_that_end")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="privacy_version",
            field=models.CharField(
                blank=True,
                help_text="the privacy notice agreed to at sign-up; empty: before there was one",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="user", name="privacy_agreed_at", field=models.DateTimeField(blank=True, null=True)
        ),
    ]
