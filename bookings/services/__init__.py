"""The only writers of bookings and usage."""

from bookings.services.attendance import booking_check_in, booking_check_out
from bookings.services.booking import (
    booking_approve,
    booking_cancel,
    booking_create,
    booking_move,
    booking_reject,
)
from bookings.services.cases import case_uses_set
from bookings.services.closure import closure_place
from bookings.services.due import bookings_lapse_due, bookings_no_show_due
from bookings.services.history import HistoryCounts, history_import
from bookings.services.holidays import holidays_set
from bookings.services.instrument_states import (
    closure_lift,
    instrument_resume,
    instrument_retire,
    instrument_suspend,
    qualification_revoke,
    rule_put_in_force,
)
from bookings.services.membership import membership_end, organization_leave
from bookings.services.next_free import next_free_advance, next_free_rebuild, next_free_refresh
from bookings.services.usage import usage_confirm, usage_correct, usage_log_by_hand, usage_review

__all__ = [
    "HistoryCounts",
    "booking_approve",
    "booking_cancel",
    "booking_check_in",
    "booking_check_out",
    "booking_create",
    "booking_move",
    "booking_reject",
    "bookings_lapse_due",
    "bookings_no_show_due",
    "case_uses_set",
    "closure_lift",
    "closure_place",
    "history_import",
    "holidays_set",
    "instrument_resume",
    "instrument_retire",
    "instrument_suspend",
    "membership_end",
    "next_free_advance",
    "next_free_rebuild",
    "next_free_refresh",
    "organization_leave",
    "qualification_revoke",
    "rule_put_in_force",
    "usage_confirm",
    "usage_correct",
    "usage_log_by_hand",
    "usage_review",
]
