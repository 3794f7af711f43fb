"""What a report sealed, read from its package, and whether the live awards are still the same."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from rewards.assessment.selectors import get_award_amounts
from rewards.cycle.domain.parts import hash_content
from rewards.report.domain.errors import AwardsNotSealed, ReportDamaged
from rewards.report.models import FinanceReport
from rewards.report.reports.sealed_results import SealedUnit, decode_sealed_results
from rewards.report.selectors.reports import get_report_file

RESULTS = "评价与奖励结果.json"
"""The file of the package that holds the results as data."""


def get_sealed_units(report: FinanceReport) -> Sequence[SealedUnit]:
    """Return the units as they were sealed, best score first. Raises ReportDamaged."""
    try:
        _, package = get_report_file(report, "package")
    except OSError as error:
        raise ReportDamaged from error
    if hash_content(package) != report.package_sha256:
        raise ReportDamaged
    return read_sealed_units(package)


def read_sealed_units(package: bytes) -> Sequence[SealedUnit]:
    """Return the units of a package. Raises ReportDamaged for one without results as data."""
    try:
        with ZipFile(BytesIO(package)) as archive:
            return decode_sealed_results(archive.read(RESULTS))
    except (KeyError, BadZipFile, ValueError) as error:
        raise ReportDamaged from error


def find_unsealed_awards(sealed: Sequence[SealedUnit], live: Mapping[str, Decimal]) -> list[str]:
    """Return the names of units whose live award, by public id, is not as sealed, and unsealed awards."""
    known = {unit.award for unit in sealed}
    changed = [unit.name_zh for unit in sealed if live.get(unit.award) != unit.amount_yuan]
    return [*changed, *sorted(live.keys() - known)]


def require_sealed_awards(report: FinanceReport) -> Mapping[str, SealedUnit]:
    """Return the sealed units by the public id of their award.

    Raises ReportDamaged, and AwardsNotSealed when a live award or the report's total is not the sealed one.
    """
    sealed = get_sealed_units(report)
    live = get_award_amounts([report.cycle_id]).get(report.cycle_id, {})
    changed = find_unsealed_awards(sealed, live)
    if changed or sum((unit.amount_yuan for unit in sealed), Decimal(0)) != report.total_yuan:
        raise AwardsNotSealed(units="、".join(changed) or "—")
    return {unit.award: unit for unit in sealed}
