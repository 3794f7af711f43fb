"""Check that a report's stored files are unchanged."""

from collections.abc import Mapping
from decimal import Decimal
from zipfile import BadZipFile, ZipFile

from instrument_share.documents.sealing.package import encode_lists
from instrument_share.kernel.errors import gettext_noop
from instrument_share.kernel.hashes import SHA256, SM3, digest
from rewards.cycle.domain.parts import hash_content
from rewards.report.domain.errors import ReportDamaged
from rewards.report.models import FinanceReport
from rewards.report.reports.facts import get_report_facts
from rewards.report.reports.sealed_inputs import make_sealed_inputs
from rewards.report.reports.sealed_results import encode_sealed_results, get_sealed_format
from rewards.report.selectors.reports import get_report_file, hash_report_file, open_report_file
from rewards.report.selectors.sealed import (
    PDF,
    RESULTS,
    find_unsealed_awards,
    get_sealed_units,
    read_sealed_file,
)
from rewards.report.selectors.verification import UNKNOWN, find_signature_problems

NOT_SEALED = gettext_noop("The awards that the platform holds are no longer the sealed ones.")
WITHOUT_RESULTS = gettext_noop(
    "The package does not hold its results as data, by which payments are made. "
    "Return the report, so that it is sealed anew."
)
GONE = gettext_noop("A file of the report is no longer in storage. Restore it from a backup.")


def find_report_problems(report: FinanceReport, awards: Mapping[str, Decimal]) -> tuple[str, ...]:
    """Return problems of the stored PDF and package and of the live awards, as messages to translate.

    `awards` are those of the report's cycle, by public id. Reads both files, without a database query.
    """
    try:
        _, pdf = get_report_file(report, "pdf")
        package_sha256 = hash_report_file(report, "package")
    except OSError:
        return (GONE,)
    same = hash_content(pdf) == report.pdf_sha256 and package_sha256 == report.package_sha256
    if not same:
        return (UNKNOWN, *find_signature_problems(pdf))
    return (*_find_changed_awards(report, awards), *find_signature_problems(pdf))


def find_package_differences(report: FinanceReport) -> list[str]:
    """Name every file of the package that is not as listed, or not what the year's rows give again.

    Memory holds one file at a time. Raises SnapshotDamaged, SnapshotVersionUnknown.
    """
    listed = {file["name"]: file["sha256"] for file in report.manifest["files"]}
    lists = {name: hash_content(content) for name, content in encode_lists(report.manifest).items()}
    sealed, found = listed | lists, _hash_members(report)
    facts = get_report_facts(report.cycle)
    makers = {
        RESULTS: lambda: encode_sealed_results(facts, _get_results_format(report)),
        **make_sealed_inputs(facts),
    }
    given = {name: hash_content(make()) for name, make in makers.items()} | {PDF: report.pdf_sha256}
    told = report.manifest["facts"]
    said = {"code": report.code, "total_yuan": f"{report.total_yuan:.2f}", "year": str(report.cycle.year)}
    return [
        *_find_sm3_differences(report),
        *(f"{name} is not the file that was listed" for name in _differing(found, sealed)),
        *(f"{name} is not what the platform holds" for name in given if listed.get(name) != given[name]),
        *(f"{key} is {said[key]}, {told.get(key)} was sealed" for key in said if said[key] != told.get(key)),
    ]


def _find_sm3_differences(report: FinanceReport) -> list[str]:
    """Name the package and each file in it that has another SM3 than is recorded, where one is."""
    if not report.package_sm3:
        return []
    listed = {file["name"]: file.get(SM3) for file in report.manifest["files"]}
    found = _hash_members(report, SM3)
    other = [name for name in listed if found.get(name) != listed[name]]
    wrong = [f"{name} does not have the SM3 that was listed" for name in other]
    whole = hash_report_file(report, "package", SM3) == report.package_sm3
    return wrong if whole else ["the package does not have its SM3", *wrong]


def _get_results_format(report: FinanceReport) -> str:
    """Return in which format the results were sealed; empty where they cannot be read, which is named."""
    try:
        return get_sealed_format(read_sealed_file(report, RESULTS))
    except (ReportDamaged, ValueError, KeyError):
        return ""


def _hash_members(report: FinanceReport, by: str = SHA256) -> dict[str, str]:
    """Return a hash of every file in the stored package; none where it cannot be read."""
    try:
        _, package = open_report_file(report, "package")
        with package, ZipFile(package) as archive:
            return {name: digest(by, archive.read(name)) for name in archive.namelist()}
    except (OSError, BadZipFile):
        return {}


def _differing(found: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
    return [name for name in sorted(found.keys() | wanted.keys()) if found.get(name) != wanted.get(name)]


def _find_changed_awards(report: FinanceReport, awards: Mapping[str, Decimal]) -> tuple[str, ...]:
    try:
        sealed = get_sealed_units(report)
    except ReportDamaged:
        return (WITHOUT_RESULTS,)
    return (NOT_SEALED,) if find_unsealed_awards(sealed, awards) else ()
