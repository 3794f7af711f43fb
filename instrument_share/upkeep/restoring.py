"""Make an empty installation the site that a backup holds, and say whether it is."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, BinaryIO

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils._os import safe_join

from instrument_share.jobs.services import upkeep_record
from instrument_share.upkeep import archive, database, encryption, stored_files
from instrument_share.upkeep.backups import BACKUP, MADE_ANEW, backup_check
from instrument_share.upkeep.errors import UpkeepError
from instrument_share.upkeep.manifest import (
    FORMAT,
    count_rows,
    describe_chains,
    find_differences,
    lacks_keys,
)
from instrument_share.upkeep.verification import verify


@dataclass(frozen=True)
class Restored:
    """What was restored; `differences` from the backup and what the checks `found` are empty if all is well.

    `notices` are for who operates the site.
    """

    manifest: dict[str, Any]
    differences: list[str]
    found: list[str]
    notices: list[str]

    @property
    def is_whole(self) -> bool:
        return not (self.differences or self.found)


def restore(file: Path, *, identity: Path | None, now: datetime) -> Restored:
    """Restore a backup. The whole file is checked before anything is written. Raises UpkeepError."""
    _require_empty()
    manifest = backup_check(file, identity=identity)
    _require_fitting(manifest)
    _require_places_for_keys(manifest)
    with encryption.reading(file, identity) as stream:
        notices = _take(stream)
    connection.close()
    rows = count_rows()  # before a newer version changes the tables; the models fit them afterwards only
    call_command("migrate", verbosity=0, interactive=False)
    differences = find_differences(manifest, {"tables": rows, **describe_chains()})
    differences += _compare_files(manifest)
    found = [f"{name}: {problem}" for name, problems in verify(now) for problem in problems]
    if lacks_keys(manifest):
        notices.append(
            "SECRET_KEY and SECRET_KEY_FALLBACKS are not those of the backup. Name the former keys in "
            "SECRET_KEY_FALLBACKS, the latest first, or second factors, calendars, webhooks and devices have "
            "to be set up anew."
        )
    details = {"file": file.name, "made_at": manifest["made_at"], "differences": len(differences)}
    upkeep_record(action="backup.restored", name=BACKUP, now=now, details=details | {"found": len(found)})
    return Restored(manifest, differences, found, notices)


def _require_empty() -> None:
    Path(settings.VAR_DIR).mkdir(parents=True, exist_ok=True)
    if not database.is_empty():
        raise UpkeepError(
            "The database holds a site. Restore into an empty one: name another in DATABASE_URL."
        )
    if stored_files.has_files():
        raise UpkeepError(
            "The folder or bucket of files holds some. Restore into an empty one: name another in VAR_DIR or "
            "FILES_URL."
        )


def _require_fitting(manifest: dict[str, Any]) -> None:
    if manifest["format"] != FORMAT:
        raise UpkeepError(f"This version reads backups of the format {FORMAT}, not {manifest['format']}.")
    if manifest["engine"] != connection.vendor:
        raise UpkeepError(
            f"The backup is of {manifest['engine']}, and DATABASE_URL names {connection.vendor}."
        )
    known = {
        ".".join(one)
        for key, migration in MigrationLoader(connection).disk_migrations.items()
        for one in (key, *migration.replaces)
    }
    if newer := sorted(set(manifest["migrations"]) - known):
        raise UpkeepError(
            f"The backup was made by another version of this software, with the migration {newer[0]}. "
            "Install that version, restore, then update."
        )


def _require_places_for_keys(manifest: dict[str, Any]) -> None:
    """Refuse before anything is written what would end half way."""
    for member in manifest["files"]:
        kind, _, name = member.partition("/")
        place = _get_named_place(name) if kind == archive.KEYS else None
        if place and not os.access(place, os.F_OK) and not _can_be_written(place):
            raise UpkeepError(
                f"The {name} key belongs to {place}, where this account may not write. Let it, or name "
                "another place in the settings until the site is back."
            )


def _get_named_place(key: str) -> Path | None:
    named = {"signing": settings.SIGNING_KEY_FILE, "log": settings.LOG_KEY_FILE}.get(key)
    return Path(named) if named else None


def _can_be_written(place: Path) -> bool:
    there = next(one for one in place.absolute().parents if os.access(one, os.F_OK))
    return os.access(there, os.W_OK | os.X_OK)


def _take(stream: BinaryIO) -> list[str]:
    members = archive.iterate_members(stream)
    rest: list[tuple[str, IO[bytes]]] = []
    database.load(_pieces(members, rest))
    notices = []
    for name, content in _chained(rest, members):
        if name == archive.MANIFEST:
            json.load(content)
        elif notice := _place(name, content):
            notices.append(notice)
    return notices


def _pieces(members: Iterator[tuple[str, IO[bytes]]], rest: list[tuple[str, IO[bytes]]]) -> Iterator[bytes]:
    """Yield the database; the member that follows it, if any, is put into `rest`."""
    for name, content in members:
        if not name.startswith(f"{archive.DATABASE}/"):
            rest.append((name, content))
            return
        yield content.read()


def _chained(
    first: list[tuple[str, IO[bytes]]], members: Iterator[tuple[str, IO[bytes]]]
) -> Iterator[tuple[str, IO[bytes]]]:
    yield from first
    yield from members


def _place(name: str, content: IO[bytes]) -> str:
    """Write a file or key where it belongs; return what is to be told of it."""
    kind, _, rest = name.partition("/")
    if kind == archive.FILES and stored_files.is_in_bucket(rest):
        stored_files.bucket_put(rest, content)
        return ""
    target = Path(safe_join(settings.VAR_DIR, rest))
    notice = ""
    if kind == archive.KEYS:
        target = _get_named_place(rest) or Path(safe_join(settings.VAR_DIR, "restored-keys", rest))
        notice = f"The {rest} key is in {target}."
        if target.exists():
            return f"{target} is there already and stays; the {rest} key of the backup was left out."
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as written:
        # What people uploaded and papers lie in one folder, keys in others and wherever a site names them.
        target.chmod(0o640 if kind == archive.FILES and rest.startswith(stored_files.FOLDER) else 0o600)
        while piece := content.read(1 << 20):
            written.write(piece)
    return notice


def _compare_files(manifest: dict[str, Any]) -> list[str]:
    told = {
        name.partition("/")[2]: digest
        for name, (digest, _size) in manifest["files"].items()
        if name.startswith(f"{archive.FILES}/")
    }
    return [
        f"the file {name} is not that of the backup"
        for name, digest in told.items()
        if name.partition("/")[0] not in MADE_ANEW and stored_files.find_digest(name) != digest
    ]
