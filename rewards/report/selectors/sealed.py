"""What a report sealed, read from its package, and whether the live awards are still the same."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from zipfile import BadZipFile, ZipFile

from rewards.assessment.selectors import get_award_amounts
from rewards.cycle.domain.parts import hash_content
from rewards.report.domain.errors import AwardsNotSealed, ReportDamaged
from rewards.report.models import FinanceReport
from rewards.report.reports.sealed_results import SealedUnit, decode_sealed_results
from rewards.report.selectors.reports import hash_report_file, open_report_file

RESULTS = "评价与奖励结果.json"
"""The file of the package that holds the results as data."""
PDF = "报送函.pdf"
"""The paper."""


def get_sealed_units(report: FinanceReport) -> Sequence[SealedUnit]:
    """Return the units as they were sealed, best score first.

    Raises ReportDamaged where the package has no results as data, or not those of the sealed list of its
    files. The rest of it is not read: `require_whole_package`.
    """
    content = read_sealed_file(report, RESULTS)
    if hash_content(content) not in {file["sha256"] for file in report.manifest["files"]}:
        raise ReportDamaged
    try:
        return decode_sealed_results(content)
    except ValueError as error:
        raise ReportDamaged from error


def read_sealed_file(report: FinanceReport, name: str) -> bytes:
    """Return a file of the stored package. Raises ReportDamaged where it cannot be read."""
    try:
        _, package = open_report_file(report, "package")
        with package, ZipFile(package) as archive:
            return archive.read(name)
    except (OSError, KeyError, BadZipFile, ValueError, NotImplementedError) as error:
        raise ReportDamaged from error


def require_whole_package(report: FinanceReport) -> None:
    """Raise ReportDamaged unless the stored package is the sealed one, to the byte."""
    try:
        whole = hash_report_file(report, "package") == report.package_sha256
    except OSError as error:
        raise ReportDamaged from error
    if not whole:
        raise ReportDamaged


def find_unsealed_awards(sealed: Sequence[SealedUnit], live: Mapping[str, Decimal]) -> list[str]:
    """Return the names of units whose live award, by public id, is not as sealed, and unsealed awards."""
    known = {unit.award for unit in sealed}
    changed = [unit.name_zh for unit in sealed if live.get(unit.award) != unit.amount_yuan]
    return [*changed, *sorted(live.keys() - known)]


def require_sealed_awards(report: FinanceReport) -> Mapping[str, SealedUnit]:
    """Return the sealed units by the public id of their award.

    Raises ReportDamaged, and AwardsNotSealed when a live award or the report's total is not the sealed one.
    """
    require_whole_package(report)
    sealed = get_sealed_units(report)
    live = get_award_amounts([report.cycle_id]).get(report.cycle_id, {})
    changed = find_unsealed_awards(sealed, live)
    if changed or sum((unit.amount_yuan for unit in sealed), Decimal(0)) != report.total_yuan:
        raise AwardsNotSealed(units="、".join(changed) or "—")
    return {unit.award: unit for unit in sealed}
