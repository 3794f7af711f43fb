"""The labels of the closed lists, as marked literals."""

from collections.abc import Mapping
from enum import StrEnum

from bookings.usage.domain.choices import Capture, Rating, ResultKind, UsagePurpose
from instrument_share.kernel.errors import gettext_noop

LABELS: Mapping[type[StrEnum], Mapping[StrEnum, str]] = {
    UsagePurpose: {
        UsagePurpose.SERVICE: gettext_noop("Shared use"),
        UsagePurpose.STATUTORY_TESTING: gettext_noop("Statutory testing"),
        UsagePurpose.GOODS_INSPECTION: gettext_noop("Inspection of goods"),
        UsagePurpose.MEDICAL_CARE: gettext_noop("Medical care"),
        UsagePurpose.COMMERCIAL_FILMING: gettext_noop("Commercial filming"),
        UsagePurpose.TELECOM_BILLING: gettext_noop("Telecommunication billing"),
    },
    ResultKind: {
        ResultKind.PAPER: gettext_noop("Paper"),
        ResultKind.PATENT: gettext_noop("Patent"),
        ResultKind.STANDARD: gettext_noop("Standard"),
        ResultKind.PRODUCT: gettext_noop("Product"),
    },
    Capture: {
        Capture.CHECK_OUT: gettext_noop("Check-in and check-out"),
        Capture.MANUAL: gettext_noop("Entered by hand"),
        Capture.IMPORT: gettext_noop("Imported sheet"),
        Capture.DEVICE: gettext_noop("Reported by the device"),
    },
    Rating: {
        Rating.VERY_SATISFIED: gettext_noop("Very satisfied"),
        Rating.SATISFIED: gettext_noop("Satisfied"),
        Rating.NEUTRAL: gettext_noop("Neutral"),
        Rating.DISSATISFIED: gettext_noop("Dissatisfied"),
        Rating.VERY_POOR: gettext_noop("Very poor"),
    },
}

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
    "content": gettext_noop("Work done"),
    "project": gettext_noop("Project"),
    "samples": gettext_noop("Number of samples"),
    "results": gettext_noop("Results"),
    "amount_yuan": gettext_noop("Amount"),
}
"""The fields that a correction may name."""
