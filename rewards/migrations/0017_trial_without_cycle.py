from django.db import migrations, models


class Migration(migrations.Migration):
    """A trial has a year and no assessment of its own."""

    dependencies = [("rewards", "0016_trial_year_filled")]

    operations = [
        migrations.RemoveField("policytrial", "cycle"),
        migrations.AlterField("policytrial", "year", models.PositiveSmallIntegerField()),
    ]
