"""Fill what is kept of the logs that there are; from now on their writes keep it."""

from collections.abc import Mapping
from typing import Any

from django.db import migrations
from django.db.models import Exists, OuterRef, Q

from bookings.usage.domain.corrections import EFFECTIVE_PARTS, apply_corrections
from bookings.usage.domain.days import DaySums

BATCH_SIZE = 2000
COLUMNS: Mapping[str, str] = {
    "pk": "pk",
    **{name: name for name in (*EFFECTIVE_PARTS, "starts_at", "amount_yuan", "external")},
    "unit": "instrument__organization_id",
    "payer": "payer_organization_id",
}


def fill(apps: Any, schema_editor: Any) -> None:
    log, correction, confirmation, sums = (
        apps.get_model("bookings", name)
        for name in ("UsageLog", "UsageCorrection", "UsageConfirmation", "UsageDay")
    )
    corrections: dict[int, list[Any]] = {}
    confirmed = correction.objects.filter(confirmation__isnull=False).order_by("entry__number")
    for log_id, changes in confirmed.values_list("log_id", "changes"):
        corrections.setdefault(log_id, []).append(changes)
    added = DaySums()
    for values in log.objects.values_list(*COLUMNS.values()).iterator(chunk_size=BATCH_SIZE):
        row = dict(zip(COLUMNS, values, strict=True))
        apply_corrections(row, corrections.get(row["pk"], ()))
        added.add(row)
    sums.objects.bulk_create(
        (
            sums(
                organization_id=unit,
                day=day,
                internal_seconds=inside,
                external_seconds=outside,
                amount_fen=fen,
                uses=uses,
            )
            for (unit, day), (inside, outside, fen, uses) in added.days.items()
        ),
        batch_size=BATCH_SIZE,
    )
    served = apps.get_model("bookings", "ServedDay")
    served.objects.bulk_create(
        (
            served(organization_id=unit, payer_id=payer, day=day, uses=uses)
            for (unit, payer, day), uses in added.served.items()
        ),
        batch_size=BATCH_SIZE,
    )
    waiting = apps.get_model("bookings", "WaitingLog")
    own = confirmation.objects.filter(log=OuterRef("pk"), correction__isnull=True)
    open_corrections = correction.objects.filter(log=OuterRef("pk"), confirmation__isnull=True)
    logs = log.objects.filter(~Exists(own) | Q(Exists(open_corrections)))
    waiting.objects.bulk_create(
        (
            waiting(log_id=pk, organization_id=unit, instrument_id=instrument, user_id=user)
            for pk, unit, instrument, user in logs.values_list(
                "pk", "instrument__organization_id", "instrument_id", "user_id"
            )
        ),
        batch_size=BATCH_SIZE,
    )


class Migration(migrations.Migration):
    dependencies = [("bookings", "0006_usage_days")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
