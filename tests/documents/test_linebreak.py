import pytest
from hypothesis import given
from hypothesis import strategies as st

from instrument_share.documents.linebreak import CLOSING, OPENING, break_balanced, break_lines


def width(text: str) -> float:
    """Ten units for a full-width character, five for others."""
    return sum(10 if ord(character) > 0x2E7F or character in "—…“”‘’" else 5 for character in text)


def broken(text: str, measure: float, **options) -> list[str]:
    return [line.text for line in break_lines(text, width, measure=measure, **options)]


@pytest.mark.parametrize(
    ("text", "measure", "lines"),
    [
        ("仪器开放共享，评价", 60, ["仪器开放共", "享，评价"]),  # a comma takes its character along
        ("见《开放办法》等", 30, ["见《开", "放办", "法》等"]),
        ("共1,234.50元收入", 50, ["共", "1,234.50元", "收入"]),
        ("截至2025年12月", 40, ["截至", "2025年", "12月"]),
        ("他说——好", 30, ["他", "说——", "好"]),
        ("use the LC-MS/MS now", 60, ["use the", "LC-MS/MS now"]),
        ("一行\n两行", 100, ["一行", "两行"]),
        ("9f86d081884c7d65", 40, ["9f86d081", "884c7d65"]),
        ("", 40, [""]),
    ],
)
def test_lines_break_at_expected_places(text, measure, lines):
    assert broken(text, measure) == lines


def test_the_first_line_is_shorter_by_the_indent_and_only_the_last_one_ends_a_paragraph():
    lines = break_lines("一二三四五六七八九", width, measure=40, indent=20)
    assert [(line.text, line.ends) for line in lines] == [
        ("一二", False),
        ("三四五六", False),
        ("七八九", True),
    ]


def test_title_breaks_evenly_and_at_explicit_newlines():
    lines = break_balanced("关于报送评价结果的函\n云屏市", width, measure=80)
    assert [line.text for line in lines] == ["关于报送评", "价结果的函", "云屏市"]


@given(
    st.text(alphabet="仪器，。（）《》“”、a1.% —…\n", max_size=60), st.integers(min_value=60, max_value=300)
)
def test_no_text_is_lost_and_no_line_is_too_long(text, measure):
    lines = broken(text, measure)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "").replace("\n", "")
    assert all(width(line) <= measure for line in lines)


@given(
    st.lists(
        st.sampled_from(["仪器", "共享，", "（一）", "《办法》", "“开放”", "12.5％", "结果。"]), max_size=30
    )
)
def test_no_line_starts_with_a_closing_mark_or_ends_with_an_opening_one(words):
    for line in broken("".join(words), 70):
        assert line[:1] not in CLOSING or not line
        assert line[-1:] not in OPENING or not line
