"""Canonical JSON, on which every hash, chain and seal rests."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from instrument_share.kernel.canonical import canonical_json, format_instant


def test_canonical_json_has_one_spelling_without_spaces_or_newline():
    assert canonical_json({"b": [1, True, None], "a": "云屏"}) == '{"a":"云屏","b":[1,true,null]}'.encode()
    assert canonical_json({"a": "云屏", "b": (1, True, None)}) == canonical_json(
        {"b": [1, True, None], "a": "云屏"}
    )


def test_strings_escape_only_what_rfc_8785_escapes():
    assert canonical_json("€$\x0f\nA'B\"\\\x7f/") == '"€$\\u000f\\nA\'B\\"\\\\\x7f/"'.encode()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {"a": [float("-inf")]}])
def test_numbers_that_json_lacks_are_refused(value):
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical_json(value)


def test_a_type_that_json_lacks_is_written_as_its_format_spells_it_or_refused():
    assert canonical_json({"a": Decimal("5.0")}, spell=str) == b'{"a":"5.0"}'
    with pytest.raises(TypeError):
        canonical_json({"a": Decimal("5.0")})


def test_instants_are_written_in_utc_to_the_second():
    assert format_instant(datetime(2026, 3, 2, 9, 0, 1, 999_999, timezone(timedelta(hours=8)))) == (
        "2026-03-02T01:00:01Z"
    )
