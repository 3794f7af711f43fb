from django.db import migrations, models


class Migration(migrations.Migration):
    """A unit has no score under a policy without indicators."""

    dependencies = [("rewards", "0003_step_runs")]

    operations = [
        migrations.AlterField(
            model_name="unitassessment",
            name="score",
            field=models.DecimalField(
                decimal_places=2,
                help_text="0–100, after deductions; null under a policy without indicators",
                max_digits=6,
                null=True,
            ),
        ),
    ]
