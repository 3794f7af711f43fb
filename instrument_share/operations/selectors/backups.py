"""When the site was last backed up, and what the last check of everything found."""

from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

MARK = "last-backup"
"""The file in VAR_DIR that a backup touches when it is complete."""

FOUND = "last-verify"
"""The file in VAR_DIR in which manage.py verify leaves how much it has found."""


def get_last_backup_at() -> datetime | None:
    """Return when the last backup was complete; None where none was made on this machine."""
    return _changed_at(MARK)


def get_last_verified_at() -> datetime | None:
    """Return when manage.py verify last came to its end; None where it never did on this machine."""
    return _changed_at(FOUND)


def count_findings() -> int | None:
    """Return how much the last manage.py verify on this machine has found; None where it never ran."""
    mark = Path(settings.VAR_DIR, FOUND)
    return int(mark.read_text()) if mark.exists() else None


def _changed_at(name: str) -> datetime | None:
    mark = Path(settings.VAR_DIR, name)
    return datetime.fromtimestamp(mark.stat().st_mtime, UTC) if mark.exists() else None
