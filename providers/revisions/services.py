"""Save rows with their history, and record changes in the journal."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models

from instrument_share.journal.services import record
from providers.revisions.models import RevisedUnit

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from providers.instruments.models import Instrument
    from providers.units.models import UnitProfile


def save_with_history(row: models.Model, *, actor: "User | None", now: datetime) -> None:
    """Save a row with a revision that names who changed it and when."""
    row._history_user = actor  # type: ignore[attr-defined]
    row._history_date = now  # type: ignore[attr-defined]
    row.save()
    if organization_id := getattr(row, "organization_id", None):
        units_revised([organization_id])


def units_revised(organization_ids: Iterable[int]) -> None:
    """Mark units of which something is revised, in the transaction that does it."""
    RevisedUnit.objects.bulk_create(RevisedUnit(organization_id=one) for one in sorted(set(organization_ids)))


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
