import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Keep the last long step of a cycle that was asked for, and the job that takes it."""

    dependencies = [
        ("rewards", "0002_guard_function"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="StepRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("move", models.CharField(help_text="freeze, check, score, send", max_length=10)),
                ("started_at", models.DateTimeField()),
                (
                    "job_id",
                    models.UUIDField(help_text="the job that takes it; none when it has ended", null=True),
                ),
                ("done", models.PositiveIntegerField(default=0, help_text="how much the job has done")),
                (
                    "total",
                    models.PositiveIntegerField(
                        help_text="of how much; 0: not known yet, none: the job has not begun", null=True
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "problem",
                    models.JSONField(
                        default=dict,
                        help_text="code, message and params of the refusal that ended it, if any",
                    ),
                ),
                (
                    "cycle",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="step_run",
                        to="rewards.assessmentcycle",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
    ]
