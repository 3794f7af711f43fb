"""URL patterns of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from bookings.usage.views import attendance, cases, disputes, receipts, results, usage, withdrawals
from bookings.usage.views.by_hand import usage_by_hand

attendance_urls = [
    path("<str:public_id>/approve/", attendance.approve, name="booking_approve"),
    path("<str:public_id>/reject/", attendance.reject, name="booking_reject"),
    path("<str:public_id>/check-in/", attendance.check_in, name="booking_check_in"),
    path("<str:public_id>/check-out/", attendance.check_out, name="booking_check_out"),
]
"""Under `bookings/`."""
keeper_urls = [
    path("decide/", attendance.decide_many, name="requests_decide"),
    path("decline/", attendance.decline_many, name="requests_decline"),
]
"""Under `keeper/`."""
cases_urls = [
    path("<str:public_id>/uses/", cases.uses, name="case_uses"),
]
"""Under `unit/cases/`."""
usage_urls = [
    path("<str:public_id>/", usage.usage_log, name="usage_log"),
    path("<str:public_id>/confirm/", usage.confirm, name="usage_confirm"),
    path("<str:public_id>/correct/", usage.correct, name="usage_correct"),
    path("<str:public_id>/review/", usage.review, name="usage_review"),
    path("<str:public_id>/review/reply/", disputes.review_reply, name="usage_review_reply"),
    path("<str:public_id>/dispute/", disputes.dispute, name="usage_dispute"),
    path("<str:public_id>/disputes/<str:dispute_id>/answer/", disputes.answer, name="usage_dispute_answer"),
    path(
        "<str:public_id>/corrections/<str:correction_id>/withdraw/",
        withdrawals.correction_withdraw,
        name="usage_correction_withdraw",
    ),
    path("<str:public_id>/results/new/", results.result_new, name="usage_result_new"),
    path(
        "<str:public_id>/results/<str:result_id>/withdraw/",
        results.result_withdraw,
        name="usage_result_withdraw",
    ),
    path("<str:public_id>/receipts/<int:number>/", receipts.usage_receipt, name="usage_receipt"),
]
"""Under `usage/`."""
verify_urls = [
    path("receipt/", receipts.verify_receipt, name="verify_receipt"),
]
"""Under `verify/`."""
by_hand_urls = [
    path("", usage_by_hand, name="usage_by_hand"),
]
"""Under `keeper/log/`."""
