"""Sheets between look and import: kept in private storage, for one person and one unit."""

import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import organizations_by_id
from instrument_share.kernel.errors import DomainError, Kind, gettext_noop
from instrument_share.sheets.reading import read_table
from providers.exchange.domain.sheets.fields import SheetKind
from providers.exchange.domain.sheets.kinds import INSTRUMENTS
from providers.exchange.domain.sheets.maps import parse_map

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

FOLDER = "imports"
KEPT_FOR = timedelta(days=1)
KEPT_AT_MOST = 5
"""So many uploads of one person for one unit; each is read again by its sender alone."""
KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")


class SheetGone(DomainError):
    code = "import.gone"
    kind: Kind = "gone"
    message = gettext_noop(
        "This sheet is no longer here: it was brought in, or a day has passed. Upload it again."
    )


@dataclass(frozen=True)
class KeptSheet:
    """An uploaded sheet and the TOML text of its map (empty where there is none)."""

    content: bytes
    map_text: str


def sheet_keep(
    *,
    actor: "User",
    organization_id: int,
    content: bytes,
    map_text: str,
    kind: SheetKind = INSTRUMENTS,
) -> str:
    """Keep an upload until it is brought in, at most a day; the key under which its sender finds it again.
    The sixth that a person keeps for a unit takes the place of the first.

    A file that can't be read, and a map with faults, are refused here (SheetTooLarge, SheetUnreadable,
    MapUnusable).
    """
    require(actor, "providers.edit_instrument", organizations_by_id([organization_id]).get(organization_id))
    read_table(content)
    parse_map(map_text, kind)
    _make_room(actor, organization_id)
    key = secrets.token_urlsafe(18)
    default_storage.save(_path(actor, organization_id, key, "sheet"), ContentFile(content))
    default_storage.save(_path(actor, organization_id, key, "toml"), ContentFile(map_text.encode()))
    return key


def sheet_kept(*, actor: "User", organization_id: int, key: str) -> KeptSheet:
    """What this person has uploaded for this unit under the key. Raises SheetGone."""
    path = _path(actor, organization_id, key, "sheet")
    if not KEY.fullmatch(key) or not default_storage.exists(path):
        raise SheetGone
    with default_storage.open(path) as sheet:
        content = sheet.read()
    with default_storage.open(_path(actor, organization_id, key, "toml")) as text:
        return KeptSheet(content, text.read().decode())


def sheet_forget(*, actor: "User", organization_id: int, key: str) -> None:
    """Remove an upload; one that is not there changes nothing."""
    if KEY.fullmatch(key):
        for ending in ("sheet", "toml"):
            default_storage.delete(_path(actor, organization_id, key, ending))


def sheets_forget_old(*, now: datetime) -> int:
    """Remove what was uploaded more than a day ago and never brought in; called by `tick`. The number of
    files removed."""
    people = default_storage.listdir(FOLDER)[0] if default_storage.exists(FOLDER) else []
    old = [
        path
        for person in people
        for path, written_at in _uploads(f"{FOLDER}/{person}")
        if written_at < now - KEPT_FOR
    ]
    for path in old:
        default_storage.delete(path)
    return len(old)


def _path(actor: "User", organization_id: int, key: str, ending: str) -> str:
    return f"{FOLDER}/{actor.pk}/{organization_id}-{key}.{ending}"


def _make_room(actor: "User", organization_id: int) -> None:
    """Remove the person's oldest uploads for the unit, so that another one is within the limit."""
    kept = [
        (at, path)
        for path, at in _uploads(f"{FOLDER}/{actor.pk}")
        if path.endswith(".sheet") and Path(path).name.startswith(f"{organization_id}-")
    ]
    for _at, path in sorted(kept, reverse=True)[KEPT_AT_MOST - 1 :]:
        default_storage.delete(path)
        default_storage.delete(f"{path.removesuffix('.sheet')}.toml")


def _uploads(folder: str) -> Iterator[tuple[str, datetime]]:
    """The files of a person's folder, each with when it was written; one that is just being removed is not
    there any more."""
    names = default_storage.listdir(folder)[1] if default_storage.exists(folder) else []
    for path in (f"{folder}/{name}" for name in names):
        with suppress(FileNotFoundError):
            yield path, default_storage.get_modified_time(path)
