"""What a person typed, as the ranges of terms that it asks for.

A search is understood in three steps, so that all that has to be looked up is looked up at once: `read` says
what each word may mean, the index says how many instruments each meaning has, `understood` chooses.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from instrument_share.kernel.pinyin import is_han, parts, syllables
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
    """The terms that begin with `start`; those that begin with `typed` are just what was asked for."""

    start: str
    typed: str

    @property
    def end(self) -> str:
        """Behind the last of them. A single Latin letter stands for itself alone."""
        return self.start + ("\x01" if len(self.start) == 1 and self.start.isascii() else LAST)


@dataclass(frozen=True)
class Clause:
    """One thing that an instrument has to have, and how rare that is."""

    range: Range
    rarity: int


@dataclass(frozen=True)
class Word:
    """A word of the query with everything it may mean: itself, its pieces, what sounds like it."""

    text: str
    whole: Range
    parts: tuple[str, ...]
    pieces: Mapping[tuple[int, int], Range]
    sound: Range | None

    @property
    def letters(self) -> str:
        """How it is spelt; Chinese is in pinyin."""
        return self.sound.typed if self.sound else self.whole.typed


@dataclass(frozen=True)
class Interpretation:
    """The clauses of a query, and what was not simply found as it was typed.

    `doubtful` are words of which the index has nothing, or only a part; `unknown` is what it has nothing of
    in those with Chinese; `heard` are those that were found by their sound, or by nearly that.
    """

    clauses: tuple[Clause, ...] = ()
    doubtful: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    heard: tuple[str, ...] = ()


def parse_query(query: str) -> list[Word]:
    """The words of a query, each with the ranges to look up."""
    found: list[Word] = []
    for chunk in split_chunks(query):
        if len(found) < MOST_WORDS and chunk not in LITTLE_WORDS:
            found.append(_word(chunk))
    return found


def _word(chunk: str) -> Word:
    pieces = parts(chunk)[:LONGEST_WORD]
    ranges = {
        (start, end): _range("".join(pieces[start:end]))
        for start in range(len(pieces))
        for end in range(start + 1, len(pieces) + 1)
        if end - start > 1 or not is_han(pieces[start])
    }
    whole = _range("".join(pieces))
    sound = Range(_sound(whole.start), _sound(whole.typed)) if is_han(chunk) and len(pieces) > 1 else None
    return Word(chunk, whole, tuple(pieces), ranges, sound)


def _sound(text: str) -> str:
    return "".join(syllables(text))[:LONGEST_PINYIN]


def _range(text: str) -> Range:
    if is_han(text):
        typed = text[:LONGEST_REST]
        general = _GENERAL.sub("", typed)
        keeps = len(general) > 1 and general not in _SAYS_NOTHING
        return Range(general if keeps else typed, typed)
    typed = text[:LONGEST_TERM]
    return Range(stem(typed), typed)


def ranges_to_count(words: list[Word]) -> list[Range]:
    """All that has to be counted before the words can be understood."""
    found: dict[Range, None] = {}
    for word in words:
        found[word.whole] = None
        found.update(dict.fromkeys(word.pieces.values()))
        if word.sound:
            found[word.sound] = None
    return list(found)


def interpret_query(
    words: list[Word],
    counts: Mapping[Range, int],
    instruments: int,
    meant: Mapping[str, tuple[str, int]] | None = None,
) -> Interpretation:
    """What the words ask for: each as it stands where anything has it, else what sounds just the same, else
    the longest pieces that something has. `meant` says for doubtful words which word was meant, how frequent.
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
            unknown += left if is_han(word.text) else []
        chosen |= {piece: counts[piece] for piece in pieces}
    clauses = tuple(Clause(one, _rarity(count, instruments)) for one, count in chosen.items())
    return Interpretation(clauses, tuple(doubtful), tuple(unknown), tuple(heard))


def _best_pieces(word: Word, counts: Mapping[Range, int]) -> tuple[list[Range], list[str]]:
    """The division of a word into known pieces that leaves the fewest parts over, then has the fewest pieces,
    and what is left over. Of a word of which less than half is known, all is.
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
    """The parts at these places, those side by side as one."""
    found: list[str] = []
    for number, place in enumerate(places):
        if number and place == places[number - 1] + 1:
            found[-1] += parts[place]
        else:
            found.append(parts[place])
    return found


def _rarity(count: int, instruments: int) -> int:
    """How much a clause tells instruments apart, from 10 for what all have."""
    return 10 + round(10 * math.log(max(instruments, count) / count))
