"""Records of units for the national platform, from instruments and uses: composed, checked, written.

Uses come first and are streamed; only their sums by instrument and unit are kept.
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

from bookings.domain import build_service_record
from bookings.public import iterate_service_facts
from instrument_share.kernel.wording import Bilingual
from providers.domain import (
    DRAFT,
    RECORDS,
    STATUS_FIELD,
    VERSION,
    PublicationKind,
    RecordType,
    Refusal,
    UserKind,
    customs_record,
    find_refusals,
    instrument_record,
    unit_record,
)
from providers.public import national_instruments, national_units, unit_addresses, unit_codes

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
LINK_FIELD = "innerId"
"""Stands before a customs record, which doesn't name its instrument."""


MAX_ROWS = 1_000_000
"""Of one sheet of a workbook."""


Place = tuple[str, ...]
"""The route of a page with its arguments; empty for none."""


@dataclass(frozen=True)
class NationalRecord:
    """A record and the reasons for which the platform would refuse it.

    `places` are the routes, with arguments, of the pages where its fields can be corrected, by
    `Refusal.page`.
    """

    kind: RecordType
    values: Mapping[str, str]
    name: Bilingual
    places: Mapping[str, Place]
    refusals: tuple[Refusal, ...]


@dataclass
class _Sums:
    """Sums over the uses of an instrument or a unit."""

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


def iterate_records(
    viewer: "Viewer", units: Collection["Organization"], year: int
) -> Iterator[NationalRecord]:
    """Yield every record of these units for a year: uses, instruments with customs, units."""
    ids = [unit.pk for unit in units]
    of_instrument: dict[int, _Sums] = defaultdict(_Sums)
    of_unit: dict[int, _Sums] = defaultdict(_Sums)
    for facts in iterate_service_facts(viewer, ids, year):
        of_instrument[facts["instrument_id"]].add(facts)
        of_unit[facts["organization_id"]].add(facts)
        number = facts["public_id"]
        of_use = {"record": ("usage_log", number)}
        yield _check(RecordType.SERVICE, build_service_record(facts), Bilingual(number), of_use)
    yield from _instruments(viewer, ids, year, of_instrument)
    for unit, said in national_units(units, year):
        sums = of_unit[unit.pk]
        users = {word: sums.users[kind] for kind, word in USERS.items()}
        counted = {
            "uses": sums.uses,
            "run_seconds": sums.run_seconds,
            "income_yuan": sums.income_yuan,
            "users": users,
        }
        places = {
            "record": ("national_year", unit.public_id, str(year)),
            "statements": ("unit_publications", unit.public_id, PublicationKind.OPENNESS.value),
        }
        name = Bilingual(unit.name_zh, unit.name_en)
        yield _check(RecordType.UNIT, unit_record({**said, **counted}), name, places)


def _instruments(
    viewer: "Viewer", ids: Collection[int], year: int, sums: Mapping[int, _Sums]
) -> Iterator[NationalRecord]:
    codes, own_addresses = unit_codes(ids, year), unit_addresses(ids)
    for one, customs, facts in national_instruments(viewer, ids, year):
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
        unit, is_retired = one.organization.public_id, one.retired_at is not None
        places = {
            "record": ("instrument_edit", one.public_id),
            "pictures": ("instrument_media", one.public_id),
            "year": ("national_year", unit, str(year)),
            "profile": ("unit_profile_edit", unit),
        }
        values = instrument_record({**facts, **around})
        yield _check(RecordType.INSTRUMENT, values, name, places, is_retired=is_retired)
        if customs is not None:
            places = {"record": ("instrument_customs", one.public_id)}
            values = customs_record(customs)
            checked = _check(RecordType.CUSTOMS, values, name, places, is_retired=is_retired)
            yield replace(checked, values={LINK_FIELD: number, **checked.values})


def _check(
    kind: RecordType,
    values: Mapping[str, str],
    name: Bilingual,
    places: Mapping[str, Place],
    *,
    is_retired: bool = False,
) -> NationalRecord:
    refusals = find_refusals(kind, values, is_retired=is_retired)
    return NationalRecord(kind, values, name, places, tuple(refusals))


@dataclass
class NationalCount:
    """How many records of a type there are, and how many the platform would refuse."""

    kind: RecordType
    total: int = 0
    refused: int = 0

    @property
    def passing(self) -> int:
        """Return how many records the platform would accept."""
        return self.total - self.refused


@dataclass(frozen=True)
class RefusedRecord:
    """A record that the platform would refuse, and the page where that is mended."""

    name: Bilingual
    place: Place

    @property
    def address(self) -> str:
        """Return the address of that page, or an empty text if there is none."""
        return reverse(self.place[0], args=self.place[1:]) if self.place else ""


@dataclass
class RefusalGroup:
    """A reason for refusal with what to do, how many records it concerns, and the first of them."""

    kind: RecordType
    refusal: Refusal
    count: int = 0
    first: list[RefusedRecord] = field(default_factory=list)


@dataclass(frozen=True)
class NationalReport:
    """Counts and refusals of all records."""

    counts: Mapping[RecordType, NationalCount]
    groups: list[RefusalGroup]
    """By type, the most frequent first."""


def build_report(records: Iterator[NationalRecord], max_examples: int = 3) -> NationalReport:
    """Count records and refusals, each refusal with at most `max_examples` records."""
    counts = {kind: NationalCount(kind) for kind in SHEETS}
    groups: dict[tuple[RecordType, str, str, str], RefusalGroup] = {}
    for record in records:
        counts[record.kind].total += 1
        counts[record.kind].refused += bool(record.refusals)
        for refusal in record.refusals:
            key = record.kind, refusal.field, refusal.code, refusal.remedy.message
            group = groups.setdefault(key, RefusalGroup(record.kind, refusal))
            group.count += 1
            if len(group.first) < max_examples:
                group.first.append(RefusedRecord(record.name, record.places.get(refusal.page, ())))
    order = list(SHEETS)
    return NationalReport(
        counts, sorted(groups.values(), key=lambda group: (order.index(group.kind), -group.count))
    )


def filter_exported(
    records: Iterator[NationalRecord], status: str, *, include_refused: bool
) -> Iterator[NationalRecord]:
    """Yield records to export, with `auditStatus`; refused ones on request only, as drafts."""
    for record in records:
        if record.refusals and not include_refused:
            continue
        audited = {**record.values, STATUS_FIELD: DRAFT if record.refusals else status}
        yield replace(record, values=audited)


def get_columns(kind: RecordType) -> list[str]:
    """Return the fields of an exported record in order."""
    before = [LINK_FIELD] if kind is RecordType.CUSTOMS else []
    return [*before, *(one.name for one in RECORDS[kind]), STATUS_FIELD]


def write_xlsx(records: Iterator[NationalRecord], file: IO[bytes]) -> None:
    """Write a workbook with a sheet for each type: field names, their meaning, records.

    A full sheet is continued on another one.
    """
    book = Workbook(write_only=True)
    sheets = {kind: _sheet(book, kind) for kind in SHEETS}
    rows: Counter[RecordType] = Counter()
    for record in records:
        rows[record.kind] += 1
        if rows[record.kind] % MAX_ROWS == 0:
            sheets[record.kind] = _sheet(book, record.kind)
        sheet = sheets[record.kind]
        sheet.append([_text(sheet, record.values.get(name, "")) for name in get_columns(record.kind)])
    book.save(file)


def _sheet(book: Workbook, kind: RecordType) -> Any:
    sheet = book.create_sheet(SHEETS[kind])
    meanings = {one.name: one.meaning for one in RECORDS[kind]}
    sheet.append(get_columns(kind))
    sheet.append([meanings.get(name, "") for name in get_columns(kind)])
    return sheet


def iterate_json(records: Iterator[NationalRecord], year: int) -> Iterator[str]:
    """Yield a JSON document in pieces, with a list for each type."""
    yield f'{{"version": {json.dumps(VERSION)}, "year": {year}'
    kind: RecordType | None = None
    for record in group_by_kind(records):
        if record.kind is not kind:
            yield ("]" if kind else "") + f', "{record.kind.value}": [\n'
            kind = record.kind
        else:
            yield ",\n"
        values = {name: record.values.get(name, "") for name in get_columns(record.kind)}
        yield json.dumps(values, ensure_ascii=False)
    yield ("]" if kind else "") + "}\n"


def group_by_kind(records: Iterator[NationalRecord]) -> Iterator[NationalRecord]:
    """Yield each type in one piece; customs records wait until after the instruments."""
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
    """Return a cell that stays text even if it looks like a formula or an error."""
    text = ILLEGAL_CHARACTERS_RE.sub("", text)  # one unit's slip of the keyboard keeps back no city's file
    if not text.startswith(("=", "#")):
        return text or None
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    return cell
