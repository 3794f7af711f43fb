"""The pages of a paper: their frames and marks, and the file that holds them."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from typing import Any

from reportlab.lib.utils import TimeStamp
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate

from . import content, layout, marks
from .flow import replace_control_characters
from .fonts import set_base_font
from .layout import TEXT_HEIGHT, TEXT_WIDTH
from .tagging.metadata import Metadata, build_metadata
from .tagging.structure import TaggedCanvas

PROGRAM = "instrument-share"


def build_pages(
    story: Sequence[Flowable], paper: content.OfficialLetter | content.Paper, *, first_template: str
) -> bytes:
    """Set the parts of a paper on pages and return the PDF."""
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
