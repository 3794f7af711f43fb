"""What is wrong in a policy's document, in the words of those who write policies."""

import re
from pathlib import Path

import pytest
from django.utils.translation import override

import rewards
from rewards.policy.domain.changing import figures_of
from rewards.policy.domain.document import parse_toml
from rewards.policy.domain.policy_document import PolicyRefused, read_policy
from rewards.policy.reports.places import MESSAGES, describe_place, describe_problem

HERE = Path(rewards.__file__).parent
CITY = (HERE / "policies" / "yunping-draft.toml").read_text("utf-8")
CODES = re.compile(r'"((?:policy|document)\.[a-z_0-9]+)"')


def told(document, language="zh-hans"):
    with pytest.raises(PolicyRefused) as refused:
        read_policy(document)
    problems = refused.value.problems
    data = {} if problems[0].code == "policy.not_toml" else parse_toml(document)
    with override(language):
        return [describe_problem(problem, data) for problem in problems]


FLAT = CITY.replace("zero = 0, full = 1.2", "zero = 1.2, full = 1.2")


def test_a_message_names_the_indicator_and_the_line():
    assert told(FLAT) == ["指标“有效机时率” · 满分线：不得与零分线相同。"]
    assert told(FLAT, "en") == ["Indicator “Utilization” · Full-marks line: must differ from the zero line."]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("points = 25", "points = 24", "评价指标：全部指标分值合计 99 分，应为 100 分。"),
        ('unit = "百元"', 'unit = "千元"', "金额单位：不能填写“千元”，可选："),
        ("unit = 500000", "unit = -1", "单位上限（元）：-1 过小，不得小于 0。"),
        ("at_least = 75", "at_least = 95", "等级：请按下限从高到低排列，最低为 0，下限不得重复。"),
        (
            'over_budget = "fill"',
            'over_budgets = "fill"',
            "条款“草案：奖励资金按得分超出合格线的部分分配” · ",
        ),
        ("overdue = 2", "overdue = 200", "扣分：逾期未作说明：200 "),
        (
            '"related", ',
            '"relatives", ',
            "不予计入 · 第 1 项：不能填写“relatives”，可选：用户为关联单位 (related)、",
        ),
        ("general = 1400", 'general = "many"', "通用仪器定额机时：“many”不是"),
        (
            'version = "2026-draft-1"',
            'version = "2026-draft-of-october"',
            "版本：共 21 个字符，不得超过 20 个。",
        ),
        ("floor", "floors", "起算分：缺少此项。"),
        ("points = 25\n", "", "指标“有效机时率” · 分值：缺少此项。"),
        ('format = "reward-policy/1"', "format =", "文件不是可读取的 TOML 文件："),
    ],
)
def test_messages_say_where_and_what(before, after, expected):
    assert before in CITY
    assert any(expected in text for text in told(CITY.replace(before, after, 1))), told(
        CITY.replace(before, after, 1)
    )


def test_every_problem_of_a_document_has_a_message():
    sources = [HERE / "policy" / "domain" / name for name in ("policy_document.py", "document.py")]
    codes = {code for path in sources for code in CODES.findall(path.read_text("utf-8"))}
    assert codes == MESSAGES.keys()


@pytest.mark.parametrize("path", sorted((HERE / "policies").glob("*.toml")), ids=lambda path: path.stem)
def test_every_figure_of_a_preset_has_words(path):
    data = parse_toml(path.read_text("utf-8"))
    with override("zh-hans"):
        words = [describe_place(place, data) for place, _ in figures_of(data)]
    assert words
    assert len(set(words)) == len(words)
    assert not [each for each in words if re.search(r"[a-z]{4}|\[", each)]
