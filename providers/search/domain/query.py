"""Interpret what a person typed as ranges of terms.

In three steps, so that everything is looked up at once: `parse_query` lists what each word may mean, the
index counts instruments for each meaning, `interpret_query` chooses.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

from instrument_share.kernel.pinyin import has_chinese, split_characters, to_syllables
from providers.search.domain.index import (
    LITTLE_WORDS,
    LONGEST_PINYIN,
    LONGEST_REST,
    LONGEST_TERM,
    split_chunks,
    stem,
)

MOST_WORDS = 8
LONGEST_WORD = 16
"""Parts of one word that are looked at: Chinese characters, or Latin runs."""
LAST = "\U0010ffff"
"""Behind whatever a term goes on with."""

_GENERAL = re.compile(r"(?:分析仪|检测仪|测试仪|仪器|设备|系统|装置|仪|机|计)$")
_SAYS_NOTHING = frozenset({"分析", "检测", "测试", "测量", "试验", "仪器", "设备", "系统"})


@dataclass(frozen=True, order=True)
class Range:
    """The terms that begin with `start`; those that begin with `typed` match exactly."""

    start: str
    typed: str

    @property
    def end(self) -> str:
        """Return the end of the range; a single Latin letter matches itself alone."""
        return self.start + ("\x01" if len(self.start) == 1 and self.start.isascii() else LAST)


@dataclass(frozen=True)
class Clause:
    """A condition on instruments, and how rare a match is."""

    range: Range
    rarity: int


@dataclass(frozen=True)
class Word:
    """A word of the query with its possible meanings: itself, its pieces, its sound."""

    text: str
    whole: Range
    parts: tuple[str, ...]
    pieces: Mapping[tuple[int, int], Range]
    sound: Range | None

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
    return [_word(chunk) for chunk in chunks[:MOST_WORDS]]


def _word(chunk: str) -> Word:
    pieces = split_characters(chunk)[:LONGEST_WORD]
    ranges = {
        (start, end): _range("".join(pieces[start:end]))
        for start in range(len(pieces))
        for end in range(start + 1, len(pieces) + 1)
        if end - start > 1 or not has_chinese(pieces[start])
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
        general = _GENERAL.sub("", typed)
        keeps = len(general) > 1 and general not in _SAYS_NOTHING
        return Range(general if keeps else typed, typed)
    typed = text[:LONGEST_TERM]
    return Range(stem(typed), typed)


def ranges_to_count(words: list[Word]) -> list[Range]:
    """Return the ranges to count before the words can be interpreted."""
    meanings = ((word.whole, *word.pieces.values(), word.sound) for word in words)
    return list(dict.fromkeys(meaning for meaning in chain.from_iterable(meanings) if meaning))


def interpret_query(
    words: list[Word],
    counts: Mapping[Range, int],
    instruments: int,
    meant: Mapping[str, tuple[str, int]] | None = None,
) -> Interpretation:
    """Return the clauses: each word as typed if found, else by sound, else by its longest known pieces.

    `meant` maps a doubtful word to the intended one and its frequency.
    """
    chosen: dict[Range, int] = {}
    doubtful, unknown, heard = [], [], []
    for word in words:
        pieces, left = _best_pieces(word, counts)
        if counts.get(word.whole):
            pieces = [word.whole]
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
    clauses = tuple(Clause(one, _rarity(count, instruments)) for one, count in chosen.items())
    return Interpretation(clauses, tuple(doubtful), tuple(unknown), tuple(heard))


def _best_pieces(word: Word, counts: Mapping[Range, int]) -> tuple[list[Range], list[str]]:
    """Return the known pieces of a word that leave the least over, fewest first, and the rest.

    If less than half of the word is known, all of it is the rest.
    """
    best: list[tuple[int, list[Range], tuple[int, ...]]] = [(0, [], ())]
    for end in range(1, len(word.parts) + 1):
        number, pieces, left = best[end - 1]
        options = [(number, pieces, (*left, end - 1))]
        for start in range(end):
            piece = word.pieces.get((start, end))
            if piece is not None and counts.get(piece):
                number, pieces, left = best[start]
                options.append((number + 1, [*pieces, piece], left))
        best.append(min(options, key=lambda option: (len(option[2]), option[0])))
    _, pieces, left = best[-1]
    if not pieces or len(left) * 2 > len(word.parts):
        return [], [word.text]
    return pieces, _runs(word.parts, left)


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
