"""Readers of a document that people wrote: what each takes, and what it says of anything else."""

from decimal import Decimal
from fractions import Fraction

import pytest

from rewards.policy.domain.document import Problems, Table, parse_exact_number


def reading(data):
    problems = Problems()
    return Table(data, "t", problems), problems.found


def codes(found):
    return [(problem.field, problem.code) for problem in found]


@pytest.mark.parametrize(
    ("value", "flag", "code"),
    [(True, True, None), (False, False, None), (1, False, "not_a_flag"), ("true", False, "not_a_flag")],
)
def test_a_flag_is_true_or_false_without_quotation_marks(value, flag, code):
    table, found = reading({"draft": value})
    assert table.flag("draft") is flag
    assert codes(found) == ([("t.draft", f"document.{code}")] if code else [])


def test_a_flag_that_is_absent_is_its_default_or_missing():
    table, found = reading({})
    assert (table.flag("draft", True), table.flag("draft", False)) == (True, False)
    assert found == []
    assert table.flag("draft") is False
    assert codes(found) == [("t.draft", "document.missing")]


@pytest.mark.parametrize(
    ("value", "text", "code"), [(" a ", "a", None), (" ", "", "not_text"), (7, "", "not_text")]
)
def test_a_text_that_is_needed_is_not_blank(value, text, code):
    table, found = reading({"title": value})
    assert table.text("title") == text
    assert codes(found) == ([("t.title", f"document.{code}")] if code else [])


def test_a_text_with_a_default_may_be_blank():
    table, found = reading({"title": " "})
    assert (table.text("title", ""), table.text("note", "n"), found) == ("", "n", [])
    assert (table.text("other"), codes(found)) == ("", [("t.other", "document.missing")])


@pytest.mark.parametrize("value", ["a b", "A", "文", "a.b"])
def test_a_code_is_written_in_small_letters_digits_and_signs(value):
    table, found = reading({"code": value, "good": "a-1_b"})
    assert table.code("good") == "a-1_b"
    table.code("code")
    assert codes(found) == [("t.code", "document.not_a_code")]


@pytest.mark.parametrize(
    ("pairs", "rising"),
    [
        ([[0, 1], [1, 1]], True),
        ([[0, 1], [0, 2]], False),
        ([[1, 1], [0, 2]], False),
        ([[0, 2], [1, 1]], False),
        ([[0, 2]], True),
    ],
)
def test_bounds_rise_and_values_do_not_fall(pairs, rising):
    table, found = reading({"steps": pairs})
    assert table.pairs("steps") == tuple(map(tuple, pairs))
    assert codes(found) == ([] if rising else [("t.steps", "document.not_rising")])


def test_values_of_pairs_are_0_or_more_and_bounds_any_number():
    table, found = reading({"steps": [[-1, 0], [0, -1]]})
    table.pairs("steps")
    assert codes(found)[0] == ("t.steps[1]", "document.too_low")


@pytest.mark.parametrize(
    ("value", "bounds", "number", "code"),
    [
        (5, {"least": 5, "most": 5}, 5, None),
        (5, {"least": 6}, 0, "too_low"),
        (5, {"most": 4}, 0, "too_high"),
        ("0.5", {"whole": True}, 0, "not_whole"),
        ("2.0", {"whole": True}, 2, None),
        ("x", {}, 0, "not_a_number"),
    ],
)
def test_a_number_lies_within_its_bounds(value, bounds, number, code):
    table, found = reading({"n": value})
    assert table.number("n", **bounds) == number
    assert codes(found) == ([("t.n", f"document.{code}")] if code else [])


def test_a_number_that_is_absent_is_its_default_or_0_and_missing():
    table, found = reading({})
    assert (table.number("n", None), table.number("n", 7, most=1), found) == (None, 7, [])
    assert table.number("n") == 0
    assert codes(found) == [("t.n", "document.missing")]


def test_a_whole_number_is_not_negative_unless_it_may_be():
    table, found = reading({"a": 0, "b": -1, "c": 3})
    assert (table.whole("a"), table.whole("b", least=-1), table.whole("c", most=3)) == (0, -1, 3)
    assert found == []
    table.whole("b")
    assert codes(found) == [("t.b", "document.too_low")]


def test_lists_name_the_place_of_what_is_wrong():
    table, found = reading({"a": [1, "x", 3], "b": 7, "c": ["x", 1, "y"], "d": [{}, 1]})
    assert table.numbers("a", most=3) == (1, 0, 3)
    assert table.numbers("b") == table.numbers("e", ()) == ()
    assert table.codes("c", {"x"}) == ("x",)
    assert [one.path for one in table.tables("d")] == ["t.d[0]", "t.d[1]"]
    assert codes(found) == [
        ("t.a[1]", "document.not_a_number"),
        ("t.b", "document.not_a_list"),
        ("t.c[1]", "document.not_text"),
        ("t.c[2]", "document.not_an_option"),
        ("t.d[1]", "document.not_a_table"),
    ]


def test_a_choice_is_one_of_its_options():
    table, found = reading({"a": "x", "b": "z", "c": 1})
    assert (table.choice("a", ["x", "y"]), table.choice("d", ["x"], "x"), table.choice("d", ["x"], None)) == (
        "x",
        "x",
        "",
    )
    assert (table.choice("b", ["x", "y"]), table.choice("c", ["x"])) == ("", "")
    assert codes(found) == [("t.b", "document.not_an_option"), ("t.c", "document.not_an_option")]
    assert found[0].params == {"value": "z", "options": "x, y"}


def test_unknown_keys_are_named_with_known_keys():
    table, found = reading({"a": 1, "b": 2})
    table.value("a")
    table.value("c", None)
    table.close()
    assert [(one.field, one.code, one.params) for one in found] == [
        ("t.b", "document.unknown_key", {"key": "b", "known": "a, c"})
    ]
    assert (table.has("a"), table.has("c")) == (True, False)


def test_a_document_itself_has_no_path():
    problems = Problems()
    table = Table([], "", problems)
    table.value("a")
    assert codes(problems.found) == [(".", "document.not_a_table"), ("a", "document.missing")]


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (3, Fraction(3)),
        ("12.50", Fraction(25, 2)),
        ("200/3", Fraction(200, 3)),
        (Decimal("1e30"), Fraction(10**30)),
        (Decimal("1e31"), None),
        (Decimal("1e-30"), Fraction(1, 10**30)),
        (Decimal("1e-31"), None),
        (Decimal("NaN"), None),
        (Decimal("Infinity"), None),
        ("1/0", None),
        ("x/y", None),
        ("x", None),
        (True, None),
        (0.5, None),
        (None, None),
    ],
)
def test_a_number_is_exact_or_none(value, number):
    assert parse_exact_number(value) == number
