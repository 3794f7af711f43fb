"""Rows of a year's results, as the outcome gives them; not saved."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from instrument_share.kernel.money import round_half_up, round_to_fen
from instrument_share.kernel.public_id import new_public_id
from providers.public import instrument_ids
from rewards.assessment.domain.balance import add_balances
from rewards.assessment.domain.facts import Seconds, Yuan
from rewards.assessment.domain.outcome import InstrumentYear, Outcome, UnitYear
from rewards.assessment.domain.scoring import IndicatorScore
from rewards.assessment.models import Award, IndicatorResult, InstrumentResult, UnitAssessment
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.selectors.snapshot import get_unit_ids
from rewards.policy.domain.figures import format_exact, format_rounded, to_hours
from rewards.policy.domain.policy import RewardPolicy

WHOLE = Decimal(1)
PublicIds = Mapping[int, tuple[str, str]]
"""Public ids of assessment and award by the id of their organization."""


@dataclass(frozen=True)
class ResultRows:
    """The results of every unit, in the order of the outcome."""

    assessments: list[UnitAssessment]
    indicators: list[IndicatorResult]
    instruments: list[InstrumentResult]
    awards: list[Award]


def build_result_rows(
    cycle: AssessmentCycle, policy: RewardPolicy, outcome: Outcome, known: PublicIds
) -> ResultRows:
    """Return the rows; units keep the public ids under which people know their assessment and award."""
    organizations = get_unit_ids(cycle)
    instruments = instrument_ids(
        {each.facts.public_id for unit in outcome.units for each in unit.instruments}
    )
    rows = ResultRows([], [], [], [])
    for unit in outcome.units:
        organization = organizations[unit.facts.uscc]
        ids = known.get(organization) or (new_public_id("ASM"), new_public_id("AWD"))
        assessment = UnitAssessment(
            public_id=ids[0], cycle=cycle, organization_id=organization, **build_unit_figures(policy, unit)
        )
        rows.assessments.append(assessment)
        rows.indicators.extend(
            IndicatorResult(assessment=assessment, **build_indicator_figures(position, score))
            for position, score in enumerate(unit.assessment.indicators, start=1)
        )
        rows.instruments.extend(
            _instrument(assessment, each, instruments[each.facts.public_id]) for each in unit.instruments
        )
        rows.awards.append(_award(assessment, unit, ids[1]))
    return rows


def build_year_figures(outcome: Outcome) -> dict[str, Any]:
    """Return what the year itself keeps of the outcome, by the name of its field."""
    return {
        "unallocated_yuan": outcome.allocation.unallocated,
        "allocation": {"pots": [pot.as_json() for pot in outcome.allocation.pots]},
        "totals": _totals(outcome),
        "entries_reported": outcome.reported,
        "entries_counted": outcome.counted,
        "excluded": [
            {"reason": reason, "entries": entries, "hours": format_rounded(to_hours(seconds))}
            for reason, (entries, seconds) in outcome.excluded.items()
        ],
    }


def _totals(outcome: Outcome) -> dict[str, Any]:
    instruments = [each for unit in outcome.units for each in unit.instruments]
    counting = [each.facts for each in instruments if each.ineligible_reason is None]
    return {
        "units": len(outcome.units),
        "instruments": len(instruments),
        "instruments_counted": len(counting),
        "effective_seconds": _whole(_sum(each.effective_seconds for each in counting)),
        "external_seconds": _whole(_sum(each.external_seconds for each in counting)),
        "external_income_yuan": str(round_to_fen(_sum(each.external_income for each in counting))),
        "internal_income_yuan": str(round_to_fen(_sum(each.internal_income for each in counting))),
        "awarded_yuan": str(outcome.allocation.total),
        "balance": add_balances(unit.balance for unit in outcome.units).as_json(),
        "months": [
            [_whole(_sum(unit.months[month][kind] for unit in outcome.units)) for kind in (0, 1)]
            for month in range(12)
        ],
    }


def build_unit_figures(policy: RewardPolicy, unit: UnitYear) -> dict[str, Any]:
    """Return what is kept of a unit's year, by the name of its field (`UnitFigures`)."""
    result = unit.assessment
    grade = next((grade for grade in policy.grades if grade.code == result.grade), None)
    eligible = [each for each in unit.instruments if each.ineligible_reason is None]
    effective = _sum(each.facts.effective_seconds for each in eligible)
    external = _sum(each.facts.external_seconds for each in eligible)
    return {
        "points": result.subtotal,
        "deducted": result.deducted,
        "deductions": [deduction.as_json() for deduction in result.deductions],
        "score": result.score,
        "grade": result.grade or "",
        "grade_zh": grade.title_zh if grade else "",
        "grade_en": grade.title_en if grade else "",
        "barred": result.barred,
        "effective_seconds": _whole(effective),
        "external_seconds": _whole(external),
        "external_share": round_half_up(external / effective, Decimal("0.0001")) if effective else None,
        "external_income_yuan": round_to_fen(_sum(each.facts.external_income for each in eligible)),
        "instruments_counted": len(eligible),
        "months": [[_whole(effective), _whole(external)] for effective, external in unit.months],
        "balance": unit.balance.as_json(),
    }


def build_indicator_figures(position: int, score: IndicatorScore) -> dict[str, Any]:
    """Return what is kept of an indicator, by the name of its field (`IndicatorResult`)."""
    value = score.measured.value
    return {
        "position": position,
        "code": score.code,
        "measure": score.measured.code,
        "group_zh": score.group_zh,
        "group_en": score.group_en,
        "title_zh": score.title_zh,
        "title_en": score.title_en,
        "value": "" if value is None else format_rounded(value, 4),
        "formula": score.measured.formula,
        "points": score.points,
        "full_points": score.out_of,
    }


def _instrument(assessment: UnitAssessment, result: InstrumentYear, instrument_id: int) -> InstrumentResult:
    facts = result.facts
    return InstrumentResult(
        assessment=assessment,
        instrument_id=instrument_id,
        eligible=result.ineligible_reason is None,
        ineligible_reason=result.ineligible_reason or "",
        in_service_days=facts.in_service_days,
        quota_hours=round_half_up(result.quota, Decimal("0.01")),
        effective_seconds=_whole(facts.effective_seconds),
        external_seconds=_whole(facts.external_seconds),
        external_income_yuan=round_to_fen(facts.external_income),
        internal_income_yuan=round_to_fen(facts.internal_income),
        open_seconds=int(facts.offered_seconds),
        closed_seconds=int(facts.closed_seconds),
        entries_counted=result.counted,
        entries_excluded=result.left_out,
        entries_reduced={
            log: {"part": format_exact(part), "by": list(by)} for log, (part, by) in result.reduced.items()
        },
    )


def _award(assessment: UnitAssessment, unit: UnitYear, public_id: str) -> Award:
    return Award(
        public_id=public_id,
        assessment=assessment,
        amount_yuan=unit.award.amount,
        reasoning=dict(unit.award.reasoning),
    )


def _whole(seconds: Seconds) -> int:
    return int(round_half_up(Fraction(seconds), WHOLE))


def _sum(figures: Iterable[Yuan]) -> Fraction:
    return sum((Fraction(figure) for figure in figures), Fraction(0))
