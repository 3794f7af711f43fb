import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Trials name their year, which may not be opened yet, and what is searched for."""

    dependencies = [("rewards", "0014_forecasts")]

    operations = [
        migrations.AddField("policytrial", "year", models.PositiveSmallIntegerField(null=True)),
        migrations.AddField(
            "policytrial",
            "search",
            models.JSONField(
                default=dict,
                help_text="what is searched for (trials.domain.search.Terms); empty: a plain trial",
            ),
        ),
        migrations.AlterField(
            "policytrial",
            "result",
            models.JSONField(
                default=dict, help_text="rows by unit and totals (trials.domain.comparison), what was found"
            ),
        ),
        migrations.AlterField(
            "policytrial",
            "cycle",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="trials",
                to="rewards.assessmentcycle",
            ),
        ),
    ]
