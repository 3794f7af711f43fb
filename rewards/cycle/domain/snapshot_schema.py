"""The schema of a snapshot, version 4: what the rows of each part hold (docs/snapshot.md).

Both directions follow from the classes: `build_row` checks what the apps below pass at the freeze,
`encode_row` writes it, `decode_rows` reads it back. To add, rename or drop a column, or to change its type,
unit or meaning, make a new version, and keep this one for the snapshots written in it. Columns with a default
came with version 2 or later: a line of an earlier version is read without them, and none is written without
them.

The rows are structs of msgspec, which checks, writes and reads a use in a fifth of the time that dataclasses
and `json` took: a snapshot holds a million of them.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, NoReturn, TypeVar, get_args, get_type_hints

import msgspec

from bookings.domain import Capture, Rating, UsagePurpose
from instrument_share.accounts.domain import SizeClass
from providers.domain import Purpose

VERSION = "snapshot/4"
READABLE = ("snapshot/1", "snapshot/2", "snapshot/3", VERSION)


class ColumnsDiffer(ValueError):
    """Values that are not exactly the columns of a row."""


class Column(NamedTuple):
    """What a column says. `unit`: what a figure is counted in, or whose identifier or code a text is."""

    meaning: str
    unit: str = ""


class UnitRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A unit that had a profile or an instrument published by the end of the year."""

    uscc: Annotated[str, Column("the unit", "USCC")]
    organization: Annotated[str, Column("the unit", "public id")]
    name_zh: Annotated[str, Column("Chinese name")]
    name_en: Annotated[str, Column("English name; empty where there is none")]
    kind: Annotated[str, Column("kind of organization", "code of OrganizationKind")]
    district: Annotated[str, Column("district; empty where none is known", "district code")]
    related: Annotated[tuple[str, ...], Column("the unit and whom it is related to, sorted", "public ids")]
    group: Annotated[
        str | None, Column("the lowest of the related units; null for a unit that stands alone", "USCC")
    ]
    kinds_complete: Annotated[
        tuple[int, ...],
        Column("complete kinds of information, of six, at each month end that had passed", "kinds"),
    ]
    published_instruments: Annotated[
        int,
        Column("published at the end of the year, at or above the threshold of registration", "instruments"),
    ]
    declared_instruments: Annotated[
        int | None, Column("declared for the year; null: nothing declared", "instruments")
    ]
    cases_published: Annotated[int, Column("cases of service published in the year", "cases")]
    qualifications: Annotated[
        tuple[str, ...], Column("confirmed and valid on 31 December, sorted", "codes of the policies")
    ] = ()
    grade: Annotated[
        str, Column("grade that another assessment gave; empty where there is none", "code of the policies")
    ] = ""
    major_projects: Annotated[
        int | None, Column("major projects served, as confirmed; null: nothing declared", "projects")
    ] = None


class InstrumentRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An instrument that was published by the end of the year, as it stood at the end of 31 December."""

    instrument: Annotated[str, Column("the instrument", "public id")]
    uscc: Annotated[str, Column("the unit that owns it", "USCC")]
    inner_number: Annotated[str, Column("its number in the unit")]
    name_zh: Annotated[str, Column("Chinese name")]
    name_en: Annotated[str, Column("English name; empty where there is none")]
    category: Annotated[str, Column("category; empty where there is none", "category code")]
    model: Annotated[str, Column("model")]
    value_yuan: Annotated[Decimal, Column("original value; 0 where none is known", "yuan")]
    purpose: Annotated[Purpose, Column("general or special", "code of Purpose")]
    sharing_mode: Annotated[str, Column("how it is shared", "code of SharingMode")]
    externally_shared: Annotated[bool, Column("open to outside users")]
    place_zh: Annotated[str, Column("where it stands")]
    published_in_year: Annotated[bool, Column("published at some time of the year")]
    in_service_from: Annotated[date, Column("first day of service", "day in the city")]
    retired_on: Annotated[date | None, Column("last day of service; null: not retired", "day in the city")]
    nonfiscal_yuan: Annotated[
        Decimal | None,
        Column("value paid from other than fiscal funds, as confirmed; null: nothing declared", "yuan"),
    ] = None
    rewarded_before: Annotated[
        bool, Column("a one-off reward was paid for it for an earlier year, or before the platform")
    ] = False


class OpennessRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The open time of an instrument in the year; one without any has no row."""

    instrument: Annotated[str, Column("the instrument", "public id")]
    offered_seconds: Annotated[
        int, Column("windows open to outside users while it was published, before closures", "s")
    ]
    closed_seconds: Annotated[
        int, Column("closures inside those windows, and suspensions of the instrument or its unit", "s")
    ]


class DecisionsRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Requests of the year that waited for a keeper's decision; a unit without any has no row."""

    uscc: Annotated[str, Column("the unit", "USCC")]
    decided: Annotated[int, Column("decided by a person in time", "requests")]
    lapsed: Annotated[int, Column("lapsed without a decision", "requests")]


class UsageRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A use that starts in the year, or meets it or a use of it; with its confirmed corrections."""

    id: Annotated[str, Column("the usage log", "public id")]
    instrument: Annotated[str, Column("the instrument", "public id")]
    owner_organization: Annotated[str, Column("the unit that owns the instrument", "public id")]
    number: Annotated[int, Column("place in the instrument's chain of usage, from 1")]
    hash: Annotated[str, Column("the log's entry in the chain", "SHA-256, hexadecimal")]
    recorded_at: Annotated[datetime, Column("when the log was written")]
    recorded_by: Annotated[str, Column("who wrote it", "public id")]
    booking: Annotated[str | None, Column("the booking; null: none", "public id")]
    booked_starts_at: Annotated[datetime | None, Column("start of the booking")]
    booked_ends_at: Annotated[datetime | None, Column("end of the booking")]
    quoted_yuan: Annotated[Decimal | None, Column("what the booking quoted", "yuan")]
    user: Annotated[str, Column("who used it", "public id")]
    operator: Annotated[str, Column("who operated it", "public id")]
    payer_organization: Annotated[
        str | None, Column("the organization that pays; null: a person does", "public id")
    ]
    payer_person: Annotated[
        str | None, Column("the person who pays; null: an organization does", "public id")
    ]
    user_kind: Annotated[str, Column("the user, as seen by the unit", "code of UserKind")]
    user_organization_kind: Annotated[
        str, Column("kind of the user's organization; empty: none", "code of OrganizationKind")
    ]
    user_size_class: Annotated[SizeClass, Column("size of the user's enterprise", "code of SizeClass")]
    in_region: Annotated[bool, Column("the user is of the region")]
    external: Annotated[bool, Column("the user is not of the unit")]
    related: Annotated[
        bool,
        Column(
            "the paying organization was known as related to the unit; where a person pays, any of theirs"
        ),
    ]
    starts_at: Annotated[datetime, Column("start of the use")]
    ends_at: Annotated[datetime, Column("end of the use")]
    setup_seconds: Annotated[int, Column("set-up", "s")]
    measuring_seconds: Annotated[int, Column("measuring", "s")]
    post_seconds: Annotated[int, Column("post-processing", "s")]
    effective_seconds: Annotated[int, Column("set-up, measuring and post-processing together", "s")]
    idle_seconds: Annotated[int, Column("idle", "s")]
    inside_windows_seconds: Annotated[
        int,
        Column(
            "how much of the use lies in open windows, or in the hours of the rule that granted it, with "
            "the public holidays of that time, where that is more",
            "s",
        ),
    ]
    service_mode: Annotated[str, Column("how it was served", "code of ServiceMode")]
    direction: Annotated[str, Column("what it was for", "code of Direction")]
    purpose: Annotated[UsagePurpose, Column("what rewards may exclude", "code of UsagePurpose")]
    samples: Annotated[int, Column("samples measured", "samples")]
    amount_yuan: Annotated[Decimal, Column("what is charged, paid or not", "yuan")]
    funding_sources: Annotated[tuple[str, ...], Column("what the user pays from", "codes of Funding")]
    capture: Annotated[Capture, Column("how the log came to be", "code of Capture")]
    confirmed: Annotated[bool, Column("a second person confirmed the log, or the clock did")]
    corrected: Annotated[bool, Column("a confirmed correction changed it")]
    rating: Annotated[Rating | None, Column("the user's review; null: none", "code of Rating")]
    open_dispute: Annotated[
        str | None, Column("the user's dispute of the hours that the unit had not answered", "public id")
    ] = None
    logged_ends_at: Annotated[
        datetime | None, Column("end as it was logged; null: no confirmed correction changed it")
    ] = None

    @property
    def entered_end(self) -> datetime:
        """Return the end that was entered with the use, whatever it was corrected to."""
        return self.logged_ends_at or self.ends_at


class ProofRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file that proves a fact confirmed for the year; without any file there is no such part."""

    uscc: Annotated[str, Column("the unit that declared the fact", "USCC")]
    instrument: Annotated[str, Column("the instrument it is told of; empty: the unit", "public id")]
    kind: Annotated[str, Column("what was declared", "code of FactKind")]
    code: Annotated[str, Column("qualification or grade; empty for other facts", "code of the policies")]
    evidence: Annotated[str, Column("the document and its number")]
    name: Annotated[str, Column("name of the file")]
    sha256: Annotated[str, Column("what it holds", "SHA-256, hexadecimal")]


Row = UnitRow | InstrumentRow | OpennessRow | DecisionsRow | UsageRow | ProofRow
R = TypeVar("R", UnitRow, InstrumentRow, OpennessRow, DecisionsRow, UsageRow, ProofRow)

PARTS: Mapping[str, type[Row]] = {
    "units": UnitRow,
    "instruments": InstrumentRow,
    "openness": OpennessRow,
    "decisions": DecisionsRow,
    "usage": UsageRow,
    "proofs": ProofRow,
}
"""Kind of part → what its rows are."""


def build_row(kind: type[R], values: Mapping[str, Any]) -> R:
    """Return the row that `values`, by column, make up, instants and amounts as their lines say them.

    Raises ColumnsDiffer where a column is missing or unknown, or a value is not of its column's type.
    """
    plain = dict(values)
    if kind in _WITH_DEFAULTS and plain.keys() != set(kind.__struct_fields__):
        _refuse(kind, values)
    for name, rewrite in _REWRITTEN[kind]:
        if plain.get(name) is not None:
            plain[name] = rewrite(plain[name])
    try:
        return msgspec.convert(plain, kind, builtin_types=_NOT_FROM_TEXT)
    except msgspec.ValidationError as error:
        _refuse(kind, values, error)


def encode_row(row: Row) -> bytes:
    """Return a row as canonical JSON (`kernel.canonical`) with a newline.

    Money is text with its decimals, instants are UTC to the second (2026-03-05T01:00:00Z), days ISO dates.
    """
    return _ENCODER.encode(row) + b"\n"


def decode_rows(kind: type[R], content: bytes) -> list[R]:
    """Return the rows whose lines `encode_row` wrote. Raises ColumnsDiffer for lines of another schema."""
    decoder = _DECODERS[kind]
    try:
        rows: list[R] = decoder.decode_lines(content)
    except msgspec.ValidationError:
        for line in content.splitlines():
            try:
                decoder.decode(line)
            except msgspec.ValidationError as error:
                _refuse(kind, msgspec.json.decode(line), error)
        raise
    return rows


def _refuse(
    kind: type[Row], values: Mapping[str, Any], error: msgspec.ValidationError | None = None
) -> NoReturn:
    """Say which columns differ, or which one has a value of another type."""
    columns = set(kind.__struct_fields__)
    if values.keys() != columns:
        missing, unknown = sorted(columns - values.keys()), sorted(values.keys() - columns)
        text = f"{kind.__name__}: missing columns {missing}, unknown columns {unknown}."
        raise ColumnsDiffer(text) from error
    found = re.search(r"\$\.(\w+)", str(error))
    name = found[1] if found else ""
    raise ColumnsDiffer(f"{kind.__name__}.{name} cannot be {values.get(name)!r}.") from error


def _whole_second(value: Any) -> Any:
    """Return an aware instant as its line says it; anything else is not text and will be refused."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        return _NO_VALUE
    if value.tzinfo is UTC and not value.microsecond:
        return value
    return value.astimezone(UTC).replace(microsecond=0)


def _plain_digits(value: Any) -> Any:
    """Return an amount whose text has no exponent; anything else but a Decimal will be refused."""
    if type(value) is not Decimal:
        return _NO_VALUE
    return value if "E" not in str(value) else Decimal(format(value, "f"))


def _rewritten(kind: type[Row]) -> list[tuple[str, Callable[[Any], Any]]]:
    """Return the columns whose values have more than one form, each with what gives the written one."""
    rewrites = {datetime: _whole_second, Decimal: _plain_digits}
    hints = {name: _present(hint) for name, hint in get_type_hints(kind).items()}
    return [(name, rewrites[hint]) for name, hint in hints.items() if hint in rewrites]


def _present(hint: Any) -> Any:
    """Return the type of a column without its null."""
    if isinstance(hint, UnionType):
        (hint,) = set(get_args(hint)) - {NoneType}
    return hint


_NO_VALUE = object()
_NOT_FROM_TEXT = (datetime, date, Decimal)
_WITH_DEFAULTS = frozenset(kind for kind in PARTS.values() if kind.__struct_defaults__)
_REWRITTEN = {kind: _rewritten(kind) for kind in PARTS.values()}
_ENCODER = msgspec.json.Encoder(order="sorted")
_DECODERS: Mapping[type[Any], Any] = {kind: msgspec.json.Decoder(kind) for kind in PARTS.values()}
