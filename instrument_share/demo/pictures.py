"""Abstract pictures of instruments and units, drawn at load time with a motif for each trade."""

import math
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 640, 400
Colour = tuple[int, int, int]
Draw = ImageDraw.ImageDraw

TINTS: tuple[tuple[Colour, Colour], ...] = (
    ((16, 58, 92), (134, 187, 216)),
    ((28, 78, 74), (147, 200, 178)),
    ((70, 52, 98), (184, 170, 214)),
    ((98, 62, 40), (224, 182, 140)),
    ((46, 66, 44), (176, 200, 140)),
    ((84, 40, 60), (216, 160, 172)),
    ((40, 54, 74), (168, 182, 204)),
)


def draw_instrument(number: str, trade: str) -> bytes:
    """Return a PNG for an instrument."""
    return _draw(number, MOTIFS[trade])


def draw_building(key: str) -> bytes:
    """Return a PNG of a skyline for a unit."""
    return _draw(key, _skyline)


def _draw(key: str, motif: "Callable[[Draw, Random, Colour, Colour], None]") -> bytes:
    random = Random(key)  # noqa: S311 - the same key draws the same picture
    dark, light = TINTS[sha256(key.encode()).digest()[0] % len(TINTS)]
    picture = Image.composite(
        Image.new("RGB", (WIDTH, HEIGHT), _mix(dark, light, 0.25)),
        Image.new("RGB", (WIDTH, HEIGHT), dark),
        _gradient(),
    )
    motif(ImageDraw.Draw(picture), random, dark, light)
    out = BytesIO()
    picture.quantize(64, Image.Quantize.FASTOCTREE).save(out, "PNG", compress_level=4)
    return out.getvalue()


@cache
def _gradient() -> Image.Image:
    return Image.linear_gradient("L").rotate(90).resize((WIDTH, HEIGHT))


def _mix(dark: Colour, light: Colour, part: float) -> Colour:
    red, green, blue = (round(d + (b - d) * part) for d, b in zip(dark, light, strict=True))
    return red, green, blue


def _lattice(draw: Draw, random: Random, dark: Colour, light: Colour) -> None:
    """Materials: a crystal lattice seen askew."""
    pitch, tilt = random.randint(46, 64), random.uniform(0.2, 0.5)
    for row in range(-2, HEIGHT // pitch + 3):
        for column in range(-4, WIDTH // pitch + 4):
            x, y = column * pitch + row * pitch * tilt, row * pitch * 0.9
            size = 5 + 7 * abs(math.sin(column * 0.7 + row * 0.4))
            colour = _mix(dark, light, 0.35 + size / 24)
            draw.line((x, y, x + pitch, y), fill=_mix(dark, light, 0.3), width=2)
            draw.line((x, y, x + pitch * tilt, y + pitch * 0.9), fill=_mix(dark, light, 0.3), width=2)
            draw.ellipse((x - size, y - size, x + size, y + size), fill=colour)


def _spectrum(draw: Draw, random: Random, dark: Colour, light: Colour) -> None:
    """Chemistry: peaks over a baseline."""
    peaks = [(random.uniform(40, 600), random.uniform(60, 280), random.uniform(3, 14)) for _ in range(11)]
    points = []
    for x in range(0, WIDTH + 1, 2):
        height = sum(top * math.exp(-(((x - centre) / width) ** 2)) for centre, top, width in peaks)
        points.append((x, 340 - min(height, 300)))
    draw.polygon([*points, (WIDTH, 340), (0, 340)], fill=_mix(dark, light, 0.3))
    draw.line(points, fill=light, width=3)
    draw.line((0, 342, WIDTH, 342), fill=_mix(dark, light, 0.6), width=2)


def _cells(draw: Draw, random: Random, dark: Colour, light: Colour) -> None:
    """Biology: cells with their nuclei."""
    for _ in range(26):
        x, y, size = random.uniform(0, WIDTH), random.uniform(0, HEIGHT), random.uniform(24, 62)
        part = random.uniform(0.25, 0.6)
        draw.ellipse((x - size, y - size * 0.8, x + size, y + size * 0.8), fill=_mix(dark, light, part))
        core = size * 0.35
        draw.ellipse((x - core, y - core, x + core, y + core), fill=_mix(dark, light, part + 0.3))


def _waves(draw: Draw, random: Random, dark: Colour, light: Colour) -> None:
    """Environment: layers of water."""
    for layer in range(7):
        phase, height = random.uniform(0, 6), random.uniform(8, 22)
        base = 90 + layer * 48
        points = [(x, base + height * math.sin(x / 70 + phase)) for x in range(0, WIDTH + 8, 8)]
        draw.polygon([*points, (WIDTH, HEIGHT), (0, HEIGHT)], fill=_mix(dark, light, 0.15 + layer * 0.11))


def _rings(draw: Draw, random: Random, dark: Colour, light: Colour) -> None:
    """Mechanics: concentric arcs as of turned parts."""
    x, y = random.uniform(220, 420), random.uniform(160, 240)
    for ring in range(12, 0, -1):
        size, first = ring * 26, random.randint(0, 359)
        box = (x - size, y - size, x + size, y + size)
        draw.arc(box, first, first + random.randint(120, 300), fill=_mix(dark, light, 1 - ring / 16), width=9)
    draw.ellipse((x - 12, y - 12, x + 12, y + 12), fill=light)


def _traces(draw: Draw, random: Random, dark: Colour, light: Colour) -> None:
    """Electronics: conductors on a board."""
    for lane in range(13):
        y, colour = 22 + lane * 30, _mix(dark, light, random.uniform(0.3, 0.85))
        bend = random.randint(120, 480)
        shift = random.choice((-30, 0, 30))
        draw.line((0, y, bend, y), fill=colour, width=5)
        draw.line((bend, y, bend + abs(shift), y + shift), fill=colour, width=5)
        draw.line((bend + abs(shift), y + shift, WIDTH, y + shift), fill=colour, width=5)
        draw.ellipse((bend - 9, y - 9, bend + 9, y + 9), fill=light)


def _skyline(draw: Draw, random: Random, dark: Colour, light: Colour) -> None:
    """A unit: buildings with lit windows."""
    x = -10
    while x < WIDTH:
        width, top = random.randint(60, 130), random.randint(90, 260)
        part = random.uniform(0.2, 0.5)
        draw.rectangle((x, top, x + width, HEIGHT), fill=_mix(dark, light, part))
        for row in range(top + 16, HEIGHT, 26):
            for column in range(x + 12, x + width - 12, 22):
                if random.random() < 0.55:
                    draw.rectangle((column, row, column + 9, row + 12), fill=_mix(dark, light, part + 0.4))
        x += width + random.randint(4, 16)


MOTIFS = {
    "materials": _lattice,
    "chemistry": _spectrum,
    "biology": _cells,
    "environment": _waves,
    "mechanics": _rings,
    "electronics": _traces,
}
