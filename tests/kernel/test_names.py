"""How people are named where everybody may read; what nobody sees makes no other name or number."""

import pytest

from instrument_share.kernel.names import mask_name, plain_code, plain_line


@pytest.mark.parametrize(("name", "masked"), [("张三", "张**"), (" 欧阳修 ", "欧**"), ("Ann Lee", "A**")])
def test_a_person_is_named_by_the_first_character(name, masked):
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" 云屏理工大学\u200b ", "云屏理工大学"),
        ("陈\u202e甲\u2066", "陈甲"),
        ("\ufeffAnn\u00a0 \t Lee\r\nX", "Ann Lee X"),
        ("e\u0301cole", "école"),
        ("\u3164\u2800", ""),
        ("云屏（示例）𠮷\ue000\U000323af", "云屏（示例）𠮷\ue000\U000323af"),
        ("甲\x00乙", "甲 乙"),
    ],
)
def test_line_is_kept_without_what_nobody_sees(typed, kept):
    assert plain_line(typed) == kept


@pytest.mark.parametrize("typed", ["HK-2026 001", "ＨＫ-2026001", "HK-2026\u200b001", "\u202dHK-2026001"])
def test_number_is_one_however_it_is_typed(typed):
    assert plain_code(typed) == "HK-2026001"


@pytest.mark.parametrize("typed", ["\ufdfa" * 60, "\u0958" * 100, "㍿㌖" * 30])
def test_nothing_grows(typed):
    """A form has checked the length, and a column takes no more."""
    assert len(plain_line(typed)) <= len(typed)
    assert len(plain_code(typed)) <= len(typed)
