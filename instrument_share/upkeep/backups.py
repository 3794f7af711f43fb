"""Make a backup of the whole site into one file, check it, and keep as many as are wanted."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from instrument_share.jobs.services import upkeep_record
from instrument_share.operations.selectors.backups import FOUND, MARK
from instrument_share.upkeep import archive, database, encryption, stored_files
from instrument_share.upkeep.errors import UpkeepError
from instrument_share.upkeep.manifest import describe_database, describe_site

BACKUP = "backup"
MADE_ANEW = {"static", "made", "device-bridge", MARK, FOUND}
"""What stands in VAR_DIR and comes back by itself."""
UNFINISHED_AFTER = timedelta(days=1)
_NAME = re.compile(r"instrument-share-(\d{8}T\d{6}Z)\.tar(\.age)?")


def backup_make(folder: Path, *, recipient: str, now: datetime) -> Path:
    """Back the site up into a new file of the folder and return it; while it grows its name is another.

    The database is read as it was at one moment, while people go on working. Raises UpkeepError, OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    suffix = encryption.SUFFIX if recipient else ""
    file = folder / f"instrument-share-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.tar{suffix}"
    if file.exists():
        raise UpkeepError(f"{file} is there already.")
    growing = file.with_name(f".{file.name}.part")
    growing.unlink(missing_ok=True)
    try:
        with encryption.writing(growing, recipient) as stream, archive.Writer(stream) as writer:
            manifest = _write(writer, folder, now)
    except BaseException:
        growing.unlink(missing_ok=True)
        raise
    growing.rename(file)
    _settle(folder)
    Path(settings.VAR_DIR, MARK).touch()
    details = {"file": file.name, "sha256": encryption.digest_of(file), "encrypted": bool(recipient)}
    size = {"rows": sum(manifest["tables"].values()), "bytes": file.stat().st_size}
    upkeep_record(action="backup.made", name=BACKUP, now=now, details=details | size)
    return file


def _write(writer: archive.Writer, folder: Path, now: datetime) -> dict[str, Any]:
    with database.still() as snapshot:
        manifest = describe_site(now) | describe_database()
        with closing(database.dump(snapshot)) as pieces:  # it ends its program also where the disk is full
            writer.add_database(pieces)
    # After the database: files are only added, so that each that it names is there.
    for name, one in _iterate_files(folder):
        writer.add_file(name, one)
    for name, size, content in stored_files.iterate_bucket():
        writer.add_stream(f"{archive.FILES}/{name}", size, content)
    writer.close(manifest)
    return manifest


def _iterate_files(folder: Path) -> Iterator[tuple[str, Path]]:
    root = Path(settings.VAR_DIR)
    keys = {place.resolve(): name for name, place in get_key_files().items()}
    for parent, folders, names in os.walk(root, followlinks=True):
        here = Path(parent)
        folders[:] = sorted(one for one in folders if not _is_left_out(here / one, root, folder))
        for name in sorted(names):
            if not _is_left_out(here / name, root, folder) and (here / name).is_file():
                keys.pop((here / name).resolve(), None)
                yield f"{archive.FILES}/{(here / name).relative_to(root).as_posix()}", here / name
    for place, name in keys.items():  # that lie elsewhere
        yield f"{archive.KEYS}/{name}", place


def _is_left_out(path: Path, root: Path, folder: Path) -> bool:
    is_made_anew = path.parent == root and (path.name in MADE_ANEW or path.name.startswith(database.COPY))
    there = str(Path(connection.settings_dict["NAME"]).resolve())
    is_database = connection.vendor == "sqlite" and str(path.resolve()).startswith(there)
    return is_made_anew or is_database or path.resolve() == folder.resolve() or _leads_back(path, root)


def _leads_back(path: Path, root: Path) -> bool:
    """Return whether a link leads to what is backed up anyway; one to another disk does not."""
    if not path.is_symlink():
        return False
    there, here = path.resolve(), root.resolve()
    return there.is_relative_to(here) or here.is_relative_to(there)


def get_key_files() -> dict[str, Path]:
    """Return the keys that the settings name, where they are there."""
    named = {"signing": settings.SIGNING_KEY_FILE, "log": settings.LOG_KEY_FILE}
    return {name: Path(place) for name, place in named.items() if place and Path(place).is_file()}


def _settle(folder: Path) -> None:
    """Let the new name reach the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def backup_check(file: Path, *, identity: Path | None) -> dict[str, Any]:
    """Read a backup to its end and return its manifest. Raises UpkeepError where anything does not fit."""
    with encryption.reading(file, identity) as stream:
        return archive.check(stream)


def backups_forget_old(folder: Path, *, days: int, now: datetime) -> list[Path]:
    """Remove backups of this software older than so many days, never the newest; return them. 0: keep all.

    What is left of one that was killed goes after a day.
    """
    for one in folder.glob(".instrument-share-*.part"):
        if _is_left_behind(one, now):
            one.unlink(missing_ok=True)
    for one in Path(settings.VAR_DIR).glob(f"{database.COPY}*"):
        if _is_left_behind(one, now):
            shutil.rmtree(one, ignore_errors=True)
    made = sorted(one for one in folder.iterdir() if _NAME.fullmatch(one.name))
    old = [one for one in made[:-1] if days and _get_time(one) < now - timedelta(days=days)]
    for one in old:
        one.unlink()
    return old


def _is_left_behind(path: Path, now: datetime) -> bool:
    try:
        changed_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:  # another backup has just ended
        return False
    return changed_at < now - UNFINISHED_AFTER


def _get_time(file: Path) -> datetime:
    found = _NAME.fullmatch(file.name)
    assert found
    return datetime.strptime(found[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
