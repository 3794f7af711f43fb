"""URL patterns of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from rewards.payments.views import accounts, batches, finance, payments

_report, _batch = "reports/<str:public_id>", "reports/<str:public_id>/batches/<str:batch_id>"

finance_urls = [
    path("", finance.finance, name="finance"),
    path(f"{_report}/", finance.report, name="report"),
    path(f"{_report}/pdf/", finance.report_pdf, name="report_pdf"),
    path(f"{_report}/package/", finance.report_package, name="report_package"),
    path(f"{_report}/accept/", finance.report_accept, name="report_accept"),
    path(f"{_report}/return/", finance.report_return, name="report_return"),
    path(f"{_report}/payments/<str:award_id>/", payments.payment_new, name="payment_new"),
    path(f"{_report}/reversals/<str:payment_id>/", payments.payment_back, name="payment_back"),
    path(f"{_report}/batch/", batches.batch_new, name="batch_new"),
    path(f"{_batch}/", batches.batch, name="batch"),
    path(f"{_batch}/sheet/", batches.batch_sheet, name="batch_sheet"),
    path(f"{_batch}/answer/", batches.batch_answer, name="batch_answer"),
    path(f"{_batch}/withdraw/", batches.batch_take_back, name="batch_take_back"),
]
"""Under `finance/`."""
accounts_urls = [
    path("<str:unit_id>/", accounts.payee_account, name="payee_account"),
    path("<str:unit_id>/<str:account_id>/", accounts.payee_account_check, name="payee_account_check"),
]
"""Under `unit-accounts/`."""
