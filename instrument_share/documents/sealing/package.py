"""Sealed packages: files and a manifest of their SHA-256, as an archive with reproducible bytes.

The manifest is canonical JSON (`kernel.canonical`) with one newline at the end. The archive's members are
stored uncompressed, in the order of their names and without dates, so the same files give the same bytes on
every machine. `SHA256SUMS` is the same in the format of `sha256sum -c`, and lists the manifest too. Where SM3
is asked for, the manifest names it beside each SHA-256, and `SM3SUMS` is a third list in the same form.

Files are made and written one by one: memory holds the largest of them, not their sum.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from instrument_share.documents.errors import UnsafeName
from instrument_share.kernel.canonical import canonical_json
from instrument_share.kernel.hashes import SHA256, SM3, digest, digest_of_file

FORMAT = "instrument-share-package/1"
MANIFEST = "manifest.json"
SUMS = {SHA256: "SHA256SUMS", SM3: "SM3SUMS"}
"""The list of files by each hash."""
ZIP_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Package:
    """The SHA-256 of an archive, its SM3 (empty where none was asked for), and what its manifest says."""

    sha256: str
    sm3: str
    manifest: Mapping[str, Any]


def seal_package(
    makers: Mapping[str, Callable[[], bytes]],
    target: IO[bytes],
    *,
    metadata: Mapping[str, str],
    hashes: Collection[str] = (SHA256,),
) -> Package:
    """Write an archive of files to `target`, with `metadata` (year, snapshot, policy …) in the manifest.

    `makers` make the files by name, each when its turn comes. `hashes` are SHA-256 and, where it is asked
    for, SM3. Raises UnsafeName for a name that could leave the folder in which the archive is unpacked.
    """
    for name in makers:
        _check_name(name)
    listed = []
    with ZipFile(target, "w", ZIP_STORED) as archive:
        for name, make in sorted(makers.items()):
            content = make()
            sums = {kind: digest(kind, content) for kind in SUMS if kind in hashes}
            listed.append({"name": name, **sums, "size": len(content)})
            _store(archive, name, content)
        manifest = {"format": FORMAT, "facts": dict(metadata), "files": listed}
        for name, content in encode_lists(manifest).items():
            _store(archive, name, content)
    of_archive = {kind: _digest_whole(kind, target) for kind in SUMS if kind in hashes}
    return Package(of_archive[SHA256], of_archive.get(SM3, ""), manifest)


def encode_lists(manifest: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the files that list the others, by name, as they stand in the archive: two, three with SM3."""
    content = canonical_json(manifest) + b"\n"
    listed: Sequence[Mapping[str, str]] = manifest["files"]
    lists = {MANIFEST: content}
    for kind, name in SUMS.items():
        sums = [(file[kind], file["name"]) for file in listed if kind in file]
        if len(sums) == len(listed) and (sums or kind == SHA256):
            lists[name] = _encode_sums([*sums, (digest(kind, content), MANIFEST)])
    return lists


def _encode_sums(sums: Sequence[tuple[str, str]]) -> bytes:
    return "".join(f"{found}  {name}\n" for found, name in sums).encode()


def _digest_whole(kind: str, target: IO[bytes]) -> str:
    target.seek(0)
    return digest_of_file(kind, target)


def _store(archive: ZipFile, name: str, content: bytes) -> None:
    entry = ZipInfo(name, ZIP_DATE)
    entry.create_system, entry.external_attr = 3, 0o644 << 16
    archive.writestr(entry, content)


def _check_name(name: str) -> None:
    path = PurePosixPath(name)
    plain = name.isprintable() and name == str(path) and not path.is_absolute() and ".." not in path.parts
    if not plain or not path.parts or "\\" in name or ":" in name or name in (MANIFEST, *SUMS.values()):
        raise UnsafeName(name=name)
