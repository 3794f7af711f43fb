"""Credit codes, public ids, cells, moves and errors."""

import re

import pytest

from instrument_share.kernel import uscc
from instrument_share.kernel.cells import cell_text, escape_formula
from instrument_share.kernel.errors import (
    DomainError,
    IllegalMove,
    Invalid,
    Problem,
    RevisionMismatch,
    require_revision,
)
from instrument_share.kernel.public_id import new_public_id
from instrument_share.kernel.states import next_state


def test_the_check_character_of_a_credit_code():
    code = "91350100M000100Y43"
    assert uscc.compute_check_character(code[:17]) == "3"
    assert uscc.is_valid(code)
    assert not uscc.is_valid(code[:17] + "4")
    assert uscc.compute_check_character("12990000000000026") == "Y"  # remainder 1
    assert uscc.compute_check_character("12990000000000007") == "0"  # remainder 0


@pytest.mark.parametrize(
    "code",
    ["", "91350100M000100Y4", "91350100M000100Y433", "91350100M000100Y4３", "9135010IM000100Y43"],
)
def test_invalid_credit_codes_are_rejected(code):
    assert not uscc.is_valid(code)


def test_code_input_is_normalized():
    assert uscc.normalize(" 91350100 m000100Ｙ43\n") == "91350100M000100Y43"


def test_public_id_has_ten_unambiguous_characters(monkeypatch):
    assert re.fullmatch(r"BKG-[0-9A-HJKMNP-TV-Z]{10}", new_public_id("BKG"))
    monkeypatch.setattr("secrets.token_bytes", lambda count: bytes([0, 1, 31, 32, 33, 63, 255, 10, 18, 9]))
    assert new_public_id("INS") == "INS-01Z01ZZAJ9"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "＝1", "\tx", "\rx", "\nx"])
def test_formula_like_cell_is_escaped_with_apostrophe(text):
    assert escape_formula(text) == "'" + text


def test_other_cells_stay_as_they_are():
    assert [escape_formula(text) for text in ("", "电镜", "1-1", "a=b")] == ["", "电镜", "1-1", "a=b"]


def test_a_number_in_a_cell_is_read_as_it_is_shown():
    shown = {
        3.3000000000000003: "3.3",
        8400000.029999999: "8400000.03",
        6222.0: "6222",
        1e22: "10000000000000000000000",
        0.00001: "1e-05",
        float("inf"): "inf",
        float("nan"): "nan",
    }
    assert {cell: cell_text(cell) for cell in shown} == shown


MOVES = {"draft": {"submit": "submitted"}, "submitted": {"return": "draft"}}


def test_next_state_follows_table_and_refuses_other_moves():
    assert next_state(MOVES, "draft", "submit") == "submitted"
    for state, move in (("draft", "return"), ("gone", "submit")):
        with pytest.raises(IllegalMove) as refused:
            next_state(MOVES, state, move)
        assert refused.value.params == {"state": state, "move": move}


def test_an_error_carries_its_problems_and_says_its_parameters():
    problem = Problem("a.b", "No.")
    assert (problem.params, problem.field) == ({}, None)
    assert Invalid(problems=iter([problem])).problems == (problem,)
    assert str(IllegalMove(state="draft")).startswith("This is “draft” now, and “{move}” is not possible")
    assert [DomainError.kind, Invalid.kind, IllegalMove.kind] == ["invalid", "invalid", "conflict"]


def test_revision_check_refuses_mismatch_and_accepts_none():
    require_revision(None, 3)
    require_revision(3, 3)
    with pytest.raises(RevisionMismatch):
        require_revision(2, 3)
