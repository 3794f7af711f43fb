"""The schema of a snapshot, version 1: what the rows of each part hold (docs/snapshot.md).

Both directions follow from the classes: `build_row` checks what the apps below pass at the freeze,
`encode_row` writes it, `decode_rows` reads it back. To add, rename or drop a column, or to change its type,
unit or meaning, make a new version, and keep this one for the snapshots written in it.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

from bookings.domain import Capture, Rating, UsagePurpose
from instrument_share.accounts.domain import SizeClass
from instrument_share.kernel.canonical import canonical_json, format_instant
from providers.domain import Purpose

VERSION = "snapshot/1"

Converter = Callable[[Any], Any]


class ColumnsDiffer(ValueError):
    """Values that are not exactly the columns of a row."""


class Column(NamedTuple):
    """What a column says. `unit`: what a figure is counted in, or whose identifier or code a text is."""

    meaning: str
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class UnitRow:
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


@dataclass(frozen=True, kw_only=True)
class InstrumentRow:
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


@dataclass(frozen=True, kw_only=True)
class OpennessRow:
    """The open time of an instrument in the year; one without any has no row."""

    instrument: Annotated[str, Column("the instrument", "public id")]
    offered_seconds: Annotated[
        int, Column("windows open to outside users while it was published, before closures", "s")
    ]
    closed_seconds: Annotated[int, Column("closures inside those windows", "s")]


@dataclass(frozen=True, kw_only=True)
class DecisionsRow:
    """Requests of the year that waited for a keeper's decision; a unit without any has no row."""

    uscc: Annotated[str, Column("the unit", "USCC")]
    decided: Annotated[int, Column("decided by a person in time", "requests")]
    lapsed: Annotated[int, Column("lapsed without a decision", "requests")]


@dataclass(frozen=True, kw_only=True)
class UsageRow:
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
    related: Annotated[bool, Column("the user's organization was known as related to the unit")]
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
            "how much of the use lies in open windows; where none does, in the booked time and the hours of "
            "the rule that granted it",
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
    confirmed: Annotated[bool, Column("a second person confirmed the log")]
    corrected: Annotated[bool, Column("a confirmed correction changed it")]
    rating: Annotated[Rating | None, Column("the user's review; null: none", "code of Rating")]


Row = UnitRow | InstrumentRow | OpennessRow | DecisionsRow | UsageRow
R = TypeVar("R", UnitRow, InstrumentRow, OpennessRow, DecisionsRow, UsageRow)

PARTS: Mapping[str, type[Row]] = {
    "units": UnitRow,
    "instruments": InstrumentRow,
    "openness": OpennessRow,
    "decisions": DecisionsRow,
    "usage": UsageRow,
}
"""Kind of part → what its rows are."""


def build_row(kind: type[R], values: Mapping[str, Any]) -> R:
    """Return the row that `values`, by column, make up.

    Raises ColumnsDiffer where a column is missing or unknown, or a value is not of its column's type.
    """
    return _made(kind, values, _CHECKS[kind])


def encode_row(row: Row) -> bytes:
    """Return a row as canonical JSON with a newline.

    Money is text with its decimals, instants are UTC to the second (2026-03-05T01:00:00Z), days ISO dates.
    """
    return canonical_json(vars(row), spell=_spelling) + b"\n"


def decode_rows(kind: type[R], content: bytes) -> list[R]:
    """Return the rows whose lines `encode_row` wrote. Raises ColumnsDiffer for lines of another schema."""
    readers = _READERS[kind]
    return [_made(kind, json.loads(line), readers) for line in content.splitlines()]


def _made(kind: type[R], values: Mapping[str, Any], converters: Mapping[str, Converter]) -> R:
    if values.keys() != converters.keys():
        missing, unknown = (
            sorted(converters.keys() - values.keys()),
            sorted(values.keys() - converters.keys()),
        )
        raise ColumnsDiffer(f"{kind.__name__}: missing columns {missing}, unknown columns {unknown}.")
    converted = {}
    for name, value in values.items():
        try:
            converted[name] = converters[name](value)
        except (TypeError, ValueError, ArithmeticError) as error:
            raise ColumnsDiffer(f"{kind.__name__}.{name} cannot be {value!r}.") from error
    return kind(**converted)


def _spelling(value: Any) -> str:
    match value:
        case Decimal():
            return format(value, "f")
        case datetime():
            return format_instant(value)
        case date():
            return value.isoformat()
    raise TypeError(f"A snapshot has no spelling for {type(value).__name__}.")


def _converters(kind: type[Row], plain: Mapping[type, Converter]) -> dict[str, Converter]:
    return {name: _converter(hint, plain) for name, hint in get_type_hints(kind).items()}


def _converter(hint: Any, plain: Mapping[type, Converter]) -> Converter:
    if isinstance(hint, UnionType):
        (optional,) = set(get_args(hint)) - {NoneType}
        present = _converter(optional, plain)
        return lambda value: None if value is None else present(value)
    if get_origin(hint) is tuple:
        item = _converter(get_args(hint)[0], plain)
        return lambda values: tuple(item(value) for value in _listed(values))
    if issubclass(hint, StrEnum):
        return hint
    return plain[hint]


def _only(kind: type) -> Converter:
    """Pass values of just this type: an integer is no boolean, a day no instant."""

    def check(value: Any) -> Any:
        if type(value) is not kind:
            raise TypeError
        return value

    return check


def _listed(values: Any) -> list[Any] | tuple[Any, ...]:
    if not isinstance(values, list | tuple):
        raise TypeError
    return values


def _aware(value: Any) -> datetime:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise TypeError
    return value


_JSON: Mapping[type, Converter] = {str: _only(str), int: _only(int), bool: _only(bool)}
_CHECKED = {**_JSON, Decimal: _only(Decimal), datetime: _aware, date: _only(date)}
_READ = {**_JSON, Decimal: Decimal, datetime: datetime.fromisoformat, date: date.fromisoformat}

_CHECKS = {kind: _converters(kind, _CHECKED) for kind in PARTS.values()}
"""By kind and column: what passes a value of the column's type, and refuses any other."""
_READERS = {kind: _converters(kind, _READ) for kind in PARTS.values()}
"""By kind and column: what makes a value of the column's type from JSON."""
