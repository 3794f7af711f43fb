"""Simulate a policy: facts as JSON in, awards with their reasoning out, without a database.

The formats are described in docs/reward-policy.md, "Trying a policy".
"""

import json
from dataclasses import dataclass, fields
from decimal import Decimal
from fractions import Fraction
from typing import Any

from bookings.domain import Rating
from instrument_share.kernel.errors import DomainError, Problem, gettext_noop
from rewards.assessment.domain.allocation import Allocation, AllocationRefused, allocate
from rewards.assessment.domain.claims import Claimant
from rewards.assessment.domain.facts import InstrumentFacts, UnitFacts
from rewards.assessment.domain.measures import KINDS_OF_INFORMATION
from rewards.assessment.domain.scoring import Assessment, assess
from rewards.policy.domain.document import Problems, Table
from rewards.policy.domain.policy import FULL_SCORE, RewardPolicy
from rewards.policy.domain.policy_document import FINDING_KINDS

FACTS_FORMAT = "reward-facts/1"
RESULT_FORMAT = "reward-awards/1"

INSTRUMENT_FIGURES = tuple(
    field.name
    for field in fields(InstrumentFacts)
    if field.name.endswith(("_seconds", "_income")) or field.name.endswith("_value")
)
UNIT_COUNTS = (
    "decided_in_time",
    "decided",
    "lapsed",
    "organizations_served",
    "major_projects",
    "cases_published",
)
UNIT_AMOUNTS = ("external_income", "enterprise_income", "sme_income", "fees_paid")


class FactsRefused(DomainError):
    """Facts with problems; `problems` lists all of them."""

    code = "reward.facts_refused"
    message = gettext_noop("The facts have problems. Correct each of them and try again.")


@dataclass(frozen=True)
class SimulatedUnit:
    """A unit of the facts; `assessment` is set if its score was computed instead of given."""

    claimant: Claimant
    name_zh: str
    name_en: str
    assessment: Assessment | None


@dataclass(frozen=True)
class Simulation:
    """The result of a simulation."""

    policy: RewardPolicy
    units: tuple[SimulatedUnit, ...]
    allocation: Allocation

    def as_json(self) -> dict[str, Any]:
        by_uscc = {unit.claimant.uscc: unit for unit in self.units}
        result = self.allocation.as_json()
        for award in result["awards"]:
            unit = by_uscc[award["uscc"]]
            award["name_zh"], award["name_en"] = unit.name_zh, unit.name_en
            award["assessment"] = unit.assessment.as_json() if unit.assessment else None
        return {
            "format": RESULT_FORMAT,
            "policy": {
                "code": self.policy.code,
                "version": self.policy.version,
                "title_zh": self.policy.title_zh,
                "title_en": self.policy.title_en,
                "draft": self.policy.draft,
                "draft_notice_zh": self.policy.draft_notice_zh,
                "draft_notice_en": self.policy.draft_notice_en,
            },
            **result,
        }


def simulate(policy: RewardPolicy, facts: str) -> Simulation:
    """Compute awards from facts in JSON. Raises FactsRefused with every problem, each with its path."""
    try:
        data = json.loads(facts, parse_float=Decimal)
    except json.JSONDecodeError as error:
        message = gettext_noop("The file is not valid JSON: {reason}.")
        problem = Problem("facts.not_json", message, {"reason": str(error)}, field=".")
        raise FactsRefused(problems=[problem]) from error
    problems = Problems()
    root = Table(data, "", problems)
    root.choice("format", [FACTS_FORMAT])
    budget = root.number("budget", None, least=0)
    year_days = root.whole("year_days", 365, least=365, most=366)
    units = tuple(_unit(table, policy, year_days) for table in root.tables("units"))
    root.close()
    if problems.found:
        raise FactsRefused(problems=problems.found)
    try:
        allocation = allocate(policy, [unit.claimant for unit in units], budget)
    except AllocationRefused as refused:
        raise FactsRefused(problems=refused.problems) from refused
    return Simulation(policy, units, allocation)


def _unit(table: Table, policy: RewardPolicy, year_days: int) -> SimulatedUnit:
    uscc, name_zh = table.text("uscc"), table.text("name_zh", "")
    name_en = table.text("name_en", "") or name_zh
    instruments = tuple(_instrument(item, year_days) for item in table.tables("instruments", ()))
    findings = _findings(table.table("findings"))
    falsified = table.flag("falsified", False)
    assessment = None
    if table.has("score") or table.has("grade") or not table.has("facts"):
        score, grade = _given(table, policy, falsified)
    else:
        facts = _facts(table.table("facts"), uscc, instruments, year_days)
        assessment = assess(policy, facts, findings, falsified)
        score = None if assessment.score is None else Fraction(assessment.score)
        grade = assessment.grade
    claimant = Claimant(
        uscc=uscc,
        score=score,
        grade=grade,
        barred=falsified,
        group=table.text("group", "") or None,
        qualifications=frozenset(table.codes("qualifications", [q.code for q in policy.qualifications])),
        instruments=instruments,
        **{name: table.number(name, Fraction(0), least=0) for name in UNIT_AMOUNTS},
    )
    _check_instruments_listed(table, policy)
    table.close()
    return SimulatedUnit(claimant, name_zh, name_en, assessment)


def _given(table: Table, policy: RewardPolicy, falsified: bool) -> tuple[Fraction | None, str | None]:
    """Return the given score and grade; a score without a grade is graded by the policy."""
    score = Fraction(0) if falsified else table.number("score", None, least=0, most=FULL_SCORE)
    table.asked.update(("score", "facts"))
    graded = policy.grade_of(score) if score is not None else None
    own = graded.code if graded else None
    grade = own if falsified else table.choice("grade", [g.code for g in policy.grades], own) or own
    table.asked.add("grade")
    if own and grade != own:
        message = gettext_noop("A score of {score} is graded “{own}” by this policy. Leave the grade out.")
        table.add("grade", "facts.grade_differs", message, score=str(table.data["score"]), own=own)
    if table.has("facts"):
        message = gettext_noop("Give either a score or a grade, or facts to compute them from, not both.")
        table.add("facts", "facts.score_and_facts", message)
    return score, grade


def _instrument(table: Table, year_days: int) -> InstrumentFacts:
    figures = {name: table.number(name, Fraction(0), least=0) for name in INSTRUMENT_FIGURES}
    name_zh = table.text("name_zh", "")
    special = table.choice("purpose", ("general", "special"), "general") == "special"
    instrument = InstrumentFacts(
        public_id=table.text("id"),
        name_zh=name_zh,
        name_en=table.text("name_en", "") or name_zh,
        purpose="special" if special else "general",
        in_service_days=table.whole("in_service_days", year_days, most=year_days),
        rewarded_before=table.flag("rewarded_before", False),
        **figures,
    )
    for part, whole in (
        ("external_seconds", "effective_seconds"),
        ("sme_seconds", "external_seconds"),
        ("closed_seconds", "offered_seconds"),
        ("invalidated_seconds", "reported_seconds"),
        ("enterprise_income", "external_income"),
        ("sme_income", "enterprise_income"),
        ("nonfiscal_value", "original_value"),
    ):
        if figures[part] > figures[whole]:
            message = gettext_noop("“{part}” is a part of “{whole}” and cannot be greater.")
            table.add(part, "facts.part_above_whole", message, part=part, whole=whole)
    table.close()
    return instrument


def _facts(table: Table, uscc: str, instruments: tuple[InstrumentFacts, ...], year_days: int) -> UnitFacts:
    counts = {name: table.whole(name, 0) for name in UNIT_COUNTS}
    facts = UnitFacts(
        uscc=uscc,
        year_days=year_days,
        instruments=instruments,
        published_instruments=table.whole("published_instruments", len(instruments)),
        declared_instruments=table.whole("declared_instruments", None),
        kinds_complete=_whole_numbers(table, "kinds_complete", most=KINDS_OF_INFORMATION),
        reviews=_whole_numbers(table, "reviews"),
        **counts,
    )
    if facts.reviews and len(facts.reviews) != len(Rating):
        message = gettext_noop("Write {number} counts here, from the worst rating to the best.")
        table.add("reviews", "facts.not_five_ratings", message, number=len(Rating))
    if facts.decided_in_time > facts.decided:
        message = gettext_noop("“{part}” is a part of “{whole}” and cannot be greater.")
        params = {"part": "decided_in_time", "whole": "decided"}
        table.add("decided_in_time", "facts.part_above_whole", message, **params)
    table.close()
    return facts


def _whole_numbers(table: Table, key: str, most: int | None = None) -> tuple[int, ...]:
    return tuple(int(number) for number in table.numbers(key, (), least=0, most=most, whole=True))


def _findings(table: Table) -> dict[str, int]:
    findings = {kind: table.whole(kind) for kind in FINDING_KINDS if table.has(kind)}
    table.asked.update(FINDING_KINDS)
    table.close()
    return findings


def _check_instruments_listed(table: Table, policy: RewardPolicy) -> None:
    """Report rules with caps or amounts per instrument if a unit lists none."""
    by_instrument = any(rule.kind in ("instrument_income", "value_fixed") for rule in policy.rules)
    by_income = any(rule.kind == "income_rate" for rule in policy.rules)
    if table.data.get("instruments"):
        summed = [name for name in UNIT_AMOUNTS[:3] if table.has(name)]
        if summed:
            message = gettext_noop("The instruments say this already. Leave “{key}” out.")
            table.add(summed[0], "facts.income_twice", message, key=summed[0])
    elif by_instrument or (by_income and policy.caps.instrument is not None):
        message = gettext_noop("This policy looks at each instrument. List the unit's instruments.")
        table.add("instruments", "facts.instruments_needed", message)
