import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("providers", "0009_rule_accepts_vouchers")]

    operations = [
        migrations.CreateModel(
            name="RuleQuota",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "holder",
                    models.CharField(
                        choices=[("user", "user"), ("organization", "organization")], max_length=12
                    ),
                ),
                (
                    "span",
                    models.CharField(
                        choices=[("day", "day"), ("week", "week"), ("month", "month")], max_length=5
                    ),
                ),
                ("most_minutes", models.PositiveIntegerField(null=True)),
                ("most_bookings", models.PositiveSmallIntegerField(null=True)),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quotas",
                        to="providers.openservicerule",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("rule", "holder", "span"), name="quota_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("most_minutes__isnull", False),
                            ("most_bookings__isnull", False),
                            _connector="OR",
                        ),
                        name="quota_limits_something",
                    ),
                ],
            },
        ),
    ]
