"""Verify papers by their printed code or their bytes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Case, IntegerField, When

from instrument_share.documents.sealing.package import encode_lists
from instrument_share.kernel.errors import gettext_noop
from rewards.cycle.domain.parts import hash_content
from rewards.report.domain.codes import get_report_code, normalize_code
from rewards.report.domain.errors import ReportDamaged
from rewards.report.domain.states import ReportState
from rewards.report.models import FinanceReport
from rewards.report.reports.sealed_results import Certificate
from rewards.report.selectors.certificates import find_certificate_by_code
from rewards.report.selectors.issued import IssuedPaper, find_issued_paper

if TYPE_CHECKING:
    from collections.abc import Iterable

KNOWN = gettext_noop("The file's SHA-256 is that of a file of this report.")
CERTIFICATE = gettext_noop("It is the certificate or the sheet of a unit; its code stands in the signature.")
ISSUED = gettext_noop("It is a paper that is made when it is opened; its code stands in the signature.")
DAMAGED = gettext_noop(
    "The package of its report is not stored as it was sent, so that what was sealed can't be shown for "
    "comparison."
)
SIGNED = gettext_noop("Its signature is this platform's, and covers the whole file.")
UNKNOWN = gettext_noop("The file's SHA-256 is not that of any file that was sent.")
PROBLEMS = {
    "not_pdf": gettext_noop("It is not a PDF."),
    "too_large": gettext_noop("It is larger than any document of this platform."),
    "unsigned": gettext_noop("It carries no signature."),
    "changed": gettext_noop("It was changed after it had been signed."),
    "added_to": gettext_noop("Something was added after it had been signed."),
    "foreign": gettext_noop("It was signed by someone else."),
}
"""What is wrong with a file's signature, by the code of `sealing.signing`, as a message to translate."""


@dataclass(frozen=True)
class Verdict:
    """Whether a file was sent and is unchanged.

    `reasons` are messages to translate; `report` is the report that the file belongs to, `file` its name
    there, empty where that cannot be read. Of a certificate, which is made at each request, `certificate`
    says what was sealed; of another paper that is, `issued` says what is kept.
    """

    genuine: bool
    sha256: str
    reasons: tuple[str, ...]
    report: FinanceReport | None = None
    file: str = ""
    certificate: Certificate | None = None
    issued: IssuedPaper | None = None


def find_report_by_code(code: str) -> FinanceReport | None:
    """Return the public report with a code, however it was typed, or None."""
    return FinanceReport.objects.filter(code=normalize_code(code)).select_related("cycle__policy").first()


def verify_file(content: bytes) -> Verdict:
    """Verify that a file was sent: its SHA-256 is known, and a PDF's signature is intact."""
    digest = hash_content(content)
    report, file = _belongs(digest, _reports_in_force_first())
    if report is None:
        return _verify_by_signature(content, digest)
    if not file.endswith(".pdf"):
        return Verdict(True, digest, (KNOWN,), report, file)
    problems = find_signature_problems(content)
    if problems:
        return Verdict(False, digest, problems, report, file)
    return Verdict(True, digest, (KNOWN, SIGNED), report, file)


def _reports_in_force_first() -> "Iterable[FinanceReport]":
    """Return the reports one by one; a file of several (the policy) is shown with one that is in force."""
    returned = Case(When(state=ReportState.RETURNED, then=1), default=0, output_field=IntegerField())
    found = FinanceReport.objects.select_related("cycle__policy").order_by(returned, "-id")
    return found.iterator(chunk_size=1)


def _verify_by_signature(content: bytes, digest: str) -> Verdict:
    """Verify by the signature alone: it names the code, and nobody else can sign."""
    from instrument_share.documents.sealing import signing

    signature = signing.check_signature(content)
    code = signature.location if signature.genuine else ""
    try:
        found = find_certificate_by_code(code)
    except ReportDamaged:
        report = find_report_by_code(get_report_code(code))
        return Verdict(True, digest, (SIGNED, CERTIFICATE, DAMAGED), report)
    if found is not None:
        return Verdict(True, digest, (SIGNED, CERTIFICATE), found.report, f"{found.code}.pdf", found)
    issued = find_issued_paper(code)
    if issued is not None:
        return Verdict(True, digest, (SIGNED, ISSUED), issued=issued)
    return Verdict(False, digest, (UNKNOWN, *find_signature_problems(content)))


def _belongs(digest: str, reports: "Iterable[FinanceReport]") -> tuple[FinanceReport | None, str]:
    for report in reports:
        name = _sealed_names(report).get(digest)
        if name is not None:
            return report, name
    return None, ""


def _sealed_names(report: FinanceReport) -> dict[str, str]:
    """Return the name of each sealed file by its SHA-256: of the package, of all in it and of its lists."""
    lists = encode_lists(report.manifest).items()
    return {
        **{file["sha256"]: file["name"] for file in report.manifest["files"]},
        **{hash_content(content): name for name, content in lists},
        report.package_sha256: f"{report.code}.zip",
    }


def find_signature_problems(content: bytes) -> tuple[str, ...]:
    """Return what is wrong with a PDF's signature, as messages to translate."""
    from instrument_share.documents.sealing import signing

    problem = signing.check_signature(content).problem
    return (PROBLEMS[problem],) if problem else ()
