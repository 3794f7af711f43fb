"""Translatable texts composed by domain code: marked literals inside marked literals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Words(str):
    """A parameter that is itself a marked literal: the edge translates it before filling it in."""

    __slots__ = ()


@dataclass(frozen=True)
class Sentence:
    """A marked literal with its parameters, which may be `Words`, other Sentences, or tuples of these."""

    message: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Bilingual:
    """A name entered in Chinese and possibly in English; shown in the reader's language."""

    zh: str
    en: str = ""


_CLOSED_LISTS: dict[type[StrEnum], Mapping[StrEnum, str]] = {}


def register_words(words: Mapping[type[StrEnum], Mapping[StrEnum, str]]) -> None:
    """Register the labels of an app's enumerations, for `word`."""
    _CLOSED_LISTS.update(words)


def word(member: StrEnum) -> Words:
    """Return the label of a member of an enumeration."""
    return Words(_CLOSED_LISTS[type(member)][member])


def get_member(list_name: str, code: str) -> StrEnum:
    """Return the member with this code of the registered enumeration with this name."""
    return next(members(code) for members in _CLOSED_LISTS if members.__name__ == list_name)
