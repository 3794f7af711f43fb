"""Claims of each unit under each rule, before the budget (docs/reward-policy.md, "Rules").

Raw amount per instrument → cap per instrument → sum per unit and rule → highest only.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any, assert_never

from rewards.assessment.domain.facts import InstrumentFacts, Yuan
from rewards.policy.domain.figures import format_exact, format_percent, format_rounded
from rewards.policy.domain.policy import (
    GradeFixed,
    IncomeRate,
    InstrumentIncome,
    Rule,
    ScoreShare,
    ValueFixed,
)


@dataclass(frozen=True)
class Claimant:
    """A unit that may receive an award.

    Its income is that of its eligible instruments; the four amounts of the unit itself are for facts that
    come without instruments (`fees_paid`, what it paid for testing, is never the instruments').
    """

    uscc: str
    score: Fraction | Decimal | None = None
    grade: str | None = None
    barred: bool = False
    group: str | None = None
    """The same text for all units of a group of related units; None for a unit that stands alone."""
    qualifications: frozenset[str] = frozenset()
    instruments: tuple[InstrumentFacts, ...] = ()
    external_income: Yuan = 0
    enterprise_income: Yuan = 0
    sme_income: Yuan = 0
    fees_paid: Yuan = 0


@dataclass(frozen=True)
class ClaimPart:
    """One instrument's part of a claim (`instrument` is None for an amount of the unit as a whole)."""

    instrument: str | None
    basis: Fraction
    raw: Fraction
    claim: Fraction
    """The raw amount after the cap per instrument."""

    def as_json(self) -> dict[str, Any]:
        return {
            "instrument": self.instrument,
            "basis": format_rounded(self.basis),
            "raw": format_rounded(self.raw),
            "raw_exact": format_exact(self.raw),
            "claim": format_rounded(self.claim),
            "capped": self.claim < self.raw,
        }


@dataclass(frozen=True)
class Claim:
    """One unit's claim under one rule, in yuan (or, under `score_share`, its score above the floor).

    `note` says why a claim is 0: "barred", "ungraded", "not_qualified", "below_floor"; or why it does not
    count: "not_highest".
    """

    rule: Rule
    uscc: str
    parts: tuple[ClaimPart, ...] = ()
    rate: Fraction | None = None
    amount: Fraction = Fraction(0)
    cap_instrument: Fraction | None = None
    note: str | None = None

    def as_json(self) -> dict[str, Any]:
        capped = self.cap_instrument is not None and any(part.instrument for part in self.parts)
        return {
            "rule": self.rule.code,
            "kind": self.rule.kind,
            "clause_zh": self.rule.clause_zh,
            "clause_en": self.rule.clause_en,
            "basis_kind": getattr(self.rule, "basis", None),
            "basis": format_rounded(sum((part.basis for part in self.parts), Fraction(0))),
            "rate": None if self.rate is None else format_percent(self.rate),
            "floor": format_exact(self.rule.floor) if isinstance(self.rule, ScoreShare) else None,
            "raw": format_rounded(sum((part.raw for part in self.parts), Fraction(0))),
            "cap_instrument": format_rounded(self.cap_instrument or 0) if capped else None,
            "instruments": [part.as_json() for part in self.parts if part.instrument],
            "claim": format_rounded(self.amount),
            "claim_exact": format_exact(self.amount),
            "note": self.note,
        }


def calculate_claim(rule: Rule, claimant: Claimant, cap_instrument: Fraction | None) -> Claim:
    """Return what `claimant` may claim under `rule`; `cap_instrument` is in whole money units."""
    refused = _refusal(rule, claimant)
    if refused:
        return Claim(rule, claimant.uscc, note=refused)
    match rule:
        case IncomeRate() | InstrumentIncome():
            rate = rule.rate.of(claimant.grade)
            parts = _income_parts(rule, claimant, rate, cap_instrument)
            return _summed(rule, claimant, parts, rate, cap_instrument)
        case ValueFixed():
            parts = _parts(
                claimant, cap_instrument, partial(_value_of, rule), lambda value: _band(rule, value)
            )
            return _summed(rule, claimant, parts, None, cap_instrument)
        case GradeFixed():
            amount = rule.amounts.of(claimant.grade)
            return _summed(rule, claimant, (ClaimPart(None, amount, amount, amount),), None, None)
        case ScoreShare():
            score = Fraction(claimant.score or 0)
            above = max(score - rule.floor, Fraction(0))
            part = ClaimPart(None, score, above, above)
            note = None if above else "below_floor"
            return replace(_summed(rule, claimant, (part,), None, None), note=note)
        case _:
            assert_never(rule)


def keep_highest(claims: Iterable[Claim]) -> list[Claim]:
    """Return one unit's claims with only the highest of each pot counting, of equal ones the first rule's."""
    best: dict[str, Claim] = {}
    claims = list(claims)
    for claim in claims:
        standing = best.get(claim.rule.pot)
        if standing is None or claim.amount > standing.amount:
            best[claim.rule.pot] = claim
    return [
        claim if best[claim.rule.pot] is claim else replace(claim, note=claim.note or "not_highest")
        for claim in claims
    ]


def _refusal(rule: Rule, claimant: Claimant) -> str | None:
    if claimant.barred:
        return "barred"
    if rule.requires and rule.requires not in claimant.qualifications:
        return "not_qualified"
    by_grade = getattr(rule, "rate", None) or getattr(rule, "amounts", None)
    if by_grade and by_grade.by_grade and claimant.grade is None:
        return "ungraded"
    if isinstance(rule, ScoreShare) and claimant.score is None:
        return "ungraded"
    return None


def _income_parts(
    rule: IncomeRate | InstrumentIncome, claimant: Claimant, rate: Fraction, cap: Fraction | None
) -> tuple[ClaimPart, ...]:
    if isinstance(rule, InstrumentIncome) or (claimant.instruments and rule.basis != "fees_paid"):
        return _parts(claimant, cap, lambda i: Fraction(getattr(i, rule.basis)), lambda income: rate * income)
    income = Fraction(getattr(claimant, rule.basis))
    return (ClaimPart(None, income, rate * income, rate * income),)


def _parts(
    claimant: Claimant,
    cap: Fraction | None,
    basis_of: Callable[[InstrumentFacts], Fraction],
    raw_of: Callable[[Fraction], Fraction],
) -> tuple[ClaimPart, ...]:
    parts = []
    for instrument in sorted(claimant.instruments, key=lambda each: each.public_id):
        basis = basis_of(instrument)
        raw = raw_of(basis)
        parts.append(ClaimPart(instrument.public_id, basis, raw, raw if cap is None else min(raw, cap)))
    return tuple(parts)


def _value_of(rule: ValueFixed, instrument: InstrumentFacts) -> Fraction:
    """The value on which a one-off reward is based: 0 for an instrument that already had one."""
    return Fraction(0) if instrument.rewarded_before else Fraction(getattr(instrument, rule.basis))


def _band(rule: ValueFixed, value: Fraction) -> Fraction:
    reached = [amount for bound, amount in rule.bands if value > 0 and value >= bound]
    return reached[-1] if reached else Fraction(0)


def _summed(
    rule: Rule,
    claimant: Claimant,
    parts: tuple[ClaimPart, ...],
    rate: Fraction | None,
    cap_instrument: Fraction | None,
) -> Claim:
    amount = sum((part.claim for part in parts), Fraction(0))
    return Claim(rule, claimant.uscc, parts, rate, amount, cap_instrument)
