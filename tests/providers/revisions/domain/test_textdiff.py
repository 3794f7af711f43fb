"""What two versions of a text differ in, told by words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.revisions.domain import textdiff
from providers.revisions.domain.textdiff import Line, Piece, Skipped, compare_paragraphs, compare_words


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
    assert told(compare_words(before, after)) == seen


def test_paragraphs_stand_side_by_side():
    before = "第一段。\n\n第二段在这里开始。\n\n第三段。"
    after = "第一段。\n\n全新。\n\n第二段在那里开始。\n\n第三段。"
    assert compare_paragraphs(before, after) == (
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
    near = [
        line if isinstance(line, Skipped) else told(line.after)
        for line in compare_paragraphs(before, after, 1)
    ]
    assert near == [Skipped(4), "第4段", "第{+五+}段", "第6段", Skipped(3)]


def test_different_paragraphs_are_removed_and_added():
    assert [(told(line.before), told(line.after)) for line in compare_paragraphs("甲乙丙丁", "子丑寅卯")] == [
        ("[-甲乙丙丁-]", ""),
        ("", "{+子丑寅卯+}"),
    ]


def test_a_paragraph_that_is_alike_is_found_between_others():
    lines = compare_paragraphs("甲乙丙丁\n子丑寅卯", "子丑寅辰\n戊己庚辛")
    assert [(told(line.before), told(line.after)) for line in lines] == [
        ("[-甲乙丙丁-]", ""),
        ("子丑寅[-卯-]", "子丑寅{+辰+}"),
        ("", "{+戊己庚辛+}"),
    ]


def test_changed_paragraphs_side_by_side_are_each_compared_with_their_own():
    lines = compare_paragraphs("甲乙丙丁\n子丑寅卯", "甲乙丙戊\n子丑寅辰")
    assert [(told(line.before), told(line.after)) for line in lines] == [
        ("甲乙丙[-丁-]", "甲乙丙{+戊+}"),
        ("子丑寅[-卯-]", "子丑寅{+辰+}"),
    ]


def test_a_very_long_paragraph_is_compared_by_sentences(monkeypatch):
    monkeypatch.setattr(textdiff, "MOST_WORDS", 5)
    assert told(compare_words("甲乙丙。丁戊己。", "甲乙丙。丁戊庚。")) == "甲乙丙。[-丁戊己。-]{+丁戊庚。+}"


def test_words_that_a_long_text_has_often_are_compared_as_well():
    before = "甲乙" * 150
    assert told(compare_words("丁" + before, "戊" + before)) == "[-丁-]{+戊+}" + before


def test_paragraphs_that_a_long_text_has_often_stay_as_they_are():
    often = "一。\n二。\n" * 120
    lines = compare_paragraphs("旧文\n" + often, "新闻\n" + often)
    assert [line.changed for line in lines] == [True, True, *[False] * 240]


def test_many_changed_paragraphs_are_taken_in_order(monkeypatch):
    monkeypatch.setattr(textdiff, "MOST_PAIRS", 1)
    lines = compare_paragraphs("甲乙\n丙丁", "子乙\n子丁")
    assert [told(line.after) for line in lines] == ["{+子+}乙", "{+子+}丁"]


@given(st.text(alphabet="ab 甲乙。,\n", max_size=40), st.text(alphabet="ab 甲乙。,\n", max_size=40))
def test_nothing_is_lost(before, after):
    pieces = compare_words(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "inserted") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "deleted") == after
    paragraphs = [text.rstrip() for text in after.splitlines() if text.strip()]
    shown = [
        "".join(piece.text for piece in line.after)
        for line in compare_paragraphs(before, after)
        if line.after
    ]
    assert shown == paragraphs


@pytest.mark.parametrize(
    ("length", "seen"),
    [(3000, "[-甲-]{+乙+}" + "丙" * 2998 + "。"), (3001, f"[-甲{'丙' * 2999}。-]{{+乙{'丙' * 2999}。+}}")],
)
def test_a_paragraph_of_more_than_3000_words_is_compared_by_sentences(length, seen):
    rest = "丙" * (length - 2) + "。"
    assert told(compare_words("甲" + rest, "乙" + rest)) == seen


@pytest.mark.parametrize(("together", "pairs"), [(3, True), (2, False)])
def test_paragraphs_with_three_tenths_of_their_words_in_common_are_versions_of_one(together, pairs):
    # Three of ten different characters in common, or two of nine.
    common = "甲乙丙"[:together]
    lines = compare_paragraphs(common + "子丑寅", common + "辰巳午未")
    assert len(lines) == (1 if pairs else 2)


@pytest.mark.parametrize(("count", "in_order"), [(50, False), (51, True)])
def test_more_than_2500_pairs_of_paragraphs_are_taken_in_order(count, in_order):
    before = [chr(0x4E00 + number) * 2 for number in range(count)]
    after = [chr(0x6000 + number) * 2 for number in range(50)]
    first = compare_paragraphs("\n".join(before), "\n".join(after))[0]
    assert bool(first.before and first.after) is in_order


def test_context_keeps_as_many_paragraphs_on_both_sides():
    before = "\n".join(f"第{number}段" for number in range(7))
    after = before.replace("第3段", "第三段")
    seen = [
        line if isinstance(line, Skipped) else told(line.after)
        for line in compare_paragraphs(before, after, 2)
    ]
    assert seen == [Skipped(1), "第1段", "第2段", "第{+三+}段", "第4段", "第5段", Skipped(1)]
    assert [line for line in compare_paragraphs(before, after, 0) if isinstance(line, Skipped)] == [
        Skipped(3),
        Skipped(3),
    ]


@pytest.mark.parametrize(
    ("before", "after", "seen"),
    [
        ("甲子乙", "丙子丁", "[-甲子乙-]{+丙子丁+}"),
        ("甲子丑乙", "丙子丑丁", "[-甲-]{+丙+}子丑[-乙-]{+丁+}"),
        ("甲 乙", "丙 丁", "[-甲 乙-]{+丙 丁+}"),
        ("子甲", "子乙", "子[-甲-]{+乙+}"),
        ("甲子", "乙子", "[-甲-]{+乙+}子"),
    ],
)
def test_a_lone_character_between_two_changes_is_counted_to_them(before, after, seen):
    assert told(compare_words(before, after)) == seen
