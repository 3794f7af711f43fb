"""Line breaking of mixed Chinese and Latin text.

After GB/T 15834-2011 (标点符号用法): no line starts with a closing mark or ends with an opening one; dashes
and ellipses stay whole. After GB/T 9704-2012, 7.3.3, numbers and years stay whole too.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

CLOSING = frozenset("、。，．：；！？）〕］｝〉》」』】〗〞’”…—～·•ー々％‰℃°′″,.:;!?)]}%")
OPENING = frozenset("（〔［｛〈《「『【〖〝‘“([{¥￥$＄#＃§№")
WHOLE_PAIRS = frozenset({"——", "……"})
UNITS = frozenset("年月日时分秒元角万亿千个台套家项次件人位页%％")
FULL_WIDTH_FROM = 0x2E80


@dataclass(frozen=True)
class Line:
    """A line; `ends` marks the last of a paragraph, which is not justified."""

    text: str
    width: float
    ends: bool


def break_lines(
    text: str, width: Callable[[str], float], *, measure: float, indent: float = 0.0, hang: float = 0.0
) -> list[Line]:
    """Break text into lines: the first is shorter by `indent`, the others by `hang`.

    `width` returns the width of a piece of text. A newline ends a line. A piece longer than a line (an
    address, a hash) is cut where the line is full.
    """
    lines: list[Line] = []
    for part in text.split("\n"):
        if (whole := width(part)) <= measure - (hang if lines else indent):  # most cells of a table
            lines.append(Line(part, whole, True) if part[-1:] != " " else _line(part, width, ends=True))
            continue
        line, used = "", 0.0
        for piece in _split_pieces(part):
            room = measure - (hang if lines else indent)
            step = width(piece)
            if used + width(piece.rstrip(" ")) > room + 0.01 and line:
                lines.append(_line(line, width, ends=False))
                line, used, room = "", 0.0, measure - hang
                piece = piece.lstrip(" ")
                step = width(piece)
            while step > room + 0.01 and len(piece) > 1:
                head = _fitting(piece, width, room)
                lines.append(_line(head, width, ends=False))
                piece, room = piece[len(head) :], measure - hang
                step = width(piece)
            line, used = line + piece, used + step
        lines.append(_line(line, width, ends=True))
    return lines


def break_balanced(text: str, width: Callable[[str], float], *, measure: float) -> list[Line]:
    """Break text into as few lines as possible, of nearly equal length: for centred titles."""
    return [line for part in text.split("\n") for line in _break_balanced(part, width, measure)]


def _break_balanced(text: str, width: Callable[[str], float], measure: float) -> list[Line]:
    lines = break_lines(text, width, measure=measure)
    low, high = 0.0, measure
    while high - low > 1:
        middle = (low + high) / 2
        tried = break_lines(text, width, measure=middle)
        fits = len(tried) == len(lines) and all(line.width <= middle + 0.01 for line in tried)
        low, high = (low, middle) if fits else (middle, high)
    return break_lines(text, width, measure=high)


def measure_longest_piece(text: str, width: Callable[[str], float]) -> float:
    """Return the width of the longest piece that should not be cut."""
    return max(
        (width(piece.strip()) for part in text.split("\n") for piece in _split_pieces(part)), default=0.0
    )


def _line(text: str, width: Callable[[str], float], *, ends: bool) -> Line:
    text = text.rstrip(" ")
    return Line(text, width(text), ends)


def _fitting(piece: str, width: Callable[[str], float], room: float) -> str:
    count = 1
    while count < len(piece) and width(piece[: count + 1]) <= room:
        count += 1
    return piece[:count]


def _split_pieces(text: str) -> Iterator[str]:
    """Yield the pieces between which a line may end; joined, they are the text."""
    start = 0
    for at in range(1, len(text)):
        if _may_break(text[at - 1], text[at]):
            yield text[start:at]
            start = at
    if start < len(text):
        yield text[start:]


@lru_cache(maxsize=20_000)
def _may_break(before: str, after: str) -> bool:
    if after == " ":
        return False
    if before == " ":
        return after not in CLOSING
    if before + after in WHOLE_PAIRS or before in OPENING:
        return False
    if after in CLOSING or (before in "万亿" and after == "元"):
        return False
    if before.isdigit() and after in UNITS:
        return False
    return _is_full_width(before) or _is_full_width(after)


def _is_full_width(character: str) -> bool:
    return ord(character) >= FULL_WIDTH_FROM or character in "—…“”‘’·"
