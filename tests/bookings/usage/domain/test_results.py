"""The form of what identifies a result."""

import pytest

from bookings.usage.domain.choices import ResultKind
from bookings.usage.domain.results import compute_patent_check, find_result_problems, normalize_identifier

PAPER, PATENT, STANDARD, PRODUCT = ResultKind


@pytest.mark.parametrize(
    ("number", "check"),
    [("200310102344", "5"), ("202110000000", "1"), ("201810000000", "X"), ("000000000000", "0")],
)
def test_check_character_of_a_chinese_patent(number, check):
    assert compute_patent_check(number) == check


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        (PAPER, "https://doi.org/10.1016/J.Actamat.2026.01.004", "10.1016/j.actamat.2026.01.004"),
        (PAPER, "doi: 10.1000/182", "10.1000/182"),
        (PATENT, "zl 2003 1 0102344.5", "ZL200310102344.5"),
        (PATENT, "ＺＬ２００３１０１０２３４４５", "ZL200310102344.5"),
        (PATENT, "EP 1234567 B1", "EP1234567B1"),
        (STANDARD, "gb / t13745—2009", "GB/T 13745-2009"),
        (STANDARD, "GB 5009.1-2016", "GB 5009.1-2016"),
        (STANDARD, "T/CSTM 00001-2019", "T/CSTM 00001-2019"),
        (STANDARD, "ISO/IEC 17025:2017", "ISO/IEC 17025:2017"),
        (STANDARD, "DB32/T 1234-2020", "DB32/T 1234-2020"),
        (PRODUCT, " 型号 X-1 ", "型号 X-1"),
    ],
)
def test_usual_spellings_are_kept_in_one_form_without_problems(kind, typed, kept):
    assert normalize_identifier(kind, typed) == kept
    assert list(find_result_problems(kind, "题目", kept)) == []


@pytest.mark.parametrize(
    ("kind", "typed", "code"),
    [
        (PAPER, "11.1016/abc", "result.doi"),
        (PAPER, "10.123/abc", "result.doi"),
        (PAPER, "10.1016/", "result.doi"),
        (PATENT, "ZL200310102344.6", "result.patent_check"),
        (PATENT, "ZL20031010234.5", "result.patent"),
        (PATENT, "CN109999999B", "result.patent"),
        (PATENT, "", "result.identifier_missing"),
        (STANDARD, "GB/T 13745", "result.standard"),
        (STANDARD, "13745-2009", "result.standard"),
    ],
)
def test_wrong_numbers_are_refused(kind, typed, code):
    found = list(find_result_problems(kind, "题目", normalize_identifier(kind, typed)))
    assert [(problem.code, problem.field) for problem in found] == [(code, "identifier")]


def test_wrong_check_character_says_which_would_be_right():
    (problem,) = find_result_problems(PATENT, "题目", "ZL200310102344.X")
    assert problem.params["expected"] == "5"
