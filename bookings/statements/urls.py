"""URL patterns of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from bookings.statements.views import accounts, statements, steps, waiving

unit_urls = [
    path("statements/", statements.unit_statements, name="unit_statements"),
    path("statements/draft/", steps.statements_draft_month, name="statements_draft"),
    path("statements/account/", accounts.statement_account, name="statement_account"),
    path("statements/send/", steps.statements_send_all, name="statements_send"),
]
"""Under `unit/<id>/`."""
statements_urls = [
    path("<str:public_id>/", statements.statement, name="statement"),
    path("<str:public_id>/pdf/", statements.statement_pdf, name="statement_pdf"),
    path("<str:public_id>/xlsx/", statements.statement_xlsx, name="statement_xlsx"),
    path("<str:public_id>/send/", steps.statement_sending, name="statement_send"),
    path("<str:public_id>/confirm/", steps.statement_confirming, name="statement_confirm"),
    path("<str:public_id>/question/", steps.statement_disputing, name="statement_dispute"),
    path("<str:public_id>/answer/", steps.statement_answering, name="statement_answer"),
    path("<str:public_id>/payment/", steps.statement_payment_new, name="statement_payment"),
    path(
        "<str:public_id>/payments/<str:payment_id>/reverse/",
        steps.statement_payment_reversing,
        name="statement_payment_reverse",
    ),
]
"""Under `statements/`."""
bookings_urls = [path("<str:public_id>/waive/", waiving.waive, name="charge_waive")]
"""Under `bookings/`."""
