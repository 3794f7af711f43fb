from itertools import pairwise

from django.db import migrations


def fill(apps, schema_editor):
    """Give each event the person who had made the last key before it arrived, as the journal tells."""
    events = apps.get_model("bookings", "DeviceEvent").objects
    made = apps.get_model("journal", "AuditEntry").objects.filter(action="device.key_made")
    for device in apps.get_model("bookings", "Device").objects.all():
        keys = made.filter(subject_id=device.public_id).order_by("id").values_list("at", "actor")
        for (since, maker), (until, _next) in pairwise([*keys, (None, None)]):
            of_key = events.filter(device=device, key_made_by__isnull=True, received_at__gte=since)
            if until is not None:
                of_key = of_key.filter(received_at__lt=until)
            of_key.update(key_made_by=maker)


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0039_device_event_key_maker"),
        ("journal", "0009_actors_by_public_id"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
