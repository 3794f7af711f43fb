"""Code shared by the services of instruments."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from instrument_share.accounts.permissions import require, require_unless_system
from instrument_share.accounts.selectors import organization_lock
from instrument_share.accounts.services import unit_managers_tell
from instrument_share.journal.domain import NotificationKind
from instrument_share.kernel.errors import Conflict, RevisionMismatch, gettext_noop
from instrument_share.kernel.states import next_state
from providers.instruments.domain.choices import InstrumentState
from providers.instruments.domain.states import EDITABLE_AS_A_WHOLE, INSTRUMENT_MOVES, LIVE
from providers.instruments.models import Instrument, InstrumentCategory
from providers.instruments.selectors.instruments import instrument_lock
from providers.revisions.services import record_change, save_with_history

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User
    from providers.units.models import Publication, UnitProfile


class InReview(Conflict):
    """What is in review cannot be changed."""

    code = "providers.not_editable"
    message = gettext_noop(
        "This can't be changed while it is “{state}”. Wait for the bureau's decision or ask for its return."
    )


class Retired(Conflict):
    """A retired instrument cannot be changed."""

    code = "providers.retired"
    message = gettext_noop("This instrument is retired: nothing about it changes any more.")


class ChangedSinceOpened(RevisionMismatch):
    """Something that is no longer what the person who confirms it has read."""

    code = "providers.changed_since_opened"
    message = gettext_noop(
        "Somebody has changed this since you opened the page. Read it as it is now, then confirm it."
    )


def lock_unit(actor: "User", organization_id: int, *, permission: str) -> "Organization":
    """Lock and return the unit if the actor has the permission. Raises NotFound and Forbidden."""
    organization = organization_lock(organization_id)
    require(actor, permission, organization)
    return organization


def lock_instrument(actor: "User", instrument_id: int, *, permission: str) -> Instrument:
    """Lock and return the instrument if the actor has the permission. Raises NotFound and Forbidden."""
    instrument = instrument_lock(instrument_id)
    require(actor, permission, instrument)
    return instrument


def lock_instrument_in_use(actor: "User", instrument_id: int, *, permission: str) -> Instrument:
    """Lock and return the instrument as `lock_instrument` does. Raises Retired too."""
    instrument = lock_instrument(actor, instrument_id, permission=permission)
    _require_not_retired(instrument)
    return instrument


def lock_editable_instrument(actor: "User | None", instrument_id: int) -> Instrument:
    """Lock and return the instrument if the actor may change it now. Raises Retired and InReview too."""
    instrument = instrument_lock(instrument_id)
    require_unless_system(actor, "providers.edit_instrument", instrument)
    _require_not_retired(instrument)
    if instrument.state not in EDITABLE_AS_A_WHOLE | LIVE:
        raise InReview(state=instrument.state)
    return instrument


def move_instrument(actor: "User", instrument_id: int, move: str, *, permission: str) -> Instrument:
    """Lock and return the instrument in the state after `move`, unsaved. Raises IllegalMove too."""
    instrument = lock_instrument(actor, instrument_id, permission=permission)
    instrument.state = next_state(INSTRUMENT_MOVES, instrument.state, move)
    return instrument


def save_and_record(
    row: "Instrument | UnitProfile", actor: "User | None", action: str, now: datetime, **details: Any
) -> None:
    """Save a row of a unit with its history, and record the change in the journal."""
    save_with_history(row, actor=actor, now=now)
    record_change(actor, action, row, now, **details)


def tell_managers(
    row: "Instrument | UnitProfile | Publication",
    message: str,
    now: datetime,
    *,
    path: str,
    exclude: "User | None" = None,
    **params: Any,
) -> None:
    """Tell who manages the unit of a row of it (`unit_managers_tell`)."""
    kind = NotificationKind.UNIT
    unit_managers_tell(row.organization, message, now, kind=kind, path=path, params=params, exclude=exclude)


def values_to_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return field values as JSON, from which the same fields read them again."""
    return {name: _value_to_json(value) for name, value in values.items()}


def _require_not_retired(instrument: Instrument) -> None:
    if instrument.state == InstrumentState.RETIRED:
        raise Retired


def _value_to_json(value: Any) -> Any:
    match value:
        case date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case InstrumentCategory():
            return value.code
    return value
