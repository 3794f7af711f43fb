"""Pinyin of Chinese text."""

import re
import unicodedata

from pypinyin import Style, lazy_pinyin

HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_PARTS = re.compile(rf"[{HAN}]|[^\W_{HAN}]+")
_HAN = re.compile(f"[{HAN}]")


def parts(text: str) -> list[str]:
    """Chinese characters and Latin runs, one by one."""
    return _PARTS.findall(_plain(text))


def is_han(text: str) -> bool:
    """Whether there is Chinese in it."""
    return _HAN.search(text) is not None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def syllables(text: str) -> list[str]:
    """The text in pinyin, character by character; a Latin run stays as it is. ü is v."""
    return lazy_pinyin("".join(parts(text)), v_to_u=False)


def initials(text: str) -> list[str]:
    return lazy_pinyin("".join(parts(text)), style=Style.FIRST_LETTER)
