"""Where pages end: nothing stands alone that belongs to something else."""

from itertools import pairwise

import pytest

from instrument_share.documents.content import (
    Attachment,
    Bar,
    Column,
    Heading,
    KeyValue,
    Paragraph,
    ShareChart,
    Sheet,
    Table,
)
from instrument_share.documents.official import render_official
from tests.documents.reading import reader, text
from tests.documents.sample import letter


def pages_of(*blocks, **changes) -> list[str]:
    pdf = render_official(letter(blocks=blocks, **{"attachments": [], **changes}))
    return [text(page) for page in reader(pdf).pages]


def rows(count: int, *, totals: bool = True) -> Table:
    return Table(
        [Column("序号头"), Column("金额", "right")],
        [(f"第{number}行", "1.00") for number in range(1, count + 1)],
        totals=("合计", "9.00") if totals else None,
        size="text",
    )


@pytest.mark.parametrize("lines", range(8, 22))
def test_the_page_of_the_signature_carries_text_of_the_letter(lines):
    names = [Attachment(f"附表{number}", [Paragraph("表")]) for number in range(1, 5)]
    body = [Paragraph(f"第{number}段。") for number in range(1, lines)]
    pages = pages_of(*body, Heading("五、结语"), Paragraph("请予审核。"), attachments=names)
    signed = next(page for page in pages if "2026年3月10日" in page)
    assert "五、结语请予审核。" in signed
    assert len(pages) <= 2 + len(names)


@pytest.mark.parametrize("count", range(10, 50))
def test_a_sum_has_rows_above_it_and_a_head_rows_below_it(count):
    pages = [page for page in pages_of(Paragraph("前文。"), rows(count)) if "序号头" in page]
    shown = [page.count("行") + page.count("合计") for page in pages]
    assert sum(shown) == count + 1
    assert min(shown) >= 2
    assert shown[-1] >= 3


def test_a_sheet_that_is_a_little_too_long_for_its_page_is_set_closer():
    def pages_of_sheet(count: int) -> int:
        blocks = [KeyValue([("单位", "甲"), ("得分", "1")], per_row=2), rows(count), rows(3)]
        sheets = [Sheet("首表", [rows(1)]), Sheet("评价表", blocks)]
        return len(pages_of(attachments=[Attachment("评价表", sheets)])) - 2

    # Rows of 18 pt have 3.5 pt above and below them, or 1.5 pt.
    assert [pages_of_sheet(count) for count in (13, 17, 19, 30)] == [1, 1, 1, 2]


def test_a_sheet_below_the_title_of_its_attachment_has_less_room():
    def pages_of_sheet(count: int) -> int:
        return len(pages_of(attachments=[Attachment("评价表", [Sheet("表", [rows(count)])])])) - 1

    # The mark and the title of the attachment take four lines of 29 pt.
    assert [pages_of_sheet(count) for count in (15, 18, 20, 30)] == [1, 1, 1, 2]


@pytest.mark.parametrize(("units", "pages"), [(9, 1), (30, 1), (60, 2)])
def test_a_chart_takes_no_more_pages_than_it_needs(units, pages):
    chart = ShareChart("得分", [Bar(f"单位{number}", 1.0, "1") for number in range(units)])
    assert len(pages_of(attachments=[Attachment("图", [chart])])[1:]) == pages


def test_the_layout_tells_how_many_rows_stand_on_pages():
    told = []
    asked = letter(blocks=[Paragraph("正文。"), rows(150)], attachments=[])
    render_official(asked, lambda done, total: told.append((done, total)))
    assert told.pop(0) == (0, 1)
    done = [one for one, _ in told]
    (total,) = {of for _, of in told}
    assert 150 < total < 170
    assert (done, done[-1]) == (sorted(done), total)
    steps = [after - before for before, after in pairwise(done)]
    assert max(steps) < 50  # each page's rows, not the whole table at once


def test_a_text_that_pages_share_does_not_tell_of_more_than_there_is():
    told = []
    asked = letter(blocks=[Paragraph("很长的正文。" * 900)], attachments=[])
    render_official(asked, lambda done, total: told.append((done, total)))
    assert all(0 <= done <= total for done, total in told)
