"""The results as data, sealed in the package: what later pages and steps read instead of live rows.

Beside what these read it holds every figure that a stranger compares with an own computation
(docs/recompute.md).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

from instrument_share.kernel.canonical import canonical_json
from rewards.assessment.models import UnitAssessment
from rewards.cycle.models import AssessmentCycle
from rewards.report.domain.codes import build_certificate_code
from rewards.report.models import FinanceReport
from rewards.report.reports.facts import ReportFacts

FORMAT = "instrument-share-results/3"
WITHOUT_BALANCES = "instrument-share-results/2"
"""What was sealed before balances were, and is of years that were scored before they were kept."""


class SealedUnit(msgspec.Struct, frozen=True, kw_only=True):
    """What was sealed of a unit: its names at the freeze, score (null: none), grade and award in yuan.

    Of a `barred` one the grade is not told: see `get_grade_text`.
    """

    award: str
    organization: str
    uscc: str
    name_zh: str
    name_en: str
    score: Decimal | None
    grade_zh: str
    grade_en: str
    amount_yuan: Decimal
    barred: bool = False


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


def encode_sealed_results(facts: ReportFacts, sealed_as: str = "") -> bytes:
    """Return the results of the year and of every unit as canonical JSON.

    `sealed_as` is the format of results that were sealed before; without it the present one is taken, or the
    one before where a unit has no balance.
    """
    complete = all(each.balance is not None for each in facts.assessments)
    written_as = sealed_as or (FORMAT if complete else WITHOUT_BALANCES)
    results = {
        "format": written_as,
        **_year(facts.cycle),
        "units": [_sealed(each, written_as) for each in facts.assessments],
    }
    return canonical_json(results) + b"\n"


def get_sealed_format(content: bytes) -> str:
    """Return the format of sealed results."""
    return str(json.loads(content)["format"])


def is_sealed(assessment: UnitAssessment, content: bytes) -> bool:
    """Return whether the figures of a unit, named as frozen, are those in sealed results."""
    figures = canonical_json(_sealed(assessment, get_sealed_format(content)))
    return json.loads(figures) in json.loads(content)["units"]


def _sealed(assessment: UnitAssessment, written_as: str) -> dict[str, Any]:
    balance = {} if written_as == WITHOUT_BALANCES else {"balance": assessment.balance}
    return {**msgspec.to_builtins(_unit(assessment)), **_figures(assessment), **balance}


def _year(cycle: AssessmentCycle) -> dict[str, Any]:
    return {
        "year": cycle.year,
        "notice_ends_date": cycle.notice_ends_date.isoformat() if cycle.notice_ends_date else None,
        "objections_zh": cycle.objections_zh,
        "entries_reported": cycle.entries_reported,
        "entries_counted": cycle.entries_counted,
        "excluded": {each["reason"]: each["entries"] for each in cycle.excluded},
        "awarded_yuan": cycle.totals["awarded_yuan"],
        "unallocated_yuan": str(cycle.unallocated_yuan),
    }


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
        barred=assessment.barred,
    )


def _figures(assessment: UnitAssessment) -> dict[str, Any]:
    reasoning: Mapping[str, Any] = assessment.award.reasoning
    return {
        "assessment": assessment.public_id,
        "instruments_counted": assessment.instruments_counted,
        "effective_seconds": assessment.effective_seconds,
        "external_seconds": assessment.external_seconds,
        "external_income_yuan": str(assessment.external_income_yuan),
        "indicators": [
            {"code": each.code, "value": each.value or None, "points": str(each.points)}
            for each in assessment.indicators.all()
        ],
        "points": str(assessment.points),
        "deducted": str(assessment.deducted),
        "grade": assessment.grade,
        "claims": _only(reasoning["rules"], "rule", "claim_exact", "note"),
        "pots": _only(reasoning["pots"], "pot", "share_exact", "amount"),
    }


def _only(steps: Sequence[Mapping[str, Any]], *keys: str) -> list[dict[str, Any]]:
    return [{key: step[key] for key in keys} for step in steps]


def decode_sealed_results(content: bytes) -> Sequence[SealedUnit]:
    """Return the units of sealed results. Raises ValueError for anything else."""
    return msgspec.json.decode(content, type=SealedResults).units
