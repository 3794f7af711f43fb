"""Vector charts, legible in black and white: series differ by filling, bars carry their numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import floor, log10

from reportlab.graphics import renderPDF
from reportlab.graphics.shapes import Drawing, Group, Line, Rect, String
from reportlab.platypus import Flowable

from .content import Bar, BarChart, ShareChart
from .flow import measure_width, replace_control_characters
from .fonts import get_face
from .layout import ACCENT, INK, MUTED, PAPER, RULE, SHADE, TEXT_HEIGHT, TextStyle

HEIGHT = 150.0
LABEL = TextStyle("table", 8.5, 12)
TITLE = TextStyle("hei", 10.5, 16)
BAR_PITCH, CLOSE_BAR_PITCH = 17.0, 14.0
MANY_BARS = 24
"""A chart of more bars sets them closer."""
WHOLE_AT_MOST = 0.5
"""A chart of shares that takes less of a page is not divided, but goes to the next one."""
SHARES_HEAD = 30.0
FEWEST_BARS = 3
"""Of a chart that is divided, on either page."""
HATCH = 4.0
MAX_TICKS = 5


class Figure(Flowable):
    """A drawing in the flow of a page."""

    def __init__(self, drawing: Drawing, alt: str) -> None:
        super().__init__()
        self.drawing, self.alt = drawing, alt

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:  # noqa: ARG002
        return self.drawing.width, self.drawing.height

    def draw(self) -> None:
        with self.canv.figure(self.alt, 0, 0, self.drawing.width, self.drawing.height):
            renderPDF.draw(self.drawing, self.canv, 0, 0)


class Shares(Flowable):
    """A chart of shares, or its bars from `start` to `end`; a page may end between any two."""

    def __init__(self, chart: ShareChart, measure: float, start: int = 0, end: int | None = None) -> None:
        super().__init__()
        self.chart, self.measure, self.start = chart, measure, start
        self.end = len(chart.bars) if end is None else end

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:  # noqa: ARG002
        self.width, self.height = self.measure, _measure_shares(self.chart, self.end - self.start)
        return self.width, self.height

    def split(self, available_width: float, available_height: float) -> list[Flowable]:  # noqa: ARG002
        if self.start == 0 and self.height <= TEXT_HEIGHT * WHOLE_AT_MOST:
            return []
        fitting = self.start + int((available_height - SHARES_HEAD) / _get_pitch(self.chart))
        fitting = min(fitting, self.end - FEWEST_BARS)
        if fitting - self.start < FEWEST_BARS:
            return []
        return [self._part(self.start, fitting), self._part(fitting, self.end)]

    def _part(self, start: int, end: int) -> "Shares":
        part = Shares(self.chart, self.measure, start, end)
        part.spaceBefore, part.spaceAfter = self.getSpaceBefore(), self.getSpaceAfter()
        return part

    def draw(self) -> None:
        bars = self.chart.bars[self.start : self.end]
        title = self.chart.title + ("（续）" if self.start else "")
        alt = f"{title}：{'；'.join(f'{bar.label} {bar.text}' for bar in bars)}。"
        with self.canv.figure(replace_control_characters(alt), 0, 0, self.width, self.height):
            renderPDF.draw(draw_shares(self.chart, self.measure, title, bars), self.canv, 0, 0)


def draw_bars(chart: BarChart, measure: float) -> Drawing:
    """Draw vertical bars over a scale from 0, with a legend for several series."""
    drawing = _canvas(measure, HEIGHT)
    _title(drawing, chart.title + (f"（{chart.unit}）" if chart.unit else ""))
    _legend(drawing, [series.name for series in chart.series])
    step, top = _scale(max((value for series in chart.series for value in series.values), default=0.0))
    ticks = [step * number for number in range(round(top / step) + 1)]
    left = max(measure_width(_tick(value), LABEL) for value in ticks) + 8
    floor_y, ceiling = 20.0, HEIGHT - 46
    rise = (ceiling - floor_y) / top
    for value in ticks:
        y = floor_y + value * rise
        drawing.add(Line(left, y, measure, y, strokeColor=RULE, strokeWidth=0.3))
        _label(drawing, left - 5, y - 3, _tick(value), anchor="end")
    slot = (measure - left) / max(len(chart.labels), 1)
    bar = slot * 0.7 / max(len(chart.series), 1)
    for place, label in enumerate(chart.labels):
        x = left + place * slot
        _label(drawing, x + slot / 2, 7, label, anchor="middle")
        for number, series in enumerate(chart.series):
            drawing.add(
                _bar(x + slot * 0.15 + number * bar, floor_y, bar, series.values[place] * rise, number)
            )
    drawing.add(Line(left, floor_y, measure, floor_y, strokeColor=INK, strokeWidth=0.8))
    return drawing


def describe_bars(chart: BarChart) -> str:
    """Say in words what a chart of bars shows."""
    series = (f"{each.name}：{'，'.join(_say_values(chart.labels, each.values))}" for each in chart.series)
    return replace_control_characters(f"{chart.title}。{'；'.join(series)}。")


def _say_values(labels: Sequence[str], values: Sequence[float]) -> Iterator[str]:
    return (f"{label} {_tick(value)}" for label, value in zip(labels, values, strict=True))


def _get_pitch(chart: ShareChart) -> float:
    return CLOSE_BAR_PITCH if len(chart.bars) > MANY_BARS else BAR_PITCH


def _measure_shares(chart: ShareChart, bars: int) -> float:
    return bars * _get_pitch(chart) + SHARES_HEAD


def draw_shares(chart: ShareChart, measure: float, title: str, bars: Sequence[Bar]) -> Drawing:
    """Draw some of the bars, each with its label before and its text after it, by the scale of all."""
    height, pitch = _measure_shares(chart, len(bars)), _get_pitch(chart)
    drawing = _canvas(measure, height)
    _title(drawing, title)
    left = min(
        max((measure_width(replace_control_characters(bar.label), LABEL) for bar in chart.bars), default=0.0)
        + 8,
        measure * 0.42,
    )
    right = (
        max((measure_width(replace_control_characters(bar.text), LABEL) for bar in chart.bars), default=0.0)
        + 8
    )
    full = chart.full or max((bar.value for bar in chart.bars), default=0.0) or 1.0
    room = measure - left - right
    for number, bar in enumerate(bars):
        y = height - SHARES_HEAD - (number + 1) * pitch + 3
        length = room * min(bar.value / full, 1.0)
        if chart.full:
            drawing.add(Rect(left, y, room, 11, fillColor=SHADE, strokeColor=None))
        drawing.add(_bar(left, y, length, 11, 0))
        _label(drawing, left - 6, y + 2.5, _shorten(bar.label, left - 6), anchor="end")
        _label(drawing, left + (room if chart.full else length) + 5, y + 2.5, bar.text)
    drawing.add(Line(left, 0, left, height - SHARES_HEAD, strokeColor=INK, strokeWidth=0.8))
    return drawing


def _canvas(width: float, height: float) -> Drawing:
    """Return an empty drawing that starts with an embedded font, not reportlab's Helvetica."""
    return Drawing(width, height, initialFontName=get_face(LABEL.part).font.fontName)


def _title(drawing: Drawing, text: str) -> None:
    _label(drawing, drawing.width / 2, drawing.height - 13, text, anchor="middle", style=TITLE)


def _legend(drawing: Drawing, names: list[str]) -> None:
    if len(names) < 2:
        return
    x = drawing.width - sum(measure_width(replace_control_characters(name), LABEL) + 28 for name in names)
    y = drawing.height - 33
    for number, name in enumerate(names):
        drawing.add(_bar(x, y, 12, 8, number))
        _label(drawing, x + 16, y + 1, name)
        x += measure_width(replace_control_characters(name), LABEL) + 28


def _bar(x: float, y: float, width: float, height: float, number: int) -> Group:
    """Return a bar in the filling of series `number`: solid, hatched or pale."""
    fill = (ACCENT, PAPER, SHADE)[number % 3]
    group = Group(Rect(x, y, width, height, fillColor=fill, strokeColor=ACCENT, strokeWidth=0.6))
    if number % 3 == 1:
        for line in _hatching(x, y, width, height):
            group.add(line)
    return group


def _hatching(x: float, y: float, width: float, height: float) -> Iterator[Line]:
    """Yield slanting lines clipped to the bar."""
    offset = HATCH
    while offset < width + height:
        start = (x + max(0.0, offset - height), y + min(offset, height))
        end = (x + min(offset, width), y + max(0.0, offset - width))
        yield Line(*start, *end, strokeColor=ACCENT, strokeWidth=0.6)
        offset += HATCH


def _label(
    drawing: Drawing, x: float, y: float, text: str, *, anchor: str = "start", style: TextStyle = LABEL
) -> None:
    text = replace_control_characters(text)
    x -= {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor] * measure_width(text, style)
    for font_name, run in get_face(style.part).runs(text):
        color = INK if style is TITLE else MUTED
        drawing.add(String(x, y, run, fontName=font_name, fontSize=style.size, fillColor=color))
        x += measure_width(run, replace(style, tracking=0.0))


def _shorten(text: str, room: float) -> str:
    text = replace_control_characters(text)
    if measure_width(text, LABEL) <= room:
        return text
    while text and measure_width(text + "…", LABEL) > room:
        text = text[:-1]
    return text + "…"


def _scale(highest: float) -> tuple[float, float]:
    """Return a round step, and its multiple at which the scale ends."""
    if highest <= 0:
        return 1.0, 1.0
    power = 10.0 ** floor(log10(highest / MAX_TICKS))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if highest / (power * factor) <= MAX_TICKS)
    count = int(-(-highest // step))
    return step, step * count


def _tick(value: float) -> str:
    return f"{value:,.10g}"
