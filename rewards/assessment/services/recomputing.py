"""Compute a year again and compare it with what is stored."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Field, JSONField, Model

from instrument_share.kernel.progress import Tell, tell_nobody
from rewards.assessment.domain.outcome import Outcome
from rewards.assessment.domain.stakes import Stake
from rewards.assessment.models import Award, IndicatorResult, InstrumentResult, UnitAssessment
from rewards.assessment.services.result_rows import build_result_rows, build_year_figures
from rewards.assessment.services.scoring import compute_year, compute_year_stakes
from rewards.cycle.models import AssessmentCycle
from rewards.findings.domain.rulings import build_rulings
from rewards.findings.models import Finding
from rewards.findings.selectors.findings import (
    find_unrecorded_decisions,
    get_last_decision_number,
    get_rulings,
    list_rulings,
    list_scored_rulings,
)
from rewards.policy.selectors import get_policy_columns, get_policy_rules

OWN_NAMES = frozenset({"id", "public_id", "cycle", "assessment"})
"""What a row is called and belongs to, which no computing gives."""


@dataclass(frozen=True)
class Difference:
    """A stored figure that is not what snapshot, policy, budget and decisions give; empty: there is none."""

    where: str
    stored: str
    computed: str

    def __str__(self) -> str:
        return f"{self.where}: {self.stored or '—'} is stored, {self.computed or '—'} was computed"


def find_result_differences(cycle: AssessmentCycle, tell: Tell = tell_nobody) -> list[Difference]:
    """Compute the year from its snapshot, policy, budget and decisions, and compare every stored figure.

    Raises SnapshotDamaged, SnapshotVersionUnknown.
    """
    return _compare_results(cycle, compute_year(cycle, get_rulings(cycle), tell))


def find_differences(cycle: AssessmentCycle) -> list[Difference]:
    """Compare as `find_result_differences`, and also what is at stake in each finding.

    Where a finding was decided after scoring, the results are compared with what the decisions said when the
    year was scored, and nothing is compared of what is at stake. Raises SnapshotDamaged,
    SnapshotVersionUnknown.
    """
    outdated = get_last_decision_number(cycle) != cycle.decisions_scored
    rulings = list_scored_rulings(cycle) if outdated else list_rulings(cycle, cycle.scored_at)
    outcome = compute_year(cycle, build_rulings(rulings), tell_nobody)
    found = _compare_results(cycle, outcome)
    if outdated:
        return found
    return [*found, *_compare_stakes(cycle, compute_year_stakes(cycle, outcome, rulings, tell_nobody))]


def _compare_stakes(cycle: AssessmentCycle, stakes: Mapping[int, Stake]) -> list[Difference]:
    """Compare what scoring has written; an answer that came later changes it only when scored anew."""
    stored, computed = {}, {}
    for finding in Finding.objects.filter(cycle=cycle):
        where = f"finding {finding.public_id} at stake"
        at_stake = (finding.points_at_stake, finding.yuan_at_stake)
        if not _is_since(cycle, finding, at_stake):
            stored[where], computed[where] = (_plain(each) for each in (at_stake, stakes[finding.pk]))
    return _differences(stored, computed)


def _is_since(cycle: AssessmentCycle, finding: Finding, at_stake: tuple[Any, Any]) -> bool:
    """Return whether a finding was opened or answered after the year was scored."""
    scored_at = cycle.scored_at
    assert scored_at is not None
    if finding.answered_at and finding.answered_at > scored_at:
        return True
    return finding.found_at > scored_at and at_stake == (None, None)


_LATER_TOTALS = {"balance", "internal_income_yuan"}
"""Sums that are missing in years that were scored before they were kept."""


def _compare_results(cycle: AssessmentCycle, outcome: Outcome) -> list[Difference]:
    rows = build_result_rows(cycle, get_policy_rules(cycle.policy), outcome, {})
    computed = [*rows.assessments, *rows.indicators, *rows.instruments, *rows.awards]
    figures = build_year_figures(outcome)
    for name in _LATER_TOTALS - cycle.totals.keys():
        del figures["totals"][name]
    if "balance" not in cycle.totals:
        for assessment in rows.assessments:
            assessment.balance = None
    policy = get_policy_columns(cycle.policy)
    return [
        *_differences(
            {f"policy {name}": str(stored) for name, (stored, _) in policy.items()},
            {f"policy {name}": str(given) for name, (_, given) in policy.items()},
        ),
        *_differences(
            {f"year {name}": _plain(getattr(cycle, name)) for name in figures},
            {f"year {name}": _plain(figure) for name, figure in figures.items()},
        ),
        *_differences(_figures(_stored(cycle)), _figures(computed)),
        *(Difference(f"finding {each}", "another decision", "") for each in find_unrecorded_decisions(cycle)),
    ]


def _stored(cycle: AssessmentCycle) -> Iterator[Model]:
    yield from UnitAssessment.objects.filter(cycle=cycle)
    for model in (IndicatorResult, InstrumentResult, Award):
        yield from model.objects.filter(assessment__cycle=cycle).select_related("assessment")


def _figures(rows: Iterable[Model]) -> dict[str, str]:
    """Return every figure of the rows by where it stands: unit, row and field."""
    return {
        f"{_place(row)} {field.name}": _value(row, field)
        for row in rows
        for field in row._meta.concrete_fields
        if field.name not in OWN_NAMES
    }


def _place(row: Model) -> str:
    """Return the unit and, of an indicator or instrument, which one it is; both by their ids."""
    match row:
        case UnitAssessment():
            return f"unit {row.organization_id}"
        case IndicatorResult():
            return f"unit {row.assessment.organization_id} indicator {row.code}"
        case InstrumentResult():
            return f"unit {row.assessment.organization_id} instrument {row.instrument_id}"
        case Award():
            return f"unit {row.assessment.organization_id} award"
    raise TypeError(row)


def _value(row: Model, field: "Field[Any, Any]") -> str:
    value = getattr(row, field.attname)
    return _plain(value if isinstance(field, JSONField) else field.to_python(value))


def _plain(value: Any) -> str:
    """Return one text for equal values, whether they were stored or are just computed."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=_number)


def _number(value: Any) -> str:
    return format(value.normalize(), "f")


def _differences(stored: dict[str, str], computed: dict[str, str]) -> list[Difference]:
    return [
        Difference(where, stored.get(where, ""), computed.get(where, ""))
        for where in sorted(stored.keys() | computed.keys())
        if stored.get(where) != computed.get(where)
    ]
