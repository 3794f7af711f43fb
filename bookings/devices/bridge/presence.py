"""A mark by which others see that a bridge runs."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

MARK = "device-bridge"
SILENT_AFTER = timedelta(minutes=1)


def leave_mark() -> None:
    """Say that a bridge is connected now."""
    Path(settings.VAR_DIR, MARK).touch()


def bridge_seen_at() -> datetime | None:
    """Return when a bridge was last connected; None: never."""
    mark = Path(settings.VAR_DIR, MARK)
    return datetime.fromtimestamp(mark.stat().st_mtime, UTC) if mark.exists() else None


def is_bridge_running(now: datetime) -> bool:
    """Return whether a bridge was connected a moment ago."""
    seen = bridge_seen_at()
    return seen is not None and now - seen < SILENT_AFTER
