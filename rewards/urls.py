"""Addresses of this app's pages."""

from django.urls import path

from rewards.assessment.views import results
from rewards.assessment.views.export import units_csv
from rewards.cycle.views import cycle_open
from rewards.findings.views import findings
from rewards.policy.views import policy_new
from rewards.report.views import finance, verify
from rewards.year.views.cycles import cycle, cycle_step

urlpatterns = [
    path("verify/", verify.verify, name="verify"),
    path("openness/results/<int:year>/", results.result, name="result"),
    path("bureau/policies/new/", policy_new, name="policy_new"),
    path("bureau/cycles/<int:year>/", cycle, name="cycle"),
    path("bureau/cycles/<int:year>/open/", cycle_open, name="cycle_open"),
    path("bureau/cycles/<int:year>/units.csv", units_csv, name="units_csv"),
    path("bureau/cycles/<int:year>/findings/", findings.findings, name="findings"),
    path("bureau/cycles/<int:year>/<str:verb>/", cycle_step, name="cycle_step"),
    path("bureau/findings/<str:public_id>/", findings.finding, name="finding"),
    path("bureau/findings/<str:public_id>/decide/", findings.finding_decide, name="finding_decide"),
    path("bureau/findings/<str:public_id>/answer/", findings.finding_answer, name="finding_answer"),
    path("bureau/assessments/<str:public_id>/", results.assessment, name="assessment"),
    path(
        "bureau/assessments/<str:public_id>/instruments/<str:instrument_id>/",
        results.instrument_result,
        name="instrument_result",
    ),
    path("finance/", finance.finance, name="finance"),
    path("finance/reports/<str:public_id>/", finance.report, name="report"),
    path("finance/reports/<str:public_id>/pdf/", finance.report_pdf, name="report_pdf"),
    path("finance/reports/<str:public_id>/package/", finance.report_package, name="report_package"),
    path("finance/reports/<str:public_id>/accept/", finance.report_accept, name="report_accept"),
    path("finance/reports/<str:public_id>/return/", finance.report_return, name="report_return"),
    path("finance/reports/<str:public_id>/payments/<str:award_id>/", finance.payment_new, name="payment_new"),
]
