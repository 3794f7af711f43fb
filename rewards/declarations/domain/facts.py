"""Facts of a year that a policy may ask for and no log can tell, and which of them a policy does ask for."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum

from instrument_share.kernel.errors import Problem, gettext_noop
from instrument_share.kernel.states import Moves
from rewards.policy.domain.policy import GradeFixed, IncomeRate, InstrumentIncome, RewardPolicy, ScoreShare

LONGEST_EVIDENCE = 200
MOST_FIGURE = Decimal("999999999999.99")
"""The largest figure that the platform holds."""


class FactKind(StrEnum):
    """What can be declared of a unit or an instrument."""

    QUALIFICATION = "qualification"
    GRADE = "grade"
    MAJOR_PROJECTS = "major_projects"
    NONFISCAL_VALUE = "nonfiscal_value"
    REWARDED_BEFORE = "rewarded_before"

    @property
    def is_of_instrument(self) -> bool:
        """Whether it is told of one instrument; it then holds for later years too."""
        return self in {FactKind.NONFISCAL_VALUE, FactKind.REWARDED_BEFORE}

    @property
    def has_figure(self) -> bool:
        """Whether it is a figure: a number of projects, or yuan."""
        return self in {FactKind.MAJOR_PROJECTS, FactKind.NONFISCAL_VALUE}


class FactState(StrEnum):
    """The state of a declared fact; only a confirmed one counts."""

    DECLARED = "declared"
    CONFIRMED = "confirmed"
    RETURNED = "returned"


def counts_in_year(kind: FactKind, valid_through: date | None, year: int) -> bool:
    """Return whether a fact that is confirmed counts for a year: a qualification if valid on 31 December."""
    return kind != FactKind.QUALIFICATION or valid_through is None or valid_through >= date(year, 12, 31)


LABELS: Mapping[type[StrEnum], Mapping[StrEnum, str]] = {
    FactKind: {
        FactKind.QUALIFICATION: gettext_noop("Condition of a policy"),
        FactKind.GRADE: gettext_noop("Grade of another assessment"),
        FactKind.MAJOR_PROJECTS: gettext_noop("Major projects served"),
        FactKind.NONFISCAL_VALUE: gettext_noop("Value paid from non-fiscal funds"),
        FactKind.REWARDED_BEFORE: gettext_noop("One-off reward received before"),
    },
}

MOVES: Moves = {
    FactState.DECLARED: {
        "confirm": FactState.CONFIRMED,
        "return": FactState.RETURNED,
        "withdraw": FactState.RETURNED,
    },
    FactState.CONFIRMED: {"return": FactState.RETURNED},
}

MISSING = {
    FactKind.QUALIFICATION: gettext_noop(
        "This policy pays only units with a qualification, and none is confirmed for {year}."
        " Declare it under “Declared facts”."
    ),
    FactKind.GRADE: gettext_noop(
        "This policy pays by a grade that another assessment gave, and none is confirmed for {year}."
        " Declare it under “Declared facts”."
    ),
    FactKind.MAJOR_PROJECTS: gettext_noop(
        "This policy counts major projects served, and no number of them is confirmed for {year}."
        " Declare it under “Declared facts”."
    ),
    FactKind.NONFISCAL_VALUE: gettext_noop(
        "This policy pays by the value paid from non-fiscal funds, and none is confirmed for any instrument."
        " Declare it under “Declared facts”."
    ),
}
"""Why a policy cannot be used for a year; that nothing was rewarded before needs no word."""

NO_SCORE = "reward.policy_without_score"
"""Code of the problem of a policy that no fact can mend."""

WITHOUT_SCORE = gettext_noop(
    "This policy divides the budget by score, but has no indicators that give one. Add indicators to it."
)


def facts_asked(policy: RewardPolicy) -> frozenset[FactKind]:
    """Return the kinds of declared facts without which the policy pays nobody."""
    asked = set()
    if any(rule.requires for rule in policy.rules):
        asked.add(FactKind.QUALIFICATION)
    if not policy.groups and any(_is_by_grade(rule) for rule in policy.rules):
        asked.add(FactKind.GRADE)
    if any(indicator.measure == "major_projects" for indicator in policy.indicators):
        asked.add(FactKind.MAJOR_PROJECTS)
    if any(getattr(rule, "basis", "") == "nonfiscal_value" for rule in policy.rules):
        asked.add(FactKind.NONFISCAL_VALUE)
    return frozenset(asked)


def find_missing(policy: RewardPolicy, known: frozenset[FactKind], year: int) -> list[Problem]:
    """Return a problem for each fact that the policy asks for and nobody has."""
    problems = [
        Problem(f"reward.fact_missing.{kind}", MISSING[kind], {"year": str(year)}, "policy")
        for kind in FactKind
        if kind in facts_asked(policy) - known
    ]
    if not policy.groups and any(isinstance(rule, ScoreShare) for rule in policy.rules):
        problems.append(Problem(NO_SCORE, WITHOUT_SCORE, field="policy"))
    return problems


def _is_by_grade(rule: object) -> bool:
    match rule:
        case IncomeRate() | InstrumentIncome():
            return rule.rate.flat is None
        case GradeFixed():
            return rule.amounts.flat is None
    return False
