import django.db.models.deletion
import functools
import instrument_share.kernel.public_id
from django.conf import settings
from django.db import migrations, models

from instrument_share.journal.guards import REFUSE_FUNCTION


def create_guard_function(_apps, editor):
    """Make the function behind PostgreSQL's append-only triggers, which `post_migrate` creates."""
    if editor.connection.vendor == "postgresql":
        editor.execute(REFUSE_FUNCTION, params=None)


def drop_guard_function(_apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP FUNCTION guard_refuse() CASCADE")


class Migration(migrations.Migration):
    replaces = [
        ("journal", "0001_initial"),
        ("journal", "0002_guard_function"),
        ("journal", "0003_notification_lines"),
        ("journal", "0004_last_act_of_a_model"),
        ("journal", "0005_search"),
        ("journal", "0006_seal_numbers"),
        ("journal", "0007_mail_choices"),
        ("journal", "0008_seal_sm3"),
        ("journal", "0009_actors_by_public_id"),
        ("journal", "0010_known_codes"),
        ("journal", "0011_known_notification_kinds"),
        ("journal", "0012_known_notification_kinds_valid"),
    ]

    initial = True

    dependencies = [("accounts", "0001_squashed_0013")]

    operations = [
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("actor", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("actor_name", models.CharField(help_text="the person's public id; their name then in entries of earlier versions", max_length=100)),
                ("action", models.CharField(max_length=60)),
                ("subject_type", models.CharField(max_length=60)),
                ("subject_id", models.CharField(max_length=40)),
                ("organization_id", models.BigIntegerField(null=True)),
                ("details", models.JSONField(default=dict)),
                ("address", models.CharField(blank=True, max_length=45)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["subject_type", "subject_id", "id"], name="audit_by_subject"),
                    models.Index(fields=["subject_type", "id"], name="audit_by_type"),
                    models.Index(fields=["organization_id", "id"], name="audit_by_organization"),
                    models.Index(fields=["actor", "id"], name="audit_by_actor"),
                    models.Index(fields=["at", "id"], name="audit_by_time"),
                    models.Index(fields=["action", "id"], name="audit_by_action"),
                ]
            },
        ),
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(help_text="1, 2, 3, … without gaps", unique=True)),
                ("form", models.PositiveSmallIntegerField(default=1, help_text="version of the form of its entries")),
                ("entries", models.PositiveIntegerField(help_text="how many it covers")),
                ("first_entry_id", models.BigIntegerField(unique=True)),
                ("last_entry_id", models.BigIntegerField(unique=True)),
                ("previous_hash", models.CharField(max_length=64)),
                ("hash", models.CharField(max_length=64, unique=True)),
                ("sm3", models.CharField(blank=True, db_default="", default="", help_text="empty: none was asked for", max_length=64)),
                ("sealed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("NTF",), **{}), editable=False, max_length=16, unique=True)),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="notifications", to=settings.AUTH_USER_MODEL)),
                ("message", models.CharField(help_text="an English literal of the catalogues", max_length=300)),
                ("params", models.JSONField(default=dict)),
                ("lines", models.JSONField(default=list, help_text="sentences below the message, each with its parameters")),
                ("path", models.CharField(blank=True, max_length=200)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("bookings", "bookings"),
                            ("uses", "uses"),
                            ("samples", "samples"),
                            ("statements", "statements"),
                            ("unit", "unit"),
                            ("assessment", "assessment"),
                            ("account", "account"),
                        ],
                        db_default="account",
                        default="account",
                        max_length=12,
                    ),
                ),
                ("is_urgent", models.BooleanField(db_default=False, default=False, help_text="mailed at once, whatever its reader chose")),
                ("created_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
                ("mailed_at", models.DateTimeField(help_text="when it was mailed, or settled without a mail", null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["user", "read_at", "-created_at"], name="notification_inbox"),
                    models.Index(condition=models.Q(("mailed_at__isnull", True)), fields=["id"], name="notification_unsent"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("kind__in", ["bookings", "uses", "samples", "statements", "unit", "assessment", "account"])), name="notification_kind_known")
                ],
            },
        ),
        migrations.CreateModel(
            name="MailChoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="mail_choices", to=settings.AUTH_USER_MODEL)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("bookings", "bookings"),
                            ("uses", "uses"),
                            ("samples", "samples"),
                            ("statements", "statements"),
                            ("unit", "unit"),
                            ("assessment", "assessment"),
                            ("account", "account"),
                        ],
                        max_length=12,
                    ),
                ),
                ("delivery", models.CharField(choices=[("at_once", "at_once"), ("daily", "daily"), ("never", "never")], max_length=8)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("delivery__in", ["at_once", "daily", "never"])), name="mail_choice_delivery_known"),
                    models.CheckConstraint(condition=models.Q(("kind__in", ["bookings", "uses", "samples", "statements", "unit", "assessment", "account"])), name="mail_choice_kind_known"),
                    models.UniqueConstraint(fields=("user", "kind"), name="mail_choice_once"),
                ]
            },
        ),
        migrations.RunPython(create_guard_function, drop_guard_function),
    ]
