"""`manage.py reward_simulate`: a policy tried on paper, as docs/reward-policy.md prints it."""

import io
import json
import os
import re
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

ROOT = settings.BASE_DIR
DOCUMENT = ROOT / "docs/reward-policy.md"

POLICY = """
format = "reward-policy/1"
code = "example"
version = "1"
title_zh = "示例办法"
source_zh = "示例"

[money]
unit = "元"

[[grades]]
code = "pass"
at_least = 60
title_zh = "合格"

[[grades]]
code = "poor"
at_least = 0
title_zh = "较差"

[[rules]]
code = "share"
kind = "score_share"
clause_zh = "第一条"
floor = "pass"
over_budget = "fill"

[caps]
unit = 400000
"""


def facts(*units, **others):
    return {"format": "reward-facts/1", "units": list(units)} | others


@pytest.fixture
def run(tmp_path):
    """Run the command on a policy and facts, as text or as data, and return what it prints."""

    def simulate(policy, given, output="json"):
        policy_path, facts_path = tmp_path / "policy.toml", tmp_path / "facts.json"
        policy_path.write_text(policy, "utf-8")
        facts_path.write_text(given if isinstance(given, str) else json.dumps(given), "utf-8")
        out = io.StringIO()
        paths = {"policy": str(policy_path), "facts": str(facts_path)}
        call_command("reward_simulate", **paths, format=output, stdout=out)
        return json.loads(out.getvalue()) if output == "json" else out.getvalue()

    return simulate


def lines(refused):
    """The problems of a refusal as "path: sentence"."""
    return [line.split(": ", 1)[1] for line in str(refused.value).splitlines()[1:]]


def test_awards_from_given_scores(run):
    scores = {"A": "96", "B": "84", "C": 72, "D": 60, "E": "55"}
    given = facts(*({"uscc": u, "score": s} for u, s in scores.items()), budget="1000000.00")
    result = run(POLICY, given)
    assert {award["uscc"]: award["amount"] for award in result["awards"]} == {
        "A": "400000.00",
        "B": "400000.00",
        "C": "200000.00",
        "D": "0.00",
        "E": "0.00",
    }
    assert (result["total"], result["unallocated"]) == ("1000000.00", "0.00")
    assert [award["grade"] for award in result["awards"]] == ["pass"] * 4 + ["poor"]


def test_the_examples_of_the_document_give_what_it_says(run):
    blocks = re.findall(r"```(?:toml|json)\n(.*?)```", DOCUMENT.read_text("utf-8"), flags=re.DOTALL)
    example = {}
    for text in blocks:
        if text.startswith("# policy.toml"):
            example["policy"] = text
        elif '"reward-facts/1"' in text:
            example["facts"] = text
        elif '"reward-awards/1"' in text:
            example["awards"] = json.loads(text)
    assert run(example["policy"], example["facts"]) == example["awards"]


def test_the_text_shows_amount_score_grade_and_unit(run):
    given = facts({"uscc": "A", "name_zh": "云屏大学", "score": 80}, budget=100)
    title, award, total, rest = run(POLICY, given, "text").splitlines()
    assert title == "示例办法 (example 1)"
    assert award.split() == ["100.00", "80.00", "pass", "A", "云屏大学"]
    assert (total.split()[0], rest.split()[0]) == ("100.00", "0.00")


def test_all_problems_of_the_facts_are_said_with_their_paths(run):
    given = facts(
        {"uscc": "A", "score": 101},
        {"score": "many", "colour": "red"},
        {"uscc": "C", "score": 80, "grade": "poor"},
        {"uscc": "D", "facts": {"reviews": [1]}, "instruments": [{"id": "I", "external_seconds": 5}]},
    )
    with pytest.raises(CommandError) as refused:
        run(POLICY, given)
    assert sorted(line.split(": ")[0] for line in lines(refused)) == [
        "units[0].score",
        "units[1].colour",
        "units[1].score",
        "units[1].uscc",
        "units[2].grade",
        "units[3].facts.reviews",
        "units[3].instruments[0].external_seconds",
    ]


def test_problems_of_the_policy_come_first(run):
    with pytest.raises(CommandError) as refused:
        run(POLICY.replace('floor = "pass"', "floor = 101"), facts())
    assert [line.split(": ")[0] for line in lines(refused)] == ["rules[0].floor"]


@pytest.mark.parametrize(
    ("given", "path"),
    [
        (facts({"uscc": "A", "score": 70}), "budget"),
        (facts({"uscc": "A", "score": 70}, budget=1, bugdet=2), "bugdet"),
        (facts({"uscc": "A", "score": 70}, {"uscc": "A", "score": 80}, budget=1), "."),
        ("{", "."),
        ("[]", "."),
    ],
    ids=["no budget", "an unknown key", "a unit twice", "not JSON", "not a table"],
)
def test_facts_that_cannot_be_divided_are_refused(run, given, path):
    with pytest.raises(CommandError) as refused:
        run(POLICY, given)
    assert lines(refused)[0].startswith(f"{path}: ")


def test_a_policy_by_instrument_needs_the_instruments(run):
    policy = (ROOT / "rewards/policies/shanghai-draft.toml").read_text("utf-8")
    with pytest.raises(CommandError) as refused:
        run(policy, facts({"uscc": "A", "external_income": 100}))
    assert [line.split(": ")[0] for line in lines(refused)] == ["units[0].instruments"]


def test_scores_are_computed_from_full_facts_with_the_citys_draft(run):
    policy = (ROOT / "rewards/policies/yunping-draft.toml").read_text("utf-8")
    unit = {
        "uscc": "A",
        "facts": {"kinds_complete": [6] * 12, "declared_instruments": 1, "decided_in_time": 1, "decided": 1},
        "findings": {"overdue": 1},
        "instruments": [
            {
                "id": "INS-1",
                "original_value": "1000000",
                "effective_seconds": 1400 * 3600,
                "external_seconds": 294 * 3600,
                "reported_seconds": 1400 * 3600,
            }
        ],
    }
    (award,) = run(policy, facts(unit, budget=1000))["awards"]
    points = {each["code"]: each["points"] for each in award["assessment"]["indicators"]}
    assert (points["utilization"], points["external_share"], points["completeness"]) == (
        "20.83",
        "10.50",
        "10.00",
    )
    # 20.83 + 10.50 + 10 + 6 + 5 + 4, less 2
    assert (award["assessment"]["subtotal"], award["score"], award["grade"]) == ("56.33", "54.33", "poor")
    assert award["draft"] is True


@pytest.mark.parametrize("good", [True, False])
def test_without_a_database_and_with_an_exit_code(tmp_path, good):
    """In a process of its own, with a database that is not there."""
    policy, given = tmp_path / "policy.toml", tmp_path / "facts.json"
    policy.write_text(POLICY, "utf-8")
    given.write_text(json.dumps(facts({"uscc": "A", "score": 80 if good else 800}, budget=100)), "utf-8")
    done = subprocess.run(
        [
            sys.executable,
            "manage.py",
            "reward_simulate",
            "--policy",
            policy,
            "--facts",
            given,
            "--format",
            "json",
        ],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing"},
        capture_output=True,
        text=True,
        check=False,
    )
    if good:
        assert (done.returncode, json.loads(done.stdout)["total"]) == (0, "100.00")
    else:
        assert (done.returncode != 0, done.stdout) == (True, "")
        assert "units[0].score" in done.stderr
