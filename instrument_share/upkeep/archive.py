"""A backup as one tar file: the database in pieces, then the files and keys, last the manifest.

It is written and read from the beginning to the end, so that it can be encrypted on the way and never needs
more memory or room on the disk than a piece.
"""

import hashlib
import io
import json
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO

from instrument_share.upkeep.errors import UpkeepError

MANIFEST = "manifest.json"
DATABASE, FILES, KEYS = "database", "files", "keys"
LONGEST_MANIFEST = 1 << 30


class Writer:
    """Puts a backup into a stream and notes the SHA-256 and size of everything."""

    def __init__(self, stream: BinaryIO) -> None:
        self._target = _Target(stream)
        target: Any = self._target  # has all that a stream to be written needs
        self._tar = tarfile.open(mode="w|", fileobj=target, format=tarfile.PAX_FORMAT)  # noqa: SIM115
        self.noted: dict[str, Any] = {"files": {}}

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._target.is_over = kind is not None

    def add_database(self, pieces: Iterable[bytes]) -> None:
        digest, size = hashlib.sha256(), 0
        for number, piece in enumerate(pieces):
            self._add(f"{DATABASE}/{number:06d}", len(piece), io.BytesIO(piece))
            digest.update(piece)
            size += len(piece)
        self.noted["database"] = [digest.hexdigest(), size]

    def add_file(self, name: str, file: Path) -> None:
        with file.open("rb") as content:
            self.add_stream(name, file.stat().st_size, content)

    def add_stream(self, name: str, size: int, content: IO[bytes]) -> None:
        hashed = Hashed(content)
        try:
            self._add(name, size, hashed)
        except OSError as error:
            if error.errno is None:  # tarfile met the end too early
                raise UpkeepError(f"{name} became shorter while it was read.") from error
            raise
        self.noted["files"][name] = [hashed.digest.hexdigest(), size]

    def close(self, manifest: dict[str, Any]) -> None:
        text = json.dumps(manifest | self.noted, ensure_ascii=False, indent=1).encode()
        self._add(MANIFEST, len(text), io.BytesIO(text))
        self._tar.close()

    def _add(self, name: str, size: int, content: Any) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        self._tar.addfile(member, content)


class _Target:
    """The stream of a writer; `is_over` it takes no more of what tarfile has left to write when it goes."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self.is_over = stream, False

    def write(self, data: bytes) -> int:
        return len(data) if self.is_over else self._stream.write(data)


class Hashed:
    """Reads a stream and hashes what is read."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source, self.digest, self.size = source, hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self.digest.update(data)
        self.size += len(data)
        return data


def iterate_members(stream: BinaryIO) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield the members in their order. Raises UpkeepError for what is no backup, TarError for a part."""
    with tarfile.open(mode="r|", fileobj=stream) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isfile() else None
            if content is None or not _is_harmless(member.name):
                raise UpkeepError(f"This is no backup of this software: it holds {member.name!r}.")
            yield member.name, content


def _is_harmless(name: str) -> bool:
    path = PurePosixPath(name)
    is_plain = name == path.as_posix() and ".." not in path.parts  # not "files//etc/passwd", say
    in_folder = len(path.parts) > 1 and path.parts[0] in (DATABASE, FILES, KEYS)
    return name == MANIFEST or (in_folder and is_plain)


def check(stream: BinaryIO) -> dict[str, Any]:
    """Read a backup to its end and return its manifest, which everything in it fits. Raises UpkeepError."""
    try:
        return _check(stream)
    except (tarfile.TarError, ValueError, KeyError) as error:
        raise UpkeepError(f"This is no backup, or a part of one: {error}") from error


def _check(stream: BinaryIO) -> dict[str, Any]:
    found: dict[str, Any] = {"files": {}}
    database, size, manifest = hashlib.sha256(), 0, None
    for name, content in iterate_members(stream):
        if name == MANIFEST:
            manifest = json.loads(content.read(LONGEST_MANIFEST))
            continue
        hashed = Hashed(content)
        is_database = name.startswith(f"{DATABASE}/")
        while piece := hashed.read(1 << 20):
            if is_database:
                database.update(piece)
        if is_database:
            size += hashed.size
        else:
            found["files"][name] = [hashed.digest.hexdigest(), hashed.size]
    if manifest is None:
        raise UpkeepError("This backup has no manifest: it was cut off while it was written.")
    found["database"] = [database.hexdigest(), size]
    _compare(manifest, found)
    return dict(manifest)


def _compare(manifest: dict[str, Any], found: dict[str, Any]) -> None:
    if manifest["database"] != found["database"]:
        raise UpkeepError("The database in this backup is not the one that its manifest names.")
    told, here = manifest["files"], found["files"]
    if wrong := sorted(name for name in told.keys() | here.keys() if told.get(name) != here.get(name)):
        raise UpkeepError(f"{len(wrong)} files in this backup are not as its manifest has them: {wrong[0]}")
