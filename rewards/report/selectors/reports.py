"""Reports to the Finance Bureau."""

from typing import TYPE_CHECKING

from django.core.files import File
from django.core.files.storage import default_storage
from django.db.models import QuerySet

from instrument_share.kernel.errors import NotFound, require_found
from instrument_share.kernel.hashes import SHA256, digest_of_file
from rewards.cycle.selectors.scope import can_see_all
from rewards.report.models import FinanceReport

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer


def reports(viewer: "Viewer") -> QuerySet[FinanceReport]:
    """Return reports with their cycle, newest first, for bureau, auditors and Finance; others see none."""
    found = FinanceReport.objects.select_related("cycle__policy", "sent_by", "answered_by")
    return (found if can_see_all(viewer) else found.none()).order_by("-sealed_at", "-id")


def get_report(viewer: "Viewer", public_id: str) -> FinanceReport:
    """Return one report. Raises NotFound."""
    return require_found(reports(viewer).filter(public_id=public_id).first())


def report_lock(report_id: int) -> FinanceReport:
    """Return the report with its cycle, locked until the transaction ends. Raises NotFound."""
    return require_found(
        FinanceReport.objects.select_for_update(of=("self",))
        .select_related("cycle__policy")
        .filter(pk=report_id)
        .first()
    )


def open_report_file(report: FinanceReport, kind: str) -> tuple[str, File]:
    """Return the name to offer of a report's `pdf` or `package`, and the open file.

    Raises NotFound, and OSError where storage has no such file.
    """
    names = {
        "pdf": (f"{report.code}.pdf", report.pdf_file),
        "package": (f"{report.code}.zip", report.package_file),
    }
    if kind not in names:
        raise NotFound
    name, stored = names[kind]
    return name, default_storage.open(stored)


def get_report_file(report: FinanceReport, kind: str) -> tuple[str, bytes]:
    """Return the name to offer and the bytes of a report's `pdf` or `package`, as `open_report_file`."""
    name, file = open_report_file(report, kind)
    with file:
        return name, file.read()


def hash_report_file(report: FinanceReport, kind: str, by: str = SHA256) -> str:
    """Return a hash of a file as stored, as `open_report_file`; memory does not grow with it."""
    _, file = open_report_file(report, kind)
    with file:
        return digest_of_file(by, file)
