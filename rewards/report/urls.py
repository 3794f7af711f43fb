"""URL patterns of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from rewards.report.views import finance, verify
from rewards.report.views.certificate import certificate

verify_urls = [
    path("", verify.verify, name="verify"),
]
"""Under `verify/`."""
assessments_urls = [
    path("<str:public_id>/certificate/", certificate, name="certificate"),
]
"""Under `bureau/assessments/`."""
finance_urls = [
    path("", finance.finance, name="finance"),
    path("reports/<str:public_id>/", finance.report, name="report"),
    path("reports/<str:public_id>/pdf/", finance.report_pdf, name="report_pdf"),
    path("reports/<str:public_id>/package/", finance.report_package, name="report_package"),
    path("reports/<str:public_id>/accept/", finance.report_accept, name="report_accept"),
    path("reports/<str:public_id>/return/", finance.report_return, name="report_return"),
    path("reports/<str:public_id>/payments/<str:award_id>/", finance.payment_new, name="payment_new"),
]
"""Under `finance/`."""
