"""Whether a report's stored files are still the ones that were sent."""

from instrument_share.documents import signing
from instrument_share.kernel.errors import gettext_noop
from rewards.cycle.domain.canonical import sha256
from rewards.report.models import FinanceReport
from rewards.report.selectors.reports import report_file
from rewards.report.selectors.verification import PROBLEMS, UNKNOWN

GONE = gettext_noop("A file of the report is no longer in storage. Restore it from a backup.")


def report_problems(report: FinanceReport) -> tuple[str, ...]:
    """Return what is wrong with the stored PDF and package, as messages to translate; empty: nothing.

    Reads both files, and asks the database nothing.
    """
    try:
        _, pdf = report_file(report, "pdf")
        _, package = report_file(report, "package")
    except OSError:
        return (GONE,)
    same = sha256(pdf) == report.pdf_sha256 and sha256(package) == report.package_sha256
    problem = signing.check_signature(pdf).problem
    return (*(() if same else (UNKNOWN,)), *((PROBLEMS[problem],) if problem else ()))
