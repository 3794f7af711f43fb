"""Sheets between look and import: kept in private storage, for one person and one unit."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import organizations_by_id
from instrument_share.kernel.errors import DomainError, Kind, gettext_noop
from providers.domain.sheet_fields import SheetKind
from providers.domain.sheet_kinds import INSTRUMENTS
from providers.domain.sheet_maps import map_read
from providers.services.tables import read_table

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

FOLDER = "imports"
KEPT_FOR = timedelta(days=1)
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
    now: datetime,
    kind: SheetKind = INSTRUMENTS,
) -> str:
    """Keep an upload until it is brought in, at most a day; the key under which its sender finds it again.

    A file that can't be read, and a map with faults, are refused here (SheetTooLarge, SheetUnreadable,
    MapUnusable).
    """
    require(actor, "providers.edit_instrument", organizations_by_id([organization_id]).get(organization_id))
    read_table(content)
    map_read(map_text, kind)
    _forget_old(actor, now)
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


def _path(actor: "User", organization_id: int, key: str, ending: str) -> str:
    return f"{FOLDER}/{actor.pk}/{organization_id}-{key}.{ending}"


def _forget_old(actor: "User", now: datetime) -> None:
    folder = f"{FOLDER}/{actor.pk}"
    if not default_storage.exists(folder):
        return
    for name in default_storage.listdir(folder)[1]:
        path = f"{folder}/{name}"
        if default_storage.get_modified_time(path) < now - KEPT_FOR:
            default_storage.delete(path)
