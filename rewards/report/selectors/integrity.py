"""Check that a report's stored files are unchanged."""

from collections.abc import Mapping
from decimal import Decimal

from instrument_share.kernel.errors import gettext_noop
from rewards.cycle.domain.parts import hash_content
from rewards.report.domain.errors import ReportDamaged
from rewards.report.models import FinanceReport
from rewards.report.selectors.reports import get_report_file, hash_report_file
from rewards.report.selectors.sealed import find_unsealed_awards, get_sealed_units
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


def _find_changed_awards(report: FinanceReport, awards: Mapping[str, Decimal]) -> tuple[str, ...]:
    try:
        sealed = get_sealed_units(report)
    except ReportDamaged:
        return (WITHOUT_RESULTS,)
    return (NOT_SEALED,) if find_unsealed_awards(sealed, awards) else ()
