"""What differs between two versions of a text, as people read it: paragraphs, and words inside them.

Latin words and numbers are one piece, Chinese is compared character by character; a lone character that two
changes have in common is counted to them, or a sentence would be told in crumbs.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from operator import itemgetter
from typing import Literal

WORD = re.compile(r"[A-Za-z0-9_]+(?:['’.,:/@-][A-Za-z0-9_]+)*|\s+|.", re.DOTALL)
SENTENCE = re.compile(r"[^。！？!?；;\n]*[。！？!?；;\n]|[^。！？!?；;\n]+$")
MOST_WORDS = 3000
"""A longer paragraph is compared by sentences: the work grows with the square."""
ALIKE = 0.3
"""From this share of common words on, two paragraphs are versions of one."""
MOST_PAIRS = 2500
"""More pairs of changed paragraphs than this are taken in order, without looking which fit."""

Kind = Literal["same", "deleted", "inserted"]


@dataclass(frozen=True)
class Piece:
    kind: Kind
    text: str


@dataclass(frozen=True)
class Line:
    """One paragraph, before and after; nothing on the side on which there is none."""

    before: tuple[Piece, ...] = ()
    after: tuple[Piece, ...] = ()

    @property
    def changed(self) -> bool:
        return any(piece.kind != "same" for piece in (*self.before, *self.after))


@dataclass(frozen=True)
class Skipped:
    """So many unchanged paragraphs that are not shown."""

    paragraphs: int


def compare_paragraphs(before: str, after: str, context: int | None = None) -> tuple[Line | Skipped, ...]:
    """Two texts side by side, paragraph by paragraph.

    `context`: how many unchanged paragraphs stand around a change; None shows all.
    """
    lines = list(_lines(_paragraphs(before), _paragraphs(after)))
    return tuple(lines) if context is None else tuple(_collapse_unchanged(lines, context))


def compare_words(before: str, after: str) -> tuple[Piece, ...]:
    """One text in which deletions stand before what came in their place."""
    pieces = []
    for old, new in _differing_pieces(before, after):
        if old == new:
            pieces.append(Piece("same", old))
            continue
        pieces += [Piece("deleted", old)] * bool(old) + [Piece("inserted", new)] * bool(new)
    return tuple(pieces)


def _paragraphs(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def _lines(before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    for operation, old_from, old_to, new_from, new_to in SequenceMatcher(
        None, before, after, autojunk=False
    ).get_opcodes():
        if operation == "equal":
            for text in before[old_from:old_to]:
                yield Line((Piece("same", text),), (Piece("same", text),))
            continue
        for old, new in _pair_paragraphs(before[old_from:old_to], after[new_from:new_to]):
            yield _line(old, new)


def _line(old: str | None, new: str | None) -> Line:
    if old is None:
        return Line(after=(Piece("inserted", new or ""),))
    if new is None:
        return Line(before=(Piece("deleted", old),))
    pieces = compare_words(old, new)
    return Line(
        tuple(piece for piece in pieces if piece.kind != "inserted"),
        tuple(piece for piece in pieces if piece.kind != "deleted"),
    )


def _pair_paragraphs(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str | None, str | None]]:
    """Changed paragraphs with what became of them: the order stays, and as much as possible is alike."""
    at_old = at_new = 0
    for in_old, in_new in [*_best_pairs(old, new), (len(old), len(new))]:
        yield from ((text, None) for text in old[at_old:in_old])
        yield from ((None, text) for text in new[at_new:in_new])
        if in_old < len(old):
            yield old[in_old], new[in_new]
        at_old, at_new = in_old + 1, in_new + 1


def _best_pairs(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    if len(old) * len(new) > MOST_PAIRS:
        return [(at, at) for at in range(min(len(old), len(new)))]
    words_old, words_new = [set(_words(text)) for text in old], [set(_words(text)) for text in new]
    best: list[list[float]] = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            together = _similarity(words_old[i], words_new[j])
            best[i][j] = max(
                best[i + 1][j], best[i][j + 1], best[i + 1][j + 1] + together if together >= ALIKE else 0.0
            )
    pairs, i, j = [], 0, 0
    while i < len(old) and j < len(new):
        together = _similarity(words_old[i], words_new[j])
        if together >= ALIKE and best[i][j] == best[i + 1][j + 1] + together:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _similarity(old: set[str], new: set[str]) -> float:
    return len(old & new) / max(1, len(old | new))


def _words(text: str) -> list[str]:
    words = WORD.findall(text)
    return words if len(words) <= MOST_WORDS else SENTENCE.findall(text)


def _differing_pieces(before: str, after: str) -> list[tuple[str, str]]:
    """What was and what is, piece by piece; the two are equal where nothing changed."""
    old, new = _words(before), _words(after)
    found = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    pieces = [
        (
            operation != "equal" or _is_crumb(old[old_from:old_to], at, len(found)),
            "".join(old[old_from:old_to]),
            "".join(new[new_from:new_to]),
        )
        for at, (operation, old_from, old_to, new_from, new_to) in enumerate(found)
    ]
    return [
        ("".join(was for _, was, _ in run), "".join(now for _, _, now in run))
        for run in (list(run) for _, run in groupby(pieces, key=itemgetter(0)))
    ]


def _is_crumb(words: Sequence[str], index: int, count: int) -> bool:
    """Whether it stands between two changes and is a single character, or nothing but blanks."""
    return 0 < index < count - 1 and len("".join(words).strip()) <= 1


def _collapse_unchanged(lines: Sequence[Line], context: int) -> Iterator[Line | Skipped]:
    """Changed paragraphs with their neighbours, and how many others lie between."""
    changed = [at for at, line in enumerate(lines) if line.changed]
    near = {at + by for at in changed for by in range(-context, context + 1)}
    for is_near, run in groupby(range(len(lines)), key=near.__contains__):
        if is_near:
            yield from (lines[at] for at in run)
        else:
            yield Skipped(len(list(run)))
