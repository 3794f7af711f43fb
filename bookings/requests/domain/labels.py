"""The labels of the closed lists, as marked literals."""

from collections.abc import Mapping
from enum import StrEnum

from bookings.requests.domain.choices import BookingGroupKind, CreditKind, CreditOutcome, Direction
from instrument_share.kernel.errors import gettext_noop

LABELS: Mapping[type[StrEnum], Mapping[StrEnum, str]] = {
    Direction: {
        Direction.RESEARCH: gettext_noop("Scientific research"),
        Direction.DEVELOPMENT: gettext_noop("Technical development"),
        Direction.TEACHING: gettext_noop("Teaching"),
        Direction.OTHER: gettext_noop("Other purpose"),
    },
    BookingGroupKind: {
        BookingGroupKind.SINGLE: gettext_noop("Single request"),
        BookingGroupKind.SERIES: gettext_noop("Series"),
        BookingGroupKind.BASKET: gettext_noop("Basket"),
    },
    CreditKind: {
        CreditKind.NO_SHOW: gettext_noop("No-show"),
        CreditKind.LATE_CANCEL: gettext_noop("Cancelled late"),
        CreditKind.MISUSE: gettext_noop("Misuse"),
    },
    CreditOutcome: {
        CreditOutcome.UPHELD: gettext_noop("Event upheld"),
        CreditOutcome.LIFTED: gettext_noop("Event lifted"),
    },
}

ACTIONS: Mapping[str, str] = {
    "booking.requested": gettext_noop("Request made"),
    "booking.offered": gettext_noop("Offered from the waiting list"),
    "booking.offer_accepted": gettext_noop("Offer accepted"),
    "booking.offer_declined": gettext_noop("Offer declined"),
    "booking.offer_lapsed": gettext_noop("Offer lapsed"),
    "booking.approved": gettext_noop("Approved"),
    "booking.rejected": gettext_noop("Rejected"),
    "booking.cancelled": gettext_noop("Cancelled"),
    "booking.lapsed": gettext_noop("Lapsed without a decision"),
    "booking.no_show": gettext_noop("Marked as no-show"),
    "booking.no_show_taken_back": gettext_noop("No-show taken back: the user had come"),
    "booking.moved": gettext_noop("Moved to another time"),
    "booking.extended": gettext_noop("Extended"),
    "booking.moved_for_decision": gettext_noop("Moved to another time, to be decided again"),
    "booking.handed_over": gettext_noop("Handed over to a colleague"),
    "booking.planned": gettext_noop("Booked by the unit for samples"),
    "booking.agreed": gettext_noop("New time agreed to"),
    "booking.charged_again": gettext_noop("Late cancel charged again"),
    "booking.charge_taken_back": gettext_noop("No-show charge taken back"),
    "booking.charge_waived": gettext_noop("Charge waived"),
    "booking.kept": gettext_noop("Kept although the opening hours changed"),
    "booking.checked_in": gettext_noop("Checked in"),
    "booking.checked_out": gettext_noop("Checked out"),
    "booking.overdue": gettext_noop("Reminder: not checked out"),
}
"""What the journal calls a booking's changes."""
