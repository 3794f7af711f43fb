"""Remove drafts of instruments that were never submitted; their revisions and the journal stay."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models.deletion import Collector, ProtectedError

from instrument_share.journal.services import build_entry, record_all
from instrument_share.kernel.errors import Conflict, gettext_noop
from instrument_share.kernel.wording import Bilingual
from providers.instruments.domain.states import is_removable
from providers.instruments.models import Instrument
from providers.instruments.services.changes import drafts_removed
from providers.instruments.services.common import lock_instrument
from providers.revisions.services import units_revised

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


class NotRemovable(Conflict):
    """The instrument is no draft, or was submitted before."""

    code = "instrument.not_removable"
    message = gettext_noop(
        "“{name}” was submitted for review and stays on record. Only drafts that were never "
        "submitted can be removed."
    )


class DraftInUse(Conflict):
    """Qualifications, closures, linked instruments or other records depend on the draft."""

    code = "instrument.draft_in_use"
    message = gettext_noop(
        "“{name}” can't be removed: qualifications, closures or linked instruments depend on it. "
        "Remove these first."
    )


@transaction.atomic
def instrument_remove(*, actor: "User", instrument_id: int, now: datetime) -> None:
    """Remove a draft that was never submitted. Raises NotRemovable and DraftInUse."""
    instrument = lock_instrument(actor, instrument_id, permission="providers.edit_instrument")
    remove_drafts(actor, [instrument], now)


def remove_drafts(actor: "User", instruments: Sequence[Instrument], now: datetime) -> None:
    """Remove locked drafts; the caller has checked the permission. Raises NotRemovable and DraftInUse."""
    for instrument in instruments:
        if not is_removable(instrument.state, instrument.submitted_at):
            raise NotRemovable(name=_name(instrument))
    drafts_removed([instrument.pk for instrument in instruments])
    record_all(
        build_entry(
            actor=actor,
            action="instrument.removed",
            subject=instrument,
            now=now,
            organization_id=instrument.organization_id,
            details={"inner_number": instrument.inner_number, "name_zh": instrument.name_zh},
        )
        for instrument in instruments
    )
    _delete(actor, instruments, now)


def find_draft_in_use(instruments: Sequence[Instrument]) -> DraftInUse | None:
    """Return why these drafts can't be removed together since one of them is used, or None."""
    try:
        _collect(instruments)
    except DraftInUse as error:
        return error
    return None


def _collect(instruments: Sequence[Instrument]) -> Collector:
    """Return the rows with what belongs to them. Raises DraftInUse."""
    rows = Collector(using="default")
    try:
        rows.collect(instruments)
    except ProtectedError as error:
        ids = {getattr(row, "instrument_id", None) for row in error.protected_objects}
        used = next((one for one in instruments if one.pk in ids), instruments[0])
        raise DraftInUse(name=_name(used)) from None
    return rows


def _delete(actor: "User", instruments: Sequence[Instrument], now: datetime) -> None:
    """Delete the rows and what belongs to them, with a last revision that names who did it and when."""
    rows = _collect(instruments)
    for collected in rows.data.values():
        for row in collected:
            row._history_user, row._history_date = actor, now  # type: ignore[attr-defined]
    rows.delete()
    units_revised(instrument.organization_id for instrument in instruments)


def _name(instrument: Instrument) -> Bilingual:
    return Bilingual(instrument.name_zh, instrument.name_en)
