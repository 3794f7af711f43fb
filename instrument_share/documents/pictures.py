"""Pictures and QR codes in the flow of a page."""

from functools import partial
from io import BytesIO

from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.platypus import Flowable

from .content import Code, Picture
from .flow import draw_line, measure_width, replace_control_characters
from .layout import CELLS, NOTE
from .linebreak import break_lines
from .marks import describe_qr, draw_qr
from .tagging.structure import Box, Element

CODE_SIDE = 19 * mm
LINE = CELLS["form"]
GAP = 10.0


class Plate(Flowable):
    """A centred picture with its caption below."""

    def __init__(self, picture: Picture, measure: float) -> None:
        super().__init__()
        self.caption = replace_control_characters(picture.caption)
        self.image = ImageReader(BytesIO(picture.data))
        width, height = self.image.getSize()
        scale = min(measure / width, picture.height_mm * mm / height)
        self.size = (width * scale, height * scale)

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:  # noqa: ARG002
        self.width = available_width
        self.height = self.size[1] + (NOTE.pitch + 3 if self.caption else 0)
        return self.width, self.height

    def draw(self) -> None:
        if not self.caption:  # nothing says what it shows
            with self.canv.artifact():
                self._draw_image()
            return
        with self.canv.figure(self.caption, *self._place()):
            self._draw_image()
        start = max((self.width - measure_width(self.caption, NOTE)) / 2, 0)
        with self.canv.content(Element("P")):
            draw_line(self.canv, start, NOTE.pitch - NOTE.inset(), self.caption, NOTE)

    def _draw_image(self) -> None:
        self.canv.drawImage(self.image, *self._place(), preserveAspectRatio=True)

    def _place(self) -> Box:
        width, height = self.size
        return (self.width - width) / 2, self.height - height, width, height


class Mark(Flowable):
    """A QR code with lines of text to its right."""

    def __init__(self, code: Code) -> None:
        super().__init__()
        self.address, self.texts = (
            code.address,
            [replace_control_characters(line) for line in code.lines if line],
        )

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:  # noqa: ARG002
        measure = available_width - CODE_SIDE - GAP
        self.lines = [
            line.text
            for text in self.texts
            for line in break_lines(text, partial(measure_width, style=LINE), measure=measure)
        ]
        self.width, self.height = available_width, max(CODE_SIDE, len(self.lines) * LINE.pitch)
        return self.width, self.height

    def draw(self) -> None:
        place = 0, self.height - CODE_SIDE, CODE_SIDE, CODE_SIDE
        with self.canv.figure(describe_qr(self.address), *place):
            draw_qr(self.canv, self.address, *place[:3])
        y = self.height - (self.height - len(self.lines) * LINE.pitch) / 2 - LINE.inset()
        with self.canv.content(Element("P")):
            for line in self.lines:
                draw_line(self.canv, CODE_SIDE + GAP, y, line, LINE)
                y -= LINE.pitch
