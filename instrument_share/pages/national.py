"""The records of units for the national platform: composed of instruments and uses, checked, written.

Uses come first and are never kept: what they add up to for instruments and units is kept while they pass.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from bookings.domain import service_record
from bookings.public import service_facts
from instrument_share.kernel.wording import Bilingual
from providers.domain import (
    DRAFT,
    RECORDS,
    STATUS_FIELD,
    VERSION,
    RecordType,
    Refusal,
    UserKind,
    customs_record,
    find_refusals,
    instrument_record,
    unit_record,
)
from providers.public import customs_facts, national_instruments, national_units, unit_addresses, unit_codes

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization
    from instrument_share.accounts.selectors import Viewer

USERS: Mapping[str, str] = {
    UserKind.INSIDE: "本单位用户",
    UserKind.OUTSIDE: "外单位科研人员",
    UserKind.ENTERPRISE: "企业",
    UserKind.INDIVIDUAL: "个人",
}
SHEETS: Mapping[RecordType, str] = {
    RecordType.UNIT: "单位年度成效",
    RecordType.INSTRUMENT: "仪器",
    RecordType.CUSTOMS: "海关监管",
    RecordType.SERVICE: "服务记录",
}
LINK = "innerId"
"""Stands before a customs record, which doesn't name its instrument."""


MOST_ROWS = 1_000_000
"""Of one sheet of a workbook."""


@dataclass(frozen=True)
class NationalRecord:
    """A record with what the platform would refuse of it.

    `place` is the route, with its arguments, of the page where what `name` stands for is mended.
    """

    kind: RecordType
    values: Mapping[str, str]
    name: Bilingual
    place: tuple[str, ...]
    refusals: tuple[Refusal, ...]

    @property
    def address(self) -> str:
        route, *arguments = self.place
        return reverse(route, args=arguments)


@dataclass
class _Sums:
    """What the uses of an instrument or of a unit add up to."""

    run_seconds: int = 0
    service_seconds: int = 0
    uses: int = 0
    income_yuan: Decimal = field(default_factory=Decimal)
    users: Counter[str] = field(default_factory=Counter)

    def add(self, facts: Mapping[str, Any]) -> None:
        self.run_seconds += facts["effective_seconds"]
        self.uses += 1
        self.users[facts["user_kind"]] += 1
        if facts["external"]:
            self.service_seconds += facts["effective_seconds"]
            self.income_yuan += facts["amount_yuan"]


def national_records(
    viewer: "Viewer", units: Collection["Organization"], year: int
) -> Iterator[NationalRecord]:
    """Every record of these units for a year: uses, instruments with their customs, the units. Streams."""
    ids = [unit.pk for unit in units]
    of_instrument: dict[int, _Sums] = defaultdict(_Sums)
    of_unit: dict[int, _Sums] = defaultdict(_Sums)
    for facts in service_facts(viewer, ids, year):
        of_instrument[facts["instrument_id"]].add(facts)
        of_unit[facts["organization_id"]].add(facts)
        number = facts["public_id"]
        of_use = "usage_log", number
        yield _record(RecordType.SERVICE, service_record(facts), Bilingual(number), of_use)
    yield from _instruments(viewer, ids, year, of_instrument)
    for unit, said in national_units(units, year):
        sums = of_unit[unit.pk]
        users = {word: sums.users[kind] for kind, word in USERS.items()}
        counted = {
            "uses": sums.uses,
            "service_seconds": sums.service_seconds,
            "income_yuan": sums.income_yuan,
            "users": users,
        }
        place = "national_year", unit.public_id, str(year)
        name = Bilingual(unit.name_zh, unit.name_en)
        yield _record(RecordType.UNIT, unit_record({**said, **counted}), name, place)


def _instruments(
    viewer: "Viewer", ids: Collection[int], year: int, sums: Mapping[int, _Sums]
) -> Iterator[NationalRecord]:
    codes, own_addresses = unit_codes(ids, year), unit_addresses(ids)
    for one, customs, facts in national_instruments(viewer, ids):
        around = {
            "unit_code": codes.get(one.organization_id, ""),
            "address": own_addresses.get(one.organization_id, ""),
            "province": settings.PROVINCE_NAME_ZH,
            "city": settings.CITY["zh"],
            "run_seconds": sums[one.pk].run_seconds,
            "service_seconds": sums[one.pk].service_seconds,
        }
        number = one.inner_number
        name = Bilingual(f"{number} {one.name_zh}", f"{number} {one.name_en or one.name_zh}")
        place = "instrument_edit", one.public_id
        yield _record(RecordType.INSTRUMENT, instrument_record({**facts, **around}), name, place)
        if customs is not None:
            place = "instrument_customs", one.public_id
            checked = _record(RecordType.CUSTOMS, customs_record(customs_facts(customs)), name, place)
            yield replace(checked, values={LINK: number, **checked.values})


def _record(
    kind: RecordType, values: Mapping[str, str], name: Bilingual, place: tuple[str, ...]
) -> NationalRecord:
    return NationalRecord(kind, values, name, place, tuple(find_refusals(kind, values)))


@dataclass
class NationalCount:
    """How many records of a type there are, and how many the platform would refuse."""

    kind: RecordType
    total: int = 0
    refused: int = 0

    @property
    def passing(self) -> int:
        return self.total - self.refused


@dataclass
class RefusalGroup:
    """One thing that the platform would refuse of many records, with the first of these."""

    kind: RecordType
    refusal: Refusal
    count: int = 0
    first: list[NationalRecord] = field(default_factory=list)


@dataclass(frozen=True)
class NationalReport:
    counts: Mapping[RecordType, NationalCount]
    groups: list[RefusalGroup]
    """By type, the most frequent first."""


def national_report(records: Iterator[NationalRecord], named: int = 3) -> NationalReport:
    """How many pass, and what would be refused, each with the first `named` records of which it would be."""
    counts = {kind: NationalCount(kind) for kind in SHEETS}
    groups: dict[tuple[RecordType, str, str], RefusalGroup] = {}
    for record in records:
        counts[record.kind].total += 1
        counts[record.kind].refused += bool(record.refusals)
        for refusal in record.refusals:
            key = record.kind, refusal.field, refusal.code
            group = groups.setdefault(key, RefusalGroup(record.kind, refusal))
            group.count += 1
            if len(group.first) < named:
                group.first.append(record)
    order = list(SHEETS)
    return NationalReport(
        counts, sorted(groups.values(), key=lambda group: (order.index(group.kind), -group.count))
    )


def sent(records: Iterator[NationalRecord], status: str, *, also_refused: bool) -> Iterator[NationalRecord]:
    """The records that are exported, with `auditStatus`; refused ones only if asked for, and as drafts."""
    for record in records:
        if record.refusals and not also_refused:
            continue
        audited = {**record.values, STATUS_FIELD: DRAFT if record.refusals else status}
        yield replace(record, values=audited)


def columns(kind: RecordType) -> list[str]:
    """The fields of an exported record in order."""
    before = [LINK] if kind is RecordType.CUSTOMS else []
    return [*before, *(one.name for one in RECORDS[kind]), STATUS_FIELD]


def as_xlsx(records: Iterator[NationalRecord], file: IO[bytes]) -> None:
    """A workbook with a sheet for each type: the names of the fields, what they mean, the records.

    A sheet that is full is followed by another one of its name.
    """
    book = Workbook(write_only=True)
    sheets = {kind: _sheet(book, kind) for kind in SHEETS}
    rows: Counter[RecordType] = Counter()
    for record in records:
        rows[record.kind] += 1
        if rows[record.kind] % MOST_ROWS == 0:
            sheets[record.kind] = _sheet(book, record.kind)
        sheet = sheets[record.kind]
        sheet.append([_text(sheet, record.values.get(name, "")) for name in columns(record.kind)])
    book.save(file)


def _sheet(book: Workbook, kind: RecordType) -> Any:
    sheet = book.create_sheet(SHEETS[kind])
    meanings = {one.name: one.meaning for one in RECORDS[kind]}
    sheet.append(columns(kind))
    sheet.append([meanings.get(name, "") for name in columns(kind)])
    return sheet


def as_json(records: Iterator[NationalRecord], year: int) -> Iterator[str]:
    """A document with a list for each type, written while the records pass."""
    yield f'{{"version": {json.dumps(VERSION)}, "year": {year}'
    kind: RecordType | None = None
    for record in in_blocks(records):
        if record.kind is not kind:
            yield ("]" if kind else "") + f', "{record.kind.value}": [\n'
            kind = record.kind
        else:
            yield ",\n"
        values = {name: record.values.get(name, "") for name in columns(record.kind)}
        yield json.dumps(values, ensure_ascii=False)
    yield ("]" if kind else "") + "}\n"


def in_blocks(records: Iterator[NationalRecord]) -> Iterator[NationalRecord]:
    """Each type in one piece: customs, which come between instruments, wait for the last of these."""
    waiting: list[NationalRecord] = []
    for record in records:
        if record.kind is RecordType.CUSTOMS:
            waiting.append(record)
            continue
        if record.kind is RecordType.UNIT:
            yield from waiting
            waiting = []
        yield record
    yield from waiting


def _text(sheet: Any, text: str) -> "str | WriteOnlyCell | None":
    """Text that stays text: a formula or an error's name is one only in a cell that is told so."""
    text = ILLEGAL_CHARACTERS_RE.sub("", text)  # one unit's slip of the keyboard keeps back no city's file
    if not text.startswith(("=", "#")):
        return text or None
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    return cell
