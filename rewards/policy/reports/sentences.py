"""A policy as sentences, by section; two policies compared line by line."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from django.utils.translation import gettext, ngettext

from instrument_share.kernel.errors import gettext_noop
from instrument_share.web.text.formats import bilingual, join_sentences, yuan
from rewards.policy.domain.figures import format_exact, format_percent
from rewards.policy.domain.policy import (
    GradeFixed,
    IncomeRate,
    Indicator,
    InstrumentIncome,
    Rate,
    RewardPolicy,
    Rule,
    ScoreShare,
    ValueFixed,
)
from rewards.policy.domain.shapes import Linear, PerUnit, Steps
from rewards.policy.reports.words import BASES, EXCLUSIONS, deduction_word, measure_word

SECTIONS = {
    "counting": gettext_noop("What counts"),
    "indicators": gettext_noop("Indicators"),
    "findings": gettext_noop("Deductions for findings"),
    "grades": gettext_noop("Grades"),
    "rules": gettext_noop("What is paid"),
    "order": gettext_noop("In which order"),
    "left_out": gettext_noop("What the source says and this policy leaves out"),
}


@dataclass(frozen=True)
class Line:
    """One statement of a policy. Lines of two versions with the same section and key are about the same."""

    section: str
    key: str
    label: str
    text: str
    indicator: Indicator | None = None


def describe_policy(policy: RewardPolicy) -> list[Line]:
    """Return all that a policy says, in the order in which it is applied."""
    return [
        *_counting(policy),
        *(_indicator(each) for each in policy.indicators),
        *_findings(policy),
        *_grades(policy),
        *(Line("rules", rule.code, bilingual(rule, "clause"), _rule(policy, rule)) for rule in policy.rules),
        *_order(policy),
        *(
            Line("left_out", str(number), "", bilingual(each, "text"))
            for number, each in enumerate(policy.left_out)
        ),
    ]


def compare_policies(before: RewardPolicy, after: RewardPolicy) -> list[tuple[Line, str, str]]:
    """Return the lines that differ, with the text of each version; a line that one lacks is empty there."""
    old = {(line.section, line.key): line for line in describe_policy(before)}
    new = {(line.section, line.key): line for line in describe_policy(after)}
    order = list(SECTIONS)
    rows = []
    for key in sorted(old | new, key=lambda each: order.index(each[0])):
        was, becomes = old.get(key, Line(*key, "", "")), new.get(key, Line(*key, "", ""))
        if (was.label, was.text) != (becomes.label, becomes.text):
            both = [each.text for each in (was, becomes)]
            if was.label and becomes.label and was.label != becomes.label:
                both = [f"{each.label}: {each.text}" for each in (was, becomes)]
            rows.append((becomes if becomes.text else was, both[0], both[1]))
    return rows


def _counting(policy: RewardPolicy) -> Iterator[Line]:
    rules, quota = policy.counting, policy.quota
    threshold = gettext("Instruments with an original value of {value} or more.")
    if not rules.value_threshold:
        threshold = gettext("Instruments of any value.")
    yield Line(
        "counting", "threshold", gettext("Instruments"), threshold.format(value=_yuan(rules.value_threshold))
    )
    left_out = [gettext(text) for code, text in EXCLUSIONS.items() if code in rules.exclude]
    yield Line(
        "counting", "exclude", gettext("Does not count"), gettext(", ").join(left_out) or gettext("nothing")
    )
    if rules.late_by_hand_days is not None:
        late = ngettext(
            "Entries made by hand more than {days} day after the use do not count.",
            "Entries made by hand more than {days} days after the use do not count.",
            rules.late_by_hand_days,
        )
        yield Line("counting", "late", gettext("Entered late"), late.format(days=rules.late_by_hand_days))
    hours = gettext("{general} hours a year for a general instrument, {special} for a special one.")
    expected = hours.format(general=format_exact(quota.general), special=format_exact(quota.special))
    yield Line("counting", "quota", gettext("Expected hours"), expected)


def _indicator(indicator: Indicator) -> Line:
    text = gettext("{points} points. {measure}: {shape}").format(
        points=format_exact(indicator.points),
        measure=measure_word(indicator.measure),
        shape=describe_shape(indicator),
    )
    return Line("indicators", indicator.code, bilingual(indicator, "title"), text, indicator)


def describe_shape(indicator: Indicator) -> str:
    """Return how a value becomes points, and what a missing value scores."""
    most = format_exact(indicator.points)
    match indicator.shape:
        case Linear(zero, full):
            text = gettext("no points at {zero}, all {points} at {full}, linear in between.").format(
                zero=format_exact(zero), full=format_exact(full), points=most
            )
        case Steps(steps):
            each = gettext("{points} points from {bound}")
            text = gettext("; ").join(
                each.format(bound=format_exact(bound), points=format_exact(points)) for bound, points in steps
            )
        case PerUnit(points, size):
            text = gettext("{points} points for each whole {each}, {most} at most.").format(
                points=format_exact(points), each=format_exact(size), most=most
            )
    if indicator.no_value:
        without = gettext("Without a value {points} points.")
        text = join_sentences([text, without.format(points=format_exact(indicator.no_value))])
    return text


def _findings(policy: RewardPolicy) -> Iterator[Line]:
    for kind, points in policy.findings.points.items():
        text = gettext("{points} points deducted for each.").format(points=format_exact(points))
        yield Line("findings", kind, deduction_word(kind), text)
    if policy.findings.points:
        text = gettext("{points} points at most.").format(points=format_exact(policy.findings.cap))
        yield Line("findings", "cap", gettext("All together"), text)


def _grades(policy: RewardPolicy) -> Iterator[Line]:
    for grade in policy.grades:
        text = gettext("from {points} points").format(points=format_exact(grade.at_least))
        yield Line("grades", grade.code, bilingual(grade, "title"), text)


def _rule(policy: RewardPolicy, rule: Rule) -> str:
    texts = [_amount(policy, rule)]
    if rule.requires:
        needed = next(each for each in policy.qualifications if each.code == rule.requires)
        texts.append(gettext("Only for units with: {title}.").format(title=bilingual(needed, "title")))
    if rule.highest_of:
        texts.append(gettext("Of the competing clauses only the highest counts."))
    if rule.share != 1:
        texts.append(gettext("{share} of the budget is for it.").format(share=format_percent(rule.share)))
    texts.append(_over_budget(rule))
    return join_sentences(texts)


def _amount(policy: RewardPolicy, rule: Rule) -> str:
    match rule:
        case IncomeRate() | InstrumentIncome():
            text = gettext("{rate} of: {basis}.")
            if isinstance(rule, InstrumentIncome):
                text = gettext("For each instrument {rate} of: {basis}.")
            rate = _by_grade(policy, rule.rate, format_percent)
            return text.format(rate=rate, basis=gettext(BASES[rule.basis]))
        case GradeFixed():
            return gettext("A fixed amount: {amounts}.").format(
                amounts=_by_grade(policy, rule.amounts, _yuan)
            )
        case ValueFixed():
            return gettext("Once for each instrument, by “{basis}”: {bands}.").format(
                basis=gettext(BASES[rule.basis]), bands=gettext("; ").join(_bands(rule.bands))
            )
        case ScoreShare():
            text = gettext("The money is divided in proportion to the points above {floor}.")
            return text.format(floor=format_exact(rule.floor))


def _bands(bands: tuple[tuple[Fraction, Fraction], ...]) -> Iterator[str]:
    for (bound, amount), (following, _) in pairwise([*bands, (Fraction(-1), Fraction(0))]):
        text = gettext("{amount} from {bound} to below {following}")
        if following < 0:
            text = gettext("{amount} from {bound} on")
        yield text.format(amount=_yuan(amount), bound=_yuan(bound), following=_yuan(following))


def _by_grade(policy: RewardPolicy, rate: Rate, written: Callable[[Fraction], str]) -> str:
    if rate.flat is not None:
        return written(rate.flat)
    titles = {grade.code: bilingual(grade, "title") for grade in policy.grades}
    return gettext(", ").join(f"{titles[code]} {written(each)}" for code, each in rate.by_grade.items())


def _over_budget(rule: Rule) -> str:
    if rule.over_budget == "fill":
        return gettext("If a cap cuts an award, what it leaves is divided among the other units.")
    if isinstance(rule, ScoreShare):
        return gettext("What a cap cuts off stays in the budget.")
    return gettext("If the money is not enough, all awards are cut in proportion.")


def _order(policy: RewardPolicy) -> Iterator[Line]:
    caps = (
        ("instrument", gettext("Cap for an instrument"), policy.caps.instrument),
        ("unit", gettext("Cap for a unit"), policy.caps.unit),
        ("group", gettext("Cap for related units together"), policy.caps.group),
    )
    steps = gettext(
        "Amount for each instrument, cap for it, sum for the unit under each clause, the highest of "
        "competing clauses, division where the money is not enough, sum of the clauses, cap for the unit, "
        "cap for related units, one rounding."
    )
    yield Line("order", "steps", gettext("Steps"), steps)
    for key, label, most in caps:
        yield Line("order", key, label, gettext("none") if most is None else _yuan(most))
    unit = gettext("Whole multiples of {unit}; what rounding leaves goes to the largest remainders.")
    yield Line("order", "unit_of_money", gettext("Rounding"), unit.format(unit=_yuan(Fraction(policy.unit))))
    budget = gettext("as the year states")
    if policy.budget is not None:
        budget = gettext("{budget}; each year goes by its own budget")
        budget = budget.format(budget=_yuan(policy.budget))
    yield Line("order", "budget", gettext("Budget"), budget)


def _yuan(amount: Fraction) -> str:
    return yuan(amount.numerator / Decimal(amount.denominator))
