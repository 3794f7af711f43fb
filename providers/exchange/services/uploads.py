"""Keep uploaded sheets in private storage between preview and import, by person and unit."""

import re
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import organizations_by_id
from instrument_share.file_store import iterate_dated_files, list_folders
from instrument_share.kernel.errors import DomainError, Kind, gettext_noop
from instrument_share.sheets.reading import read_table
from providers.exchange.domain.sheets.maps import parse_map
from providers.exchange.domain.sheets.sheet_columns import INSTRUMENTS
from providers.exchange.domain.sheets.sheet_types import SheetKind
from providers.exchange.models import SheetRun
from providers.exchange.services.imports import PERMISSIONS

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

FOLDER = "imports"
KEPT_AT_MOST = 5
"""So many uploads of one person for one unit; each is read again by its sender alone."""
KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")


class SheetGone(DomainError):
    """The upload has expired or never existed."""

    code = "import.gone"
    kind: Kind = "gone"
    message = gettext_noop(
        "This sheet is no longer stored: it was imported, or the time for which it is kept has "
        "passed. Upload it again."
    )


def sheet_keep(
    *,
    actor: "User",
    organization_id: int,
    content: bytes,
    map_text: str,
    kind: SheetKind = INSTRUMENTS,
) -> str:
    """Keep an upload for at most a day; return its key. A sixth for a unit replaces the oldest.

    Raises SheetTooLarge, SheetUnreadable or MapUnusable.
    """
    require(actor, PERMISSIONS[kind.name], organizations_by_id([organization_id]).get(organization_id))
    read_table(content)
    parse_map(map_text, kind)
    _make_room(actor, organization_id)
    key = secrets.token_urlsafe(18)
    default_storage.save(_path(actor, organization_id, key, "sheet"), ContentFile(content))
    default_storage.save(_path(actor, organization_id, key, "toml"), ContentFile(map_text.encode()))
    return key


def sheet_kept(*, actor: "User", organization_id: int, key: str) -> tuple[bytes, str]:
    """Return the person's upload for this unit, and the TOML text of its map, which may be empty.

    Raises SheetGone.
    """
    path = _path(actor, organization_id, key, "sheet")
    if not KEY.fullmatch(key) or not default_storage.exists(path):
        raise SheetGone
    with default_storage.open(path) as sheet:
        content = sheet.read()
    with default_storage.open(_path(actor, organization_id, key, "toml")) as text:
        return content, text.read().decode()


def sheet_forget(*, actor: "User", organization_id: int, key: str) -> None:
    """Delete an upload, if it exists."""
    if KEY.fullmatch(key):
        for ending in ("sheet", "toml"):
            default_storage.delete(_path(actor, organization_id, key, ending))


def sheets_forget_old(*, now: datetime) -> int:
    """Delete uploads older than the site keeps them, for a job; return the number of files."""
    kept_for = timedelta(days=settings.RETENTION_DAYS["uploads"])
    old = [
        path
        for person in list_folders(FOLDER)
        for path, written_at in iterate_dated_files(f"{FOLDER}/{person}")
        if written_at < now - kept_for
    ]
    for path in old:
        default_storage.delete(path)
    return len(old)


def _path(actor: "User", organization_id: int, key: str, ending: str) -> str:
    return f"{FOLDER}/{actor.pk}/{organization_id}-{key}.{ending}"


def _make_room(actor: "User", organization_id: int) -> None:
    """Delete the person's oldest uploads for the unit, to stay within the limit.

    Those that are being imported stay.
    """
    unfinished = SheetRun.objects.filter(organization_id=organization_id, user=actor, finished_at=None)
    imported = {
        _path(actor, organization_id, key, "sheet") for key in unfinished.values_list("key", flat=True)
    }
    kept = [
        (at, path)
        for path, at in iterate_dated_files(f"{FOLDER}/{actor.pk}")
        if path.endswith(".sheet")
        and Path(path).name.startswith(f"{organization_id}-")
        and path not in imported
    ]
    for _at, path in sorted(kept, reverse=True)[KEPT_AT_MOST - 1 :]:
        default_storage.delete(path)
        default_storage.delete(f"{path.removesuffix('.sheet')}.toml")
