"""What two versions of a text differ in, told by words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.revisions.domain import textdiff
from providers.revisions.domain.textdiff import Line, Piece, Skipped, changes, compared


def told(pieces):
    """`same[-deleted-]{+inserted+}`."""
    signs = {"same": "{}", "deleted": "[-{}-]", "inserted": "{{+{}+}}"}
    return "".join(signs[piece.kind].format(piece.text) for piece in pieces)


@pytest.mark.parametrize(
    ("before", "after", "seen"),
    [
        ("开放日", "开放日", "开放日"),
        ("欢迎参观开放日", "欢迎参观开放周", "欢迎参观开放[-日-]{+周+}"),
        ("设备 8 台（套）。", "设备 12 台（套），面向社会。", "设备 [-8-]{+12+} 台（套）{+，面向社会+}。"),
        ("收费 1,200 元", "收费 1,250 元", "收费 [-1,200-]{+1,250+} 元"),
        ("The day is Monday.", "The days are Monday.", "The [-day is-]{+days are+} Monday."),
        ("don't", "do", "[-don't-]{+do+}"),
        ("同样大", "一样小", "[-同样大-]{+一样小+}"),
        ("", "新", "{+新+}"),
        ("旧", "", "[-旧-]"),
        ("", "", ""),
    ],
)
def test_words_and_characters_that_changed(before, after, seen):
    assert told(changes(before, after)) == seen


def test_paragraphs_stand_side_by_side():
    before = "第一段。\n\n第二段在这里开始。\n\n第三段。"
    after = "第一段。\n\n全新。\n\n第二段在那里开始。\n\n第三段。"
    assert compared(before, after) == (
        Line((Piece("same", "第一段。"),), (Piece("same", "第一段。"),)),
        Line((), (Piece("inserted", "全新。"),)),
        Line(
            (Piece("same", "第二段在"), Piece("deleted", "这"), Piece("same", "里开始。")),
            (Piece("same", "第二段在"), Piece("inserted", "那"), Piece("same", "里开始。")),
        ),
        Line((Piece("same", "第三段。"),), (Piece("same", "第三段。"),)),
    )


def test_far_paragraphs_are_counted_only():
    before = "\n".join(f"第{number}段" for number in range(10))
    after = before.replace("第5段", "第五段")
    near = [line if isinstance(line, Skipped) else told(line.after) for line in compared(before, after, 1)]
    assert near == [Skipped(4), "第4段", "第{+五+}段", "第6段", Skipped(3)]


def test_different_paragraphs_are_removed_and_added():
    assert [(told(line.before), told(line.after)) for line in compared("甲乙丙丁", "子丑寅卯")] == [
        ("[-甲乙丙丁-]", ""),
        ("", "{+子丑寅卯+}"),
    ]


def test_a_paragraph_that_is_alike_is_found_between_others():
    lines = compared("甲乙丙丁\n子丑寅卯", "子丑寅辰\n戊己庚辛")
    assert [(told(line.before), told(line.after)) for line in lines] == [
        ("[-甲乙丙丁-]", ""),
        ("子丑寅[-卯-]", "子丑寅{+辰+}"),
        ("", "{+戊己庚辛+}"),
    ]


def test_changed_paragraphs_side_by_side_are_each_compared_with_their_own():
    lines = compared("甲乙丙丁\n子丑寅卯", "甲乙丙戊\n子丑寅辰")
    assert [(told(line.before), told(line.after)) for line in lines] == [
        ("甲乙丙[-丁-]", "甲乙丙{+戊+}"),
        ("子丑寅[-卯-]", "子丑寅{+辰+}"),
    ]


def test_a_very_long_paragraph_is_compared_by_sentences(monkeypatch):
    monkeypatch.setattr(textdiff, "MOST_WORDS", 5)
    assert told(changes("甲乙丙。丁戊己。", "甲乙丙。丁戊庚。")) == "甲乙丙。[-丁戊己。-]{+丁戊庚。+}"


def test_words_that_a_long_text_has_often_are_compared_as_well():
    before = "甲乙" * 150
    assert told(changes("丁" + before, "戊" + before)) == "[-丁-]{+戊+}" + before


def test_paragraphs_that_a_long_text_has_often_stay_as_they_are():
    often = "一。\n二。\n" * 120
    lines = compared("旧文\n" + often, "新闻\n" + often)
    assert [line.changed for line in lines] == [True, True, *[False] * 240]


def test_many_changed_paragraphs_are_taken_in_order(monkeypatch):
    monkeypatch.setattr(textdiff, "MOST_PAIRS", 1)
    lines = compared("甲乙\n丙丁", "子乙\n子丁")
    assert [told(line.after) for line in lines] == ["{+子+}乙", "{+子+}丁"]


@given(st.text(alphabet="ab 甲乙。,\n", max_size=40), st.text(alphabet="ab 甲乙。,\n", max_size=40))
def test_nothing_is_lost(before, after):
    pieces = changes(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "inserted") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "deleted") == after
    paragraphs = [text.rstrip() for text in after.splitlines() if text.strip()]
    shown = ["".join(piece.text for piece in line.after) for line in compared(before, after) if line.after]
    assert shown == paragraphs
