"""Small policies and facts for the tests of the domain."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from rewards.assessment.domain.claims import Claimant
from rewards.assessment.domain.facts import InstrumentFacts
from rewards.cycle.domain.entries import EntryFacts
from rewards.policy.domain.policy import (
    Caps,
    Grade,
    IncomeRate,
    InstrumentIncome,
    Rate,
    RewardPolicy,
    ScoreShare,
)

GRADES = (
    Grade("excellent", Fraction(90), "优秀", "Excellent"),
    Grade("good", Fraction(75), "良好", "Good"),
    Grade("pass", Fraction(60), "合格", "Pass"),
    Grade("poor", Fraction(0), "较差", "Poor"),
)


def caps(**limits):
    return Caps(**{name: None if most is None else Fraction(most) for name, most in limits.items()})


def policy(*rules, money_unit="分", **others):
    texts = dict.fromkeys(("title_zh", "title_en", "source_zh", "source_en"), "例")
    return RewardPolicy(
        code="example", version="1", **texts, money_unit=money_unit, rules=rules, grades=GRADES, **others
    )


def score_share(floor=60, over_budget="fill", code="share", **others):
    return ScoreShare(
        code=code, clause_zh="一", clause_en="1", floor=Fraction(floor), over_budget=over_budget, **others
    )


def income_rate(rate="1", over_budget="scale", code="income", by_grade=None, **others):
    applied = Rate(by_grade=by_grade) if by_grade else Rate(flat=Fraction(rate))
    return IncomeRate(
        code=code, clause_zh="二", clause_en="2", rate=applied, over_budget=over_budget, **others
    )


def instrument_income(rate, code="instrument", **others):
    return InstrumentIncome(
        code=code, clause_zh="三", clause_en="3", rate=Rate(flat=Fraction(rate)), **others
    )


def scored(scores, **others):
    """Units A, B, C … with these scores; A has the lowest USCC."""
    return [Claimant(uscc=chr(65 + at), score=Fraction(score), **others) for at, score in enumerate(scores)]


def earning(incomes, scores=None, **others):
    """Units A, B, C … with these incomes."""
    scores = scores or [80] * len(incomes)
    return [
        Claimant(uscc=chr(65 + at), score=Fraction(score), external_income=Fraction(income), **others)
        for at, (income, score) in enumerate(zip(incomes, scores, strict=True))
    ]


def instrument(public_id="INS-1", **figures):
    return InstrumentFacts(public_id=public_id, **figures)


def amounts(allocation):
    return [str(award.amount) for award in allocation.awards]


MORNING = datetime(2025, 3, 3, 1, tzinfo=UTC)
"""09:00 in the city."""


def entry(public_id="LOG-1", number=1, start=0.0, hours=2.0, recorded=None, **others):
    """An entry of `hours` that begins `start` hours after MORNING, effective throughout."""
    begins = MORNING + timedelta(hours=start)
    ends = begins + timedelta(hours=hours)
    facts = {
        "public_id": public_id,
        "instrument": "INS-1",
        "number": number,
        "recorded_at": ends if recorded is None else MORNING + timedelta(hours=recorded),
        "start": begins,
        "end": ends,
        "measuring_seconds": int(hours * 3600),
        "amount": Decimal("600.00"),
        "booking": "BKG-1",
        "owner": "OWNER",
        "user_organization": "USER",
    }
    return EntryFacts(**(facts | others))
