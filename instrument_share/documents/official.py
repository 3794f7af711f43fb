"""Papers as PDF: letters after GB/T 9704-2012, and the smaller papers that are no letters.

The same content gives the same bytes. Sealing and signing come afterwards (`signing.sign`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils.reader import PdfFileReader
from reportlab.lib.utils import TimeStamp
from reportlab.pdfgen.canvas import Canvas
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
from .charts import Figure, bar_drawing, share_drawing
from .flow import Bookmark, Text, clean, draw_line, width_of
from .fonts import base_font
from .grid import pairs_grid, table_grid
from .layout import CELL, PITCH, TEXT_HEIGHT, TEXT_WIDTH, TextStyle
from .pictures import Mark, Plate

BLANK_LINES_FOR_NUMBER = 3
BLANK_LINES_FOR_SEAL = 2


@dataclass(frozen=True)
class Manner:
    """How blocks are set: in a letter, or smaller on a sheet. `outline` is the level of its headings."""

    body: TextStyle
    headings: Mapping[int, TextStyle]
    outline: int | None


LETTER = Manner(layout.BODY, layout.HEADINGS, outline=1)
ATTACHMENT = Manner(layout.BODY, layout.HEADINGS, outline=None)
SHEET = Manner(layout.SHEET_BODY, layout.SHEET_HEADINGS, outline=None)


def render_official(letter: content.OfficialLetter) -> bytes:
    """The letter with its attachments as an unsigned PDF."""
    story = [
        Spacer(1, BLANK_LINES_FOR_NUMBER * PITCH),
        Bookmark(letter.title, 0),
        Text(letter.title, layout.TITLE, "center"),
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
    """A paper that is no letter (a unit's own sheet, a certificate) as an unsigned PDF."""
    story = [
        Bookmark(paper.title, 0),
        Text(paper.title, layout.TITLE, "center"),
        Spacer(1, PITCH / 2),
        *_flow(paper.blocks, SHEET, TEXT_WIDTH),
        *(_signature(paper.sender, paper.date, layout.SHEET_BODY, 12) if paper.signed else ()),
    ]
    return _build(story, paper, first_template="form")


def page_count(pdf: bytes) -> int:
    """How many pages a rendered paper has."""
    return int(PdfFileReader(BytesIO(pdf)).root["/Pages"]["/Count"])


def _flow(blocks: Sequence[content.Block], manner: Manner, measure: float) -> Iterator[Flowable]:
    for block, follower in zip(blocks, [*blocks[1:], None], strict=True):
        match block:
            case content.Heading(text, level):
                style = manner.headings[level]
                yield CondPageBreak(style.pitch + _least_height(follower, manner, measure))
                if manner.outline is not None and level == 1:
                    yield Bookmark(text, manner.outline)
                yield Text(text, style, "left")
            case content.Paragraph(text):
                yield Text(text, manner.body)
            case content.PageBreak():
                yield EndOfPage()
            case content.Sheet():
                raise ValueError("A sheet stands in an attachment, not inside another block.")
            case _:
                yield _spaced(_drawn(block, measure))


def _least_height(block: content.Block | None, manner: Manner, measure: float) -> float:
    """What must fit below a heading on its page: a figure, the head of a table, two lines of text."""
    match block:
        case content.BarChart() | content.ShareChart():
            return 8 + float(_drawn(block, measure).wrap(measure, TEXT_HEIGHT)[1])
        case content.Table() | content.KeyValue():
            return 90.0
        case content.Heading():
            return 3 * manner.body.pitch
    return 2 * manner.body.pitch


def _drawn(block: content.Block, measure: float) -> Flowable:
    match block:
        case content.Table():
            return table_grid(block, measure)
        case content.KeyValue():
            return pairs_grid(block, measure)
        case content.BarChart():
            return Figure(bar_drawing(block, measure))
        case content.ShareChart():
            return Figure(share_drawing(block, measure))
        case content.Picture():
            return Plate(block, measure)
        case content.Code():
            return Mark(block)
    raise TypeError(f"Unknown block: {block!r}")


def _spaced(flowable: Flowable) -> Flowable:
    flowable.spaceBefore, flowable.spaceAfter = 8, 10
    return flowable


def _list_of_attachments(attachments: Sequence[content.Attachment]) -> Iterator[Flowable]:
    """One blank line below the body, two characters in; names wrap under their first character (7.3.4)."""
    if not attachments:
        return
    yield Spacer(1, PITCH)
    style = layout.BODY
    lead = width_of("附件：", style)
    for number, attachment in enumerate(attachments, start=1):
        mark = f"{number}. " if len(attachments) > 1 else ""
        left = 2 * CELL + (lead if number > 1 else 0)
        hang = (lead if number == 1 else 0) + width_of(mark, style)
        text = ("附件：" if number == 1 else "") + mark + attachment.title.replace("\n", "")
        yield Text(text, layout.SALUTATION, "left", left=left, hang=hang)


class _Signature(Flowable):
    """The sender centred over the date, which ends four characters before the right edge (7.3.5.1)."""

    def __init__(self, sender: str, date: str, style: TextStyle, cell: float) -> None:
        super().__init__()
        self.sender, self.date, self.style, self.cell = clean(sender), clean(date), style, cell

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:  # noqa: ARG002
        self.width, self.height = available_width, 2 * self.style.pitch
        return self.width, self.height

    def draw(self) -> None:
        date_width, sender_width = width_of(self.date, self.style), width_of(self.sender, self.style)
        date_x = self.width - 4 * self.cell - date_width
        sender_x = min(date_x + (date_width - sender_width) / 2, self.width - sender_width)
        y = self.height - self.style.inset()
        draw_line(self.canv, max(sender_x, 0), y, self.sender, self.style, tracking=self.style.tracking)
        draw_line(
            self.canv, date_x, y - self.style.pitch, self.date, self.style, tracking=self.style.tracking
        )


def _signature(sender: str, date: str, style: TextStyle, cell: float) -> Iterator[Flowable]:
    yield CondPageBreak((BLANK_LINES_FOR_SEAL + 2) * style.pitch)
    yield Spacer(1, BLANK_LINES_FOR_SEAL * style.pitch)
    yield _Signature(sender, date, style, cell)


def _attachment(mark: str, attachment: content.Attachment) -> Iterator[Flowable]:
    """The mark on the first line, the title centred on the third (7.3.6)."""
    measure = TEXT_HEIGHT if attachment.wide else TEXT_WIDTH
    plain, form = ("wide", "wide-form") if attachment.wide else ("letter", "form")
    opens_with_sheet = bool(attachment.blocks) and isinstance(attachment.blocks[0], content.Sheet)
    yield NextPageTemplate(form if opens_with_sheet else plain)
    yield EndOfPage()
    yield Bookmark(f"{mark} {attachment.title}", 0)
    yield Text(mark, layout.ATTACHMENT_MARK, "left")
    yield Spacer(1, PITCH)
    yield Text(attachment.title, layout.ATTACHMENT_TITLE, "center")
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
            yield Text(block.title, layout.SHEET_TITLE, "center")
            yield Spacer(1, 6)
            yield from _flow(block.blocks, SHEET, measure)
        else:
            yield from _flow([block], ATTACHMENT, measure)


def _build(
    story: Sequence[Flowable], paper: content.OfficialLetter | content.Paper, *, first_template: str
) -> bytes:
    target = BytesIO()
    document = BaseDocTemplate(
        target,
        pagesize=(layout.PAGE_WIDTH, layout.PAGE_HEIGHT),
        title=clean(paper.title).replace("\n", ""),
        author=clean(paper.sender),
        subject=clean(paper.subject),
        creator="instrument-share",
        producer="instrument-share",
        pageTemplates=sorted(_templates(paper), key=lambda template: template.id != first_template),
    )
    document.build(
        list(story),
        canvasmaker=partial(
            _canvas,
            created_at=paper.created_at,
            font=base_font(),
            language=paper.language if isinstance(paper, content.Paper) else "zh-CN",
        ),
    )
    return target.getvalue()


def _canvas(*args: Any, created_at: datetime, font: str, language: str, **options: Any) -> Canvas:
    """A canvas that knows no clock: the same drawing gives the same bytes."""
    options |= {"invariant": 1, "initialFontName": font, "lang": language, "pageCompression": 1}
    canvas = Canvas(*args, **options)
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
    canvas: Canvas,
    document: BaseDocTemplate,
    *,
    paper: content.OfficialLetter | content.Paper,
    form: bool,
    wide: bool,
) -> None:
    number: int = document.page
    marks.draw_page_number(canvas, number)
    if paper.notice:
        marks.draw_notice(canvas, paper.notice)
    if paper.verification and (form or number == 1):
        marks.draw_verification(canvas, paper.verification, number)
    elif paper.verification:
        marks.draw_code(canvas, paper.verification, number)
    if wide:
        _turn(canvas)


def _turn(canvas: Canvas) -> None:
    """The head of the sheet to the left edge; the page number stays where it is elsewhere (GB/T 9704, 8)."""
    canvas.translate(layout.LEFT + TEXT_WIDTH, layout.BOTTOM)
    canvas.rotate(90)
