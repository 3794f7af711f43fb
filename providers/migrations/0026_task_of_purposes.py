"""Purposes as tasks that stand on the home page."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("providers", "0025_synonym_methods")]

    operations = [
        migrations.AddField(
            model_name="synonymgroup",
            name="task_zh",
            field=models.CharField(blank=True, help_text="the purpose as a task: 看形貌", max_length=12),
        ),
        migrations.AddField(
            model_name="synonymgroup", name="task_en", field=models.CharField(blank=True, max_length=40)
        ),
    ]
