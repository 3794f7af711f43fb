"""The closed lists of usage logs."""

from enum import StrEnum


class Capture(StrEnum):
    """How a usage log came to be."""

    CHECK_OUT = "check_out"
    MANUAL = "manual"
    IMPORT = "import"
    DEVICE = "device"

    @property
    def is_by_hand(self) -> bool:
        """Whether a person typed it in afterwards, as against a check-out or a device."""
        return self in {Capture.MANUAL, Capture.IMPORT}


class UsagePurpose(StrEnum):
    """What rewards may exclude (docs/reward-policy.md, "What counts"); `service` is ordinary shared use."""

    SERVICE = "service"
    STATUTORY_TESTING = "statutory_testing"
    GOODS_INSPECTION = "goods_inspection"
    MEDICAL_CARE = "medical_care"
    COMMERCIAL_FILMING = "commercial_filming"
    TELECOM_BILLING = "telecom_billing"


class Rating(StrEnum):
    """非常满意 … 极差, from the best to the worst: 5, 4, 3, 2, 1 where a figure is asked."""

    VERY_SATISFIED = "very_satisfied"
    SATISFIED = "satisfied"
    NEUTRAL = "neutral"
    DISSATISFIED = "dissatisfied"
    VERY_POOR = "very_poor"


class EntryKind(StrEnum):
    """What an entry of an instrument's usage chain records."""

    LOG = "log"
    CORRECTION = "correction"
    CONFIRMATION = "confirmation"
