"""Where mutants are planted, how they are drawn, and what `docs/mutation.md` may say of them."""

import random
from pathlib import Path

import pytest

from tools.mutants import Mutant, area_of, bare, equivalent_mutants, modules, mutations, sample
from tools.mutate import WITH_DATABASE, WITHOUT_DATABASE, Stage, stages

ROOT = Path(__file__).parents[2]

SOURCE = '''
"""A docstring with 1 and 2."""
from dataclasses import dataclass
from functools import cache

__all__ = ["f"][:1]

@dataclass(frozen=True)
class One:
    甲: int | None = 3

@cache
def f(a: "int | None", *rest: int, flag: bool) -> int | None:
    assert a > 4
    log.info("%s", a + 5)
    text = "全" * a
    if a > 6:
        raise ValueError(f"{a + 7} is too high")
    return list(zip(rest, rest, strict=True)), {**a}
'''


def changed(source):
    """Lines and operators of the changes of a source."""
    lines = source.splitlines()
    return sorted({(lines[line - 1].strip(), operator) for (line, _), operator, _ in mutations(source)})


def test_types_texts_assertions_and_log_lines_are_left_alone():
    over_6 = "if a > 6:"
    times = 'text = "全" * a'
    assert changed(SOURCE) == sorted(
        [
            ("甲: int | None = 3", "NumberReplacer"),
            (times, "ReplaceBinaryOperator_Mul_Add"),
            (times, "ReplaceBinaryOperator_Mul_Div"),
            (over_6, "AddNot"),
            (over_6, "NumberReplacer"),
            (over_6, "ReplaceComparisonOperator_Gt_GtE"),
            (over_6, "ReplaceComparisonOperator_Gt_LtE"),
            (over_6, "ReplaceComparisonOperator_Gt_NotEq"),
        ]
    )


SOURCES = {
    "rewards/domain/one.py": "a = 1\nb = 2\nc = a < b\n",
    "bookings/requests/domain/pricing.py": "d = 4\n",
    "bookings/requests/domain/quota.py": "e = 5\n",
}


def drawn(size, seed, equivalent=()):
    found = sample(SOURCES, size, random.Random(seed), equivalent)
    return [(mutant.path, mutant.line, mutant.after) for mutant in found]


def test_a_seed_repeats_its_sample_and_another_gives_another():
    assert drawn(6, 1) == drawn(6, 1)
    assert len({tuple(drawn(6, seed)) for seed in range(9)}) > 1


def test_each_area_yields_up_to_its_share():
    areas = [area_of(path).name for path, _, _ in drawn(6, 1)]
    assert sorted(areas) == ["bookings", "charges", "rewards", "rewards"]


def test_equivalent_mutants_are_not_sampled():
    known = [("quota.py", "e=5", added) for added in ("e=4", "e=6")]
    assert [path for path, _, _ in drawn(99, 1, known) if "quota" in path] == []


@pytest.mark.parametrize(
    ("path", "area"),
    [
        ("rewards/assessment/domain/scoring.py", "rewards"),
        ("bookings/requests/domain/pricing.py", "charges"),
        ("bookings/requests/domain/price_examples.py", "charges"),
        ("bookings/requests/domain/admission.py", "charges"),
        ("bookings/usage/domain/chain.py", "charges"),
        ("bookings/requests/domain/quota.py", "bookings"),
        ("providers/terms/domain/price_table.py", "providers"),
        ("providers/exchange/domain/sheets/values.py", "providers"),
        ("rewards/year/domain.py", "rewards"),
        ("rewards/cycle/permissions.py", "permissions"),
        ("instrument_share/accounts/permissions.py", "permissions"),
        ("instrument_share/accounts/domain/roles.py", "accounts"),
        ("instrument_share/kernel/money.py", "kernel"),
        ("instrument_share/web/cursors.py", None),
    ],
)
def test_the_area_of_a_module(path, area):
    found = area_of(path)
    assert (found and found.name) == area


def test_every_rule_is_of_an_area():
    found = modules(ROOT)
    assert "instrument_share/kernel/money.py" in found
    assert [path for path in found if area_of(path) is None] == []


@pytest.fixture
def folders(tmp_path):
    for folder in (
        "kernel",
        "bookings/requests/domain",
        "providers/exchange/domain",
        "rewards/pages",
        "rewards/year/domain",
    ):
        (tmp_path / "tests" / folder).mkdir(parents=True)
    for file in (
        "bookings/requests/domain/test_pricing.py",
        "bookings/requests/domain/test_quota.py",
        "providers/exchange/domain/test_national.py",
        "providers/exchange/domain/test_sheets.py",
        "rewards/pages/test_permissions.py",
        "rewards/year/domain/test_steps.py",
        "test_permissions.py",
    ):
        (tmp_path / "tests" / file).touch()
    return tmp_path / "tests"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (
            "bookings/requests/domain/pricing.py",
            [
                (("tests/bookings/requests/domain",), WITHOUT_DATABASE),
                (("tests/bookings",), WITHOUT_DATABASE),
                (("tests/bookings",), WITH_DATABASE),
            ],
        ),
        (
            "bookings/usage/domain/chain.py",
            [(("tests/bookings",), WITHOUT_DATABASE), (("tests/bookings",), WITH_DATABASE)],
        ),
        (
            "providers/exchange/domain/sheets/values.py",
            [
                (("tests/providers/exchange/domain",), WITHOUT_DATABASE),
                (("tests/providers",), WITHOUT_DATABASE),
                (("tests/providers",), WITH_DATABASE),
            ],
        ),
        (
            "rewards/year/domain.py",
            [
                (("tests/rewards/year/domain",), WITHOUT_DATABASE),
                (("tests/rewards",), WITHOUT_DATABASE),
                (("tests/rewards",), WITH_DATABASE),
            ],
        ),
        (
            "rewards/cycle/permissions.py",
            [
                (("tests/rewards",), WITHOUT_DATABASE),
                (("tests/rewards/pages/test_permissions.py",), WITH_DATABASE),
                (("tests/test_permissions.py",), WITH_DATABASE),
                (("tests/rewards",), WITH_DATABASE),
            ],
        ),
        (
            "instrument_share/kernel/money.py",
            [
                (("tests/kernel",), WITHOUT_DATABASE),
                (
                    (
                        "tests/bookings/requests/domain",
                        "tests/providers/exchange/domain",
                        "tests/rewards/year/domain",
                    ),
                    WITHOUT_DATABASE,
                ),
                (("tests/kernel", "tests/accounts", "tests/web"), WITH_DATABASE),
            ],
        ),
    ],
)
def test_the_nearest_tests_come_first(folders, path, expected):
    found = stages(path, folders, with_database=True)
    assert found == [Stage(*one) for one in expected]
    assert [one.marks for one in stages(path, folders, with_database=False)] == [
        marks for _, marks in expected if marks == WITHOUT_DATABASE
    ]


@pytest.mark.parametrize(
    ("path", "first"),
    [
        ("bookings/requests/domain/pricing.py", ("tests/bookings/requests/domain/test_pricing.py",)),
        ("bookings/requests/domain/states.py", ()),
        ("providers/exchange/domain/sheets/values.py", ("tests/providers/exchange/domain/test_sheets.py",)),
        (
            "providers/exchange/domain/national/values.py",
            ("tests/providers/exchange/domain/test_national.py",),
        ),
    ],
)
def test_files_named_after_the_module_or_its_package_come_first(folders, path, first):
    assert stages(path, folders, with_database=True)[0].first == first


def test_a_mutant_is_named_by_file_and_lines_wherever_they_stand():
    mutant = Mutant("a/b/one.py", 2, "x = 1\n    if a < b:\n", "x = 1\n    if a <= b:\n")
    assert mutant.key() == ("one.py", "ifa<b:", "ifa<=b:")
    document = "```diff\n--- one.py\n-if a < b:\n+if a <= b:\n```\n\nThey are never equal.\n"
    assert equivalent_mutants(document) == {mutant.key(): "They are never equal."}


def test_documented_equivalent_mutants_exist_and_have_reasons():
    lines = {}
    for path in modules(ROOT):
        lines.setdefault(Path(path).name, set()).update(
            bare(line) for line in (ROOT / path).read_text().splitlines()
        )
    entries = equivalent_mutants((ROOT / "docs/mutation.md").read_text())
    assert [key for key, reason in entries.items() if not reason] == []
    outdated = [key for key in entries if not set(key[1].splitlines()) <= lines.get(key[0], set())]
    assert outdated == []
