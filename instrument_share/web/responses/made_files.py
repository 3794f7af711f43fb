"""Public files that the clock makes when something has changed, and that requests send from the disk.

Made at each visit, the map of 20,000 instruments took 4.9 seconds and 300 MB, a data set as long.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import gettext as _

from instrument_share.databases.replica import reading_from_replica
from instrument_share.kernel.errors import NotFound
from instrument_share.web import clock

RETRY_AFTER_SECONDS = 60
ROWS_IN_A_REQUEST = 1_000
"""A site that has no more makes missing files in the request for one; a larger one leaves it to the clock."""
VERSION = ".version"


@dataclass(frozen=True)
class MadeFiles:
    """Files of one folder that are made together.

    `version` returns another text after every write that could change one of them, and `rows` about how many
    rows they have; `write` writes all into a folder.
    """

    name: str
    version: Callable[[datetime], str]
    rows: Callable[[], int]
    write: Callable[[Path, datetime], None]

    @property
    def folder(self) -> Path:
        return Path(settings.VAR_DIR) / "made" / self.name


def renew(files: MadeFiles, now: datetime) -> int:
    """Make the files if something has changed since they were made; return how many were made."""
    with reading_from_replica():
        # Read before the rows: what is written meanwhile is noticed the next time.
        version = files.version(now)
        if _read_version(files) == version:
            return 0
        return _make(files, version, now)


def made_at(files: MadeFiles, name: str) -> datetime | None:
    """Return when a file was made, None where it is not there yet."""
    try:
        return datetime.fromtimestamp((files.folder / name).stat().st_mtime, clock.now().tzinfo)
    except FileNotFoundError:
        return None


def made_file_response(
    request: HttpRequest, files: MadeFiles, name: str, *, content_type: str, download: str = ""
) -> HttpResponseBase:
    """Send a file of the set, or 304 to who has it already.

    Where nothing is made yet a small site makes it now; a large one, or one where that is just being done,
    answers 503. Raises NotFound for a file that the set does not have.
    """
    if _read_version(files) is None and not _make_now(files):
        detail = _("This file is being made. Try again in a few minutes.")
        return HttpResponse(
            detail,
            status=503,
            content_type="text/plain; charset=utf-8",
            headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
        )
    try:
        file = (files.folder / name).open("rb")
    except FileNotFoundError:
        raise NotFound from None
    return _conditional(request, file, content_type, download)


def _conditional(request: HttpRequest, file: BinaryIO, content_type: str, download: str) -> HttpResponseBase:
    status = os.fstat(file.fileno())
    etag, modified = f'"{status.st_mtime_ns:x}-{status.st_size:x}"', int(status.st_mtime)
    unchanged = get_conditional_response(request, etag=etag, last_modified=modified)
    if unchanged is not None:
        file.close()
        return unchanged
    response = FileResponse(file, content_type=content_type, as_attachment=bool(download), filename=download)
    response["ETag"], response["Last-Modified"] = etag, http_date(modified)
    return response


def _make_now(files: MadeFiles) -> bool:
    if files.rows() > ROWS_IN_A_REQUEST:
        return False
    with _only_one(files) as alone:
        if alone:
            renew(files, clock.now())
    return alone


@contextmanager
def _only_one(files: MadeFiles) -> Iterator[bool]:
    """Tell whether nobody else makes the files for a request; who dies leaves no lock behind."""
    files.folder.parent.mkdir(parents=True, exist_ok=True)
    with files.folder.with_suffix(".lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _make(files: MadeFiles, version: str, now: datetime) -> int:
    """Write the files aside and put each in its place at once; the version comes last."""
    files.folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=files.folder.parent, prefix=f"{files.name}-") as aside:
        files.write(Path(aside), now)
        names = {path.name for path in Path(aside).iterdir()}
        for name in sorted(names):
            os.utime(Path(aside, name), (now.timestamp(), now.timestamp()))
            Path(aside, name).replace(files.folder / name)
        for path in files.folder.iterdir():
            if path.name not in {*names, VERSION}:
                path.unlink(missing_ok=True)
        Path(aside, VERSION).write_text(version)
        Path(aside, VERSION).replace(files.folder / VERSION)
    return len(names)


def _read_version(files: MadeFiles) -> str | None:
    try:
        return (files.folder / VERSION).read_text()
    except FileNotFoundError:
        return None
