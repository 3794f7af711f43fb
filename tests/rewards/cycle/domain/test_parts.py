"""The canonical bytes of a snapshot, and the codes printed on papers."""

import pytest

from rewards.cycle.domain.errors import SnapshotVersionUnknown
from rewards.cycle.domain.parts import Part, encode_manifest, encode_part, hash_content, parse_manifest
from rewards.cycle.domain.snapshot_schema import OpennessRow
from rewards.report.domain.codes import generate_code, normalize_code

ROWS = [
    OpennessRow(instrument="INS-2", offered_seconds=10, closed_seconds=0),
    OpennessRow(instrument="INS-1", offered_seconds=20, closed_seconds=5),
]


def test_the_order_of_rows_changes_nothing():
    assert encode_part(ROWS).decode() == (
        '{"closed_seconds":0,"instrument":"INS-2","offered_seconds":10}\n'
        '{"closed_seconds":5,"instrument":"INS-1","offered_seconds":20}\n'
    )
    assert encode_part(reversed(ROWS)) == encode_part(ROWS)


def test_a_manifest_says_its_parts_in_order():
    parts = [Part("usage", "INS-2", 3, "b" * 64), Part("units", "", 1, "a" * 64)]
    assert parse_manifest(encode_manifest(2025, parts)) == [parts[1], parts[0]]
    assert encode_manifest(2025, parts[1:]) == (
        b'{"format":"snapshot/4","parts":[{"instrument":"","kind":"units","rows":1,"sha256":"%b"}],"year":2025}\n'
        % (b"a" * 64)
    )
    assert hash_content(encode_manifest(2025, parts)) == hash_content(encode_manifest(2025, reversed(parts)))


def test_a_manifest_without_a_version_is_of_version_1_and_another_version_is_refused():
    manifest = encode_manifest(2025, [Part("units", "", 1, "a" * 64)])
    assert parse_manifest(manifest.replace(b'"format":"snapshot/4",', b"")) == parse_manifest(manifest)
    for earlier in (b"snapshot/1", b"snapshot/2", b"snapshot/3"):
        assert parse_manifest(manifest.replace(b"snapshot/4", earlier)) == parse_manifest(manifest)
    with pytest.raises(SnapshotVersionUnknown, match="snapshot/5"):
        parse_manifest(manifest.replace(b"snapshot/4", b"snapshot/5"))


def test_a_code_is_read_however_it_is_typed():
    code = generate_code()
    assert len(code) == 14
    assert normalize_code(code) == normalize_code(f" {code.lower().replace('-', '')} ") == code
    assert normalize_code("o1il-0000 0000") == "0111-0000-0000"
