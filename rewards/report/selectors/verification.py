"""Verify papers by their printed code or their bytes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from instrument_share.documents.sealing import signing
from instrument_share.kernel.errors import gettext_noop
from rewards.cycle.domain.parts import hash_content
from rewards.report.domain.codes import normalize_code
from rewards.report.models import FinanceReport
from rewards.report.reports.sealed_results import Certificate
from rewards.report.selectors.certificates import find_certificate_by_code

if TYPE_CHECKING:
    from collections.abc import Iterable

KNOWN = gettext_noop("The file's SHA-256 is that of a file of this report.")
CERTIFICATE = gettext_noop("It is the certificate of a unit, whose code stands in the signature.")
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
    there. Of a certificate, which is made at each request, `certificate` says what was sealed.
    """

    genuine: bool
    sha256: str
    reasons: tuple[str, ...]
    report: FinanceReport | None = None
    file: str = ""
    certificate: Certificate | None = None


def find_report_by_code(code: str) -> FinanceReport | None:
    """Return the public report with a code, however it was typed, or None."""
    return FinanceReport.objects.filter(code=normalize_code(code)).select_related("cycle__policy").first()


def verify_file(content: bytes) -> Verdict:
    """Verify that a file was sent: its SHA-256 is known, and a PDF's signature is intact."""
    digest = hash_content(content)
    reports = FinanceReport.objects.select_related("cycle__policy").order_by("id")
    report, file = _belongs(digest, reports)
    if report is None:
        return _verify_certificate(content, digest)
    if not file.endswith(".pdf"):
        return Verdict(True, digest, (KNOWN,), report, file)
    problems = find_signature_problems(content)
    if problems:
        return Verdict(False, digest, problems, report, file)
    return Verdict(True, digest, (KNOWN, SIGNED), report, file)


def _verify_certificate(content: bytes, digest: str) -> Verdict:
    """Verify by the signature alone: it names the code, and nobody else can sign."""
    signature = signing.check_signature(content)
    found = find_certificate_by_code(signature.location) if signature.genuine else None
    if found is None:
        return Verdict(False, digest, (UNKNOWN, *find_signature_problems(content)))
    return Verdict(True, digest, (SIGNED, CERTIFICATE), found.report, f"{found.code}.pdf", found)


def _belongs(digest: str, reports: "Iterable[FinanceReport]") -> tuple[FinanceReport | None, str]:
    for report in reports:
        if digest == report.package_sha256:
            return report, f"{report.code}.zip"
        for file in report.manifest["files"]:
            if file["sha256"] == digest:
                return report, file["name"]
    return None, ""


def find_signature_problems(content: bytes) -> tuple[str, ...]:
    """Return what is wrong with a PDF's signature, as messages to translate."""
    problem = signing.check_signature(content).problem
    return (PROBLEMS[problem],) if problem else ()
