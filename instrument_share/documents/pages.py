"""The pages of a paper: their frames and marks, and the file that holds them."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from typing import Any

from reportlab.lib.utils import TimeStamp
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate

from instrument_share.kernel.progress import Tell, tell_nobody

from . import content, layout, marks
from .flow import replace_control_characters
from .fonts import set_base_font
from .grid import Grid
from .layout import TEXT_HEIGHT, TEXT_WIDTH
from .tagging.metadata import Metadata, build_metadata
from .tagging.structure import TaggedCanvas

PROGRAM = "instrument-share"


class _Document(BaseDocTemplate):
    """A document that tells how much of its story stands on pages: rows of tables, other parts as one."""

    def tell_of(self, story: Sequence[Flowable], tell: Tell) -> None:
        self._told, self._done, self._total = tell, 0, sum(map(_count_rows, story))

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802 (reportlab's name)
        # A row or a text that two pages share counts twice.
        self._done = min(self._done + _count_rows(flowable), self._total)
        self._told(self._done, self._total)


def _count_rows(flowable: Flowable) -> int:
    return flowable.end - flowable.start if isinstance(flowable, Grid) else 1


def build_pages(
    story: Sequence[Flowable],
    paper: content.OfficialLetter | content.Paper,
    *,
    first_template: str,
    tell: Tell = tell_nobody,
) -> bytes:
    """Set the parts of a paper on pages and return the PDF; `tell` hears how many."""
    target = BytesIO()
    language = paper.language if isinstance(paper, content.Paper) else "zh-CN"
    between_lines = "" if language == "zh-CN" else " "
    facts = {
        "title": replace_control_characters(paper.title).replace("\n", between_lines),
        "author": replace_control_characters(paper.sender),
        "subject": replace_control_characters(paper.subject),
    }
    document = _Document(
        target,
        pagesize=(layout.PAGE_WIDTH, layout.PAGE_HEIGHT),
        **facts,
        creator=PROGRAM,
        producer=PROGRAM,
        pageTemplates=sorted(_templates(paper), key=lambda template: template.id != first_template),
    )
    document.tell_of(story, tell)
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
