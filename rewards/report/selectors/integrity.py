"""Check that a report's stored files are unchanged."""

from instrument_share.kernel.errors import gettext_noop
from rewards.cycle.domain.parts import hash_content
from rewards.report.models import FinanceReport
from rewards.report.selectors.reports import get_report_file
from rewards.report.selectors.verification import UNKNOWN, find_signature_problems

GONE = gettext_noop("A file of the report is no longer in storage. Restore it from a backup.")


def find_report_problems(report: FinanceReport) -> tuple[str, ...]:
    """Return problems of the stored PDF and package, as messages to translate.

    Reads both files, without a database query.
    """
    try:
        _, pdf = get_report_file(report, "pdf")
        _, package = get_report_file(report, "package")
    except OSError:
        return (GONE,)
    same = hash_content(pdf) == report.pdf_sha256 and hash_content(package) == report.package_sha256
    return (*(() if same else (UNKNOWN,)), *find_signature_problems(pdf))
