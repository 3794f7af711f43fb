"""The canonical bytes of a snapshot, and the codes printed on papers."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from rewards.cycle.domain.canonical import Part, manifest_bytes, part_bytes, parts_of, rows_of, sha256
from rewards.report.domain.codes import new_code, normalized

ROW = {
    "start": datetime(2025, 3, 5, 9, tzinfo=ZoneInfo("Asia/Shanghai")),
    "day": date(2025, 3, 5),
    "amount": Decimal("100.50"),
    "name": "云屏大学",
    "kinds": frozenset({"b", "a"}),
    "none": None,
}


def test_a_row_has_one_spelling():
    assert part_bytes([ROW]).decode() == (
        '{"amount":"100.50","day":"2025-03-05","kinds":["a","b"],"name":"云屏大学","none":null,'
        '"start":"2025-03-05T01:00:00Z"}\n'
    )
    assert part_bytes([ROW | {"start": datetime(2025, 3, 5, 1, tzinfo=UTC)}]) == part_bytes([ROW])


def test_the_order_of_rows_and_keys_changes_nothing():
    other = {"name": "云屏研究所"}
    assert part_bytes([ROW, other]) == part_bytes([other, dict(reversed(ROW.items()))])
    assert [row["name"] for row in rows_of(part_bytes([other, ROW]))] == ["云屏大学", "云屏研究所"]


@pytest.mark.parametrize("value", [0.5, object(), b"x"])
def test_what_has_no_spelling_is_refused(value):
    with pytest.raises(TypeError):
        part_bytes([{"value": value}])


def test_a_manifest_says_its_parts_in_order():
    parts = [Part("usage", "INS-2", 3, "b" * 64), Part("units", "", 1, "a" * 64)]
    assert parts_of(manifest_bytes(2025, parts)) == [parts[1], parts[0]]
    assert sha256(manifest_bytes(2025, parts)) == sha256(manifest_bytes(2025, reversed(parts)))


def test_a_code_is_read_however_it_is_typed():
    code = new_code()
    assert len(code) == 14
    assert normalized(code) == normalized(f" {code.lower().replace('-', '')} ") == code
    assert normalized("o1il-0000 0000") == "0111-0000-0000"
