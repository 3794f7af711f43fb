"""Services of an instrument's customs supervision."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from instrument_share.kernel.errors import Invalid, RevisionMismatch
from providers.instruments.domain.customs import clean_customs
from providers.instruments.models import CustomsSupervision
from providers.instruments.services.common import lock_editable_instrument, values_to_json
from providers.revisions.services import record_change, save_with_history

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


@transaction.atomic
def customs_supervision_set(
    *,
    actor: "User",
    instrument_id: int,
    values: Mapping[str, Any],
    now: datetime,
    seen: str | None = None,
) -> CustomsSupervision:
    """Replace the customs supervision; nothing is written if nothing differs.

    `seen` is the version that the actor began with. Raises Invalid, and RevisionMismatch where it is another
    by now.
    """
    instrument = lock_editable_instrument(actor, instrument_id)
    clean, problems = clean_customs(values)
    if problems:
        raise Invalid(problems=problems)
    held = CustomsSupervision.objects.filter(instrument=instrument).first()
    row = held or CustomsSupervision(instrument=instrument)
    if held is not None and all(getattr(held, name) == value for name, value in clean.items()):
        return held
    if seen not in (None, row.version):
        raise RevisionMismatch
    for name, value in clean.items():
        setattr(row, name, value)
    save_with_history(row, actor=actor, now=now)
    record_change(actor, "instrument.customs_entered", instrument, now, values=values_to_json(clean))
    return row


@transaction.atomic
def customs_supervision_remove(*, actor: "User", instrument_id: int, now: datetime) -> None:
    """Remove the customs supervision; does nothing if there is none."""
    instrument = lock_editable_instrument(actor, instrument_id)
    row = CustomsSupervision.objects.filter(instrument=instrument).first()
    if row is None:
        return
    row._history_user, row._history_date = actor, now  # type: ignore[attr-defined]
    row.delete()
    record_change(actor, "instrument.customs_removed", instrument, now)
