"""Previews of the paper before it is sealed."""

from django.core.files.storage import default_storage
from django.db.models import Max

from rewards.cycle.models import AssessmentCycle
from rewards.report.models import FinanceReport, ReportPreview


def get_next_number(cycle: AssessmentCycle) -> int:
    """Return the number of the cycle's next report."""
    last = FinanceReport.objects.filter(cycle=cycle).aggregate(last=Max("number"))["last"] or 0
    return int(last) + 1


def get_preview(cycle: AssessmentCycle) -> ReportPreview | None:
    """Return the last preview of the cycle's next report, or None."""
    made = ReportPreview.objects.filter(cycle=cycle, number=get_next_number(cycle))
    return made.select_related("looked_by").order_by("-id").first()


def read_preview(preview: ReportPreview) -> bytes:
    """Return the PDF of a preview."""
    with default_storage.open(preview.file) as file:
        content: bytes = file.read()
        return content
