"""Translatable texts composed by domain code: marked literals inside marked literals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
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


def to_plain(value: Any) -> Any:
    """Return a parameter, a sentence or the parameters of one as JSON keeps them."""
    match value:
        case Mapping():
            return {name: to_plain(one) for name, one in value.items()}
        case tuple():
            return [to_plain(one) for one in value]
        case Sentence():
            return {"message": value.message, "params": to_plain(value.params)}
        case Bilingual():
            return {"zh": value.zh, "en": value.en}
        case Words():
            return {"words": str(value)}
        case datetime():
            return {"instant": value.isoformat()}
        case date():
            return {"date": value.isoformat()}
        case timedelta():
            return {"seconds": value.total_seconds()}
        case Decimal():
            return {"decimal": str(value)}
    return value


def from_plain(value: Any) -> Any:
    """Return the parameter or sentence that `to_plain` was given."""
    match value:
        case list():
            return tuple(from_plain(one) for one in value)
        case {"message": message, "params": params}:
            return Sentence(message, {name: from_plain(one) for name, one in params.items()})
        case {"zh": zh, "en": en}:
            return Bilingual(zh, en)
        case {"words": words}:
            return Words(words)
        case {"instant": instant}:
            return datetime.fromisoformat(instant)
        case {"date": day}:
            return date.fromisoformat(day)
        case {"seconds": seconds}:
            return timedelta(seconds=seconds)
        case {"decimal": number}:
            return Decimal(number)
    return value


_CLOSED_LISTS: dict[type[StrEnum], Mapping[StrEnum, str]] = {}


def register_words(words: Mapping[type[StrEnum], Mapping[StrEnum, str]]) -> None:
    """Register the labels of an app's enumerations, for `word`."""
    _CLOSED_LISTS.update(words)


def word(member: StrEnum) -> Words:
    """Return the label of a member of an enumeration."""
    return Words(_CLOSED_LISTS[type(member)][member])


def find_member(list_name: str, code: str) -> StrEnum | None:
    """Return the member with this code of a registered enumeration with this name; None where none has it."""
    for members in _CLOSED_LISTS:
        if members.__name__ == list_name and code in set(members):
            return members(code)
    return None


def get_member(list_name: str, code: str) -> StrEnum:
    """Return the member with this code of the registered enumeration with this name."""
    return next(members(code) for members in _CLOSED_LISTS if members.__name__ == list_name)
