"""The canonical bytes of a snapshot, and the codes printed on papers."""

import pytest

from rewards.cycle.domain.canonical import Part, manifest_bytes, part_bytes, parts_of, sha256
from rewards.cycle.domain.errors import SnapshotVersionUnknown
from rewards.cycle.domain.snapshot_schema import OpennessRow
from rewards.report.domain.codes import new_code, normalize_code

ROWS = [
    OpennessRow(instrument="INS-2", offered_seconds=10, closed_seconds=0),
    OpennessRow(instrument="INS-1", offered_seconds=20, closed_seconds=5),
]


def test_the_order_of_rows_changes_nothing():
    assert part_bytes(ROWS).decode() == (
        '{"closed_seconds":0,"instrument":"INS-2","offered_seconds":10}\n'
        '{"closed_seconds":5,"instrument":"INS-1","offered_seconds":20}\n'
    )
    assert part_bytes(reversed(ROWS)) == part_bytes(ROWS)


def test_a_manifest_says_its_parts_in_order():
    parts = [Part("usage", "INS-2", 3, "b" * 64), Part("units", "", 1, "a" * 64)]
    assert parts_of(manifest_bytes(2025, parts)) == [parts[1], parts[0]]
    assert manifest_bytes(2025, parts[1:]) == (
        b'{"format":"snapshot/1","parts":[{"instrument":"","kind":"units","rows":1,"sha256":"%b"}],"year":2025}\n'
        % (b"a" * 64)
    )
    assert sha256(manifest_bytes(2025, parts)) == sha256(manifest_bytes(2025, reversed(parts)))


def test_a_manifest_without_a_version_is_of_version_1_and_another_version_is_refused():
    manifest = manifest_bytes(2025, [Part("units", "", 1, "a" * 64)])
    assert parts_of(manifest.replace(b'"format":"snapshot/1",', b"")) == parts_of(manifest)
    with pytest.raises(SnapshotVersionUnknown, match="snapshot/2"):
        parts_of(manifest.replace(b"snapshot/1", b"snapshot/2"))


def test_a_code_is_read_however_it_is_typed():
    code = new_code()
    assert len(code) == 14
    assert normalize_code(code) == normalize_code(f" {code.lower().replace('-', '')} ") == code
    assert normalize_code("o1il-0000 0000") == "0111-0000-0000"
