"""Awards of one year under two policies or budgets, beside each other."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from rewards.assessment.domain.outcome import Outcome

Present = Mapping[str, tuple[str | None, Decimal]]
"""Present score and award by USCC."""


def compare(outcome: Outcome, present: Present) -> dict[str, Any]:
    """Return plain rows in order of USCC, with totals, as they are kept."""
    rows = []
    for unit in outcome.units:
        score, was = present.get(unit.facts.uscc, (None, Decimal("0.00")))
        then = unit.assessment.score
        rows.append(
            {
                "uscc": unit.facts.uscc,
                "name_zh": unit.facts.name_zh,
                "name_en": unit.facts.name_en,
                "score": score,
                "score_then": None if then is None else str(then),
                "now": str(was),
                "then": str(unit.award.amount),
                "difference": str(unit.award.amount - was),
            }
        )
    total = sum((was for _, was in present.values()), Decimal(0))
    unallocated = outcome.allocation.unallocated
    return {
        "rows": rows,
        "now": str(total),
        "then": str(outcome.allocation.total),
        "difference": str(outcome.allocation.total - total),
        "unallocated": None if unallocated is None else str(unallocated),
    }
