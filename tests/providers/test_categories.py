"""Versions of the national category table, and what becomes of instruments under a new one."""

import csv
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from providers import selectors
from providers.domain.categories import CategoryRow, Fate, changes, folded, table_problems
from providers.models import InstrumentCategory
from tests.providers.conftest import published

WHOLE = Path(__file__).resolve().parents[3] / "shared" / "reference" / "instrument-categories.csv"
TOP, MIDDLE = CategoryRow("010000", "分析仪器"), CategoryRow("010100", "电子光学仪器", "010000")


def codes(problems):
    return [(one.code, one.params.get("row")) for one in problems]


def test_every_problem_is_said_with_its_row():
    rows = [
        TOP,
        MIDDLE,
        CategoryRow("010100", "又一次", "010000"),
        CategoryRow("01010", "五位", "010100"),
        CategoryRow("010201", "没有上级", "010200"),
        CategoryRow("020101", "上级不符", "010100"),
        CategoryRow("030100", "不是一级"),
    ]
    assert codes(table_problems(folded(rows))) == [
        ("category.twice", 3),
        ("category.row", 4),
        ("category.parent", 5),
        ("category.level", 6),
        ("category.level", 7),
    ]
    assert codes(table_problems([])) == [("category.empty", None)]


def test_a_category_that_restates_itself_as_its_leaf_stands_once():
    other = CategoryRow("019900", "其他", "010000")
    rows = folded([TOP, other, CategoryRow("019900", "其他", "019900")])
    assert (table_problems(rows), [row for _number, row in rows]) == ([], [TOP, other])


def test_what_a_table_changes_for_codes_that_instruments_have():
    rows = folded(
        [
            TOP,
            MIDDLE,
            CategoryRow("010101", "透射电子显微镜", "010100"),
            CategoryRow("010102", "扫描电镜", "010100"),
        ]
    )
    held = {"010101": ("透射电镜", 3), "010102": ("扫描电镜", 1), "010109": ("电子探针", 2)}
    found = changes(held, rows)
    assert [(one.code, one.fate, one.instruments) for one in found] == [
        ("010101", Fate.RENAMED, 3),
        ("010102", Fate.KEPT, 1),
        ("010109", Fate.VANISHED, 2),
    ]
    assert [row.code for row in found[2].candidates] == ["010101", "010102"]


def table(tmp_path, *rows):
    path = tmp_path / "table.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("parent", "code", "name"), *rows])
    return path


NEXT = [
    ("_root_", "010000", "分析仪器"),
    ("010000", "010100", "电子光学仪器"),
    ("010100", "010101", "透射电子显微镜"),
]


@pytest.mark.django_db
def test_instruments_stay_on_their_code_and_a_vanished_one_waits_for_its_unit(world, tmp_path):
    kept = published(world, inner_number="K")
    lost = published(world, inner_number="L", category="020100")
    said = StringIO()
    call_command("load_categories", table(tmp_path, *NEXT), "--version", "2027", "--dry-run", stdout=said)
    assert "010101 透射电镜：1台仪器，更名为“透射电子显微镜”" in said.getvalue()
    assert "020100 力学性能测试仪器：1台仪器，编码已取消，可改用：—" in said.getvalue()
    assert not InstrumentCategory.objects.filter(version="2027").exists()
    call_command("load_categories", table(tmp_path, *NEXT), "--version", "2027", stdout=StringIO())
    kept.refresh_from_db()
    lost.refresh_from_db()
    assert (kept.category.version, kept.category.name_zh) == ("2027", "透射电子显微镜")
    assert (lost.category.version, lost.category.code) == ("test", "020100")
    assert list(selectors.instruments_to_recode(world.officer)) == [lost]
    # The same once more changes nothing.
    call_command("load_categories", table(tmp_path, *NEXT), "--version", "2027", stdout=StringIO())
    assert InstrumentCategory.objects.filter(version="2027").count() == 3


@pytest.mark.django_db
def test_a_version_that_differs_needs_a_name_of_its_own_and_faults_are_listed(world, tmp_path):
    with pytest.raises(CommandError, match="test"):
        call_command("load_categories", table(tmp_path, *NEXT), "--version", "test")
    with pytest.raises(CommandError, match="01010"):
        call_command(
            "load_categories", table(tmp_path, NEXT[0], ("010000", "01010", "五位")), "--version", "2028"
        )


@pytest.mark.django_db
@pytest.mark.skipif(not WHOLE.exists(), reason="the whole table is not beside this clone")
def test_the_whole_table_loads(world):
    call_command("load_categories", WHOLE, "--version", "trial", stdout=StringIO())
    table = InstrumentCategory.objects.filter(version="trial")
    assert (table.count(), table.filter(parent__isnull=True).count()) == (739, 15)
