"""A policy as sentences, and two versions compared."""

from pathlib import Path

import pytest
from django.utils.translation import override

import rewards
from rewards.policy.domain.changing import change, write_toml
from rewards.policy.domain.document import parse_toml
from rewards.policy.domain.policy_document import build_policy, read_policy
from rewards.policy.reports.sentences import SECTIONS, compare_policies, describe_policy
from rewards.policy.views.curves import draw_curve

FOLDER = Path(rewards.__file__).parent / "policies"
PRESETS = {path.stem: path.read_text("utf-8") for path in sorted(FOLDER.glob("*.toml"))}


def lines(name, language="zh-hans"):
    with override(language):
        return {(each.section, each.key): each.text for each in describe_policy(read_policy(PRESETS[name]))}


def test_sentences_say_points_lines_rates_and_caps():
    city = lines("yunping-draft")
    assert city["indicators", "external_share"] == (
        "15 分。对外服务机时÷有效机时：0 得 0 分，0.3 得满分 15 分，其间按直线计算。"
    )
    assert city["order", "unit"] == "¥500,000.00"
    assert city["order", "budget"] == "¥3,000,000.00，各年度以年度预算为准"
    assert lines("hunan-2024")["order", "budget"] == "以年度预算为准"
    assert lines("hunan-2024", "en")["rules", "by-grade"] == (
        "Excellent 10%, Good 8%, Pass 6%, Fail 0% of: Income from enterprises. "
        "If the money is not enough, all awards are cut in proportion."
    )
    assert (
        "¥40,000.00 from ¥500,000.00 to below ¥1,000,000.00; ¥60,000.00 from ¥1,000,000.00 on"
        in (lines("fujian-2019", "en")["rules", "one-off"])
    )


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_told_in_both_languages_and_says_what_it_leaves_out(name):
    for language in ("zh-hans", "en"):
        told = lines(name, language)
        assert {section for section, _ in told} <= SECTIONS.keys()
        assert told["left_out", "0"]
        assert all("{" not in text for text in told.values())


def test_two_versions_differ_in_what_was_changed_and_in_nothing_else():
    document = parse_toml(PRESETS["yunping-draft"])
    after = change(
        document, {"caps.unit": 400000, "groups[0].indicators[0].shape.full": 1, "caps.group": 900000}
    )
    with override("en"):
        rows = compare_policies(build_policy(document), build_policy(after))
    assert [(line.key, was, becomes) for line, was, becomes in rows] == [
        (
            "utilization",
            "25 points. Effective hours ÷ quota of hours: no points at 0, all 25 at 1.2, linear in between.",
            "25 points. Effective hours ÷ quota of hours: no points at 0, all 25 at 1, linear in between.",
        ),
        ("unit", "¥500,000.00", "¥400,000.00"),
        ("group", "none", "¥900,000.00"),
    ]


@pytest.mark.parametrize("name", PRESETS)
def test_a_document_that_is_written_again_means_the_same(name):
    data = parse_toml(PRESETS[name])
    assert read_policy(write_toml(data)) == read_policy(PRESETS[name])


@pytest.mark.parametrize(
    ("shape", "points"),
    [
        ('{ kind = "linear", zero = 0, full = 1.2 }', "26.0,68.0 162.4,8.0 176.0,8.0"),
        ('{ kind = "linear", zero = 1, full = 0 }', "26.0,8.0 162.4,68.0 176.0,68.0"),
        (
            '{ kind = "steps", steps = [[0, 0], [1, 25]] }',
            "26.0,68.0 162.4,68.0 162.4,8.0 176.0,8.0 176.0,8.0",
        ),
    ],
)
def test_a_curve_goes_through_the_points_of_its_shape(shape, points):
    text = PRESETS["yunping-draft"].replace('{ kind = "linear", zero = 0, full = 1.2 }', shape)
    drawn = draw_curve(read_policy(text).indicators[0], "label")
    assert f'points="{points}"' in drawn
    assert "style" not in drawn
