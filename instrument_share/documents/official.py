"""Render PDF papers: letters after GB/T 9704-2012, and smaller papers.

The same content gives the same bytes. Signing comes afterwards (`signing.sign_pdf`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils.reader import PdfFileReader
from reportlab.lib.utils import TimeStamp
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    NextPageTemplate,
    PageTemplate,
    Spacer,
)
from reportlab.platypus import PageBreak as EndOfPage

from . import content, layout, marks
from .charts import Figure, Shares, describe_bars, draw_bars
from .flow import Bookmark, Text, draw_line, measure_width, replace_control_characters
from .fonts import set_base_font
from .grid import build_pairs_grid, build_table_grid
from .layout import CELL, PITCH, TEXT_HEIGHT, TEXT_WIDTH, TextStyle
from .pictures import Mark, Plate
from .tagging.metadata import Metadata, build_metadata
from .tagging.structure import Element, Kind, TaggedCanvas

BLANK_LINES_FOR_NUMBER = 3
BLANK_LINES_FOR_SEAL = 2
PROGRAM = "instrument-share"


@dataclass(frozen=True)
class BlockStyle:
    """The styles of blocks in a letter or on a sheet.

    `outline` is the outline level of headings, `above` the number of headings that they stand under.
    """

    body: TextStyle
    headings: Mapping[int, TextStyle]
    above: int
    outline: int | None = None


LETTER = BlockStyle(layout.BODY, layout.HEADINGS, above=1, outline=1)
ATTACHMENT = BlockStyle(layout.BODY, layout.HEADINGS, above=2)
PAPER = BlockStyle(layout.SHEET_BODY, layout.SHEET_HEADINGS, above=1)
SHEET = BlockStyle(layout.SHEET_BODY, layout.SHEET_HEADINGS, above=3)


def render_official(letter: content.OfficialLetter) -> bytes:
    """Render a letter with its attachments as an unsigned PDF."""
    story = [
        Spacer(1, BLANK_LINES_FOR_NUMBER * PITCH),
        Bookmark(letter.title, 0),
        Text(letter.title, layout.TITLE, "center", tag=Element("H1")),
        Spacer(1, PITCH),
        Text(f"{letter.salutation.rstrip(':：')}：", layout.SALUTATION, "left"),
        *_flow(letter.blocks, LETTER, TEXT_WIDTH),
        *_list_of_attachments(letter.attachments),
        *_signature(letter.sender, letter.date, layout.SALUTATION, CELL),
    ]
    for number, attachment in enumerate(letter.attachments, start=1):
        mark = f"附件{number}" if len(letter.attachments) > 1 else "附件"
        story += _attachment(mark, attachment)
    return _build(story, letter, first_template="letter")


def render_paper(paper: content.Paper) -> bytes:
    """Render a paper other than a letter as an unsigned PDF."""
    story = [
        Bookmark(paper.title, 0),
        Text(paper.title, layout.TITLE, "center", tag=Element("H1")),
        Spacer(1, PITCH / 2),
        *_flow(paper.blocks, PAPER, TEXT_WIDTH),
        *(_signature(paper.sender, paper.date, layout.SHEET_BODY, 12) if paper.signed else ()),
    ]
    return _build(story, paper, first_template="form")


def count_pages(pdf: bytes) -> int:
    """Return the number of pages of a rendered PDF."""
    return int(PdfFileReader(BytesIO(pdf)).root["/Pages"]["/Count"])


def _flow(blocks: Sequence[content.Block], manner: BlockStyle, measure: float) -> Iterator[Flowable]:
    for block, follower in zip(blocks, [*blocks[1:], None], strict=True):
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
                yield _add_space(_to_flowable(block, measure))


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


def _to_flowable(block: content.Block, measure: float) -> Flowable:
    match block:
        case content.Table():
            return build_table_grid(block, measure)
        case content.KeyValue():
            return build_pairs_grid(block, measure)
        case content.BarChart():
            return Figure(draw_bars(block, measure), describe_bars(block))
        case content.ShareChart():
            return Shares(block, measure)
        case content.Picture():
            return Plate(block, measure)
        case content.Code():
            return Mark(block)
    raise TypeError(f"Unknown block: {block!r}")


def _add_space(flowable: Flowable) -> Flowable:
    flowable.spaceBefore, flowable.spaceAfter = 8, 10
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
    """The sender centred over the date, which ends four characters before the right edge (7.3.5.1)."""

    def __init__(self, sender: str, date: str, style: TextStyle, cell: float) -> None:
        super().__init__()
        self.sender, self.date, self.style, self.cell = (
            replace_control_characters(sender),
            replace_control_characters(date),
            style,
            cell,
        )

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:  # noqa: ARG002
        self.width, self.height = available_width, 2 * self.style.pitch
        return self.width, self.height

    def draw(self) -> None:
        date_width, sender_width = (
            measure_width(self.date, self.style),
            measure_width(self.sender, self.style),
        )
        date_x = self.width - 4 * self.cell - date_width
        sender_x = min(date_x + (date_width - sender_width) / 2, self.width - sender_width)
        y = self.height - self.style.inset()
        self._draw_line(max(sender_x, 0), y, self.sender)
        self._draw_line(date_x, y - self.style.pitch, self.date)

    def _draw_line(self, x: float, y: float, text: str) -> None:
        with self.canv.content(Element("P")):
            draw_line(self.canv, x, y, text, self.style, tracking=self.style.tracking)


def _signature(sender: str, date: str, style: TextStyle, cell: float) -> Iterator[Flowable]:
    yield CondPageBreak((BLANK_LINES_FOR_SEAL + 2) * style.pitch)
    yield Spacer(1, BLANK_LINES_FOR_SEAL * style.pitch)
    yield _Signature(sender, date, style, cell)


def _attachment(mark: str, attachment: content.Attachment) -> Iterator[Flowable]:
    """Set the mark on the first line and the title centred on the third (7.3.6)."""
    measure = TEXT_HEIGHT if attachment.wide else TEXT_WIDTH
    plain, form = ("wide", "wide-form") if attachment.wide else ("letter", "form")
    opens_with_sheet = bool(attachment.blocks) and isinstance(attachment.blocks[0], content.Sheet)
    yield NextPageTemplate(form if opens_with_sheet else plain)
    yield EndOfPage()
    yield Bookmark(f"{mark} {attachment.title}", 0)
    heading = _heading(2)
    yield Text(mark, layout.ATTACHMENT_MARK, "left", tag=heading)
    yield Spacer(1, PITCH)
    yield Text(attachment.title, layout.ATTACHMENT_TITLE, "center", tag=heading)
    yield Spacer(1, PITCH / 2)
    template, at_top = (form if opens_with_sheet else plain), opens_with_sheet
    for block in attachment.blocks:
        wanted = form if isinstance(block, content.Sheet) else plain
        if not at_top and (isinstance(block, content.Sheet) or wanted != template):
            yield NextPageTemplate(wanted)
            yield EndOfPage()
        template, at_top = wanted, False
        if isinstance(block, content.Sheet):
            yield Bookmark(block.bookmark or block.title, 1)
            yield Text(block.title, layout.SHEET_TITLE, "center", tag=_heading(3))
            yield Spacer(1, 6)
            yield from _flow(block.blocks, SHEET, measure)
        else:
            yield from _flow([block], ATTACHMENT, measure)


def _build(
    story: Sequence[Flowable], paper: content.OfficialLetter | content.Paper, *, first_template: str
) -> bytes:
    target = BytesIO()
    facts = {
        "title": replace_control_characters(paper.title).replace("\n", ""),
        "author": replace_control_characters(paper.sender),
        "subject": replace_control_characters(paper.subject),
    }
    language = paper.language if isinstance(paper, content.Paper) else "zh-CN"
    document = BaseDocTemplate(
        target,
        pagesize=(layout.PAGE_WIDTH, layout.PAGE_HEIGHT),
        **facts,
        creator=PROGRAM,
        producer=PROGRAM,
        pageTemplates=sorted(_templates(paper), key=lambda template: template.id != first_template),
    )
    document.build(
        list(story),
        canvasmaker=partial(
            _canvas,
            created_at=paper.created_at,
            font=set_base_font(),
            language=language,
            metadata=build_metadata(**facts, language=language, created_at=paper.created_at, tool=PROGRAM),
        ),
    )
    return target.getvalue()


def _canvas(
    *args: Any, created_at: datetime, font: str, language: str, metadata: Metadata, **options: Any
) -> TaggedCanvas:
    """Return a canvas that does not read the clock: the same drawing gives the same bytes."""
    options |= {"invariant": 1, "initialFontName": font, "lang": language, "pageCompression": 1}
    canvas = TaggedCanvas(*args, **{**options, "pdfVersion": (1, 7)})
    canvas._doc.Catalog.Metadata = metadata
    canvas._doc._timeStamp = _timestamp(created_at)
    canvas.setViewerPreference("DisplayDocTitle", "true")
    canvas.showOutline()
    return canvas


def _timestamp(created_at: datetime) -> TimeStamp:
    moment = created_at.astimezone(UTC)
    stamp = TimeStamp(invariant=True)
    stamp.t, stamp.lt = moment.timestamp(), moment.timetuple()
    stamp.YMDhms, stamp.dhh, stamp.dmm, stamp.tzname = tuple(stamp.lt)[:6], 0, 0, "UTC"
    return stamp


def _templates(paper: content.OfficialLetter | content.Paper) -> list[PageTemplate]:
    upright = partial(_frame, layout.LEFT, layout.BOTTOM, TEXT_WIDTH, TEXT_HEIGHT)
    # Seen sideways the frame starts at the origin; `_turn` puts it into the text area.
    sideways = partial(_frame, 0, 0, TEXT_HEIGHT, TEXT_WIDTH)
    kinds: list[tuple[str, Callable[[], Frame], bool]] = [
        ("letter", upright, False),
        ("form", upright, True),
        ("wide", sideways, False),
        ("wide-form", sideways, True),
    ]
    templates = []
    for name, frame, form in kinds:
        wide = name.startswith("wide")
        template = PageTemplate(
            id=name,
            frames=[frame()],
            onPage=partial(_begin_page, paper=paper, form=form, wide=wide),
            # reportlab names the size as seen after the turn, which lets a screen show the sheet upright.
            pagesize=(layout.PAGE_HEIGHT, layout.PAGE_WIDTH)
            if wide
            else (layout.PAGE_WIDTH, layout.PAGE_HEIGHT),
        )
        template.rotation = 90 if wide else 0
        templates.append(template)
    return templates


def _frame(x: float, y: float, width: float, height: float) -> Frame:
    return Frame(x, y, width, height, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)


def _begin_page(
    canvas: TaggedCanvas,
    document: BaseDocTemplate,
    *,
    paper: content.OfficialLetter | content.Paper,
    form: bool,
    wide: bool,
) -> None:
    number: int = document.page
    marks.draw_page_number(canvas, number)
    if paper.notice:
        marks.draw_notice(canvas, paper.notice, number)
    if paper.verification and (form or number == 1):
        marks.draw_verification(canvas, paper.verification, number)
    elif paper.verification:
        marks.draw_code(canvas, paper.verification, number)
    if wide:
        _rotate_page(canvas)


def _rotate_page(canvas: TaggedCanvas) -> None:
    """Rotate the page, its head to the left edge; the page number stays in place (GB/T 9704, 8)."""
    canvas.translate(layout.LEFT + TEXT_WIDTH, layout.BOTTOM)
    canvas.rotate(90)
