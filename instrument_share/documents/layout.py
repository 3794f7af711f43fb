"""Dimensions of GB/T 9704-2012 (党政机关公文格式) in points, and the styles based on them."""

from dataclasses import dataclass

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.units import mm

from .content import TableSize
from .fonts import Part

# 5.1, 5.2: A4; 37 mm above, 28 mm left; a text area of 156 × 225 mm.
PAGE_WIDTH, PAGE_HEIGHT = 210 * mm, 297 * mm
TOP, LEFT = 37 * mm, 28 * mm
TEXT_WIDTH, TEXT_HEIGHT = 156 * mm, 225 * mm
BOTTOM = PAGE_HEIGHT - TOP - TEXT_HEIGHT
# 5.2.3: 22 lines of 28 characters that fill the area: 16 pt at a pitch of 29 pt, a hair tighter in both.
BODY_SIZE = 16.0
CELL = TEXT_WIDTH / 28
PITCH = TEXT_HEIGHT / 22 - 1e-6
# 7.5: 14 pt, 7 mm below the text area, one character in from the outer edge.
FOLIO_SIZE = 14.0
FOLIO_DROP = 7 * mm

INK = HexColor("#111827")
MUTED = HexColor("#4b5563")
RULE = HexColor("#9ca3af")
SHADE = HexColor("#eef1f5")
ZEBRA = HexColor("#f7f8fa")
ACCENT = HexColor("#1d4ed8")
PAPER: Color = HexColor("#ffffff")


@dataclass(frozen=True)
class TextStyle:
    """A text style in points; `tracking` follows every character, `indent` precedes a first line."""

    part: Part
    size: float
    pitch: float
    indent: float = 0.0
    tracking: float = 0.0
    color: Color = INK

    def inset(self) -> float:
        """Return the distance from the top of a line's box to its baseline, with centred characters."""
        return (self.pitch - self.size) / 2 + 0.88 * self.size


def _body(part: Part, indent: float = 2 * CELL) -> TextStyle:
    return TextStyle(part, BODY_SIZE, PITCH, indent=indent, tracking=CELL - BODY_SIZE)


TITLE = TextStyle("title", 22, PITCH * 1.25)
SALUTATION = _body("fangsong", indent=0)
BODY = _body("fangsong")
HEADINGS = {1: _body("hei"), 2: _body("kai"), 3: BODY, 4: BODY}
ATTACHMENT_MARK = _body("hei", indent=0)
ATTACHMENT_TITLE = TextStyle("title", 18, PITCH)

SHEET_TITLE = TextStyle("title", 16, 26)
SHEET_BODY = TextStyle("fangsong", 12, 20, indent=24)
SHEET_HEADINGS = {
    1: TextStyle("hei", 12, 22),
    2: TextStyle("kai", 12, 20),
    3: SHEET_BODY,
    4: SHEET_BODY,
}
CAPTION = TextStyle("hei", 10.5, 16)
NOTE = TextStyle("table", 9, 14, color=MUTED)

CELLS: dict[TableSize, TextStyle] = {
    "text": TextStyle("table", 12, 18),
    "form": TextStyle("table", 10.5, 15.5),
    "list": TextStyle("table", 9, 13),
}
