"""Reports to the Finance Bureau."""

from typing import TYPE_CHECKING

from django.core.files.storage import default_storage
from django.db.models import Prefetch, QuerySet

from instrument_share.kernel.errors import NotFound, require_found
from rewards.cycle.selectors.scope import can_see_all
from rewards.report.models import FinanceReport, Payment

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer


def reports(viewer: "Viewer") -> QuerySet[FinanceReport]:
    """Return reports with their cycle, newest first, for bureau, auditors and Finance; others see none."""
    found = FinanceReport.objects.select_related("cycle__policy", "sent_by", "answered_by")
    return (found if can_see_all(viewer) else found.none()).order_by("-sealed_at", "-id")


def get_report(viewer: "Viewer", public_id: str) -> FinanceReport:
    """Return one report with its payments (`.payments.all()`). Raises NotFound."""
    payments = Payment.objects.select_related("award__assessment__organization").order_by("recorded_at", "id")
    return require_found(
        reports(viewer).filter(public_id=public_id).prefetch_related(Prefetch("payments", payments)).first()
    )


def report_lock(report_id: int) -> FinanceReport:
    """Return the report with its cycle, locked until the transaction ends. Raises NotFound."""
    return require_found(
        FinanceReport.objects.select_for_update(of=("self",))
        .select_related("cycle__policy")
        .filter(pk=report_id)
        .first()
    )


def get_report_file(report: FinanceReport, kind: str) -> tuple[str, bytes]:
    """Return the name to offer and the bytes of a report's `pdf` or `package`. Raises NotFound."""
    names = {
        "pdf": (f"{report.code}.pdf", report.pdf_file),
        "package": (f"{report.code}.zip", report.package_file),
    }
    if kind not in names:
        raise NotFound
    name, stored = names[kind]
    with default_storage.open(stored) as file:
        return name, file.read()
