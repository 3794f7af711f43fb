"""Sealed packages: files and a manifest of their SHA-256, as an archive with reproducible bytes.

The manifest is canonical JSON (`kernel.canonical`) with one newline at the end. The archive's members are
stored uncompressed, in the order of their names and without dates, so the same files give the same bytes on
every machine. `SHA256SUMS` is the same in the format of `sha256sum -c`.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from instrument_share.documents.errors import UnsafeName
from instrument_share.kernel.canonical import canonical_json

FORMAT = "instrument-share-package/1"
MANIFEST, SUMS = "manifest.json", "SHA256SUMS"
ZIP_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Package:
    """The archive, its SHA-256, and the manifest in it."""

    content: bytes
    sha256: str
    manifest: bytes


def seal_package(files: Mapping[str, bytes], *, metadata: Mapping[str, str]) -> Package:
    """Pack files by name, with `metadata` (year, snapshot, policy …) in the manifest.

    Raises UnsafeName for a name that could leave the folder in which the archive is unpacked.
    """
    for name in files:
        _check_name(name)
    listed = [
        {"name": name, "sha256": _sha256(content), "size": len(content)}
        for name, content in sorted(files.items())
    ]
    manifest = canonical_json({"format": FORMAT, "facts": dict(metadata), "files": listed}) + b"\n"
    sums = "".join(f"{_sha256(content)}  {name}\n" for name, content in sorted(files.items())).encode()
    content = _archive({**files, MANIFEST: manifest, SUMS: sums})
    return Package(content, _sha256(content), manifest)


def _archive(files: Mapping[str, bytes]) -> bytes:
    target = BytesIO()
    with ZipFile(target, "w", ZIP_STORED) as archive:
        for name, content in sorted(files.items()):
            entry = ZipInfo(name, ZIP_DATE)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, content)
    return target.getvalue()


def _check_name(name: str) -> None:
    path = PurePosixPath(name)
    plain = name.isprintable() and name == str(path) and not path.is_absolute() and ".." not in path.parts
    if not plain or not path.parts or "\\" in name or ":" in name or name in (MANIFEST, SUMS):
        raise UnsafeName(name=name)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
