"""Sealed packages: files and a manifest of their SHA-256, as an archive with reproducible bytes.

The manifest is canonical JSON (`kernel.canonical`) with one newline at the end. The archive's members are
stored uncompressed, in the order of their names and without dates, so the same files give the same bytes on
every machine. `SHA256SUMS` is the same in the format of `sha256sum -c`, and lists the manifest too.

Files are made and written one by one: memory holds the largest of them, not their sum.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from instrument_share.documents.errors import UnsafeName
from instrument_share.kernel.canonical import canonical_json

FORMAT = "instrument-share-package/1"
MANIFEST, SUMS = "manifest.json", "SHA256SUMS"
ZIP_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Package:
    """The SHA-256 of an archive, and what its manifest says."""

    sha256: str
    manifest: Mapping[str, Any]


def seal_package(
    makers: Mapping[str, Callable[[], bytes]], target: IO[bytes], *, metadata: Mapping[str, str]
) -> Package:
    """Write an archive of files to `target`, with `metadata` (year, snapshot, policy …) in the manifest.

    `makers` make the files by name, each when its turn comes. Raises UnsafeName for a name that could leave
    the folder in which the archive is unpacked.
    """
    for name in makers:
        _check_name(name)
    listed = []
    with ZipFile(target, "w", ZIP_STORED) as archive:
        for name, make in sorted(makers.items()):
            content = make()
            listed.append({"name": name, "sha256": _sha256(content), "size": len(content)})
            _store(archive, name, content)
        manifest = {"format": FORMAT, "facts": dict(metadata), "files": listed}
        for name, content in encode_lists(manifest).items():
            _store(archive, name, content)
    target.seek(0)
    return Package(hashlib.file_digest(target, "sha256").hexdigest(), manifest)  # type: ignore[arg-type]


def encode_lists(manifest: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the two files that list the others, by name, as they stand in the archive."""
    content = canonical_json(manifest) + b"\n"
    listed: Sequence[Mapping[str, str]] = manifest["files"]
    sums = [(file["sha256"], file["name"]) for file in listed] + [(_sha256(content), MANIFEST)]
    return {MANIFEST: content, SUMS: "".join(f"{digest}  {name}\n" for digest, name in sums).encode()}


def _store(archive: ZipFile, name: str, content: bytes) -> None:
    entry = ZipInfo(name, ZIP_DATE)
    entry.create_system, entry.external_attr = 3, 0o644 << 16
    archive.writestr(entry, content)


def _check_name(name: str) -> None:
    path = PurePosixPath(name)
    plain = name.isprintable() and name == str(path) and not path.is_absolute() and ".." not in path.parts
    if not plain or not path.parts or "\\" in name or ":" in name or name in (MANIFEST, SUMS):
        raise UnsafeName(name=name)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
