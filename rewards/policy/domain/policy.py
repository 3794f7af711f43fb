"""The reward policy (奖励办法): a version of the rules of assessment and reward, as data.

Built from a TOML document by `policy_document.read_policy`; never edited once a cycle uses it. Amounts are
yuan, rates and shares fractions of 1, all exact.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from rewards.policy.domain.shapes import Shape

MONEY_UNITS: Mapping[str, Decimal] = {"分": Decimal("0.01"), "元": Decimal(1), "百元": Decimal(100)}

FULL_SCORE = 100
"""What the points of all indicators add up to, and the most that a unit can score."""

EXCLUSIONS = (
    "related",
    "statutory",
    "commodity_inspection",
    "medical",
    "filming",
    "telecom",
    "outside_region",
)
"""What a policy can leave out of the count: related organizations; statutory testing and law enforcement;
commercial inspection of goods; medical care; commercial filming; telecom billing; users outside the
region."""

BASES = ("external_income", "enterprise_income", "sme_income", "fees_paid")
"""What a rate can be applied to: income from all external users, from enterprises, from small and medium
enterprises; or (for policies that support the user) the testing fees that the unit itself paid."""

VALUES = ("original_value", "nonfiscal_value")
"""Which value of an instrument decides its band: all of it, or what was paid from other than fiscal funds."""

OverBudget = Literal["scale", "fill"]


@dataclass(frozen=True)
class Counting:
    """Which instruments and usage entries count. `late_by_hand_days`: entries made by hand later do not."""

    value_threshold: Fraction = Fraction(0)
    exclude: frozenset[str] = frozenset()
    late_by_hand_days: int | None = None


@dataclass(frozen=True)
class Quota:
    """Hours that an instrument is expected to run in a full year of service, by its purpose (通用/专用)."""

    general: Fraction = Fraction(1400)
    special: Fraction = Fraction(800)


@dataclass(frozen=True)
class Indicator:
    """An indicator: its measure, its points, and the shape between them."""

    code: str
    measure: str
    title_zh: str
    title_en: str
    points: Fraction
    shape: Shape
    no_value: Fraction = Fraction(0)
    """What a measure without a value (its denominator is zero) scores."""


@dataclass(frozen=True)
class IndicatorGroup:
    """Indicators under a common heading."""

    title_zh: str
    title_en: str
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True)
class FindingDeductions:
    """Points off the total for each finding of a kind, together at most `cap`."""

    points: Mapping[str, Fraction] = field(default_factory=dict)
    cap: Fraction = Fraction(0)


@dataclass(frozen=True)
class Grade:
    """A grade from a score of `at_least` on; a bound belongs to the higher grade."""

    code: str
    at_least: Fraction
    title_zh: str
    title_en: str


@dataclass(frozen=True)
class Rate:
    """One rate for all (`flat`), or one for each grade. An ungraded unit has no rate by grade."""

    flat: Fraction | None = None
    by_grade: Mapping[str, Fraction] = field(default_factory=dict)

    def of(self, grade: str | None) -> Fraction:
        """Return the rate for a grade; 0 for a grade without a rate."""
        if self.flat is not None:
            return self.flat
        return self.by_grade.get(grade or "", Fraction(0))


@dataclass(frozen=True, kw_only=True)
class _Rule:
    code: str
    clause_zh: str
    clause_en: str
    share: Fraction = Fraction(1)
    """The part of the budget that this rule, or all rules of one `highest_of` together, may give out."""
    over_budget: OverBudget = "scale"
    requires: str | None = None
    """The qualification without which a unit has no claim under this rule."""
    highest_of: str | None = None
    """Of a unit's claims under rules with the same `highest_of` only the highest counts."""

    @property
    def pot(self) -> str:
        """What the rule's share of the budget is kept under: competing rules draw on one pot."""
        return self.highest_of or self.code


@dataclass(frozen=True, kw_only=True)
class IncomeRate(_Rule):
    """Rate (by grade, or one for all) × the eligible income."""

    rate: Rate
    basis: str = "external_income"
    kind = "income_rate"


@dataclass(frozen=True, kw_only=True)
class InstrumentIncome(_Rule):
    """The sum over instruments of min(cap per instrument, rate × its eligible income)."""

    rate: Rate
    basis: str = "external_income"
    kind = "instrument_income"


@dataclass(frozen=True, kw_only=True)
class GradeFixed(_Rule):
    """A fixed amount by grade."""

    amounts: Rate
    kind = "grade_fixed"


@dataclass(frozen=True, kw_only=True)
class ValueFixed(_Rule):
    """For each instrument not rewarded before, the amount of the highest band that its value reaches."""

    bands: tuple[tuple[Fraction, Fraction], ...]
    basis: str = "original_value"
    kind = "value_fixed"


@dataclass(frozen=True, kw_only=True)
class ScoreShare(_Rule):
    """The rule's share of the budget, divided in proportion to (score − floor) among graded units."""

    floor: Fraction
    kind = "score_share"


Rule = IncomeRate | InstrumentIncome | GradeFixed | ValueFixed | ScoreShare


@dataclass(frozen=True)
class Caps:
    """Most yuan for one instrument, one unit, one group of related units; None is no cap."""

    instrument: Fraction | None = None
    unit: Fraction | None = None
    group: Fraction | None = None


@dataclass(frozen=True)
class Qualification:
    """A property of units (such as a funded project) that a rule may require."""

    code: str
    title_zh: str
    title_en: str


@dataclass(frozen=True)
class LeftOut:
    """Something that the source says and the document leaves out."""

    text_zh: str
    text_en: str


@dataclass(frozen=True)
class RewardPolicy:
    """A version of the policy, as read from its document."""

    code: str
    version: str
    title_zh: str
    title_en: str
    source_zh: str
    source_en: str
    money_unit: str
    rules: tuple[Rule, ...]
    draft: bool = False
    draft_notice_zh: str = ""
    draft_notice_en: str = ""
    counting: Counting = Counting()
    quota: Quota = Quota()
    groups: tuple[IndicatorGroup, ...] = ()
    findings: FindingDeductions = FindingDeductions()
    grades: tuple[Grade, ...] = ()
    """Highest first; the last one begins at 0."""
    caps: Caps = Caps()
    budget: Fraction | None = None
    qualifications: tuple[Qualification, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    @property
    def unit(self) -> Decimal:
        """Return the money unit in yuan."""
        return MONEY_UNITS[self.money_unit]

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """Return the indicators of all groups."""
        return tuple(indicator for group in self.groups for indicator in group.indicators)

    def grade_of(self, score: Fraction) -> Grade | None:
        """Return the grade of a total score; None where the policy has no grades."""
        return next((grade for grade in self.grades if score >= grade.at_least), None)
