"""Save rows with their history, and record changes in the journal."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models

from instrument_share.journal.services import record

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from providers.instruments.models import Instrument
    from providers.units.models import UnitProfile


def save_with_history(row: models.Model, *, actor: "User | None", now: datetime) -> None:
    """Save a row with a revision that names who changed it and when."""
    row._history_user = actor  # type: ignore[attr-defined]
    row._history_date = now  # type: ignore[attr-defined]
    row.save()


def record_change(
    actor: "User | None", action: str, row: "Instrument | UnitProfile", now: datetime, **details: Any
) -> None:
    """Record a change of a unit's row in the journal."""
    record(
        actor=actor,
        action=action,
        subject=row,
        now=now,
        organization_id=row.organization_id,
        details=details,
    )
