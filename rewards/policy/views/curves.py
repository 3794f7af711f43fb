"""Curves of shapes, drawn on the server."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from rewards.policy.domain.figures import format_exact
from rewards.policy.domain.policy import Indicator
from rewards.policy.domain.shapes import Linear, PerUnit, Steps

Point = tuple[Fraction, Fraction]
WIDTH, HEIGHT, LEFT, TOP = 150, 60, 26, 8
MOST_STEPS = 20
"""More steps than that are drawn as a line."""


def draw_curve(indicator: Indicator, label: str) -> SafeString:
    """Return an SVG with points by the value of the measure, as `Indicator.shape` gives them."""
    values = _values(indicator)
    points = [(value, indicator.shape.points(value, indicator.points)) for value in values]
    if _is_stepped(indicator):
        points = _stairs(points)
    low, high = values[0], values[-1]
    most = indicator.points or Fraction(1)
    drawn = " ".join(
        f"{LEFT + float((value - low) / (high - low)) * WIDTH:.1f},"
        f"{TOP + float(1 - worth / most) * HEIGHT:.1f}"
        for value, worth in points
    )
    base = TOP + HEIGHT
    texts = (
        (LEFT - 3, TOP + 4, "end", format_exact(indicator.points)),
        (LEFT - 3, base, "end", "0"),
        (LEFT, base + 12, "start", _short(low)),
        (LEFT + WIDTH, base + 12, "end", _short(high)),
    )
    return format_html(
        '<svg class="curve" role="img" aria-label="{}" viewBox="0 0 {} {}" width="{}" height="{}">'
        '<path d="M{} {}V{}H{}" fill="none" stroke="currentColor" stroke-width="1" opacity="0.5"/>'
        '<polyline points="{}" fill="none" stroke="currentColor" stroke-width="2"/>{}</svg>',
        label,
        LEFT + WIDTH + 6,
        base + 16,
        LEFT + WIDTH + 6,
        base + 16,
        LEFT,
        TOP,
        base,
        LEFT + WIDTH,
        drawn,
        format_html_join(
            "", '<text x="{}" y="{}" text-anchor="{}" font-size="9" fill="currentColor">{}</text>', texts
        ),
    )


def _values(indicator: Indicator) -> Sequence[Fraction]:
    """Return where the curve bends, with a tenth of the span to both sides."""
    match indicator.shape:
        case Linear(zero, full):
            bends = sorted((zero, full))
        case Steps(steps):
            bends = [bound for bound, _ in steps]
        case PerUnit(points, each):
            number = int(-(-indicator.points // points)) if points else 1
            bends = (
                [each * at for at in range(number + 1)]
                if number <= MOST_STEPS
                else [Fraction(0), each * number]
            )
    margin = (bends[-1] - bends[0]) / 10 or Fraction(1)
    first = max(bends[0] - margin, Fraction(0)) if bends[0] >= 0 else bends[0] - margin
    return sorted({first, *bends, bends[-1] + margin})


def _is_stepped(indicator: Indicator) -> bool:
    return not isinstance(indicator.shape, Linear)


def _stairs(points: Sequence[Point]) -> list[Point]:
    stairs = [points[0]]
    for (_, before), (value, worth) in pairwise(points):
        stairs += [(value, before), (value, worth)]
    return stairs


def _short(figure: Fraction) -> str:
    return f"{float(figure):g}"
