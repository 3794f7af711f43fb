"""Interpret what a person typed as ranges of terms.

In three steps, so that everything is looked up at once: `parse_query` lists what each word may mean, the
index counts instruments for each meaning, `interpret_query` chooses.
"""

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from itertools import chain

from instrument_share.kernel.pinyin import has_chinese, split_characters, to_syllables
from providers.search.domain.index import (
    LITTLE_WORDS,
    LONGEST_ABBREVIATION,
    LONGEST_PINYIN,
    LONGEST_REST,
    LONGEST_TERM,
    split_chunks,
    stem,
)
from providers.search.domain.question_words import (
    ASIDE,
    ELEMENTS,
    ENGLISH_PHRASES,
    GENERAL,
    KINDS,
    PARTICLES,
    SAMPLES,
    split_sentence,
)

MOST_WORDS = 8
LONGEST_WORD = 16
"""Parts of one word that are looked at: Chinese characters, or Latin runs."""
LAST = "\U0010ffff"
"""Behind whatever a term goes on with."""

_GENERAL_END = re.compile(r"(?:分析仪|检测仪|测试仪|仪器|设备|系统|装置|仪|机|计)$")
_ASIDE = 3
"""What a word that is no condition counts less for the order."""


@dataclass(frozen=True, order=True)
class Range:
    """The terms that begin with `start`; those that begin with `typed` match exactly.

    An abbreviation (`is_whole`) matches itself alone, as a single Latin letter does: TEM is no temperature.
    """

    start: str
    typed: str
    is_whole: bool = False

    @property
    def end(self) -> str:
        """Return the end of the range."""
        stands_alone = self.is_whole or (len(self.start) == 1 and self.start.isascii())
        return self.start + ("\x01" if stands_alone else LAST)

    @property
    def as_abbreviation(self) -> "Range | None":
        """Return the range of the word alone if it may be an abbreviation."""
        may_be = self.typed.isascii() and self.typed.isalpha() and 1 < len(self.typed) <= LONGEST_ABBREVIATION
        return Range(self.typed, self.typed, is_whole=True) if may_be else None


@dataclass(frozen=True)
class Clause:
    """A condition on instruments, and how rare a match is; one that is not required only orders them."""

    range: Range
    rarity: int
    is_required: bool = True


@dataclass(frozen=True)
class Word:
    """A word of the query with its possible meanings: itself, its pieces, its sound.

    A sentence has the words `inside` it instead.
    """

    text: str
    whole: Range
    parts: tuple[str, ...]
    pieces: Mapping[tuple[int, int], Range]
    sound: Range | None
    inside: tuple["Word", ...] = ()

    @property
    def letters(self) -> str:
        """Return the spelling; Chinese as pinyin."""
        return self.sound.typed if self.sound else self.whole.typed


@dataclass(frozen=True)
class Interpretation:
    """The clauses of a query, and which words were not found as typed.

    `doubtful` words are not, or only partly, in the index; `unknown` is what it lacks of those with Chinese;
    `heard` were found by their sound.
    """

    clauses: tuple[Clause, ...] = ()
    doubtful: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    heard: tuple[str, ...] = ()


def parse_query(query: str) -> list[Word]:
    """Return the words of a query with the ranges to look up."""
    chunks = [chunk for chunk in split_chunks(query) if chunk not in LITTLE_WORDS]
    named = [chunk for chunk in chunks if chunk not in ENGLISH_PHRASES] or chunks
    return [_chunk(chunk) for chunk in named[:MOST_WORDS]]


def _chunk(chunk: str) -> Word:
    inside = split_sentence(chunk)[:MOST_WORDS]
    if not inside or inside == [chunk]:
        return _word(chunk)
    return replace(_word(chunk), pieces={}, sound=None, inside=tuple(_word(part) for part in inside))


def _word(chunk: str) -> Word:
    pieces = split_characters(chunk)[:LONGEST_WORD]
    named = {piece for piece in pieces if piece not in PARTICLES}
    elements = named if named <= ELEMENTS else frozenset()
    ranges = {
        (start, end): _range("".join(pieces[start:end]))
        for start in range(len(pieces))
        for end in range(start + 1, len(pieces) + 1)
        if end - start > 1 or not has_chinese(pieces[start]) or pieces[start] in elements
    }
    whole = _range("".join(pieces))
    sound = (
        Range(_sound(whole.start), _sound(whole.typed)) if has_chinese(chunk) and len(pieces) > 1 else None
    )
    return Word(chunk, whole, tuple(pieces), ranges, sound)


def _sound(text: str) -> str:
    return "".join(to_syllables(text))[:LONGEST_PINYIN]


def _range(text: str) -> Range:
    if has_chinese(text):
        typed = text[:LONGEST_REST]
        rest = _GENERAL_END.sub("", typed)
        keeps = len(rest) > 1 and rest not in GENERAL
        return Range(rest if keeps else typed, typed)
    typed = text[:LONGEST_TERM]
    return Range(stem(typed), typed)


def ranges_to_count(words: list[Word]) -> list[Range]:
    """Return the ranges to count before the words can be interpreted."""
    every = list(chain(words, *(word.inside for word in words)))
    typed = [meaning for word in every for meaning in (word.whole, *word.pieces.values())]
    others = [*(one.as_abbreviation for one in typed), *(word.sound for word in every)]
    return list(dict.fromkeys(meaning for meaning in (*typed, *others) if meaning))


def is_sentence(words: list[Word], counts: Mapping[Range, int]) -> bool:
    """Return whether some word is a sentence, and no instrument has it as it stands."""
    return any(word.inside and not counts.get(word.whole) for word in words)


def words_to_read(words: list[Word], counts: Mapping[Range, int]) -> list[Word]:
    """Return the words, those inside a sentence for it, unless an instrument has it as it stands."""
    read = ([word] if counts.get(word.whole) else word.inside or [word] for word in words)
    return list(chain.from_iterable(read))[:MOST_WORDS]


def interpret_query(
    words: list[Word],
    counts: Mapping[Range, int],
    instruments: int,
    meant: Mapping[str, tuple[str, int]] | None = None,
    subjects: Collection[str] = frozenset(),
) -> Interpretation:
    """Return the clauses: each word as typed if found, else by sound, else by its longest known pieces.

    `meant` maps a doubtful word to the intended one and its frequency. `subjects` are words that say what is
    looked for: beside them the others are no condition.
    """
    chosen: dict[Range, int] = {}
    doubtful, unknown, heard = [], [], []
    for word in words_to_read(words, counts):
        pieces, left = _best_pieces(word, counts)
        if counts.get(word.whole):
            pieces = [_as_written(word.whole, counts)]
        elif word.text in ASIDE:
            continue
        elif word.sound and counts.get(word.sound):
            # 扫苗电镜 is 扫描电镜, though 电镜 is a piece of it, and 气象色谱 no weather.
            pieces = [word.sound]
            heard.append(word.text)
        elif meant and word.text in meant:
            correct, frequency = meant[word.text]
            chosen[_range(correct)] = frequency
            heard += [word.text] if word.sound else []
            continue
        elif left:
            doubtful.append(word.text)
            unknown += left if has_chinese(word.text) else []
        chosen |= {piece: counts[piece] for piece in pieces}
    clauses = _clauses(chosen, instruments, subjects)
    return Interpretation(clauses, tuple(doubtful), tuple(unknown), tuple(heard))


def _clauses(chosen: Mapping[Range, int], instruments: int, subjects: Collection[str]) -> tuple[Clause, ...]:
    """Return the clauses; general words and samples are conditions only where nothing else is named."""
    named = {one for one in chosen if one.typed not in ASIDE}
    required = {one for one in named if one.typed in subjects} or named
    return tuple(
        Clause(one, rarity)
        if one in required or not required
        else Clause(one, rarity // _ASIDE, is_required=False)
        for one, rarity in ((one, _rarity(count, instruments)) for one, count in chosen.items())
    )


def _as_written(typed: Range, counts: Mapping[Range, int]) -> Range:
    """Return the range of the abbreviation where some instrument has it as one."""
    alone = typed.as_abbreviation
    return alone if alone and counts.get(alone) else typed


@dataclass(frozen=True)
class _Division:
    """The beginning of a word, divided; of two, the one that leaves less over, then with fewer pieces."""

    left: tuple[int, ...] = ()
    pieces: tuple[Range, ...] = ()
    general: int = 0

    @property
    def cost(self) -> tuple[int, int, int]:
        return len(self.left), len(self.pieces), self.general


def _best_pieces(word: Word, counts: Mapping[Range, int]) -> tuple[list[Range], list[str]]:
    """Return the known pieces of a word that leave the least over, fewest first, and the rest.

    Particles, general words and samples that no instrument has are no pieces, and nothing left over: 测粒径,
    重金属检测. If less than half of the rest is known, and no abbreviation, the kind of instrument at its end
    is the only piece; without one all of the word is the rest.
    """
    best = [_Division()]
    for end in range(1, len(word.parts) + 1):
        options = [_left_over(best[end - 1], word.parts[end - 1], end - 1)]
        for start in range(end):
            before = best[start]
            piece = word.pieces.get((start, end))
            if piece is not None and _says_little(piece, counts):
                options.append(replace(before, general=before.general + end - start))
            elif piece is not None and counts.get(piece):
                options.append(replace(before, pieces=(*before.pieces, _as_written(piece, counts))))
        best.append(min(options, key=lambda option: option.cost))
    found = best[-1]
    if not found.pieces and not found.left:
        return [], []
    knows_enough = len(found.left) * 2 <= len(word.parts) - found.general
    if found.pieces and (knows_enough or any(piece.is_whole for piece in found.pieces)):
        return list(found.pieces), _runs(word.parts, found.left)
    return _kind_at_end(word, counts)


def _says_little(piece: Range, counts: Mapping[Range, int]) -> bool:
    return piece.typed in GENERAL or (piece.typed in SAMPLES and not counts.get(piece))


def _kind_at_end(word: Word, counts: Mapping[Range, int]) -> tuple[list[Range], list[str]]:
    """Return the known kind of instrument that a word ends with, and what stands before it."""
    for start in range(1, len(word.parts)):
        piece = word.pieces.get((start, len(word.parts)))
        if piece is not None and piece.typed in KINDS and counts.get(piece):
            return [piece], ["".join(word.parts[:start])]
    return [], [word.text]


def _left_over(before: _Division, part: str, place: int) -> _Division:
    if part in PARTICLES:
        return replace(before, general=before.general + 1)
    return replace(before, left=(*before.left, place))


def _runs(parts: tuple[str, ...], places: tuple[int, ...]) -> list[str]:
    """Return the parts at these places, adjacent ones joined."""
    found: list[str] = []
    for number, place in enumerate(places):
        if number and place == places[number - 1] + 1:
            found[-1] += parts[place]
        else:
            found.append(parts[place])
    return found


def _rarity(count: int, instruments: int) -> int:
    """Return how well a clause distinguishes instruments; 10 if all match."""
    return 10 + round(10 * math.log(max(instruments, count) / count))
