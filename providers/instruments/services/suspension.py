"""Take an instrument out of service for a time, for its unit or for the bureau, and put it back."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from instrument_share.accounts.domain import OrganizationState, Role
from instrument_share.accounts.selectors import managers_of
from instrument_share.journal.addresses import page_address
from instrument_share.journal.domain import NotificationKind
from instrument_share.journal.services import notify
from instrument_share.kernel.errors import DomainError, Kind, gettext_noop, require_reason
from instrument_share.kernel.states import next_state
from instrument_share.kernel.wording import Bilingual
from providers.instruments.domain.states import INSTRUMENT_MOVES
from providers.instruments.models import Instrument
from providers.instruments.permissions import (
    can_suspend_for_unit,
    can_take_suspension_over,
    is_suspended_by_bureau_for,
)
from providers.instruments.selectors.instruments import keepers_of
from providers.instruments.services.common import (
    lock_instrument,
    move_instrument,
    save_and_record,
    tell_managers,
)

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


class SuspendedByBureau(DomainError):
    """The bureau suspended the instrument, so only the bureau resumes it."""

    code = "instrument.suspended_by_bureau"
    kind: Kind = "forbidden"
    message = gettext_noop(
        "The bureau has suspended this instrument, and only the bureau puts it back into service. "
        "Its reason: {reason}"
    )


SUSPENDED = gettext_noop("{person} has taken “{name}” out of service: {reason}")
RESUMED = gettext_noop("{person} has put “{name}” back into service.")
SUSPENDED_BY_BUREAU = gettext_noop("The bureau has suspended “{name}”: {reason}")
RESUMED_BY_BUREAU = gettext_noop("The bureau has put “{name}” back into service.")


@transaction.atomic
def instrument_suspend(*, actor: "User", instrument_id: int, reason: str, now: datetime) -> Instrument:
    """Suspend a published instrument, for the unit or its keeper, or for the bureau; its keepers are told.

    What the bureau suspends, only the bureau resumes, also where the unit had suspended it before. Bookings
    are not touched here: `bookings.requests.services.instrument_suspend`, which calls this, decides on them.
    """
    instrument = lock_instrument(actor, instrument_id, permission="providers.suspend_instrument")
    if not can_take_suspension_over(actor, instrument):
        instrument.state = next_state(INSTRUMENT_MOVES, instrument.state, "suspend")
        instrument.suspended_at = now
    instrument.suspension_reason = require_reason(reason)
    instrument.suspended_by_bureau = not can_suspend_for_unit(actor, instrument)
    save_and_record(
        instrument,
        actor,
        "instrument.suspended",
        now,
        reason=instrument.suspension_reason,
        by_bureau=instrument.suspended_by_bureau,
    )
    reason = instrument.suspension_reason
    _tell_suspension(instrument, actor, SUSPENDED, SUSPENDED_BY_BUREAU, now, reason=reason)
    return instrument


def require_resumable(actor: "User", instrument: Instrument) -> None:
    """Raise SuspendedByBureau where the bureau suspended the instrument and the actor acts for the unit."""
    if is_suspended_by_bureau_for(actor, instrument):
        raise SuspendedByBureau(reason=instrument.suspension_reason)


@transaction.atomic
def instrument_resume(*, actor: "User", instrument_id: int, now: datetime) -> Instrument:
    """Resume a suspended instrument; the keepers are told, and the managers where the bureau does.

    Raises SuspendedByBureau too.
    """
    instrument = move_instrument(actor, instrument_id, "resume", permission="providers.suspend_instrument")
    require_resumable(actor, instrument)
    by_bureau = not can_suspend_for_unit(actor, instrument)
    instrument.suspended_by_bureau, instrument.suspension_reason = False, ""
    save_and_record(instrument, actor, "instrument.resumed", now, by_bureau=by_bureau)
    _tell_suspension(instrument, actor, RESUMED, RESUMED_BY_BUREAU, now)
    return instrument


def _tell_suspension(
    instrument: Instrument, actor: "User", message: str, by_bureau: str, now: datetime, **params: Any
) -> None:
    """Tell the keepers what the actor has done; of what the bureau does, `by_bureau`, the managers too."""
    told, path = {actor}, page_address("instrument", instrument.public_id)
    name = Bilingual(instrument.name_zh, instrument.name_en)
    if can_suspend_for_unit(actor, instrument):
        params["person"] = actor.name
    else:
        message = by_bureau
        told |= set(managers_of(instrument.organization, roles={Role.UNIT_MANAGER}))
        tell_managers(instrument, message, now, path=path, name=name, **params)
    is_open = instrument.organization.state == OrganizationState.ADMITTED
    notify(
        users=[one for one in keepers_of([instrument.pk])[instrument.pk] if one not in told],
        kind=NotificationKind.UNIT,
        message=message,
        params={"name": name, **params},
        path=path if is_open else "",
        now=now,
    )
