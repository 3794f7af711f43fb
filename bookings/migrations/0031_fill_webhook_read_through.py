from datetime import timedelta

from django.db import migrations
from django.db.models import Max, Min

READ_AGAIN = timedelta(minutes=10)
"""So much of the journal was read again each time."""


def fill(apps, schema_editor):
    """Begin where each webhook would have read on by time; what it was told is not told again."""
    entries = apps.get_model("journal", "AuditEntry").objects
    newest = entries.aggregate(newest=Max("pk"))["newest"] or 0
    for webhook in apps.get_model("bookings", "Webhook").objects.all():
        since = max(webhook.read_until - READ_AGAIN, webhook.created_at)
        unread = entries.filter(at__gte=since).aggregate(first=Min("pk"))["first"]
        webhook.read_through = newest if unread is None else unread - 1
        webhook.save(update_fields=["read_through"])


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0030_webhook_read_through"),
        ("journal", "0009_actors_by_public_id"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
