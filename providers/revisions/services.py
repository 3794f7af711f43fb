"""Save rows with their history, and refuse what somebody else has changed meanwhile."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models

from instrument_share.journal.services import record

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from providers.instruments.models import Instrument
    from providers.units.models import UnitProfile


def save_with_history(row: models.Model, *, actor: "User | None", now: datetime) -> None:
    """Save a row whose revisions are kept, with who changed it and when."""
    row._history_user = actor  # type: ignore[attr-defined]
    row._history_date = now  # type: ignore[attr-defined]
    row.save()


def record_change(
    actor: "User | None", action: str, row: "Instrument | UnitProfile", now: datetime, **details: Any
) -> None:
    """The entry in the journal for what was done to something of a unit."""
    record(
        actor=actor,
        action=action,
        subject=row,
        now=now,
        organization_id=row.organization_id,
        details=details,
    )
