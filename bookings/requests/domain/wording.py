"""The words of the closed lists and of what is done, as literals of the catalogues."""

from collections.abc import Mapping
from enum import StrEnum

from bookings.requests.domain.words import CreditKind, Direction
from bookings.usage.domain.words import Capture, Rating, UsagePurpose
from instrument_share.kernel.errors import gettext_noop

WORDS: Mapping[type[StrEnum], Mapping[StrEnum, str]] = {
    Direction: {
        Direction.RESEARCH: gettext_noop("Scientific research"),
        Direction.DEVELOPMENT: gettext_noop("Technical development"),
        Direction.TEACHING: gettext_noop("Teaching"),
        Direction.OTHER: gettext_noop("Other purpose"),
    },
    UsagePurpose: {
        UsagePurpose.SERVICE: gettext_noop("Shared use"),
        UsagePurpose.STATUTORY_TESTING: gettext_noop("Statutory testing"),
        UsagePurpose.GOODS_INSPECTION: gettext_noop("Inspection of goods"),
        UsagePurpose.MEDICAL_CARE: gettext_noop("Medical care"),
        UsagePurpose.COMMERCIAL_FILMING: gettext_noop("Commercial filming"),
        UsagePurpose.TELECOM_BILLING: gettext_noop("Telecommunication billing"),
    },
    Capture: {
        Capture.CHECK_OUT: gettext_noop("Check-in and check-out"),
        Capture.MANUAL: gettext_noop("Entered by hand"),
        Capture.IMPORT: gettext_noop("Imported"),
        Capture.DEVICE: gettext_noop("Reported by the device"),
    },
    Rating: {
        Rating.VERY_SATISFIED: gettext_noop("Very satisfied"),
        Rating.SATISFIED: gettext_noop("Satisfied"),
        Rating.NEUTRAL: gettext_noop("Neutral"),
        Rating.DISSATISFIED: gettext_noop("Dissatisfied"),
        Rating.VERY_POOR: gettext_noop("Very poor"),
    },
    CreditKind: {
        CreditKind.NO_SHOW: gettext_noop("No-show"),
        CreditKind.LATE_CANCEL: gettext_noop("Cancelled late"),
        CreditKind.MISUSE: gettext_noop("Misuse"),
    },
}

ACTIONS: Mapping[str, str] = {
    "booking.requested": gettext_noop("Request made"),
    "booking.approved": gettext_noop("Approved"),
    "booking.rejected": gettext_noop("Rejected"),
    "booking.cancelled": gettext_noop("Cancelled"),
    "booking.lapsed": gettext_noop("Lapsed without a decision"),
    "booking.no_show": gettext_noop("Marked as no-show"),
    "booking.moved": gettext_noop("Moved to another time"),
    "booking.moved_for_decision": gettext_noop("Moved to another time, to be decided again"),
    "booking.charged_again": gettext_noop("Late cancel charged again"),
    "booking.checked_in": gettext_noop("Checked in"),
    "booking.checked_out": gettext_noop("Checked out"),
}
"""What the journal calls a booking's changes."""

FIELDS: Mapping[str, str] = {
    "starts_at": gettext_noop("Starts at"),
    "ends_at": gettext_noop("Ends at"),
    "setup_seconds": gettext_noop("Set-up"),
    "measuring_seconds": gettext_noop("Measuring"),
    "post_seconds": gettext_noop("Post-processing"),
    "idle_seconds": gettext_noop("Idle"),
    "service_mode": gettext_noop("Way of service"),
    "direction": gettext_noop("Direction"),
    "purpose": gettext_noop("Kind of use"),
    "content": gettext_noop("What was done"),
    "project": gettext_noop("Project"),
    "samples": gettext_noop("Number of samples"),
    "results": gettext_noop("Results"),
    "amount_yuan": gettext_noop("Amount"),
}
"""The fields that a correction may name."""
