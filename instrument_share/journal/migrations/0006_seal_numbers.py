from typing import Any

from django.db import migrations, models

from instrument_share.journal.guards import append_only


def number(apps: Any, schema_editor: Any) -> None:
    """Number the seals that there are; their guards are made again after the migrations."""
    seals = apps.get_model("journal", "AuditSeal").objects.order_by("last_entry_id")
    entries = apps.get_model("journal", "AuditEntry").objects
    for guard in append_only("journal_auditseal"):
        guard.drop(schema_editor.connection)
    for at, seal in enumerate(seals, 1):
        covered = entries.filter(pk__gte=seal.first_entry_id, pk__lte=seal.last_entry_id).count()
        seals.filter(pk=seal.pk).update(number=at, entries=covered)


class Migration(migrations.Migration):
    dependencies = [("journal", "0005_search")]

    operations = [
        migrations.AddField(
            "auditseal", "number", models.PositiveIntegerField(null=True, help_text="1, 2, 3, … without gaps")
        ),
        migrations.AddField(
            "auditseal",
            "form",
            models.PositiveSmallIntegerField(default=1, help_text="version of the form of its entries"),
        ),
        migrations.AddField(
            "auditseal", "entries", models.PositiveIntegerField(default=0, help_text="how many it covers")
        ),
        migrations.RunPython(number, migrations.RunPython.noop),
        migrations.AlterField(
            "auditseal", "number", models.PositiveIntegerField(unique=True, help_text="1, 2, 3, … without gaps")
        ),
        migrations.AlterField(
            "auditseal", "entries", models.PositiveIntegerField(help_text="how many it covers")
        ),
    ]
