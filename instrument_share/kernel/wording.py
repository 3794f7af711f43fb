"""Texts that a domain composes without knowing a language: marked literals inside marked literals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Words(str):
    """A parameter that is itself a literal of the catalogues: the edge translates it before filling it in."""

    __slots__ = ()


@dataclass(frozen=True)
class Sentence:
    """A marked literal with its parameters, which may be `Words`, other Sentences, or tuples of these."""

    message: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Bilingual:
    """A name that somebody entered in Chinese and, perhaps, in English: each reader gets theirs."""

    zh: str
    en: str = ""


_CLOSED_LISTS: dict[type[StrEnum], Mapping[StrEnum, str]] = {}


def register_words(words: Mapping[type[StrEnum], Mapping[StrEnum, str]]) -> None:
    """Add the marked literals of an app's closed lists, for `word`."""
    _CLOSED_LISTS.update(words)


def word(member: StrEnum) -> Words:
    """Return the literal that stands for a member of a closed list."""
    return Words(_CLOSED_LISTS[type(member)][member])


def member_of(list_name: str, code: str) -> StrEnum:
    """Return the member with this code of the closed list whose class has this name."""
    return next(members(code) for members in _CLOSED_LISTS if members.__name__ == list_name)
