"""Reading what was frozen: each part is verified against its hash before anything is made of it."""

import gzip
import zlib
from typing import TYPE_CHECKING, Any

from django.core.files.storage import default_storage

from rewards.cycle.domain.canonical import Part, parts_of, rows_of, sha256
from rewards.cycle.domain.errors import SnapshotDamaged

if TYPE_CHECKING:
    from rewards.cycle.models import AssessmentCycle

FOLDER = "snapshots"


class StoredSnapshot:
    """The snapshot of a frozen cycle. SnapshotDamaged names the part that is missing or changed."""

    def __init__(self, cycle: "AssessmentCycle") -> None:
        self.manifest = _manifest(cycle)
        self.parts: dict[tuple[str, str], Part] = {
            (part.kind, part.instrument): part for part in parts_of(self.manifest)
        }
        self._files: dict[str, str] = dict(cycle.parts.values_list("sha256", "file"))

    def rows(self, kind: str) -> list[dict[str, Any]]:
        """The rows of a part about all of the city."""
        return self._read(self.parts[kind, ""])

    def usage(self, instrument: str) -> list[dict[str, Any]]:
        """The usage rows of one instrument, by public id; none where the snapshot has no such part."""
        part = self.parts.get(("usage", instrument))
        return self._read(part) if part else []

    def verify(self) -> None:
        """Read every part; SnapshotDamaged for the first that is not what was frozen."""
        for part in self.parts.values():
            self._read(part)

    def _read(self, part: Part) -> list[dict[str, Any]]:
        name = f"{part.kind} {part.instrument}".strip()
        try:
            with default_storage.open(self._files[part.sha256]) as file:
                content = gzip.decompress(file.read())
        except (KeyError, OSError, EOFError, zlib.error) as error:
            raise SnapshotDamaged(part=name) from error
        if sha256(content) != part.sha256:
            raise SnapshotDamaged(part=name)
        return rows_of(content)


def _manifest(cycle: "AssessmentCycle") -> bytes:
    try:
        with default_storage.open(manifest_name(cycle.snapshot_hash)) as file:
            content: bytes = file.read()
    except OSError as error:
        raise SnapshotDamaged(part="manifest") from error
    if sha256(content) != cycle.snapshot_hash:
        raise SnapshotDamaged(part="manifest")
    return content


def manifest_name(snapshot_hash: str) -> str:
    return f"{FOLDER}/{snapshot_hash}.json"
