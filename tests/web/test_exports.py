"""Tables for other programs: sent while the rows come in, and nothing in them is carried out."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation
from django.utils.translation import gettext

from instrument_share.web.responses.exports import csv_response

NAME = "测试"


def cells(*row):
    response = csv_response("t", [NAME], [row])
    return response.getvalue().decode("utf-8-sig").split("\r\n")[1]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ('=HYPERLINK("http://x")', '"\'=HYPERLINK(""http://x"")"'),
        ("+86 570 1234567", "'+86 570 1234567"),
        ("-1+1", "'-1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", '"\'\t=1"'),
        ("甲;=1+1", '"甲;=1+1"'),  # LibreOffice divides at it
        ("甲\t99999", '"甲\t99999"'),
        ("\r=1", '"\'\r=1"'),
        ("＝1+1", "'＝1+1"),
        ("1=1", "1=1"),
        (Decimal("-12.50"), "-12.50"),
        (-3, "-3"),
        (None, '""'),  # so writes `csv` a row of one empty cell
        (True, "true"),
        (["电镜"], '"[""电镜""]"'),
        (date(2026, 3, 2), "2026-03-02"),
        (datetime(2026, 3, 2, 8, tzinfo=UTC), "2026-03-02T16:00:00+08:00"),
    ],
)
def test_text_is_never_a_formula_and_figures_stay_figures(value, cell):
    assert cells(value) == cell


def test_a_heading_is_text_too():
    assert csv_response("t", ["=1"], []).getvalue().decode() == "\ufeff'=1\r\n"


def test_rows_are_sent_while_they_come_in():
    def rows():
        yield [1]
        raise AssertionError("the second row was read before the first was sent")

    sent = iter(csv_response("t", ["a"], rows()))
    assert [next(sent) for _line in range(3)] == [b"\xef\xbb\xbf", b"a\r\n", b"1\r\n"]


def test_rows_speak_the_language_in_which_the_table_was_asked_for():
    with translation.override("en"):
        response = csv_response("t", ["a"], ([gettext("Log in")] for _one in range(1)))
    with translation.override("zh-hans"):
        assert response.getvalue().decode("utf-8-sig") == "a\r\nLog in\r\n"
        assert gettext("Log in") == "登录"
