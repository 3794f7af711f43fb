"""Retire an instrument and end its open windows."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from instrument_share.accounts.permissions import require
from instrument_share.kernel.errors import require_reason
from instrument_share.kernel.states import next_state
from providers.instruments.domain.states import INSTRUMENT_MOVES
from providers.instruments.models import Instrument
from providers.instruments.selectors.instruments import instrument_lock
from providers.revisions.services import record_change, save_with_history
from providers.terms.services.windows import windows_cut

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


@transaction.atomic
def instrument_retire(*, actor: "User", instrument_id: int, reason: str, now: datetime) -> Instrument:
    """Retire a suspended instrument, for its unit; its open windows end now."""
    instrument = instrument_lock(instrument_id)
    require(actor, "providers.edit_instrument", instrument)
    instrument.state = next_state(INSTRUMENT_MOVES, instrument.state, "retire")
    instrument.retired_at, instrument.suspended_by_bureau = now, False
    save_with_history(instrument, actor=actor, now=now)
    record_change(actor, "instrument.retired", instrument, now, reason=require_reason(reason))
    windows_cut(instrument_ids=[instrument.pk], since=now)
    return instrument
