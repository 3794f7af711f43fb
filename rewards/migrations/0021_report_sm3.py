from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rewards", "0020_vouchers")]

    operations = [
        migrations.AddField(
            "financereport",
            "package_sm3",
            models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="empty: none was asked for",
                max_length=64,
            ),
        ),
        migrations.AlterField(
            "financereport",
            "manifest",
            models.JSONField(help_text="the package's: each file's name, SHA-256, SM3 and size; facts"),
        ),
    ]
