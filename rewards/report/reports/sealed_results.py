"""The results as data, sealed in the package: what later pages and steps read instead of live rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import msgspec

from instrument_share.kernel.canonical import canonical_json
from rewards.assessment.models import UnitAssessment
from rewards.report.domain.codes import build_certificate_code
from rewards.report.models import FinanceReport
from rewards.report.reports.facts import ReportFacts

FORMAT = "instrument-share-results/1"


class SealedUnit(msgspec.Struct, frozen=True, kw_only=True):
    """What was sealed of a unit: its names at the freeze, score (null: none), grade and award in yuan."""

    award: str
    organization: str
    uscc: str
    name_zh: str
    name_en: str
    score: Decimal | None
    grade_zh: str
    grade_en: str
    amount_yuan: Decimal


class SealedResults(msgspec.Struct, frozen=True, kw_only=True):
    """The results of a year, best score first."""

    format: str
    units: Sequence[SealedUnit]


@dataclass(frozen=True)
class Certificate:
    """What a report sealed of a unit; the code is derived from both, so that nothing more is stored."""

    report: FinanceReport
    unit: SealedUnit

    @property
    def code(self) -> str:
        """Return the code that is printed on it."""
        return build_certificate_code(self.report.code, self.unit.award)


def encode_sealed_results(facts: ReportFacts) -> bytes:
    """Return the results of every unit as canonical JSON."""
    results = SealedResults(format=FORMAT, units=[_unit(each) for each in facts.assessments])
    return canonical_json(msgspec.to_builtins(results)) + b"\n"


def _unit(assessment: UnitAssessment) -> SealedUnit:
    unit = assessment.organization
    return SealedUnit(
        award=assessment.award.public_id,
        organization=unit.public_id,
        uscc=unit.uscc,
        name_zh=unit.name_zh,
        name_en=unit.name_en,
        score=assessment.score,
        grade_zh=assessment.grade_zh,
        grade_en=assessment.grade_en,
        amount_yuan=assessment.award.amount_yuan,
    )


def decode_sealed_results(content: bytes) -> Sequence[SealedUnit]:
    """Return the units of sealed results. Raises ValueError for anything else."""
    return msgspec.json.decode(content, type=SealedResults).units
