"""The schema of a snapshot: what is written, read back and refused, and that its document agrees."""

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from types import NoneType, UnionType
from typing import get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from bookings.usage.domain.choices import Capture, Rating, UsagePurpose
from instrument_share.kernel.canonical import canonical_json, format_instant
from rewards.cycle.domain.rows import EXCLUDED_AS
from rewards.cycle.domain.snapshot_schema import (
    PARTS,
    VERSION,
    ColumnsDiffer,
    InstrumentRow,
    OpennessRow,
    UsageRow,
    build_row,
    decode_rows,
    encode_row,
)
from rewards.policy.domain.policy import EXCLUSIONS

DOCUMENT = settings.BASE_DIR / "docs/snapshot.md"
MORNING = datetime(2025, 3, 5, 9, tzinfo=ZoneInfo("Asia/Shanghai"))

USAGE = {
    "id": "LOG-1",
    "instrument": "INS-1",
    "owner_organization": "ORG-1",
    "number": 3,
    "hash": "a" * 64,
    "recorded_at": MORNING,
    "recorded_by": "USR-1",
    "booking": None,
    "booked_starts_at": None,
    "booked_ends_at": None,
    "quoted_yuan": None,
    "user": "USR-2",
    "operator": "USR-3",
    "payer_organization": "ORG-2",
    "payer_person": None,
    "user_kind": "outside",
    "user_organization_kind": "enterprise",
    "user_size_class": "small",
    "in_region": True,
    "external": True,
    "related": False,
    "starts_at": MORNING,
    "ends_at": MORNING.replace(hour=11),
    "setup_seconds": 0,
    "measuring_seconds": 7200,
    "post_seconds": 0,
    "effective_seconds": 7200,
    "idle_seconds": 0,
    "inside_windows_seconds": 7200,
    "service_mode": "operated",
    "direction": "research",
    "purpose": "medical_care",
    "samples": 2,
    "amount_yuan": Decimal("100.50"),
    "funding_sources": ["own"],
    "capture": "manual",
    "confirmed": True,
    "corrected": False,
    "rating": "neutral",
    "open_dispute": None,
    "logged_ends_at": None,
}

INSTRUMENT = {
    "instrument": "INS-1",
    "uscc": "12440300000000009F",
    "inner_number": "N1",
    "name_zh": "质谱仪",
    "name_en": "",
    "category": "",
    "model": "",
    "value_yuan": Decimal("500000.00"),
    "purpose": "special",
    "sharing_mode": "external",
    "externally_shared": True,
    "place_zh": "实验室",
    "published_in_year": True,
    "in_service_from": date(2020, 1, 1),
    "retired_on": None,
    "nonfiscal_yuan": Decimal("300000.00"),
    "rewarded_before": False,
}


def test_the_line_of_version_4_never_changes():
    assert encode_row(build_row(UsageRow, USAGE)).decode() == (
        '{"amount_yuan":"100.50","booked_ends_at":null,"booked_starts_at":null,"booking":null,'
        '"capture":"manual","confirmed":true,"corrected":false,"direction":"research","effective_seconds":7200,'
        '"ends_at":"2025-03-05T03:00:00Z","external":true,"funding_sources":["own"],"hash":"'
        + "a"
        * 64
        + '",'
        '"id":"LOG-1","idle_seconds":0,"in_region":true,"inside_windows_seconds":7200,"instrument":"INS-1",'
        '"logged_ends_at":null,"measuring_seconds":7200,"number":3,"open_dispute":null,"operator":"USR-3",'
        '"owner_organization":"ORG-1",'
        '"payer_organization":"ORG-2","payer_person":null,"post_seconds":0,"purpose":"medical_care",'
        '"quoted_yuan":null,"rating":"neutral","recorded_at":"2025-03-05T01:00:00Z","recorded_by":"USR-1",'
        '"related":false,"samples":2,"service_mode":"operated","setup_seconds":0,'
        '"starts_at":"2025-03-05T01:00:00Z","user":"USR-2","user_kind":"outside",'
        '"user_organization_kind":"enterprise","user_size_class":"small"}\n'
    )
    assert encode_row(build_row(InstrumentRow, INSTRUMENT)).decode() == (
        '{"category":"","externally_shared":true,"in_service_from":"2020-01-01","inner_number":"N1",'
        '"instrument":"INS-1","model":"","name_en":"","name_zh":"质谱仪",'
        '"nonfiscal_yuan":"300000.00","place_zh":"实验室",'
        '"published_in_year":true,"purpose":"special","retired_on":null,"rewarded_before":false,'
        '"sharing_mode":"external",'
        '"uscc":"12440300000000009F","value_yuan":"500000.00"}\n'
    )


def test_a_line_of_version_1_is_read_without_what_came_later():
    line = (
        b'{"category":"","externally_shared":true,"in_service_from":"2020-01-01","inner_number":"N1",'
        b'"instrument":"INS-1","model":"","name_en":"","name_zh":"x","place_zh":"y",'
        b'"published_in_year":true,"purpose":"special","retired_on":null,"sharing_mode":"external",'
        b'"uscc":"12440300000000009F","value_yuan":"500000.00"}\n'
    )
    (row,) = decode_rows(InstrumentRow, line)
    assert (row.nonfiscal_yuan, row.rewarded_before) == (None, False)


def test_a_use_of_version_2_is_read_as_disputed_by_nobody():
    disputed = build_row(UsageRow, USAGE | {"open_dispute": "UDP-1"})
    line = encode_row(disputed).replace(b'"open_dispute":"UDP-1",', b"")
    (row,) = decode_rows(UsageRow, line)
    assert (row.id, row.open_dispute) == ("LOG-1", None)


def test_a_use_of_version_3_is_read_with_the_end_that_counts():
    corrected = build_row(UsageRow, USAGE | {"logged_ends_at": MORNING.replace(hour=10)})
    line = encode_row(corrected).replace(b'"logged_ends_at":"2025-03-05T02:00:00Z",', b"")
    (row,) = decode_rows(UsageRow, line)
    assert (row.id, row.ends_at, row.logged_ends_at) == ("LOG-1", MORNING.replace(hour=11), None)


@pytest.mark.parametrize(
    ("kind", "whole", "column"),
    [
        (InstrumentRow, INSTRUMENT, "nonfiscal_yuan"),
        (InstrumentRow, INSTRUMENT, "rewarded_before"),
        (UsageRow, USAGE, "open_dispute"),
        (UsageRow, USAGE, "logged_ends_at"),
    ],
)
def test_a_new_row_needs_the_columns_of_later_versions(kind, whole, column):
    values = {name: value for name, value in whole.items() if name != column}
    with pytest.raises(ColumnsDiffer, match=rf"{kind.__name__}: missing columns \['{column}'\]"):
        build_row(kind, values)


INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.timezones())
AMOUNTS = st.decimals(0, 10**12, places=2) | st.sampled_from([Decimal("1E+2"), Decimal("1.5E+5"), Decimal(7)])


@given(
    st.text(),
    st.text(),
    INSTANTS,
    INSTANTS,
    AMOUNTS,
    st.lists(st.text(max_size=5), max_size=3),
    st.integers(0),
)
def test_a_line_is_canonical_json(name, operator, start, end, amount, funding, samples):
    more = {"starts_at": start, "ends_at": end, "amount_yuan": amount, "samples": samples % 2**31}
    values = USAGE | more | {"id": name, "operator": operator, "funding_sources": funding}

    def spell(value):
        return format_instant(value) if isinstance(value, datetime) else format(value, "f")

    assert encode_row(build_row(UsageRow, values)) == canonical_json(values, spell=spell) + b"\n"


@pytest.mark.parametrize(("kind", "values"), [(UsageRow, USAGE), (InstrumentRow, INSTRUMENT)])
def test_a_row_that_is_read_equals_the_row_that_was_written(kind, values):
    row = build_row(kind, values)
    assert decode_rows(kind, encode_row(row) * 2) == [row, row]


def test_a_row_has_typed_values():
    row = build_row(UsageRow, USAGE)
    assert (row.purpose, row.capture, row.rating) == (
        UsagePurpose.MEDICAL_CARE,
        Capture.MANUAL,
        Rating.NEUTRAL,
    )
    (read,) = decode_rows(UsageRow, encode_row(row))
    assert (read.starts_at, read.amount_yuan, read.funding_sources) == (
        datetime(2025, 3, 5, 1, tzinfo=UTC),
        Decimal("100.50"),
        ("own",),
    )


OPENNESS = {"instrument": "INS-1", "offered_seconds": 10, "closed_seconds": 0}


def test_missing_and_unknown_columns_are_refused_by_name():
    with pytest.raises(
        ColumnsDiffer, match=r"OpennessRow: missing columns \['closed_seconds'\], unknown .*'x'"
    ):
        build_row(OpennessRow, {"instrument": "INS-1", "offered_seconds": 10, "x": 1})
    with pytest.raises(ColumnsDiffer, match=r"missing columns \[\], unknown columns \['x'\]"):
        build_row(OpennessRow, OPENNESS | {"x": 1})
    with pytest.raises(ColumnsDiffer, match=r"missing columns \['closed_seconds'\], unknown columns \[\]"):
        decode_rows(OpennessRow, b'{"instrument":"INS-1","offered_seconds":10}\n')
    good = encode_row(build_row(OpennessRow, OPENNESS))
    with pytest.raises(ColumnsDiffer, match=r"OpennessRow\.closed_seconds cannot be '0'"):
        decode_rows(OpennessRow, good + good.replace(b":0", b':"0"'))


@pytest.mark.parametrize("value", [1.5, True, "10", None, Decimal(10)])
def test_a_value_of_another_type_is_refused(value):
    with pytest.raises(ColumnsDiffer, match=r"OpennessRow\.offered_seconds cannot be"):
        build_row(OpennessRow, OPENNESS | {"offered_seconds": value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("amount_yuan", 100.5),
        ("starts_at", datetime(2025, 3, 5, 9)),
        ("purpose", "weather"),
        ("funding_sources", "own"),
        ("funding_sources", [1]),
        ("external", 1),
        ("id", None),
    ],
)
def test_a_use_without_canonical_form_is_refused(name, value):
    with pytest.raises(ColumnsDiffer, match=rf"UsageRow\.{name} cannot be"):
        build_row(UsageRow, USAGE | {name: value})


def test_a_day_is_no_instant():
    with pytest.raises(ColumnsDiffer, match=r"InstrumentRow\.in_service_from"):
        build_row(InstrumentRow, INSTRUMENT | {"in_service_from": MORNING})


def test_every_purpose_but_service_falls_under_an_exclusion_of_the_policy():
    assert set(EXCLUDED_AS) == set(UsagePurpose)
    assert {EXCLUDED_AS[each] for each in UsagePurpose} - {""} <= set(EXCLUSIONS)
    assert [each for each in UsagePurpose if not EXCLUDED_AS[each]] == [UsagePurpose.SERVICE]


WORDS = {
    str: "text",
    int: "integer",
    bool: "true or false",
    Decimal: "text: decimal",
    datetime: "text: instant",
    date: "text: day",
}


def word(hint):
    if isinstance(hint, UnionType):
        (present,) = set(get_args(hint)) - {NoneType}
        return f"{word(present)}, or null"
    if get_origin(hint) is tuple:
        return f"list of {word(get_args(hint)[0])}s"
    return WORDS[str if issubclass(hint, StrEnum) else hint]


def table(kind):
    types = get_type_hints(kind)
    columns = get_type_hints(kind, include_extras=True)
    lines = ["| Column | Type | Unit | Meaning |", "|---|---|---|---|"]
    for name, hint in columns.items():
        meaning, unit = hint.__metadata__[0]
        lines.append(f"| `{name}` | {word(types[name])} | {unit or '–'} | {meaning} |")
    return "\n".join(lines)


@pytest.mark.parametrize("part", PARTS)
def test_the_document_says_what_the_schema_says(part):
    text = DOCUMENT.read_text("utf-8")
    section = text.split(f"\n## {part}\n")[1].split("\n## ")[0]
    assert section.strip() == f"{PARTS[part].__doc__}\n\n{table(PARTS[part])}"


def test_the_document_is_of_the_version_that_is_written():
    assert f"this is the schema of `{VERSION}`, which follows" in DOCUMENT.read_text("utf-8")
