from django.db import migrations, models


class Migration(migrations.Migration):
    """Remember the meaning of words in sheets, and what an import has made, to take it back."""

    dependencies = [("providers", "0023_sheet_run_job")]

    operations = [
        migrations.AddField(
            model_name="sheetmemory",
            name="words",
            field=models.JSONField(default=dict, help_text="field → word in a sheet → our word or code"),
        ),
        migrations.AddField(
            model_name="sheetrun",
            name="made",
            field=models.JSONField(default=list, help_text="what it entered, so that it can be taken back"),
        ),
        migrations.AddField(
            model_name="sheetrun",
            name="taken_back_at",
            field=models.DateTimeField(null=True),
        ),
    ]
