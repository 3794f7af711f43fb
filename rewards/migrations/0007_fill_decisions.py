from django.db import migrations

COPIED = ("state", "reason", "invalidated_logs", "falsified", "overdue", "decided_at", "decided_by_id")


def fill(apps, schema_editor):
    """Keep the decisions so far, of which only the last of each finding is known."""
    findings = apps.get_model("rewards", "Finding").objects.using(schema_editor.connection.alias)
    decisions = apps.get_model("rewards", "FindingDecision").objects.using(schema_editor.connection.alias)
    decided = findings.filter(decision_number__isnull=False).order_by("id")
    decisions.bulk_create(
        decisions.model(
            cycle_id=finding.cycle_id,
            finding=finding,
            number=finding.decision_number,
            **{name: getattr(finding, name) for name in COPIED},
        )
        for finding in decided.iterator()
    )


class Migration(migrations.Migration):
    """Decisions become rows of their own."""

    dependencies = [("rewards", "0006_procedure")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
