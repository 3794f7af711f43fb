"""Texts that a domain composes without knowing a language: marked literals inside marked literals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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
