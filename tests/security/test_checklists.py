"""The checklists of security: complete, without an empty cell, and every test that they name is there."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ASVS = [line.split() for line in (Path(__file__).parent / "asvs_5_0_0.txt").read_text().splitlines()]
"""The numbers and levels of the standard's requirements of levels 1 and 2, in its order."""
ITEMS = ["abcd", "abcdefg", "abcd", "abcdef", "a", "a", "ab", "ab", "abc", "ab", "ab"]
GB22239 = {f"8.1.4.{clause}": items for clause, items in enumerate(ITEMS, 1)}
"""What is asked of a computing environment at level 3, from identities to personal information."""
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
WORDS = ("n/a: ", "documented: ", "site: ", "by decision ", "open: ")
LISTS = ["docs/security.md", "docs/security-gb22239.md"]


def rows_of(name):
    """The rows of all tables whose first cell is the number of a requirement."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    tables = [
        [cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if line.startswith("| ")
    ]
    return [row for row in tables if re.match(r"\d+\.\d", row[0])]


@cache
def functions_of(file):
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}


def test_the_list_has_every_requirement_of_levels_1_and_2_in_order():
    assert [row[:2] for row in rows_of("docs/security.md")] == ASVS
    levels = [level for _, level in ASVS]
    assert (levels.count("1"), levels.count("2")) == (70, 183)  # as the standard counts them


def test_the_list_of_gb_22239_has_every_clause():
    items = {clause: [] for clause in GB22239}
    for row in rows_of("docs/security-gb22239.md"):
        clause, item = row[0].split(" ")
        items[clause].append(item)
    assert {clause: "".join(found) for clause, found in items.items()} == GB22239


@pytest.mark.parametrize("name", LISTS)
def test_no_cell_is_empty_and_every_row_has_a_test_or_a_reason(name):
    for row in rows_of(name):
        assert len(row) == 4 and all(row), row
        held = row[-1]
        assert TEST.match(held) or held.startswith(WORDS), row
        if not TEST.match(held):
            assert len(held) > 12, f"{row[0]} gives no reason"


@pytest.mark.parametrize("name", [*LISTS, "docs/safeguards.md"])
def test_every_test_that_is_named_exists(name):
    named = TEST.findall((ROOT / name).read_text(encoding="utf-8"))
    missing = [
        f"{file}::{function}"
        for file, function in named
        if not (ROOT / file).exists() or function not in functions_of(file)
    ]
    assert missing == []


def test_every_section_that_is_named_exists():
    headings = re.findall(r"^## (.+)$", (ROOT / "docs/safeguards.md").read_text(encoding="utf-8"), re.M)
    anchors = {heading.lower().replace(" ", "-") for heading in headings}
    named = set(
        re.findall(r"\(safeguards\.md#([\w-]+)\)", (ROOT / "docs/security.md").read_text(encoding="utf-8"))
    )
    assert named <= anchors
