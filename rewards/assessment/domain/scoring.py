"""From measures to points, score and grade (docs/reward-policy.md, "Score and grade").

A score is a function of the facts, the policy and the numbered decisions on findings, and of nothing else.
Points are rounded half-up to two decimals for each indicator and then added; deductions come off; the total
is clipped to 0–100 and graded then.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from instrument_share.kernel.money import round_half_up
from rewards.assessment.domain.facts import UnitFacts
from rewards.assessment.domain.measures import MeasureResult, calculate_measure
from rewards.policy.domain.figures import format_exact
from rewards.policy.domain.policy import FULL_SCORE, Indicator, RewardPolicy

POINT = Decimal("0.01")
ZERO = Decimal("0.00")
FULL = Decimal(FULL_SCORE).quantize(POINT)


@dataclass(frozen=True)
class IndicatorScore:
    """What one indicator gave: `points` of at most `out_of`."""

    code: str
    group_zh: str
    group_en: str
    title_zh: str
    title_en: str
    measured: MeasureResult
    points: Decimal
    out_of: Decimal

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "group_zh": self.group_zh,
            "group_en": self.group_en,
            "title_zh": self.title_zh,
            "title_en": self.title_en,
            "measure": self.measured.as_json(),
            "points": str(self.points),
            "out_of": str(self.out_of),
        }


@dataclass(frozen=True)
class Deduction:
    """Points deducted for findings of one kind, before the cap on all deductions together."""

    kind: str
    count: int
    each: Fraction
    points: Decimal

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "count": self.count,
            "each": format_exact(self.each),
            "points": str(self.points),
        }


@dataclass(frozen=True)
class Assessment:
    """One unit's indicators, score and grade. `barred` (proven falsification): score 0 and no award.

    Under a policy without indicators there is no score, and only a grade that was given.
    """

    uscc: str
    indicators: tuple[IndicatorScore, ...]
    subtotal: Decimal
    deductions: tuple[Deduction, ...]
    deducted: Decimal
    score: Decimal | None
    grade: str | None
    barred: bool

    def as_json(self) -> dict[str, Any]:
        return {
            "uscc": self.uscc,
            "indicators": [indicator.as_json() for indicator in self.indicators],
            "subtotal": str(self.subtotal),
            "deductions": [deduction.as_json() for deduction in self.deductions],
            "deducted": str(self.deducted),
            "score": None if self.score is None else str(self.score),
            "grade": self.grade,
            "barred": self.barred,
        }


def assess(
    policy: RewardPolicy,
    facts: UnitFacts,
    findings: Mapping[str, int] | None = None,
    falsified: bool = False,
) -> Assessment:
    """Assess one unit. `findings`: how many findings of each kind count against it.

    A kind that the policy takes no points for changes nothing.
    """
    indicators = tuple(
        _indicator_score(policy, facts, indicator, group.title_zh, group.title_en)
        for group in policy.groups
        for indicator in group.indicators
    )
    subtotal = sum((indicator.points for indicator in indicators), ZERO)
    deductions = _deductions(policy, findings or {})
    cap = round_half_up(policy.findings.cap, POINT)
    deducted = min(sum((deduction.points for deduction in deductions), ZERO), cap)
    score = _score(subtotal - deducted, falsified) if indicators else None
    grade = _grade(policy, facts, score)
    return Assessment(
        uscc=facts.uscc,
        indicators=indicators,
        subtotal=subtotal,
        deductions=deductions,
        deducted=deducted,
        score=score,
        grade=grade,
        barred=falsified,
    )


def _grade(policy: RewardPolicy, facts: UnitFacts, score: Decimal | None) -> str | None:
    """Return the grade of the score; without indicators the one that was given, if the policy knows it."""
    if score is not None:
        graded = policy.grade_of(Fraction(score))
        return graded.code if graded else None
    return facts.grade if facts.grade in {grade.code for grade in policy.grades} else None


def _score(points: Decimal, falsified: bool) -> Decimal:
    return ZERO if falsified else min(max(points, ZERO), FULL)


def calculate_points(indicator: Indicator, value: Fraction | None) -> Decimal:
    """Return one indicator's points, rounded half-up to two decimals; `no_value` without a value."""
    exact_points = indicator.no_value if value is None else indicator.shape.points(value, indicator.points)
    return round_half_up(exact_points, POINT)


def _indicator_score(
    policy: RewardPolicy, facts: UnitFacts, indicator: Indicator, group_zh: str, group_en: str
) -> IndicatorScore:
    measure = calculate_measure(indicator.measure, facts, policy.quota)
    return IndicatorScore(
        code=indicator.code,
        group_zh=group_zh,
        group_en=group_en,
        title_zh=indicator.title_zh,
        title_en=indicator.title_en,
        measured=measure,
        points=calculate_points(indicator, measure.value),
        out_of=round_half_up(indicator.points, POINT),
    )


def _deductions(policy: RewardPolicy, findings: Mapping[str, int]) -> tuple[Deduction, ...]:
    return tuple(
        Deduction(kind, findings[kind], each, round_half_up(each * findings[kind], POINT))
        for kind, each in policy.findings.points.items()
        if findings.get(kind)
    )
