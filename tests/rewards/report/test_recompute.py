"""A stranger computes a year again from the package alone, and finds whatever was changed in it."""

import ast
import importlib
import io
import json
import re
import subprocess
import sys
import zipfile
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bookings.domain import Rating, UsagePurpose
from instrument_share.documents.sealing.package import seal_package
from instrument_share.journal.guards import guards_lifted
from rewards.assessment.domain.counting import REASONS
from rewards.assessment.models import UnitAssessment
from rewards.cycle.models import AssessmentCycle
from rewards.findings.models import Finding
from rewards.findings.services.deciding import finding_decide
from rewards.policy.domain.policy import BASES, EXCLUSIONS, MONEY_UNITS
from rewards.policy.domain.policy_document import RULE_KINDS
from rewards.policy.domain.vocabulary import MEASURES
from rewards.policy.services import policy_load
from rewards.report.models import FinanceReport
from rewards.report.reports import sealed_results
from rewards.report.reports.facts import get_report_facts
from rewards.report.reports.sealed_results import encode_sealed_results, is_sealed
from rewards.report.selectors.integrity import find_package_differences
from rewards.report.selectors.reports import get_report_file
from rewards.report.selectors.sealed import RESULTS
from tests.rewards.builders import AFTER, YEAR, build_city, local
from tests.rewards.conftest import DAY, Steps

pytestmark = pytest.mark.django_db
LATE = AFTER + 20 * DAY
"""When the time to answer a finding has run out."""
ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "examples" / "recompute.py"
PRESETS = sorted(path.stem for path in (ROOT / "rewards" / "policies").glob("*.toml"))
OWN = """
format = "reward-policy/1"
code = "own"
version = "1"
title_zh = "多种规则"
source_zh = "为测试而写"
[counting]
value_threshold = 200000
exclude = ["related", "medical"]
late_by_hand_days = 30
[quota]
general = 100
[money]
unit = "元"
[[groups]]
title_zh = "运行"
[[groups.indicators]]
code = "hours"
measure = "effective_hours_mean"
title_zh = "平均机时"
points = 40
shape = { kind = "per_unit", points = 0.5, each = 1 }
[[groups.indicators]]
code = "share"
measure = "external_share"
title_zh = "对外占比"
points = 30
shape = { kind = "steps", steps = [[0.1, 10], ["1/3", 20.5], [0.8, 30]] }
[[groups.indicators]]
code = "quality"
measure = "data_quality"
title_zh = "有效率"
points = 30
shape = { kind = "linear", zero = 0.5, full = 1 }
[findings]
cap = 5
points = { overdue = 2, upheld = 1.005, overlap = 3 }
[[grades]]
code = "good"
at_least = 60
title_zh = "良好"
[[grades]]
code = "poor"
at_least = 0
title_zh = "较差"
[caps]
instrument = 4000.7
unit = 9000
group = 9999.5
"""
RULE = '\n[[rules]]\nclause_zh = "例"\ncode = "{code}"\nkind = "{kind}"\nshare = {share}\n{more}\n'


def rule(code, kind, share, more):
    return RULE.format(code=code, kind=kind, share=share, more=more)


POLICIES = {
    "highest only, over the budget, scale": OWN
    + rule("flat", "income_rate", 1, 'rate = 0.8\nhighest_of = "one"')
    + rule("graded", "income_rate", 1, 'rate = { good = 1, poor = 0.1 }\nhighest_of = "one"'),
    "fixed by grade and a share by score, fill": OWN
    + rule("fixed", "grade_fixed", 0.4, "amounts = { good = 2500.5, poor = 149 }\nover_budget = 'fill'")
    + rule("share", "score_share", 0.6, "floor = 20\nover_budget = 'fill'"),
    "by score, scale, and by instrument": OWN
    + rule("share", "score_share", 0.5, "floor = 'poor'")
    + rule("each", "instrument_income", 0.5, "rate = 0.3\nbasis = 'sme_income'"),
    "without indicators": re.sub(r"\[\[groups\]\][\s\S]*\[caps\]", "[caps]", OWN)
    + rule("value", "value_fixed", 1, "bands = [[300000, 2000], [600000, 7000]]"),
    **{name: (ROOT / "rewards" / "policies" / f"{name}.toml").read_text("utf-8") for name in PRESETS},
}


class OpenedSteps(Steps):
    """The steps of a year under any policy, also one whose facts nobody has and that cannot be opened."""

    def __init__(self, city, policy, budget):
        self.city = city
        decided = re.sub(r"^draft.*$", "", policy, flags=re.M)
        self.policy = policy_load(actor=city.officer, document=decided, now=AFTER)
        self.id = AssessmentCycle.objects.create(year=YEAR, policy=self.policy, budget_yuan=budget).pk


@pytest.fixture
def city(db):
    """Three units, two of them related, with uses of every kind that counting tells apart."""
    city = build_city()
    client = city.organization("云屏小微企业有限公司", kind="enterprise", size_class="small")
    parent = city.organization("云屏集团")
    units = [
        city.unit("云屏大学", parent=parent),
        city.unit("云屏材料研究所", parent=parent),
        city.unit("云屏海洋研究院"),
    ]
    for at, unit in enumerate(units):
        instrument = city.instrument(unit, f"仪器{at}", value=400_000 + 300_000 * at)
        city.logs(instrument, 3, payer=unit, external=False)
        city.logs(instrument, 2 + 2 * at, payer=client, external=True, rating="satisfied")
        start = local(YEAR, 1, 2, 12) + timedelta(days=at)
        yuan = {"payer": client, "external": True, "amount": Decimal("333.33")}
        city.log(instrument, start, **yuan)  # four of its ten hours are another's
        city.log(instrument, local(YEAR, 3, 1, 8), related=True, **yuan)
        city.log(instrument, local(YEAR, 3, 2, 8), purpose="medical_care", **yuan)
        city.log(instrument, local(YEAR, 3, 3, 8), confirmed=False, **yuan)
        city.log(instrument, local(YEAR, 3, 4, 8), capture="manual", recorded_after=40 * DAY, **yuan)
        city.log(instrument, local(YEAR, 12, 31, 20), **yuan)
    city.instrument(units[0], "便宜的仪器", value=1000)
    return city


def seal(city, policy, budget=Decimal("10000.00")):
    """The package of a year: one finding upheld and its entries invalidated, one a falsification."""
    steps = OpenedSteps(city, policy, budget)
    steps.freeze()
    steps.check()
    upheld = list(Finding.objects.order_by("organization__uscc", "id"))
    for finding in upheld[:-1]:
        city.answer(finding, AFTER + 2 * DAY)
    for finding in upheld:
        finding_decide(
            actor=city.auditor,
            finding_id=finding.pk,
            uphold=True,
            invalidated_logs=finding.logs[:1] if finding == upheld[0] else (),
            reason="记录不实",
            now=LATE,
        )
    if upheld:
        city.prove_falsified(upheld[-1], LATE)
    steps.score(LATE)
    steps.announce(LATE)
    steps.approve(LATE + 12 * DAY)
    return get_report_file(steps.send(), "package")[1]


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_every_score_and_award_is_found_again(city, without_paper, policy, tmp_path):
    package = tmp_path / "package.zip"
    package.write_bytes(seal(city, policy))
    run = subprocess.run(
        [sys.executable, "-I", "-c", f"import runpy, sys; sys.path.insert(0, {str(SCRIPT.parent)!r});"
         f"sys.argv[1:] = [{str(package)!r}]; runpy.run_path({str(SCRIPT)!r}, run_name='__main__')"],
        capture_output=True,
        encoding="utf-8",
        env={"PYTHONUTF8": "1"},
    )  # fmt: skip
    assert (run.returncode, run.stderr) == (0, ""), run.stdout
    *units, last = run.stdout.splitlines()
    assert last == "no difference"
    results = json.loads(files_of(package.read_bytes())["评价与奖励结果.json"])
    assert len(units) == 3
    for unit in results["units"]:
        (line,) = (line for line in units if unit["uscc"] in line)
        assert line.endswith(f" {unit['amount_yuan']}")
        assert f": {unit['score'] or '—'} " in line


@pytest.fixture
def package(city, without_paper):
    return seal(city, POLICIES["fixed by grade and a share by score, fill"])


@pytest.fixture
def check(monkeypatch, tmp_path, capsys):
    """Run the example on a package: its exit code and what it prints."""
    monkeypatch.syspath_prepend(str(SCRIPT.parent))
    example = importlib.import_module("recompute")

    def run(content):
        path = tmp_path / "changed.zip"
        path.write_bytes(content)
        code = example.main(str(path))
        return code, capsys.readouterr().out

    return run


def test_the_example_needs_nothing_but_the_standard_library():
    files = sorted(SCRIPT.parent.glob("recompute*.py"))
    own = {path.stem for path in files}
    for path in files:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            named = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            named += [node.module] if isinstance(node, ast.ImportFrom) else []
            for name in named:
                assert name.partition(".")[0] in sys.stdlib_module_names | own


def test_the_page_describes_whatever_a_policy_and_a_count_can_say():
    page = (ROOT / "docs/recompute.md").read_text("utf-8")
    said = set(re.findall(r"`([^`]+)`", page))
    for word in (*MEASURES, *RULE_KINDS, *EXCLUSIONS, *BASES, *REASONS, *MONEY_UNITS, *UsagePurpose, *Rating):
        assert word in said or f'"{word}"' in said, word


def files_of(package):
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def with_changed_byte(content, place):
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def test_one_changed_byte_of_any_file_is_named(package, check):
    assert check(package) == (0, check(package)[1])
    files = files_of(package)
    assert len(files) == 2 + 4 + 4 + 3 + 3 + 10  # lists, inputs, city's parts, usage, results, tables
    for name, content in files.items():
        for place in (0, len(content) // 2, len(content) - 1):
            code, said = check(packed({**files, name: with_changed_byte(content, place)}))
            assert code == 1
            assert f"file {name}" in said or (name in ("manifest.json", "SHA256SUMS") and name in said), name


def test_a_byte_changed_in_the_archive_itself_is_named(package, check):
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        inside = [
            (one.filename, one.header_offset + 31 + len(one.filename.encode())) for one in archive.filelist
        ]
    for name, place in inside:
        code, said = check(with_changed_byte(package, place))
        assert code == 1
        assert name in said


@pytest.mark.parametrize(
    "change", [lambda files: files.pop("奖励资金.json"), lambda files: files.update(x=b"x")]
)
def test_a_file_too_few_or_too_many_is_named(package, check, change):
    files = files_of(package)
    change(files)
    code, said = check(packed(files))
    assert code == 1
    assert "file x" in said or "file 奖励资金.json" in said


def forged(package, name, old, new):
    """The package with one file changed, and every hash and list made anew."""
    files = files_of(package)
    facts = json.loads(files.pop("manifest.json"))["facts"]
    del files["SHA256SUMS"]
    assert old in files[name]
    files[name] = files[name].replace(old, new, 1)
    target = io.BytesIO()
    makers = {name: lambda content=content: content for name, content in files.items()}
    seal_package(makers, target, metadata=facts)
    return target.getvalue()


def test_a_consistent_forgery_of_an_award_names_the_unit(package, check):
    results = json.loads(files_of(package)["评价与奖励结果.json"])
    unit = results["units"][0]
    old = f'"amount_yuan":"{unit["amount_yuan"]}"'.encode()
    code, said = check(forged(package, "评价与奖励结果.json", old, b'"amount_yuan":"9876.00"'))
    assert code == 1
    where = f"unit {unit['uscc']} {unit['name_zh']}, award"
    assert f"{where}: 9876.00 in the package, {unit['amount_yuan']} computed" in said


def test_a_consistent_forgery_of_points_names_unit_and_indicator(package, check):
    results = json.loads(files_of(package)["评价与奖励结果.json"])
    unit = next(unit for unit in results["units"] if unit["indicators"][0]["points"] == "40.00")
    code, said = check(forged(package, "评价与奖励结果.json", b'"points":"40.00"', b'"points":"39.00"'))
    assert code == 1
    assert (
        f"unit {unit['uscc']} {unit['name_zh']}, indicator hours points: 39.00 in the package, 40.00 computed"
        in said
    )


def test_a_consistent_forgery_of_hours_names_unit_and_step(package, check):
    unit = json.loads(files_of(package)[RESULTS])["units"][0]
    hours = unit["balance"]["excluded"]["hours"]
    assert hours != "0.00"
    old = f'"excluded":{{"entries":{unit["balance"]["excluded"]["entries"]},"hours":"{hours}"'.encode()
    code, said = check(forged(package, RESULTS, old, old.replace(hours.encode(), b"0.25")))
    assert code == 1
    where = f"unit {unit['uscc']} {unit['name_zh']}, excluded hours"
    assert f"{where}: 0.25 in the package, {hours} computed" in said


def test_a_package_sealed_before_balances_were_still_verifies(city, without_paper, check, monkeypatch):
    with monkeypatch.context() as earlier:
        earlier.setattr(sealed_results, "FORMAT", sealed_results.WITHOUT_BALANCES)
        package = seal(city, POLICIES["fixed by grade and a share by score, fill"])
    results = json.loads(files_of(package)[RESULTS])
    assert results["format"] == "instrument-share-results/2"
    assert "balance" not in results["units"][0]
    code, said = check(package)
    assert (code, said.splitlines()[-1]) == (0, "no difference")
    report = FinanceReport.objects.get()
    assert find_package_differences(report) == []
    assert all(
        is_sealed(each, files_of(package)[RESULTS]) for each in get_report_facts(report.cycle).assessments
    )


def test_results_of_a_year_scored_before_balances_are_written_as_they_were(city, without_paper, monkeypatch):
    seal(city, OWN + rule("flat", "income_rate", 1, "rate = 0.8"))
    with guards_lifted():
        UnitAssessment.objects.update(balance=None)
    written = encode_sealed_results(get_report_facts(AssessmentCycle.objects.get()))
    assert sealed_results.get_sealed_format(written) == sealed_results.WITHOUT_BALANCES


FORGERIES = {
    "a larger budget": ("奖励资金.json", b'"10000.00"', b'"10001.00"', "unallocated"),
    "a falsification less": ("核查决定.json", b'"falsified":true', b'"falsified":false', "barred"),
    "an entry no longer invalidated": (
        "核查决定.json",
        b'"invalidated_logs":["',
        b'"invalidated_logs":["X',
        "uses counted",
    ),
    "an award in the table": (
        "csv/评价结果.csv",
        b".00\r\n",
        b"9.00\r\n",
        "csv/评价结果.csv, unit",
    ),
    "points in the table": ("csv/指标得分.csv", b"40.00", b"39.00", "csv/指标得分.csv, unit"),
    "another policy": ("奖励办法.toml", b"floor = 20", b"floor = 21", "file 奖励办法.toml"),
}


@pytest.mark.parametrize("case", FORGERIES.values(), ids=FORGERIES)
def test_other_consistent_forgeries_are_found(package, check, case):
    *what, found = case
    code, said = check(forged(package, *what))
    assert code == 1
    assert found in said


def test_a_forged_part_is_not_the_snapshots(package, check):
    files = files_of(package)
    name = next(name for name in files if "/usage/" in name)
    code, said = check(forged(package, name, files[name], files["年度数据/units.jsonl.gz"]))
    assert code == 1
    assert f"file {name}: its lines are not those" in said


def test_the_third_list_is_checked_where_a_package_has_one(package, check):
    files = files_of(package)
    facts = json.loads(files.pop("manifest.json"))["facts"]
    del files["SHA256SUMS"]
    target = io.BytesIO()
    makers = {name: lambda content=content: content for name, content in files.items()}
    seal_package(makers, target, metadata=facts, hashes=("sha256", "sm3"))
    assert check(target.getvalue())[0] == 0
    files = files_of(target.getvalue())
    for name in ("SM3SUMS", "奖励资金.json"):
        code, said = check(packed({**files, name: with_changed_byte(files[name], 3)}))
        assert (code, name in said) == (1, True)
    del files["SM3SUMS"]
    code, said = check(packed(files))
    assert (code, "file SM3SUMS: missing" in said) == (1, True)
