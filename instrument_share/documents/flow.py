"""Parts of a page: lines of text, space, bookmarks. All text is drawn by `draw_line`."""

from collections.abc import Sequence
from typing import Literal

from reportlab.lib.colors import Color
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from .fonts import get_face
from .layout import TextStyle
from .linebreak import Line, break_balanced, break_lines
from .tagging.structure import Element

Setting = Literal["justify", "left", "center", "right"]
MAX_STRETCH = 0.25  # of the size, after each character; a line that needs more stays short


def replace_control_characters(text: str) -> str:
    """Replace characters that a page cannot show by spaces."""
    return "".join(c if c == "\n" or (c.isprintable() or c == "\u3000") else " " for c in text)


def draw_line(
    canvas: Canvas, x: float, y: float, text: str, style: TextStyle, *, tracking: float = 0.0
) -> None:
    """Draw a line of text from `x` on the baseline `y`."""
    if not text:
        return
    pen = canvas.beginText(x, y)
    pen.setFillColor(style.color)
    if tracking:
        pen.setCharSpace(tracking)
    for font_name, run in get_face(style.part).runs(text):
        pen.setFont(font_name, style.size)
        pen.textOut(run)
    if tracking:
        pen.setCharSpace(0)
    canvas.drawText(pen)


def measure_width(text: str, style: TextStyle) -> float:
    """Return the width of the text in this style, in points."""
    return get_face(style.part).width(text, style.size) + len(text) * style.tracking


class Text(Flowable):
    """A paragraph broken by the rules of Chinese text; a page may end after any of its lines."""

    def __init__(
        self,
        text: str,
        style: TextStyle,
        setting: Setting = "justify",
        *,
        hang: float = 0.0,
        left: float = 0.0,
        tag: Element | None = None,
    ) -> None:
        super().__init__()
        self.text, self.style, self.setting, self.hang, self.left = (
            replace_control_characters(text),
            style,
            setting,
            hang,
            left,
        )
        self.lines: Sequence[Line] | None = None
        self.first = True
        self.tag = tag or Element("P")

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:  # noqa: ARG002
        self.width = available_width
        if self.lines is None:
            self.lines = self._broken(available_width - self.left)
        self.height = len(self.lines) * self.style.pitch
        return available_width, self.height

    def _broken(self, measure: float) -> list[Line]:
        def width(text: str) -> float:
            return measure_width(text, self.style)

        if self.setting == "center":
            return break_balanced(self.text, width, measure=measure)
        return break_lines(self.text, width, measure=measure, indent=self.style.indent, hang=self.hang)

    def split(self, available_width: float, available_height: float) -> list[Flowable]:
        self.wrap(available_width, available_height)
        assert self.lines is not None
        count = int((available_height + 0.01) / self.style.pitch)
        if not 0 < count < len(self.lines):
            return []
        return [self._part(self.lines[:count], self.first), self._part(self.lines[count:], False)]

    def _part(self, lines: Sequence[Line], first: bool) -> "Text":
        part = Text(self.text, self.style, self.setting, hang=self.hang, left=self.left, tag=self.tag)
        part.lines, part.first = lines, first
        return part

    def draw(self) -> None:
        with self.canv.content(self.tag):
            self._draw_lines()

    def _draw_lines(self) -> None:
        assert self.lines is not None
        measure = self.width - self.left
        y = self.height - self.style.inset()
        for number, line in enumerate(self.lines):
            before = self.style.indent if number == 0 and self.first else self.hang
            room = measure - before - line.width
            start = self.left + before + {"center": room / 2, "right": room}.get(self.setting, 0.0)
            draw_line(self.canv, start, y, line.text, self.style, tracking=self._tracking(line, room))
            y -= self.style.pitch

    def _tracking(self, line: Line, room: float) -> float:
        if self.setting != "justify" or line.ends or len(line.text) < 2:
            return self.style.tracking
        stretch = (room + self.style.tracking) / (len(line.text) - 1)
        return self.style.tracking + (stretch if stretch <= MAX_STRETCH * self.style.size else 0.0)


class Bookmark(Flowable):
    """An entry of the outline that leads here."""

    width = height = 0

    def __init__(self, title: str, level: int) -> None:
        super().__init__()
        self.title, self.level = replace_control_characters(title).replace("\n", ""), level

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:  # noqa: ARG002
        return 0, 0

    def draw(self) -> None:
        entries = getattr(self.canv, "entries", 0) + 1
        deepest = getattr(self.canv, "deepest", -1)
        level = min(self.level, deepest + 1)
        self.canv.entries, self.canv.deepest = entries, level
        key = f"entry-{entries}"
        self.canv.bookmarkPage(key)
        self.canv.addOutlineEntry(self.title, key, level=level)


def fill_box(canvas: Canvas, x: float, y: float, width: float, height: float, color: Color) -> None:
    """Draw a filled rectangle without a border."""
    canvas.setFillColor(color)
    canvas.rect(x, y, width, height, stroke=0, fill=1)
