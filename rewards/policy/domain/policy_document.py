"""From a TOML document to a `RewardPolicy`; every key is described in docs/reward-policy.md.

    policy = read_policy(Path("rewards/policies/yunping-draft.toml").read_text("utf-8"))

The document is checked as a whole: `PolicyRefused` carries every problem, each with its path in the document.
"""

from collections.abc import Collection, Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any

from instrument_share.kernel.errors import DomainError, Problem, gettext_noop
from rewards.policy.domain.document import REQUIRED, Problems, Table, parse_toml
from rewards.policy.domain.figures import format_exact
from rewards.policy.domain.policy import (
    BASES,
    EXCLUSIONS,
    FULL_SCORE,
    MONEY_UNITS,
    VALUES,
    Caps,
    Counting,
    FindingDeductions,
    Grade,
    GradeFixed,
    IncomeRate,
    Indicator,
    IndicatorGroup,
    InstrumentIncome,
    LeftOut,
    Qualification,
    Quota,
    Rate,
    RewardPolicy,
    Rule,
    ScoreShare,
    ValueFixed,
)
from rewards.policy.domain.shapes import Linear, PerUnit, Shape, Steps
from rewards.policy.domain.vocabulary import KINDS, MEASURES

FORMAT = "reward-policy/1"

FINDING_KINDS = ("overdue", "upheld", *KINDS)
"""What points can be taken off for: findings not settled in time, upheld ones, and upheld ones by kind."""

MAX_LENGTHS: Mapping[str, Mapping[str, int]] = {
    "policy": {"code": 40, "version": 20, "title_zh": 200, "title_en": 300},
    "groups": {"title_zh": 50, "title_en": 100},
    "indicators": {"code": 40, "title_zh": 100, "title_en": 200},
    "grades": {"code": 20, "title_zh": 50, "title_en": 100},
    "qualifications": {"code": 40},
}
"""How many characters are kept of a policy, of a unit's result under it and of a fact that it asks for."""

MAX_QUOTA_HOURS = 366 * 24
"""No instrument runs longer in a year."""

MAX_DAYS_LATE = 3650
"""A length of time holds no more than a thousand million days."""

RULE_KINDS = ("income_rate", "instrument_income", "grade_fixed", "value_fixed", "score_share")


class PolicyRefused(DomainError):
    """A policy document with problems; `problems` lists all of them."""

    code = "reward.policy_refused"
    message = gettext_noop("The policy document has problems. Correct each of them and load it again.")


def read_policy(text: str) -> RewardPolicy:
    """Read the policy that a TOML document describes. Raises PolicyRefused with all of its problems."""
    try:
        data = parse_toml(text)
    except (ValueError, RecursionError) as error:  # also a number of thousands of digits
        message = gettext_noop("The file is not valid TOML: {reason}.")
        problem = Problem(code="policy.not_toml", message=message, params={"reason": str(error)}, field=".")
        raise PolicyRefused(problems=[problem]) from error
    return build_policy(data)


def build_policy(data: Mapping[str, Any]) -> RewardPolicy:
    """Return the policy of a parsed document. Raises PolicyRefused with all of its problems."""
    problems = Problems()
    policy = _policy(Table(data, "", problems, MAX_LENGTHS["policy"]))
    if problems.found:
        raise PolicyRefused(problems=problems.found)
    return policy


def _policy(root: Table) -> RewardPolicy:
    root.choice("format", [FORMAT])
    title_zh, title_en = _titles(root)
    source_zh, source_en = _titles(root, "source")
    draft = root.flag("draft", False)
    notice_zh, notice_en = _titles(root, "draft_notice") if draft else ("", "")
    grades = _grades(root)
    qualifications = _qualifications(root)
    caps = _caps(root.table("caps"))
    money = root.table("money")
    policy = RewardPolicy(
        code=root.code("code"),
        version=root.text("version"),
        title_zh=title_zh,
        title_en=title_en,
        source_zh=source_zh,
        source_en=source_en,
        draft=draft,
        draft_notice_zh=notice_zh,
        draft_notice_en=notice_en,
        counting=_counting(root.table("counting")),
        quota=_quota(root.table("quota")),
        groups=_groups(root),
        findings=_findings(root.table("findings")),
        grades=grades,
        rules=_rules(root, grades, [qualification.code for qualification in qualifications]),
        caps=caps,
        money_unit=money.choice("unit", MONEY_UNITS) or "分",
        budget=money.number("budget", None, least=0),
        qualifications=qualifications,
        left_out=_left_out(root),
    )
    money.close()
    root.close()
    return policy


def _titles(table: Table, key: str = "title") -> tuple[str, str]:
    """Chinese is required; English falls back to it."""
    chinese = table.text(f"{key}_zh")
    return chinese, table.text(f"{key}_en", "") or chinese


def _counting(table: Table) -> Counting:
    counting = Counting(
        value_threshold=table.number("value_threshold", Fraction(0), least=0),
        exclude=frozenset(table.codes("exclude", EXCLUSIONS)),
        late_by_hand_days=table.whole("late_by_hand_days", None, most=MAX_DAYS_LATE),
    )
    table.close()
    return counting


def _quota(table: Table) -> Quota:
    quota = Quota(
        general=table.number("general", Quota.general, least=1, most=MAX_QUOTA_HOURS),
        special=table.number("special", Quota.special, least=1, most=MAX_QUOTA_HOURS),
    )
    table.close()
    return quota


def _groups(root: Table) -> tuple[IndicatorGroup, ...]:
    groups, seen = [], set[str]()
    for table in root.tables("groups", (), max_lengths=MAX_LENGTHS["groups"]):
        title_zh, title_en = _titles(table)
        items = table.tables("indicators", max_lengths=MAX_LENGTHS["indicators"])
        indicators = tuple(_indicator(item, seen) for item in items)
        groups.append(IndicatorGroup(title_zh, title_en, indicators))
        table.close()
    total = sum((i.points for group in groups for i in group.indicators), Fraction(0))
    if groups and total != FULL_SCORE:
        message = gettext_noop("The points of all indicators add up to {total}. They must add up to {full}.")
        root.add("groups", "policy.points_not_100", message, total=format_exact(total), full=FULL_SCORE)
    return tuple(groups)


def _indicator(table: Table, seen: set[str]) -> Indicator:
    points = table.number("points", least=0, most=FULL_SCORE)
    title_zh, title_en = _titles(table)
    indicator = Indicator(
        code=_unique(table, table.code("code"), seen),
        measure=table.choice("measure", MEASURES),
        title_zh=title_zh,
        title_en=title_en,
        points=points,
        shape=_shape(table.table("shape"), points),
        no_value=table.number("no_value", Fraction(0), least=0, most=points),
    )
    table.close()
    return indicator


def _shape(table: Table, points: Fraction) -> Shape:
    kind = table.choice("kind", ("linear", "steps", "per_unit"))
    shape: Shape
    if kind == "steps":
        shape = Steps(table.pairs("steps"))
        if any(worth > points for _, worth in shape.steps):
            message = gettext_noop("A step gives more than the {points} points of the indicator.")
            table.add("steps", "policy.step_above_points", message, points=format_exact(points))
    elif kind == "per_unit":
        shape = PerUnit(table.number("points", least=0), table.number("each"))
        if shape.each <= 0:
            table.add("each", "policy.each_not_positive", gettext_noop("A step must be greater than 0."))
    else:
        shape = (
            Linear(table.number("zero"), table.number("full")) if kind else Linear(Fraction(0), Fraction(1))
        )
        if shape.zero == shape.full:
            message = gettext_noop("“zero” and “full” must differ.")
            table.add("full", "policy.linear_flat", message)
    if kind:
        table.close()
    return shape


def _findings(table: Table) -> FindingDeductions:
    points = table.table("points")
    kinds = [kind for kind in FINDING_KINDS if points.has(kind)]
    deductions = {kind: points.number(kind, least=0, most=FULL_SCORE) for kind in kinds}
    points.asked.update(FINDING_KINDS)
    points.close()
    cap = table.number("cap", REQUIRED if deductions else Fraction(0), least=0, most=FULL_SCORE)
    table.close()
    return FindingDeductions(points=deductions, cap=cap)


def _grades(root: Table) -> tuple[Grade, ...]:
    grades, seen = [], set[str]()
    for table in root.tables("grades", (), max_lengths=MAX_LENGTHS["grades"]):
        title_zh, title_en = _titles(table)
        code = _unique(table, table.code("code"), seen)
        grades.append(Grade(code, table.number("at_least", least=0, most=FULL_SCORE), title_zh, title_en))
        table.close()
    bounds = [grade.at_least for grade in grades]
    if grades and (bounds[-1] != 0 or any(a <= b for a, b in pairwise(bounds))):
        message = gettext_noop("List the grades from the highest bound down to 0, each bound once.")
        root.add("grades", "policy.grades_out_of_order", message)
    return tuple(grades)


def _qualifications(root: Table) -> tuple[Qualification, ...]:
    qualifications, seen = [], set[str]()
    for table in root.tables("qualifications", (), max_lengths=MAX_LENGTHS["qualifications"]):
        title_zh, title_en = _titles(table)
        qualifications.append(Qualification(_unique(table, table.code("code"), seen), title_zh, title_en))
        table.close()
    return tuple(qualifications)


def _left_out(root: Table) -> tuple[LeftOut, ...]:
    texts = []
    for table in root.tables("left_out", ()):
        texts.append(LeftOut(*_titles(table, "text")))
        table.close()
    return tuple(texts)


def _caps(table: Table) -> Caps:
    limits = {key: table.number(key, None, least=0) for key in ("instrument", "unit", "group")}
    table.close()
    return Caps(**limits)


def _rules(root: Table, grades: Collection[Grade], qualifications: Collection[str]) -> tuple[Rule, ...]:
    tables, seen = root.tables("rules"), set[str]()
    # As text: what it really is, is told where the rule is read.
    alone = len({str(table.data.get("highest_of") or table.path) for table in tables}) == 1
    rules = tuple(_rule(table, grades, qualifications, alone, seen) for table in tables)
    if root.has("rules") and not rules:
        root.add("rules", "policy.no_rule", gettext_noop("At least one rule is needed."))
    pots = {rule.pot: (rule.share, rule.over_budget) for rule in rules}
    if any(rule.highest_of and pots[rule.pot] != (rule.share, rule.over_budget) for rule in rules):
        message = gettext_noop("Rules of one “highest_of” need the same “share” and “over_budget”.")
        root.add("rules", "policy.pot_divided", message)
    for taken in seen & {rule.highest_of for rule in rules}:
        message = gettext_noop("“{name}” is the code of a rule. Give “highest_of” a name of its own.")
        root.add("rules", "policy.pot_named_as_rule", message, name=taken)
    total = sum((share for share, _ in pots.values()), Fraction(0))
    if total > 1:
        message = gettext_noop("The shares of the budget add up to {total}, more than 1.")
        root.add("rules", "policy.shares_above_1", message, total=format_exact(total))
    return rules


def _rule(
    table: Table, grades: Collection[Grade], qualifications: Collection[str], alone: bool, seen: set[str]
) -> Rule:
    kind = table.choice("kind", RULE_KINDS)
    clause_zh, clause_en = _titles(table, "clause")
    common: dict[str, Any] = {
        "code": _unique(table, table.code("code"), seen),
        "clause_zh": clause_zh,
        "clause_en": clause_en,
        "share": table.number("share", Fraction(1) if alone else REQUIRED, least=0, most=1),
        "over_budget": table.choice("over_budget", ("scale", "fill"), "scale"),
        "requires": table.choice("requires", qualifications, None) or None,
    }
    codes = [grade.code for grade in grades]
    if kind != "score_share":
        common["highest_of"] = table.code("highest_of", "") or None
    rule = _of_kind(kind, table, grades, codes, common)
    if kind:
        table.close()
    return rule


def _of_kind(
    kind: str, table: Table, grades: Collection[Grade], codes: Collection[str], common: dict[str, Any]
) -> Rule:
    match kind:
        case "instrument_income":
            basis = table.choice("basis", BASES[:3], BASES[0])
            return InstrumentIncome(rate=_by_grade(table, "rate", codes, most=1), basis=basis, **common)
        case "grade_fixed":
            return GradeFixed(amounts=_by_grade(table, "amounts", codes), **common)
        case "value_fixed":
            basis = table.choice("basis", VALUES, VALUES[0])
            return ValueFixed(bands=table.pairs("bands"), basis=basis, **common)
        case "score_share":
            return ScoreShare(floor=_floor(table, grades), **common)
        case "income_rate":
            basis = table.choice("basis", BASES, BASES[0])
            return IncomeRate(rate=_by_grade(table, "rate", codes, most=1), basis=basis, **common)
        case _:
            return GradeFixed(amounts=Rate(), **common)  # a stand-in: the kind itself is reported


def _by_grade(table: Table, key: str, codes: Collection[str], most: int | None = None) -> Rate:
    """One number for all, or a table with one number for each grade."""
    if not isinstance(table.data.get(key), dict):
        return Rate(flat=table.number(key, least=0, most=most))
    by_grade = table.table(key)
    rate = Rate(by_grade={code: by_grade.number(code, least=0, most=most) for code in codes})
    by_grade.close()
    return rate


def _floor(table: Table, grades: Collection[Grade]) -> Fraction:
    """A number, or the code of the grade whose bound is the floor."""
    named = {grade.code: grade.at_least for grade in grades}
    floor = table.value("floor", None)
    if isinstance(floor, str) and floor in named:
        return named[floor]
    return table.number("floor", least=0, most=FULL_SCORE)


def _unique(table: Table, code: str, seen: set[str]) -> str:
    if code in seen:
        message = gettext_noop("“{code}” is used twice. Give each its own code.")
        table.add("code", "policy.code_twice", message, code=code)
    seen.add(code)
    return code
