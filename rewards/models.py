"""Models of every room of this app, for Django."""

from rewards.assessment.models import Award, IndicatorResult, InstrumentResult, UnitAssessment
from rewards.cycle.models import AssessmentCycle, SnapshotPart, StepRun
from rewards.declarations.models import DeclaredFact, FactProof
from rewards.findings.models import Falsification, Finding, FindingDecision
from rewards.forecast.models import Forecast, UnitForecast
from rewards.inspections.models import (
    DrawResult,
    InspectionDraw,
    InspectionPhoto,
    Inspector,
    RandomInspection,
)
from rewards.objections.models import Objection, ObjectionAnswer, ObjectionComment, ObjectionFile
from rewards.payments.models import BatchRow, PayeeAccount, Payment, PaymentBatch, Reversal
from rewards.policy.models import RewardPolicy
from rewards.report.models import FinanceReport, ReportPreview
from rewards.trials.models import PolicyTrial
from rewards.vouchers.models import (
    VoucherApplication,
    VoucherClaim,
    VoucherFile,
    VoucherGrant,
    VoucherPayout,
    VoucherPayoutList,
    VoucherPayoutRow,
    VoucherReversal,
    VoucherScheme,
    VoucherUse,
)
