"""Marks outside the text of a page: page number, notice, verification."""

import segno
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from .content import Verification
from .flow import draw_line, measure_width, replace_control_characters
from .layout import (
    BOTTOM,
    FOLIO_DROP,
    FOLIO_SIZE,
    INK,
    LEFT,
    MUTED,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    TEXT_WIDTH,
    TextStyle,
)
from .tagging.structure import Element, TaggedCanvas

FOLIO = TextStyle("song", FOLIO_SIZE, FOLIO_SIZE)
DASH_RISE = 0.36 * FOLIO_SIZE  # of the dash above the baseline
SMALL = TextStyle("table", 8, 11, color=MUTED)
CODE = TextStyle("table_bold", 9, 11)
NOTICE = TextStyle("hei", 9, 12, color=MUTED)
QR_SIDE = 18 * mm
QR_BOTTOM = 10 * mm


def draw_page_number(canvas: TaggedCanvas, number: int) -> None:
    """Draw — 1 — on the outer side, one character in, 7 mm below the text (GB/T 9704-2012, 7.5)."""
    text = f"— {number} —"
    inset = FOLIO_SIZE
    odd = number % 2 == 1
    x = LEFT + TEXT_WIDTH - inset - measure_width(text, FOLIO) if odd else LEFT + inset
    with canvas.artifact("Pagination"):
        draw_line(canvas, x, BOTTOM - FOLIO_DROP - DASH_RISE, text, FOLIO)


def draw_notice(canvas: TaggedCanvas, notice: str, number: int) -> None:
    """Draw a centred line in the upper margin; it is read once, before all else."""
    text = replace_control_characters(notice)
    with canvas.content(Element("P")) if number == 1 else canvas.artifact("Pagination"):
        draw_line(canvas, (PAGE_WIDTH - measure_width(text, NOTICE)) / 2, PAGE_HEIGHT - 22 * mm, text, NOTICE)


def draw_code(canvas: TaggedCanvas, verification: Verification, number: int) -> None:
    """Draw the verification code on the inner side of the lower margin."""
    text = f"核验码 {replace_control_characters(verification.code)}"
    x = LEFT if number % 2 == 1 else LEFT + TEXT_WIDTH - measure_width(text, SMALL)
    with canvas.artifact("Pagination"):
        draw_line(canvas, x, BOTTOM - FOLIO_DROP - DASH_RISE, text, SMALL)


def draw_verification(canvas: TaggedCanvas, verification: Verification, number: int) -> None:
    """Draw the QR code with code and address on the inner side of the lower margin; read once, at the end."""
    odd = number % 2 == 1
    x = LEFT if odd else LEFT + TEXT_WIDTH - QR_SIDE
    if number > 1:
        with canvas.artifact("Pagination"):
            draw_qr(canvas, verification.url, x, QR_BOTTOM, QR_SIDE)
            _draw_address(canvas, verification, x, odd=odd)
        return
    with canvas.figure(describe_qr(verification.url), x, QR_BOTTOM, QR_SIDE, QR_SIDE, canvas.closing):
        draw_qr(canvas, verification.url, x, QR_BOTTOM, QR_SIDE)
    with canvas.content(Element("P", canvas.closing)):
        _draw_address(canvas, verification, x, odd=odd)


def _draw_address(canvas: Canvas, verification: Verification, x: float, *, odd: bool) -> None:
    lines = [
        ("扫码或登录下列网址，核验本件真伪", SMALL),
        (f"核验码 {replace_control_characters(verification.code)}", CODE),
        (replace_control_characters(verification.url), SMALL),
    ]
    y = QR_BOTTOM + 24
    for text, style in lines:
        start = x + QR_SIDE + 6 if odd else x - 6 - measure_width(text, style)
        draw_line(canvas, start, y, text, style)
        y -= 12


def describe_qr(address: str) -> str:
    """Say in words what a QR code holds."""
    return f"二维码：{replace_control_characters(address)}"


def draw_qr(canvas: Canvas, content: str, x: float, y: float, side: float) -> None:
    """Draw a QR code as one filled path, error correction level M (15 %)."""
    matrix = segno.make_qr(content, error="m", boost_error=False).matrix
    module = side / len(matrix)
    path = canvas.beginPath()
    for row_number, row in enumerate(matrix):
        top = y + side - row_number * module
        start = None
        for column, dark in enumerate([*row, 0]):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                path.rect(x + start * module, top - module, (column - start) * module, module)
                start = None
    canvas.setFillColor(INK)
    canvas.drawPath(path, stroke=0, fill=1)
