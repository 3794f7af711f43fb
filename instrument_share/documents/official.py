"""Render PDF papers: letters after GB/T 9704-2012, and smaller papers.

The same content gives the same bytes. Signing comes afterwards (`signing.sign_pdf`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO

from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    NextPageTemplate,
    Spacer,
)
from reportlab.platypus import PageBreak as EndOfPage

from instrument_share.kernel.progress import Tell, tell_nobody

from . import content, layout
from .charts import Figure, Shares, describe_bars, draw_bars
from .flow import Bookmark, Text, draw_line, measure_width, replace_control_characters
from .grid import build_pairs_grid, build_table_grid
from .layout import CELL, PITCH, TEXT_HEIGHT, TEXT_WIDTH, TextStyle
from .linebreak import break_balanced
from .pages import build_pages
from .pictures import Mark, Plate
from .tagging.structure import Element, Kind

BLANK_LINES_FOR_NUMBER = 3
BLANK_LINES_FOR_SEAL = 2


@dataclass(frozen=True)
class BlockStyle:
    """The styles of blocks in a letter or on a sheet.

    `outline` is the outline level of headings, `above` the number of headings that they stand under; `close`
    sets the rows of tables closer.
    """

    body: TextStyle
    headings: Mapping[int, TextStyle]
    above: int
    outline: int | None = None
    close: bool = False


LETTER = BlockStyle(layout.BODY, layout.HEADINGS, above=1, outline=1)
ATTACHMENT = BlockStyle(layout.BODY, layout.HEADINGS, above=2)
PAPER = BlockStyle(layout.SHEET_BODY, layout.SHEET_HEADINGS, above=1)
SHEET = BlockStyle(layout.SHEET_BODY, layout.SHEET_HEADINGS, above=3)
CLOSE_SHEET = replace(SHEET, close=True)


def render_official(letter: content.OfficialLetter, tell: Tell = tell_nobody) -> bytes:
    """Render a letter with its attachments as an unsigned PDF.

    `tell` hears how much of it is laid out, in rows of tables and other parts, nothing at first.
    """
    tell(0, 1)  # its rows are broken into lines, before any has a place
    last = _last_part(letter.blocks)
    ending = [*_list_of_attachments(letter.attachments), *_signature(letter, layout.SALUTATION, CELL)]
    story = [
        Spacer(1, BLANK_LINES_FOR_NUMBER * PITCH),
        Bookmark(letter.title, 0),
        Text(letter.title, layout.TITLE, "center", tag=Element("H1")),
        Spacer(1, PITCH),
        Text(f"{letter.salutation.rstrip(':：')}：", layout.SALUTATION, "left"),
        *_flow(letter.blocks[:last], LETTER, TEXT_WIDTH),
        *_keep_with(list(_flow(letter.blocks[last:], LETTER, TEXT_WIDTH)), ending),
    ]
    for number, attachment in enumerate(letter.attachments, start=1):
        mark = f"附件{number}" if len(letter.attachments) > 1 else "附件"
        story += _attachment(mark, attachment)
    return build_pages(story, letter, first_template="letter", tell=tell)


def render_paper(paper: content.Paper) -> bytes:
    """Render a paper other than a letter as an unsigned PDF."""
    story = [
        Bookmark(paper.title, 0),
        Text(paper.title, layout.TITLE, "center", tag=Element("H1")),
        Spacer(1, PITCH / 2),
        *_flow(paper.blocks, PAPER, TEXT_WIDTH),
        *(_signature(paper, layout.SHEET_BODY, 12) if paper.signed else ()),
    ]
    return build_pages(story, paper, first_template="form")


def count_pages(pdf: bytes) -> int:
    """Return the number of pages of a rendered PDF."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    return int(PdfFileReader(BytesIO(pdf)).root["/Pages"]["/Count"])


def _flow(blocks: Sequence[content.Block], manner: BlockStyle, measure: float) -> Iterator[Flowable]:
    for block, follower in zip(blocks, [*blocks[1:], None], strict=False):
        match block:
            case content.Heading(text, level):
                style = manner.headings[level]
                yield CondPageBreak(style.pitch + _least_height(follower, manner, measure))
                if manner.outline is not None and level == 1:
                    yield Bookmark(text, manner.outline)
                yield Text(text, style, "left", tag=_heading(level + manner.above))
            case content.Paragraph(text):
                yield Text(text, manner.body)
            case content.PageBreak():
                yield EndOfPage()
            case content.Sheet():
                raise ValueError("A sheet stands in an attachment, not inside another block.")
            case _:
                yield _add_space(_to_flowable(block, measure, close=manner.close), close=manner.close)


def _heading(level: int) -> Element:
    kinds: tuple[Kind, ...] = ("H1", "H2", "H3", "H4", "H5", "H6")
    return Element(kinds[min(level, len(kinds)) - 1])


def _least_height(block: content.Block | None, manner: BlockStyle, measure: float) -> float:
    """Return the height that must fit below a heading: a figure, a table's head, two lines of text."""
    match block:
        case content.BarChart():
            return 8 + float(_to_flowable(block, measure).wrap(measure, TEXT_HEIGHT)[1])
        case content.Table() | content.KeyValue() | content.ShareChart():
            return 90.0
        case content.Heading():
            return 3 * manner.body.pitch
    return 2 * manner.body.pitch


def _to_flowable(block: content.Block, measure: float, *, close: bool = False) -> Flowable:
    match block:
        case content.Table():
            return build_table_grid(block, measure, close=close)
        case content.KeyValue():
            return build_pairs_grid(block, measure, close=close)
        case content.BarChart():
            return Figure(draw_bars(block, measure), describe_bars(block))
        case content.ShareChart():
            return Shares(block, measure)
        case content.Picture():
            return Plate(block, measure)
        case content.Code():
            return Mark(block)
    raise TypeError(f"Unknown block: {block!r}")


def _add_space(flowable: Flowable, *, close: bool) -> Flowable:
    flowable.spaceBefore, flowable.spaceAfter = (4, 5) if close else (8, 10)
    return flowable


def _list_of_attachments(attachments: Sequence[content.Attachment]) -> Iterator[Flowable]:
    """List attachments one blank line below the body, two characters in; names hang (7.3.4)."""
    if not attachments:
        return
    yield Spacer(1, PITCH)
    style = layout.BODY
    lead = measure_width("附件：", style)
    names = Element("L")
    for number, attachment in enumerate(attachments, start=1):
        mark = f"{number}. " if len(attachments) > 1 else ""
        left = 2 * CELL + (lead if number > 1 else 0)
        hang = (lead if number == 1 else 0) + measure_width(mark, style)
        text = ("附件：" if number == 1 else "") + mark + attachment.title.replace("\n", "")
        tag = Element("LBody", Element("LI", names))
        yield Text(text, layout.SALUTATION, "left", left=left, hang=hang, tag=tag)


class _Signature(Flowable):
    """The sender centred over the date, which ends four characters before the right edge (7.3.5.1).

    A long name takes several lines.
    """

    def __init__(self, sender: str, date: str, style: TextStyle, cell: float) -> None:
        super().__init__()
        self.sender, self.date, self.style, self.cell = (
            replace_control_characters(sender),
            replace_control_characters(date),
            style,
            cell,
        )

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:  # noqa: ARG002
        self.lines = break_balanced(
            self.sender, lambda text: measure_width(text, self.style), measure=available_width
        )
        self.width, self.height = available_width, (len(self.lines) + 1) * self.style.pitch
        return self.width, self.height

    def draw(self) -> None:
        date_width = measure_width(self.date, self.style)
        date_x = self.width - 4 * self.cell - date_width
        widest = max(line.width for line in self.lines)
        middle = min(date_x + date_width / 2, self.width - widest / 2)
        y = self.height - self.style.inset()
        with self.canv.content(Element("P")):
            for line in self.lines:
                self._draw_line(middle - line.width / 2, y, line.text)
                y -= self.style.pitch
        with self.canv.content(Element("P")):
            self._draw_line(date_x, y, self.date)

    def _draw_line(self, x: float, y: float, text: str) -> None:
        draw_line(self.canv, x, y, text, self.style, tracking=self.style.tracking)


def _signature(
    paper: content.OfficialLetter | content.Paper, style: TextStyle, cell: float
) -> Iterator[Flowable]:
    signature, blank = _Signature(paper.sender, paper.date, style, cell), BLANK_LINES_FOR_SEAL * style.pitch
    yield CondPageBreak(blank + _measure_height([signature], TEXT_WIDTH))
    yield Spacer(1, blank)
    yield signature


def _last_part(blocks: Sequence[content.Block]) -> int:
    """Return where the last paragraph begins, with a heading above it; at the end where there is none."""
    last = len(blocks)
    if blocks and isinstance(blocks[-1], content.Paragraph):
        last -= 1
        while last and isinstance(blocks[last - 1], content.Heading):
            last -= 1
    return last


def _keep_with(last: Sequence[Flowable], ending: Sequence[Flowable]) -> Iterator[Flowable]:
    """Move the last paragraph to the page of the signature, which carries text of the letter (7.3.5.5)."""
    yield CondPageBreak(min(_measure_height([*last, *ending], TEXT_WIDTH), TEXT_HEIGHT))
    yield from last
    yield from ending


def _measure_height(flowables: Sequence[Flowable], measure: float) -> float:
    """Return the height of all, with the space between them; a possible end of a page takes none."""
    drawn = [each for each in flowables if not isinstance(each, CondPageBreak)]
    return sum(each.wrap(measure, TEXT_HEIGHT)[1] + each.getSpaceBefore() for each in drawn)


def _attachment(mark: str, attachment: content.Attachment) -> Iterator[Flowable]:
    """Set the mark on the first line and the title centred on the third (7.3.6)."""
    measure = TEXT_HEIGHT if attachment.wide else TEXT_WIDTH
    plain, form = ("wide", "wide-form") if attachment.wide else ("letter", "form")
    opens_with_sheet = bool(attachment.blocks) and isinstance(attachment.blocks[0], content.Sheet)
    yield NextPageTemplate(form if opens_with_sheet else plain)
    yield EndOfPage()
    yield Bookmark(f"{mark} {attachment.title}", 0)
    heading = _heading(2)
    head = [
        Text(mark, layout.ATTACHMENT_MARK, "left", tag=heading),
        Spacer(1, PITCH),
        Text(attachment.title, layout.ATTACHMENT_TITLE, "center", tag=heading),
        Spacer(1, PITCH / 2),
    ]
    yield from head
    room = (TEXT_WIDTH if attachment.wide else TEXT_HEIGHT) - _measure_height(head, measure)
    template, at_top = (form if opens_with_sheet else plain), opens_with_sheet
    for block in attachment.blocks:
        wanted = form if isinstance(block, content.Sheet) else plain
        if not at_top and (isinstance(block, content.Sheet) or wanted != template):
            yield NextPageTemplate(wanted)
            yield EndOfPage()
            room = TEXT_WIDTH if attachment.wide else TEXT_HEIGHT
        template, at_top = wanted, False
        if isinstance(block, content.Sheet):
            yield Bookmark(block.bookmark or block.title, 1)
            yield from _set_sheet(block, measure, room)
        else:
            yield from _flow([block], ATTACHMENT, measure)


def _set_sheet(sheet: content.Sheet, measure: float, room: float) -> list[Flowable]:
    """Set a sheet, with closer rows where it then fits into the room that its page has."""
    settings = [
        [
            Text(sheet.title, layout.SHEET_TITLE, "center", tag=_heading(3)),
            Spacer(1, 6),
            *_flow(sheet.blocks, manner, measure),
        ]
        for manner in (SHEET, CLOSE_SHEET)
    ]
    fits = [_measure_height(each, measure) <= room for each in settings]
    return settings[1] if fits == [False, True] else settings[0]
