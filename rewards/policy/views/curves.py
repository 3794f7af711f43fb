"""Curves of shapes, drawn on the server."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import ceil

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
    bends = _bends(indicator)
    margin = (bends[-1] - bends[0]) / 10 or Fraction(1)
    first = max(bends[0] - margin, Fraction(0)) if bends[0] >= 0 else bends[0] - margin
    values = sorted({first, *bends, bends[-1] + margin})
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
    ends = [f"{LEFT + float((bend - low) / (high - low)) * WIDTH:.1f}" for bend in (bends[0], bends[-1])]
    texts = (
        (LEFT - 3, TOP + 4, "end", format_exact(indicator.points)),
        (LEFT - 3, base, "end", "0"),
        (ends[0], base + 12, "middle", _short(bends[0])),
        (ends[1], base + 12, "middle", _short(bends[-1])),
    )
    return format_html(
        '<svg role="img" aria-label="{}" viewBox="0 0 {} {}" width="{}" height="{}">'
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


def _bends(indicator: Indicator) -> Sequence[Fraction]:
    """Return the values at which the curve bends, in order."""
    match indicator.shape:
        case Linear(zero, full):
            return sorted((zero, full))
        case Steps(steps):
            return [bound for bound, _ in steps] or [Fraction(0)]
        case PerUnit(points, each):
            number = ceil(indicator.points / points) if points else 1
            return [each * at for at in (range(number + 1) if number <= MOST_STEPS else (0, number))]


def _is_stepped(indicator: Indicator) -> bool:
    match indicator.shape:
        case Linear():
            return False
        case PerUnit(points, _) if points:
            return indicator.points / points <= MOST_STEPS
    return True


def _stairs(points: Sequence[Point]) -> list[Point]:
    stairs = [points[0]]
    for (_, before), (value, worth) in pairwise(points):
        stairs += [(value, before), (value, worth)]
    return stairs


def _short(figure: Fraction) -> str:
    return f"{float(figure):g}"
