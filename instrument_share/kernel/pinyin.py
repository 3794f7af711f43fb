"""Pinyin of Chinese text."""

import re
import unicodedata

HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_PARTS = re.compile(rf"[{HAN}]|[^\W_{HAN}]+")
_HAN = re.compile(f"[{HAN}]")


def split_characters(text: str) -> list[str]:
    """Split text into Chinese characters and runs of Latin letters."""
    return _PARTS.findall(_plain(text))


def has_chinese(text: str) -> bool:
    """Return whether the text contains Chinese characters."""
    return _HAN.search(text) is not None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def to_syllables(text: str) -> list[str]:
    """Return the pinyin of each character, ü written as v; Latin runs stay as they are."""
    from pypinyin import lazy_pinyin

    return lazy_pinyin("".join(split_characters(text)), v_to_u=False)


def to_initials(text: str) -> list[str]:
    """Return the first pinyin letter of each character; Latin runs stay as they are."""
    from pypinyin import Style, lazy_pinyin

    return lazy_pinyin("".join(split_characters(text)), style=Style.FIRST_LETTER)
