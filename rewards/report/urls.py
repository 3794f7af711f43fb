"""URL patterns of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from rewards.report.views import preview, verify
from rewards.report.views.certificate import assessment_sheet, certificate

verify_urls = [
    path("", verify.verify, name="verify"),
]
"""Under `verify/`."""
assessments_urls = [
    path("<str:public_id>/certificate/", certificate, name="certificate"),
    path("<str:public_id>/sheet/", assessment_sheet, name="assessment_sheet"),
]
"""Under `bureau/assessments/`."""
cycles_urls = [
    path("<int:year>/report-preview/", preview.report_preview, name="report_preview"),
    path("<int:year>/report-preview/pdf/", preview.report_preview_pdf, name="report_preview_pdf"),
]
"""Under `bureau/cycles/`."""
