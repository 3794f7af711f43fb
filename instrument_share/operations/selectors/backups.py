"""When the site was last backed up."""

from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

MARK = "last-backup"
"""The file in VAR_DIR that a backup touches when it is complete."""


def get_last_backup_at() -> datetime | None:
    """Return when the last backup was complete; None where none was made on this machine."""
    mark = Path(settings.VAR_DIR, MARK)
    return datetime.fromtimestamp(mark.stat().st_mtime, UTC) if mark.exists() else None
