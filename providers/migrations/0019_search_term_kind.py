from django.db import migrations, models


class Migration(migrations.Migration):
    """A term says what it is, as names in pinyin are spelt too."""

    dependencies = [("providers", "0018_pictures_into_gallery")]
    operations = [
        migrations.RemoveField(model_name="searchterm", name="whole"),
        migrations.AddField(
            model_name="searchterm",
            name="kind",
            field=models.PositiveSmallIntegerField(
                choices=[(0, "REST"), (1, "SPOKEN"), (2, "WORD")], default=0
            ),
            preserve_default=False,
        ),
    ]
