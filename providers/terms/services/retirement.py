"""Retire an instrument and end its open windows."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from instrument_share.kernel.errors import require_reason
from providers.instruments.models import Instrument
from providers.instruments.services.common import move_instrument, save_and_record
from providers.terms.services.windows import windows_cut

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


@transaction.atomic
def instrument_retire(*, actor: "User", instrument_id: int, reason: str, now: datetime) -> Instrument:
    """Retire a suspended instrument, for its unit; its open windows end now, and no change waits any more."""
    instrument = move_instrument(actor, instrument_id, "retire", permission="providers.edit_instrument")
    instrument.retired_at, instrument.suspended_by_bureau = now, False
    instrument.pending_values, instrument.pending_since = {}, None
    save_and_record(instrument, actor, "instrument.retired", now, reason=require_reason(reason))
    windows_cut(instrument_ids=[instrument.pk], since=now)
    return instrument
