"""What a backup needs of the files that people uploaded or the site sealed, in a folder or in a bucket.

A backup names them as a site with a folder does, so that it can be restored into either.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage

from instrument_share.bucket import BucketStorage
from instrument_share.upkeep.archive import Hashed
from instrument_share.upkeep.encryption import digest_of
from instrument_share.upkeep.errors import UpkeepError

FOLDER = "files/"
IN_MEMORY = 8 << 20


def is_in_bucket(name: str) -> bool:
    """Return whether what a site with a folder has under this name in VAR_DIR lies in a bucket here."""
    return name.startswith(FOLDER) and isinstance(default_storage, BucketStorage)


def iterate_bucket() -> Iterator[tuple[str, int, IO[bytes]]]:
    """Yield each file in the bucket, if there is one: its name in VAR_DIR, size and content.

    One that is gone has expired since the server named it, such as a copy of personal data.
    """
    if not isinstance(default_storage, BucketStorage):
        return
    for name in default_storage.iterate_names():
        try:
            content = default_storage.open(name)
        except FileNotFoundError:
            continue
        with content:
            yield f"{FOLDER}{name}", content.size, content


def has_files() -> bool:
    """Return whether any file lies where they belong."""
    if isinstance(default_storage, BucketStorage):
        return any(True for _name in default_storage.iterate_names())
    return any(one.is_file() for one in Path(settings.VAR_DIR, FOLDER).rglob("*"))


def bucket_put(name: str, content: IO[bytes]) -> None:
    """Write a file of a backup into the bucket. Raises UpkeepError where there is one of its name."""
    inside = name.removeprefix(FOLDER)
    with SpooledTemporaryFile(max_size=IN_MEMORY) as seekable:
        shutil.copyfileobj(content, seekable)
        written = default_storage.save(inside, File(seekable, name=inside))
    if written != inside:
        raise UpkeepError(f"The bucket has a file {inside} already; that of the backup is now {written}.")


def find_digest(name: str) -> str | None:
    """Return the SHA-256 of what VAR_DIR or the bucket has under this name; None where it has nothing."""
    if not is_in_bucket(name):
        place = Path(settings.VAR_DIR, name)
        return digest_of(place) if place.is_file() else None
    if not default_storage.exists(inside := name.removeprefix(FOLDER)):
        return None
    with default_storage.open(inside) as content:
        hashed = Hashed(content)
        while hashed.read(1 << 20):
            pass
    return hashed.digest.hexdigest()
