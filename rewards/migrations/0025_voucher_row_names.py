from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rewards", "0024_known_codes")]

    operations = [
        migrations.AddField(
            model_name="voucherpayoutrow",
            name="names",
            field=models.JSONField(
                help_text="as the signed paper prints them; null: of an earlier version",
                null=True,
            ),
        ),
    ]
