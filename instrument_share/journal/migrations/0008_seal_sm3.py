from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("journal", "0007_mail_choices")]

    operations = [
        migrations.AddField(
            "auditseal",
            "sm3",
            models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="empty: none was asked for",
                max_length=64,
            ),
        ),
    ]
