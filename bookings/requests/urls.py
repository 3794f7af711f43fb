"""URL patterns of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from bookings.requests.views import bookings, holidays, instrument_decisions, rules
from bookings.requests.views.calendar import availability
from bookings.requests.views.closures import closure_lift, closure_new, closures
from bookings.requests.views.request import book, quote

instruments_urls = [
    path("<str:public_id>/availability/", availability, name="instrument_availability"),
    path("<str:public_id>/suspend/", instrument_decisions.suspend, name="instrument_suspend"),
    path("<str:public_id>/resume/", instrument_decisions.resume, name="instrument_resume"),
    path("<str:public_id>/retire/", instrument_decisions.retire, name="instrument_retire"),
    path(
        "<str:public_id>/qualifications/<int:qualification_id>/end/",
        instrument_decisions.qualification_revoke,
        name="qualification_revoke",
    ),
    path("<str:public_id>/book/", book, name="book"),
    path("<str:public_id>/quote/", quote, name="quote"),
]
"""Under `instruments/`."""
holidays_urls = [
    path("", holidays.this_year, name="holidays"),
    path("<int:year>/", holidays.holiday_year, name="holiday_year"),
]
"""Under `bureau/holidays/`."""
rules_urls = [
    path("<str:public_id>/rule/", rules.rule_new, name="rule_new"),
    path("<str:public_id>/rule/<str:rule_id>/withdraw/", rules.rule_withdrawal, name="rule_withdraw"),
]
"""Under `unit/instruments/`."""
bookings_urls = [
    path("<str:public_id>/", bookings.booking, name="booking"),
    path("<str:public_id>/agree/", bookings.agree, name="booking_agree"),
    path("<str:public_id>/cancel/", bookings.cancel, name="booking_cancel"),
    path("<str:public_id>/move/", bookings.move, name="booking_move"),
    path("<str:public_id>/move/quote/", bookings.move_quote, name="booking_move_quote"),
    path("<str:public_id>/move/times/", bookings.move_times, name="booking_move_times"),
]
"""Under `bookings/`."""
closures_urls = [
    path("closures/", closures, name="closures"),
    path("closure/", closure_new, name="closure_new"),
    path("closures/<str:public_id>/lift/", closure_lift, name="closure_lift"),
]
"""Under `keeper/`."""
