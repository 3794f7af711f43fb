"""One year's assessment: what was frozen and found, what each unit scored and is awarded, what was sent."""

from rewards.models.cycle import AssessmentCycle, RewardPolicy, SnapshotPart
from rewards.models.findings import Finding
from rewards.models.report import FinanceReport, Payment
from rewards.models.results import Award, IndicatorResult, InstrumentResult, UnitAssessment

__all__ = [
    "AssessmentCycle",
    "Award",
    "FinanceReport",
    "Finding",
    "IndicatorResult",
    "InstrumentResult",
    "Payment",
    "RewardPolicy",
    "SnapshotPart",
    "UnitAssessment",
]
