"""Check a region's records for the national platform in a job: the report and the files that are kept of it.

The records are composed once and laid aside; report and files are read from there, so that memory does not
grow with the uses.
"""

import pickle
import secrets
from collections.abc import Iterable, Iterator, Mapping
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils import translation

from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.domain import OrganizationState, Role
from instrument_share.kernel.errors import Forbidden
from instrument_share.kernel.wording import Bilingual, Sentence
from instrument_share.pages.national.records import (
    NationalCount,
    NationalRecord,
    NationalReport,
    RefusalGroup,
    RefusedRecord,
    build_report,
    filter_exported,
    iterate_json,
    iterate_records,
    write_xlsx,
)
from instrument_share.pages.national.refusals import refusal_heads, refusal_rows
from instrument_share.web import clock
from instrument_share.web.responses.exports import csv_lines
from providers import public as providers
from providers.domain import DRAFT, SUBMITTED, RecordType, Refusal

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization
    from instrument_share.accounts.selectors import Viewer
    from providers.models import NationalCheck

SUBMIT_XLSX, SUBMIT_JSON, DRAFTS_XLSX = "records.xlsx", "records.json", "drafts.xlsx"
REFUSED_CSV: Mapping[str, str] = {"zh-hans": "refused.zh.csv", "en": "refused.en.csv"}
FILES = (SUBMIT_XLSX, SUBMIT_JSON, DRAFTS_XLSX, *REFUSED_CSV.values())
TELL_EVERY = 1_000
"""After so many records the job tells how far it is."""


def units_of_region(viewer: "Viewer") -> "list[Organization]":
    """Return the admitted units of the officer's region that own instruments. Raises Forbidden."""
    region = accounts.region_of(viewer, Role.BUREAU_OFFICER)
    if not region:
        raise Forbidden
    found = accounts.organizations(viewer).filter(
        region.within(), owns_instruments=True, state=OrganizationState.ADMITTED
    )
    return list(found)


def check_region(check_id: int, job_id: str) -> None:
    """Check the records of a region as the officer who asked for it, for the job that the check waits for.

    A job that is cut off is done again from the beginning; the last result stays until the next is whole.
    """
    check = providers.national_check_of_job(check_id, job_id)
    if check is None:
        return
    try:
        units = units_of_region(check.user)
    except Forbidden:
        providers.national_check_abandon(check)
        return
    folder, now = f"{providers.NATIONAL_FOLDER}/{check.pk}-{secrets.token_hex(8)}", clock.now()
    with TemporaryFile() as aside:
        for record in _tell_progress(iterate_records(check.user, units, check.year), check):
            pickle.dump(record, aside, pickle.HIGHEST_PROTOCOL)
        report = pack_report(build_report(_records(aside)))
        for name in FILES:
            _write_file(f"{folder}/{name}", aside, check.year)
    providers.national_check_keep(check, report=report, folder=folder, now=now)


def _tell_progress(records: Iterable[NationalRecord], check: "NationalCheck") -> Iterator[NationalRecord]:
    for number, record in enumerate(records, 1):
        if number % TELL_EVERY == 0:
            providers.national_check_progress(check, number)
        yield record


def _records(aside: IO[bytes]) -> Iterator[NationalRecord]:
    """Yield what this job has laid aside in a file that nobody else can write."""
    aside.seek(0)
    while True:
        try:
            yield pickle.load(aside)  # noqa: S301
        except EOFError:
            return


def _write_file(path: str, aside: IO[bytes], year: int) -> None:
    with TemporaryFile() as file:
        _write(path.rpartition("/")[2], _records(aside), year, file)
        file.seek(0)
        default_storage.save(path, File(file))


def _write(name: str, records: Iterator[NationalRecord], year: int, file: IO[bytes]) -> None:
    submitted = filter_exported(records, SUBMITTED, include_refused=False)
    if name == SUBMIT_XLSX:
        write_xlsx(submitted, file)
    elif name == DRAFTS_XLSX:
        write_xlsx(filter_exported(records, DRAFT, include_refused=True), file)
    elif name == SUBMIT_JSON:
        file.writelines(piece.encode() for piece in iterate_json(submitted, year))
    else:
        language = next(one for one, csv_name in REFUSED_CSV.items() if csv_name == name)
        with translation.override(language):
            lines = csv_lines(refusal_heads(), refusal_rows(records), language)
            file.writelines(line.encode() for line in lines)


def count_rows(name: str, report: NationalReport) -> int:
    """Return how many rows a file of the check has, by what the check has counted."""
    counts = report.counts.values()
    if name in REFUSED_CSV.values():
        return sum(group.count for group in report.groups)
    return sum(count.total if name == DRAFTS_XLSX else count.passing for count in counts)


def pack_report(report: NationalReport) -> dict[str, Any]:
    """Return a report as JSON, its sentences untranslated: each reader reads it in their language."""
    return {
        "counts": [[kind.value, count.total, count.refused] for kind, count in report.counts.items()],
        "groups": [
            {
                "kind": group.kind.value,
                "field": group.refusal.field,
                "meaning": [group.refusal.meaning.zh, group.refusal.meaning.en],
                "code": group.refusal.code,
                "reason": [group.refusal.reason.message, dict(group.refusal.reason.params)],
                "remedy": [group.refusal.remedy.message, dict(group.refusal.remedy.params)],
                "count": group.count,
                "first": [[record.name.zh, record.name.en, *record.place] for record in group.first],
            }
            for group in report.groups
        ],
    }


def unpack_report(packed: Mapping[str, Any]) -> NationalReport:
    """Return the report that `pack_report` has packed; of the first records their names and places."""
    counts = {
        RecordType(kind): NationalCount(RecordType(kind), total, refused)
        for kind, total, refused in packed["counts"]
    }
    return NationalReport(counts, [_unpack_group(one) for one in packed["groups"]])


def _unpack_group(packed: Mapping[str, Any]) -> RefusalGroup:
    kind = RecordType(packed["kind"])
    refusal = Refusal(
        packed["field"],
        Bilingual(*packed["meaning"]),
        "",
        packed["code"],
        Sentence(*packed["reason"]),
        Sentence(*packed["remedy"]),
    )
    first = [RefusedRecord(Bilingual(zh, en), tuple(place)) for zh, en, *place in packed["first"]]
    return RefusalGroup(kind, refusal, packed["count"], first)
