"""The closed lists of usage logs."""

from enum import StrEnum


class Capture(StrEnum):
    """How a usage log was made."""

    CHECK_OUT = "check_out"
    MANUAL = "manual"
    IMPORT = "import"
    DEVICE = "device"

    @property
    def is_by_hand(self) -> bool:
        """Return whether a person entered it afterwards, instead of a check-out or a device."""
        return self in {Capture.MANUAL, Capture.IMPORT}


class UsagePurpose(StrEnum):
    """Purposes that rewards may exclude (docs/reward-policy.md); `service` is ordinary shared use."""

    SERVICE = "service"
    STATUTORY_TESTING = "statutory_testing"
    GOODS_INSPECTION = "goods_inspection"
    MEDICAL_CARE = "medical_care"
    COMMERCIAL_FILMING = "commercial_filming"
    TELECOM_BILLING = "telecom_billing"


class Rating(StrEnum):
    """非常满意 … 极差, from the best to the worst; 5 to 1 as figures."""

    VERY_SATISFIED = "very_satisfied"
    SATISFIED = "satisfied"
    NEUTRAL = "neutral"
    DISSATISFIED = "dissatisfied"
    VERY_POOR = "very_poor"


class EntryKind(StrEnum):
    """What an entry of the usage chain records."""

    LOG = "log"
    CORRECTION = "correction"
    CONFIRMATION = "confirmation"
    WITHDRAWAL = "withdrawal"


class ResultKind(StrEnum):
    """What came of a use."""

    PAPER = "paper"
    PATENT = "patent"
    STANDARD = "standard"
    PRODUCT = "product"
