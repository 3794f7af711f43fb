"""The policy document: what is read, and what is said about a document that is wrong."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

import rewards
from rewards.assessment.models import IndicatorResult, InstrumentResult, UnitAssessment
from rewards.declarations.models import DeclaredFact
from rewards.policy.domain.document import parse_toml
from rewards.policy.domain.policy import Caps, Counting, IncomeRate, ScoreShare
from rewards.policy.domain.policy_document import (
    MAX_LENGTHS,
    MAX_QUOTA_HOURS,
    PolicyRefused,
    build_policy,
    read_policy,
)
from rewards.policy.domain.shapes import Linear
from rewards.policy.models import RewardPolicy

PRESETS = Path(rewards.__file__).parent / "policies"

SMALLEST = """
format = "reward-policy/1"
code = "smallest"
version = "1"
title_zh = "最小办法"
source_zh = "示例"

[money]
unit = "元"

[[rules]]
code = "income"
kind = "income_rate"
clause_zh = "第一条"
rate = 0.2
"""


def preset(name):
    return read_policy((PRESETS / f"{name}.toml").read_text("utf-8"))


def problems(text):
    with pytest.raises(PolicyRefused) as refused:
        read_policy(text)
    return [(problem.field, problem.code) for problem in refused.value.problems]


def test_the_smallest_policy():
    policy = read_policy(SMALLEST)
    assert (policy.title_en, policy.draft, policy.budget, policy.caps) == ("最小办法", False, None, Caps())
    (rule,) = policy.rules
    assert isinstance(rule, IncomeRate)
    assert (rule.rate.flat, rule.share, rule.clause_en) == (Fraction(1, 5), 1, "第一条")


def test_decimals_are_read_exactly():
    policy = read_policy(SMALLEST.replace("0.2", "0.1234567890123456789"))
    assert policy.rules[0].rate.flat == Fraction("0.1234567890123456789")


@pytest.mark.parametrize("path", sorted(PRESETS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_preset_loads_and_names_its_source(path):
    policy = read_policy(path.read_text("utf-8"))
    assert policy.code == path.stem
    assert policy.source_zh
    assert "Source:" in path.read_text("utf-8") or policy.draft


def test_the_presets_that_ship():
    found = {path.stem: read_policy(path.read_text("utf-8")) for path in PRESETS.glob("*.toml")}
    assert {code: (p.counting.value_threshold, p.money_unit, p.draft) for code, p in found.items()} == {
        "anhui-2015": (300_000, "分", False),
        "chongqing": (0, "分", False),
        "fujian-2019": (300_000, "元", False),
        "hunan-2024": (500_000, "分", False),
        "qingdao": (200_000, "分", False),
        "shanghai-draft": (300_000, "分", True),
        "yunping-draft": (200_000, "百元", True),
    }


def test_the_citys_draft():
    policy = preset("yunping-draft")
    assert policy.draft_notice_zh.startswith("本办法为草案")
    assert [(g.title_zh, sum(i.points for i in g.indicators)) for g in policy.groups] == [
        ("运行使用", 40),
        ("共享服务成效", 35),
        ("组织管理", 25),
    ]
    shapes = {i.code: (i.points, i.shape.zero, i.shape.full) for i in policy.indicators}
    assert shapes == {
        "utilization": (25, 0, Fraction("1.2")),
        "open_hours_share": (8, Fraction("0.5"), 2),
        "uptime_share": (7, Fraction("0.6"), Fraction("0.95")),
        "external_share": (15, 0, Fraction("0.30")),
        "income_yield": (5, 0, Fraction("0.2")),
        "sme_share": (10, 0, Fraction("0.5")),
        "satisfaction": (5, 3, 5),
        "completeness": (10, Fraction("0.4"), 1),
        "networked_share": (6, Fraction("0.5"), 1),
        "decision_timeliness": (5, Fraction("0.5"), 1),
        "data_quality": (4, Fraction("0.9"), 1),
    }
    assert all(isinstance(i.shape, Linear) and i.code == i.measure for i in policy.indicators)
    assert (policy.findings.points, policy.findings.cap) == ({"overdue": 2}, 10)
    (rule,) = policy.rules
    assert isinstance(rule, ScoreShare)
    assert (rule.floor, rule.over_budget, policy.unit) == (60, "fill", Decimal(100))


def test_the_figures_of_the_other_presets():
    rules = {name: preset(name).rules for name in ("anhui-2015", "qingdao", "hunan-2024", "chongqing")}
    assert (rules["anhui-2015"][0].rate.flat, preset("anhui-2015").caps.unit) == (Fraction("0.2"), 5_000_000)
    assert (rules["qingdao"][0].rate.flat, preset("qingdao").caps.unit) == (Fraction("0.1"), 2_000_000)
    hunan = rules["hunan-2024"][0]
    assert hunan.basis == "enterprise_income"
    assert [hunan.rate.of(grade) for grade in ("excellent", "good", "pass", "poor", None)] == [
        Fraction("0.10"),
        Fraction("0.08"),
        Fraction("0.06"),
        0,
        0,
    ]
    assert [rule.rate.flat for rule in rules["chongqing"]] == [
        Fraction("0.1"),
        Fraction("0.2"),
        Fraction("0.3"),
    ]
    assert {rule.highest_of for rule in rules["chongqing"]} == {"test-subsidy"}
    assert preset("chongqing").caps == replace(Caps(), unit=Fraction(50_000))
    assert preset("shanghai-draft").caps == replace(Caps(), instrument=Fraction(50_000))


def test_all_problems_are_said_at_once_with_their_paths():
    text = """
format = "reward-policy/1"
code = "Wrong Code"
version = "1"
title_zh = "例"
draft = true

[money]
unit = "角"

[counting]
exclude = ["everybody"]
treshold = 1

[[groups]]
title_zh = "组"

[[groups.indicators]]
code = "use"
measure = "happiness"
title_zh = "指标"
points = 30
shape = { kind = "linear", zero = 1, full = 1 }

[[grades]]
code = "good"
at_least = 50
title_zh = "良好"

[findings]
cap = 10
points = { laziness = 2 }

[[rules]]
code = "share"
kind = "score_share"
clause_zh = "第一条"
floor = "excellent"
share = 0.7

[[rules]]
code = "income"
kind = "income_rate"
clause_zh = "第二条"
rate = 1.5
share = 0.7

[[rules]]
code = "income"
kind = "grade_fixed"
clause_zh = "第三条"
amounts = 1
share = 0.4
"""
    assert sorted(problems(text)) == [
        ("code", "document.not_a_code"),
        ("counting.exclude[0]", "document.not_an_option"),
        ("counting.treshold", "document.unknown_key"),
        ("draft_notice_zh", "document.missing"),
        ("findings.points.laziness", "document.unknown_key"),
        ("grades", "policy.grades_out_of_order"),
        ("groups", "policy.points_not_100"),
        ("groups[0].indicators[0].measure", "document.not_an_option"),
        ("groups[0].indicators[0].shape.full", "policy.linear_flat"),
        ("money.unit", "document.not_an_option"),
        ("rules", "policy.shares_above_1"),
        ("rules[0].floor", "document.not_a_number"),
        ("rules[1].rate", "document.too_high"),
        ("rules[2].code", "policy.code_twice"),
        ("source_zh", "document.missing"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("rate = 0.2", "", ("rules[0].rate", "document.missing")),
        ("rate = 0.2", 'rate = "a fifth"', ("rules[0].rate", "document.not_a_number")),
        ("rate = 0.2", "rate = nan", ("rules[0].rate", "document.not_a_number")),
        ("rate = 0.2", "rate = 1e999999", ("rules[0].rate", "document.not_a_number")),
        ("rate = 0.2", "rate = 0.2\nrequires = 'seal'", ("rules[0].requires", "document.not_an_option")),
        ("rate = 0.2", "rate = 0.2\nrait = 0.3", ("rules[0].rait", "document.unknown_key")),
        ('kind = "income_rate"', 'kind = "lottery"', ("rules[0].kind", "document.not_an_option")),
        ("rate = 0.2", "rate = [0.2]", ("rules[0].rate", "document.not_a_number")),
        ('unit = "元"', "unit = [1]", ("money.unit", "document.not_an_option")),
        ('title_zh = "最小办法"', "title_zh = 7", ("title_zh", "document.not_text")),
        ('[money]\nunit = "元"', "money = 3", ("money", "document.not_a_table")),
        ('format = "reward-policy/1"', 'format = "reward-policy/9"', ("format", "document.not_an_option")),
    ],
)
def test_single_problem_is_reported(old, new, problem):
    assert old in SMALLEST
    assert problem in problems(SMALLEST.replace(old, new))


def test_invalid_toml_names_line():
    assert problems("code = ") == [(".", "policy.not_toml")]
    assert problems("code = " + "[" * 100_000) == [(".", "policy.not_toml")]


def test_the_name_of_a_pot_is_text():
    assert problems(SMALLEST + 'highest_of = [["pot"]]') == [("rules[0].highest_of", "document.not_text")]


def test_a_rate_by_grade_needs_every_grade():
    text = (
        SMALLEST.replace("rate = 0.2", "rate = { good = 0.2 }")
        + """
[[grades]]
code = "good"
at_least = 60
title_zh = "良好"

[[grades]]
code = "poor"
at_least = 0
title_zh = "较差"
"""
    )
    assert problems(text) == [("rules[0].rate.poor", "document.missing")]
    assert read_policy(text.replace("{ good = 0.2 }", "{ good = 0.2, poor = 0 }")).rules[0].rate.of(
        "good"
    ) == (Fraction(1, 5))


def test_competing_rules_draw_on_one_pot():
    rule = SMALLEST[SMALLEST.index("[[rules]]") :]
    competing = rule.replace('"income"', '"other"') + 'highest_of = "pot"\n'
    text = SMALLEST + 'highest_of = "pot"\n' + competing
    assert [each.share for each in read_policy(text).rules] == [1, 1]
    named_as_rule = text.replace('"pot"', '"other"')
    assert problems(named_as_rule) == [("rules", "policy.pot_named_as_rule")]
    assert problems(text + "share = 0.5\n") == [("rules", "policy.pot_divided")]


STEPS = """
[[groups]]
title_zh = "组"
[[groups.indicators]]
code = "use"
measure = "utilization"
title_zh = "指标"
points = 100
shape = { kind = "steps", steps = [[0, 10], [0.5, 20], [1, 20]] }
"""
PATH_OF_STEPS = "groups[0].indicators[0].shape.steps"


def test_the_bounds_of_steps_rise_and_their_points_do_not_fall():
    (indicator,) = read_policy(SMALLEST + STEPS).indicators
    assert indicator.shape.steps == ((0, 10), (Fraction(1, 2), 20), (1, 20))
    for wrong in ("[[0, 10], [0.5, 20], [0.5, 30]]", "[[0, 10], [0.5, 20], [1, 19]]"):
        text = SMALLEST + STEPS.replace("[[0, 10], [0.5, 20], [1, 20]]", wrong)
        assert problems(text) == [(PATH_OF_STEPS, "document.not_rising")]


@pytest.mark.parametrize("purpose", ["general", "special"])
def test_a_quota_is_one_hour_at_least(purpose):
    quota = read_policy(SMALLEST + f"[quota]\n{purpose} = 1\n").quota
    assert getattr(quota, purpose) == 1
    text = SMALLEST + f"[quota]\n{purpose} = 0.9\n"
    assert problems(text) == [(f"quota.{purpose}", "document.too_low")]


@pytest.mark.parametrize("purpose", ["general", "special"])
def test_a_quota_is_the_hours_of_a_leap_year_at_most(purpose):
    quota = read_policy(SMALLEST + f"[quota]\n{purpose} = 8784\n").quota
    assert getattr(quota, purpose) == 8784
    text = SMALLEST + f"[quota]\n{purpose} = 8784.01\n"
    assert problems(text) == [(f"quota.{purpose}", "document.too_high")]


@pytest.mark.parametrize(
    ("text", "path", "code"),
    [
        ("[counting]\nlate_by_hand_days = 0\n", None, None),
        ("[counting]\nlate_by_hand_days = 3650\n", None, None),
        ("[counting]\nlate_by_hand_days = 3651\n", "counting.late_by_hand_days", "document.too_high"),
        ("[counting]\nlate_by_hand_days = -1\n", "counting.late_by_hand_days", "document.too_low"),
        ("[counting]\nlate_by_hand_days = 1.5\n", "counting.late_by_hand_days", "document.not_whole"),
        ("[counting]\nvalue_threshold = -1\n", "counting.value_threshold", "document.too_low"),
        ("[findings]\ncap = 100\npoints = { overdue = 100 }\n", None, None),
        ("[findings]\ncap = 101\npoints = { overdue = 100 }\n", "findings.cap", "document.too_high"),
        ("[findings]\ncap = 9\npoints = { overdue = 101 }\n", "findings.points.overdue", "document.too_high"),
        ("[findings]\ncap = 9\npoints = { overdue = -1 }\n", "findings.points.overdue", "document.too_low"),
        ("[findings]\npoints = { overdue = 1 }\n", "findings.cap", "document.missing"),
        ("[caps]\nunit = 0\n", None, None),
        ("[caps]\nunit = -1\n", "caps.unit", "document.too_low"),
        (STEPS.replace("[1, 20]]", "[1, 101]]"), PATH_OF_STEPS, "policy.step_above_points"),
        (STEPS.replace("[1, 20]]", "[1, 100]]"), None, None),
        (STEPS.replace("[1, 20]]", "[1, 20, 3]]"), f"{PATH_OF_STEPS}[2]", "document.not_a_pair"),
        (STEPS.replace("[1, 20]]", "7]"), f"{PATH_OF_STEPS}[2]", "document.not_a_pair"),
        (STEPS + "no_value = 100\n", None, None),
        (STEPS + "no_value = 0.5\n", None, None),
        (STEPS + "no_value = 101\n", "groups[0].indicators[0].no_value", "document.too_high"),
        (STEPS + "no_value = -1\n", "groups[0].indicators[0].no_value", "document.too_low"),
    ],
)
def test_bounds_are_part_of_what_is_allowed(text, path, code):
    if path is None:
        assert read_policy(SMALLEST + text)
    else:
        assert problems(SMALLEST + text) == [(path, code)]


def test_policy_has_expected_defaults():
    policy = read_policy(SMALLEST + STEPS)
    assert policy.counting == Counting() == Counting(Fraction(0), frozenset(), None)
    assert (policy.findings.points, policy.findings.cap) == ({}, 0)
    assert policy.indicators[0].no_value == 0
    assert (policy.quota.general, policy.quota.special) == (1400, 800)


def test_every_invalid_pair_is_named():
    text = SMALLEST + STEPS.replace("[[0, 10], [0.5, 20], [1, 20]]", "[7, [0, 10], [1], [2, 20, 3]]")
    assert problems(text) == [(f"{PATH_OF_STEPS}[{at}]", "document.not_a_pair") for at in (0, 2, 3)]


def test_an_indicator_has_100_points_at_most():
    text = SMALLEST + STEPS.replace("points = 100", "points = 101")
    assert ("groups[0].indicators[0].points", "document.too_high") in problems(text)


GRADES = """
[[grades]]
code = "good"
at_least = 60
title_zh = "良好"
[[grades]]
code = "poor"
at_least = 0
title_zh = "较差"
"""


def test_grades_go_down_to_0_each_bound_once():
    assert [grade.at_least for grade in read_policy(SMALLEST + GRADES).grades] == [60, 0]
    for wrong in (GRADES.replace("60", "0"), GRADES.replace("= 0", "= 1"), GRADES.replace("= 0", "= 61")):
        assert problems(SMALLEST + wrong) == [("grades", "policy.grades_out_of_order")]


@pytest.mark.parametrize(
    ("floor", "bound", "code"),
    [
        ("0", 0, None),
        ("100", 100, None),
        ('"good"', 60, None),
        ("-1", None, "document.too_low"),
        ("101", None, "document.too_high"),
        ('"best"', None, "document.not_a_number"),
    ],
)
def test_a_floor_is_a_number_of_points_or_a_grade(floor, bound, code):
    text = SMALLEST.replace('kind = "income_rate"', 'kind = "score_share"')
    text = text.replace("rate = 0.2", f"floor = {floor}") + GRADES
    if code is None:
        assert read_policy(text).rules[0].floor == bound
    else:
        assert problems(text) == [("rules[0].floor", code)]


def get_max_length(model, field):
    return model._meta.get_field(field).max_length


def test_texts_are_as_long_as_what_keeps_them():
    kept_as = {
        ("policy", "code"): [(RewardPolicy, "code")],
        ("policy", "version"): [(RewardPolicy, "version")],
        ("policy", "title_zh"): [(RewardPolicy, "title_zh")],
        ("policy", "title_en"): [(RewardPolicy, "title_en")],
        ("groups", "title_zh"): [(IndicatorResult, "group_zh")],
        ("groups", "title_en"): [(IndicatorResult, "group_en")],
        ("indicators", "code"): [(IndicatorResult, "code")],
        ("indicators", "title_zh"): [(IndicatorResult, "title_zh")],
        ("indicators", "title_en"): [(IndicatorResult, "title_en")],
        ("grades", "code"): [(UnitAssessment, "grade"), (DeclaredFact, "code")],
        ("grades", "title_zh"): [(UnitAssessment, "grade_zh")],
        ("grades", "title_en"): [(UnitAssessment, "grade_en")],
        ("qualifications", "code"): [(DeclaredFact, "code"), (DeclaredFact, "about")],
    }
    assert {
        (thing, key): min(get_max_length(*column) for column in columns)
        for (thing, key), columns in kept_as.items()
    } == {(thing, key): most for thing, lengths in MAX_LENGTHS.items() for key, most in lengths.items()}
    quota = InstrumentResult._meta.get_field("quota_hours")
    assert 10 ** (quota.max_digits - quota.decimal_places) > MAX_QUOTA_HOURS


def with_texts_longer_by(more):
    """A policy whose every text that is kept is as long as it may be, and `more` characters longer."""
    data = parse_toml(SMALLEST + STEPS)
    data |= {
        "grades": [{"at_least": 0}],
        "qualifications": [{"title_zh": "条件"}],
    }
    group = data["groups"][0]
    things = {
        "policy": data,
        "groups": group,
        "indicators": group["indicators"][0],
        "grades": data["grades"][0],
        "qualifications": data["qualifications"][0],
    }
    for thing, lengths in MAX_LENGTHS.items():
        things[thing].update({key: "a" * (most + more) for key, most in lengths.items()})
    return data


def test_texts_that_are_not_kept_whole_are_refused():
    assert len(build_policy(with_texts_longer_by(0)).groups[0].title_en) == 100
    with pytest.raises(PolicyRefused) as refused:
        build_policy(with_texts_longer_by(1))
    found = {(one.field, one.code, one.params["most"]) for one in refused.value.problems}
    paths = {"policy": "", "groups": "groups[0].", "indicators": "groups[0].indicators[0]."}
    assert found == {
        (paths.get(thing, f"{thing}[0].") + key, "document.too_long", most)
        for thing, lengths in MAX_LENGTHS.items()
        for key, most in lengths.items()
    }
