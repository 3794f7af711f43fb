"""A table of categories: what is wrong with it, and what it means for the codes that instruments have."""

import pytest

from providers.instruments.domain.categories import (
    CategoryChange,
    CategoryRow,
    Fate,
    numbered_rows,
    table_changes,
    table_problems,
)

ROWS = [
    CategoryRow("010000", "分析仪器", "_root_"),
    CategoryRow("010100", "质谱", "010000"),
    CategoryRow("010101", "气相质谱", "010100"),
]


def problems(rows):
    return [(one.code, one.params.get("row")) for one in table_problems(list(enumerate(rows, 1)))]


def test_a_table_of_three_levels():
    assert problems(ROWS) == []
    assert problems([CategoryRow("010000", "分析仪器", "")]) == []
    assert problems([]) == [("category.empty", None)]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (CategoryRow("01010", "短", "010100"), "row"),
        (CategoryRow("0101010", "长", "010100"), "row"),
        (CategoryRow("01010a", "字母", "010100"), "row"),
        (CategoryRow("０10102", "全角", "010100"), "row"),
        (CategoryRow("010102", " ", "010100"), "row"),
        (CategoryRow("010101", "再次", "010100"), "twice"),
        (CategoryRow("020100", "顶层", ""), "level"),
        (CategoryRow("020000", "顶层", ""), None),
        (CategoryRow("020100", "孤", "020000"), "parent"),
        (CategoryRow("010102", "错层", "010000"), "level"),
        (CategoryRow("010200", "光谱", "010000"), None),
    ],
)
def test_invalid_row_is_reported(row, code):
    assert problems([*ROWS, row]) == ([(f"category.{code}", 4)] if code else [])


def test_self_parented_row_repeats_existing_category():
    itself = CategoryRow("010100", "质谱", "010100")
    assert [number for number, _ in numbered_rows([*ROWS, itself])] == [1, 2, 3]
    assert [number for number, _ in numbered_rows([ROWS[0], itself])] == [1, 2]


def test_table_changes_list_fate_of_codes_in_use():
    rows = list(enumerate([*ROWS, CategoryRow("010102", "液相质谱", "010100")], 1))
    held = {"010103": ("气相质谱", 2), "010101": ("气相质谱", 5), "010100": ("质谱仪", 1)}
    assert table_changes(held, rows) == [
        CategoryChange("010100", Fate.REDEFINED, "质谱仪", "质谱", 1),
        CategoryChange("010101", Fate.KEPT, "气相质谱", "气相质谱", 5),
        CategoryChange("010103", Fate.VANISHED, "气相质谱", "", 2, [ROWS[2], rows[3][1]]),
    ]


def test_five_candidates_are_offered_and_those_of_the_same_name_first():
    far = CategoryRow("020101", "液相", "020100")
    near = [CategoryRow(f"01010{number}", f"近{number}", "010100") for number in range(1, 8)]
    rows = list(enumerate([*ROWS[:2], *near, far], 1))
    (change,) = table_changes({"010109": ("液相", 1)}, rows)
    assert change.candidates == [far, *near[:4]]


def test_categories_before_and_after_the_vanished_one_are_no_candidates():
    others = [CategoryRow("000901", "前", "000900"), CategoryRow("020101", "后", "020100")]
    rows = list(enumerate([*ROWS, *others], 1))
    (change,) = table_changes({"010109": ("液相", 1)}, rows)
    assert change.candidates == [ROWS[2]]
