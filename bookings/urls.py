"""Addresses of this app's pages."""

from django.urls import path

from bookings.requests.views import bookings as booking
from bookings.requests.views import holidays, instrument_states, rules
from bookings.usage.views import attendance, cases, usage

urlpatterns = [
    path("instruments/<str:public_id>/suspend/", instrument_states.suspend, name="instrument_suspend"),
    path("instruments/<str:public_id>/resume/", instrument_states.resume, name="instrument_resume"),
    path("instruments/<str:public_id>/retire/", instrument_states.retire, name="instrument_retire"),
    path(
        "instruments/<str:public_id>/qualifications/<int:qualification_id>/end/",
        instrument_states.qualification_revoke,
        name="qualification_revoke",
    ),
    path("bureau/holidays/", holidays.this_year, name="holidays"),
    path("bureau/holidays/<int:year>/", holidays.year_of_holidays, name="holiday_year"),
    path("unit/instruments/<str:public_id>/rule/", rules.rule_new, name="rule_new"),
    path("bookings/<str:public_id>/", booking.booking, name="booking"),
    path("bookings/<str:public_id>/cancel/", booking.cancel, name="booking_cancel"),
    path("bookings/<str:public_id>/move/", booking.move, name="booking_move"),
    path("bookings/<str:public_id>/move/quote/", booking.move_quote, name="booking_move_quote"),
    path("bookings/<str:public_id>/move/times/", booking.move_times, name="booking_move_times"),
    path("bookings/<str:public_id>/approve/", attendance.approve, name="booking_approve"),
    path("bookings/<str:public_id>/reject/", attendance.reject, name="booking_reject"),
    path("bookings/<str:public_id>/check-in/", attendance.check_in, name="booking_check_in"),
    path("bookings/<str:public_id>/check-out/", attendance.check_out, name="booking_check_out"),
    path("unit/cases/<str:public_id>/uses/", cases.uses, name="case_uses"),
    path("usage/<str:public_id>/", usage.usage_log, name="usage_log"),
    path("usage/<str:public_id>/confirm/", usage.confirm, name="usage_confirm"),
    path("usage/<str:public_id>/correct/", usage.correct, name="usage_correct"),
    path("usage/<str:public_id>/review/", usage.review, name="usage_review"),
]
