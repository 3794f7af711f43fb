"""Save rows with their history, and refuse what somebody else has changed meanwhile."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models

from instrument_share.journal.services import record
from instrument_share.kernel.errors import DomainError, Kind, gettext_noop

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from providers.instruments.models import Instrument
    from providers.units.models import UnitProfile


class EditedMeanwhile(DomainError):
    """Somebody else has saved since the editor began; nothing was written."""

    code = "providers.edited_meanwhile"
    kind: Kind = "conflict"
    message = gettext_noop(
        "Somebody else has saved another version since you began. Compare the two, then save yours again."
    )


def unchanged_since(revision: int | None, row: Any) -> None:
    """Raises EditedMeanwhile where the row is of another revision; None asks nothing."""
    if revision is not None and revision != row.revision:
        raise EditedMeanwhile


def keep(row: models.Model, *, actor: "User | None", now: datetime) -> None:
    """Save a row whose revisions are kept: by whom and when is the service's to say."""
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
