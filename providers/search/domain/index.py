"""The terms, with weights, by which an instrument is found.

A term is a suffix of a text from one of its characters or words on, truncated and normalized (`normalize`):
透射电镜 gives 透射电镜, 射电镜, 电镜 and 镜. Any part of a text is then the beginning of a term, and a
search is one range of an index, for any length and on any database.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from itertools import chain

from instrument_share.kernel.pinyin import (
    _PARTS,
    HAN,
    _plain,
    has_chinese,
    split_characters,
    to_initials,
    to_syllables,
)

LONGEST_TERM = 40
LONGEST_REST = 12
"""Characters of Chinese that are kept from each place on; a longer search is cut as well."""
LONGEST_PINYIN = 24
LONGEST_INITIALS = 10
LONGEST_TEXT = 200
"""Characters that are read of each description."""
LONGEST_SPECIFICATION = 400
LONGEST_ABBREVIATION = 6
LESS_BY_PLACE = 6
FURTHEST_PLACE = 5
"""What a purpose counts less at each further method of its list."""
TOLD_OTHERWISE = 3
"""What a purpose counts more where the texts say another of its words."""
SHARED = 4_000
"""Texts whose terms are remembered: categories, synonyms, makers and units stand at many instruments."""
_CHUNKS = re.compile(rf"(?:[{HAN}]|[^\W_{HAN}])(?:[-/·.+]?(?:[{HAN}]|[^\W_{HAN}]))*")
_LETTERS = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]+(?![A-Za-z0-9])")
_NUMBERED = re.compile(r"^([a-z]{2,})(\d{3,}[a-z0-9]*)$")
_COUNTED = re.compile(r"^([a-z]{3,})\d{1,3}$")
"""A name with the number that a unit gave it: FTIR2, Altis01."""
_FAMILIES = (
    ("diffract", 0, 8),
    ("analy", 0, 5),
    ("calorim", 0, 7),
    ("metr", 2, 3),
    ("meter", 2, 3),
    ("scop", 2, 4),
    ("graph", 2, 5),
)
"""What the forms of a word have in common, from which letter of it on, and how many letters of that stay:
graphite and metrology are of no family.
"""
LITTLE_WORDS = frozenset(["a", "an", "and", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"])
LITTLE_CHARACTERS = frozenset("的与和及或等在为于对可")


class Weight(IntEnum):
    """The weight of a term by its place; pinyin and initials weigh less than written text."""

    NAME = 100
    SYNONYM = 75
    WIDE_SYNONYM = 68
    MODEL = 65
    PURPOSE = 62
    CATEGORY = 50
    KIND = 48
    FAR_SYNONYM = 45
    MANUFACTURER = 35
    BRANCH = 30
    UNIT = 25
    SPECIFICATION = 20
    TEXT = 12


PINYIN = 0.8
INITIALS = 0.6
PART = 0.8
"""What a part of a word with a hyphen counts: an LC-MS is an MS, if less so."""
SHORTEST_SPELLABLE = 4
NOT_LONGER_THAN = 20
"""A name's weight falls by one for each character up to here: of two names the shorter says it more."""


@dataclass(frozen=True)
class Document:
    """The texts of an instrument in both languages; `branches` are the parent categories."""

    names: tuple[str, ...]
    model: str = ""
    manufacturer: str = ""
    categories: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    unit: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    wide_synonyms: tuple[str, ...] = ()
    far_synonyms: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    inner_number: str = ""
    specifications: tuple[str, ...] = ()
    purposes: tuple[tuple[str, int], ...] = ()
    """What it serves for, with the place of its method in the list of the purpose."""
    told: frozenset[str] = frozenset()
    """Words of the purposes of which its own texts say one, be it in another language."""


class TermKind(IntEnum):
    """The kind of a term: a suffix, the beginning of a pinyin name, a Latin word, one in capitals."""

    REST = 0
    SPOKEN = 1
    WORD = 2
    ABBREVIATION = 3


@dataclass(frozen=True)
class Term:
    weight: int
    kind: TermKind


def normalize(text: str) -> str:
    """Return the text in lower case and half width, without blanks and signs: LC-MS gives lcms."""
    return "".join(_PARTS.findall(_plain(text)))


def to_term(normal: str) -> str:
    """Return the term with which the index has a normalized text."""
    return normal[:LONGEST_REST] if has_chinese(normal) else normal[:LONGEST_TERM]


def latin_words(text: str) -> list[list[str]]:
    """Return the Latin words of a text with their parts: “LC-MS system” is [[lc, ms], [system]]."""
    found = []
    for chunk in _CHUNKS.findall(_plain(text)):
        parts: list[str] = []
        for part in _PARTS.findall(chunk):
            if has_chinese(part):
                found += [parts] if parts else []
                parts = []
            else:
                parts.append(part)
        found += [parts] if parts else []
    return found


def split_chunks(text: str) -> list[str]:
    """Split a text at its blanks, normalized and without signs outside of words."""
    return [chunk for piece in _plain(text).split() for chunk in _CHUNKS.findall(piece)]


def stem(word: str) -> str:
    """Return the stem of an English word: spectrometers and spectrometry give spectromet."""
    if len(word) < 5 or not (word.isascii() and word.isalpha()):
        return word
    if word.endswith("s") and not word.endswith(("ss", "is", "us")):
        word = word[:-1]
    for family, earliest, kept in _FAMILIES:
        if (found := word.rfind(family)) >= earliest:
            return word[: found + kept]
    return word


_Found = tuple[str, int, TermKind]


def document_terms(document: Document) -> dict[str, Term]:
    """Return every term of an instrument with its greatest weight."""
    found: dict[str, Term] = {}
    for term, weight, kind in _all(document):
        cut = term[:LONGEST_TERM]
        known = found.get(cut)
        if known is None or (weight, kind) > (known.weight, known.kind):
            found[cut] = Term(weight, kind)
    named = chain(document.names, document.synonyms, document.wide_synonyms, document.categories)
    for short in abbreviations(named) & found.keys():
        found[short] = Term(found[short].weight, TermKind.ABBREVIATION)
    return found


def abbreviations(texts: Iterable[str]) -> set[str]:
    """Return the words that are mostly capitals, normalized: “qPCR and LC-MS system” has qpcr, lc and ms."""
    return {
        word.lower()
        for text in texts
        for word in _LETTERS.findall(text)
        if len(word) <= LONGEST_ABBREVIATION and 2 <= sum(map(str.isupper, word)) > len(word) / 2
    }


def _all(document: Document) -> Iterator[_Found]:
    for name in document.names:
        weight = Weight.NAME - min(len(normalize(name)), NOT_LONGER_THAN)
        yield from _spoken(name, weight)
        yield from _without_count(name, weight)
    for weight, texts in (
        (Weight.SYNONYM, document.synonyms),
        (Weight.WIDE_SYNONYM, document.wide_synonyms),
        (Weight.CATEGORY, document.categories),
        (Weight.KIND, document.kinds),
        (Weight.FAR_SYNONYM, document.far_synonyms),
        (Weight.MANUFACTURER, (document.manufacturer,)),
        (Weight.BRANCH, document.branches),
    ):
        for text in texts:
            yield from _spoken(text, weight)
    told = normalize("".join(document.texts))
    for text, place in document.purposes:
        otherwise = TOLD_OTHERWISE if text in document.told else 0
        told_too = LESS_BY_PLACE if normalize(text) in told else otherwise
        yield from _purpose(text, Weight.PURPOSE - min(place, FURTHEST_PLACE) * LESS_BY_PLACE + told_too)
    yield from _model(document.model)
    yield from _model(document.inner_number)
    for text in document.specifications:
        yield from _written(text[:LONGEST_SPECIFICATION], Weight.SPECIFICATION, little=LITTLE_CHARACTERS)
    for text in document.unit:
        yield from _of_unit(text)
    for text in document.texts:
        yield from _written(text[:LONGEST_TEXT], Weight.TEXT, little=LITTLE_CHARACTERS)


@lru_cache(SHARED)
def _spoken(text: str, weight: int) -> tuple[_Found, ...]:
    return *_written(text, weight), *_pronounced(text, weight)


@lru_cache(SHARED)
def _purpose(text: str, weight: int) -> tuple[_Found, ...]:
    """Return the terms of a purpose: from its beginning alone, as 玻璃化转变温度 is no temperature."""
    if has_chinese(text):
        whole = normalize(text)[:LONGEST_REST], weight, TermKind.REST
        return whole, *_pronounced(text, weight, from_its_beginning=True)
    return tuple(_words(latin_words(text), weight))


@lru_cache(SHARED)
def _of_unit(name: str) -> tuple[_Found, ...]:
    pronounced = _pronounced(name, Weight.UNIT, from_its_beginning=True)
    return *_written(name, Weight.UNIT), *pronounced


def _written(text: str, weight: int, little: frozenset[str] = frozenset()) -> Iterator[_Found]:
    pieces = split_characters(text)
    for start, piece in enumerate(pieces):
        rest = "".join(pieces[start : start + LONGEST_REST])[:LONGEST_REST]
        if has_chinese(rest) and piece not in little:
            yield rest, weight, TermKind.REST
    yield from _words(latin_words(text), weight)


def _words(found: list[list[str]], weight: int) -> Iterator[_Found]:
    for position, one in enumerate(found):
        for start in range(len(one)):
            joined = "".join(one[start:])
            if joined not in LITTLE_WORDS:
                yield joined, weight if start == 0 else round(weight * PART), TermKind.WORD
            if one[start] not in LITTLE_WORDS:
                yield one[start], round(weight * PART), TermKind.WORD
        if len(one) == 1 and position + 1 < len(found) and _may_be_joined(one[0], found[position + 1][0]):
            yield one[0] + found[position + 1][0], weight, TermKind.WORD


def _may_be_joined(word: str, following: str) -> bool:
    """Return whether two words are written as one too: “X ray” and X-ray, “Exploris 480” and Exploris480."""
    return len(word) == 1 or (word.isalpha() and following.isdigit())


def _without_count(name: str, weight: int) -> Iterator[_Found]:
    """Return the words of a name without their number: the lab's second FTIR2 is an FTIR."""
    for part in chain.from_iterable(latin_words(name)):
        if counted := _COUNTED.match(part):
            yield counted[1], weight, TermKind.WORD


def _pronounced(text: str, weight: int, *, from_its_beginning: bool = False) -> Iterator[_Found]:
    if not has_chinese(text):
        return
    for spoken, factor, longest in (
        (to_syllables(text), PINYIN, LONGEST_PINYIN),
        (to_initials(text), INITIALS, LONGEST_INITIALS),
    ):
        for start in range(1 if from_its_beginning else len(spoken)):
            rest = "".join(_until_a_word(spoken[start:]) if factor == INITIALS else spoken[start:])[:longest]
            if len(rest) > 1:
                whole = factor == PINYIN and start == 0 and not from_its_beginning
                yield rest, round(weight * factor), TermKind.SPOKEN if whole else TermKind.REST


def _until_a_word(letters: list[str]) -> list[str]:
    """Return the initials up to a Latin word: 数字PCR is sz, not szpcr."""
    long = (position for position, letter in enumerate(letters) if position and len(letter) > 1)
    return letters[: next(long, len(letters))]


def _model(model: str) -> Iterator[_Found]:
    yield from _written(model, Weight.MODEL)
    joined = [part for one in latin_words(model) for part in one]
    for start in range(len(joined)):
        yield "".join(joined[start:]), Weight.MODEL, TermKind.WORD
    for part in joined:
        if numbered := _NUMBERED.match(part):
            yield numbered[1], Weight.MODEL, TermKind.WORD
            yield numbered[2], Weight.MODEL, TermKind.WORD


def is_spellable(term: str, kind: int) -> bool:
    """Return whether a misspelt word may match the term."""
    return (
        kind != TermKind.REST
        and len(term) >= SHORTEST_SPELLABLE
        and not has_chinese(term)
        and not term.isdigit()
    )
