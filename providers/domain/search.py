"""What a search finds an instrument by: its words in lower case, and Chinese also by pinyin and initials."""

from collections.abc import Iterable

from pypinyin import Style, lazy_pinyin

LONGEST_TERM = 40


def search_text(parts: Iterable[str]) -> str:
    """One text for substring search: each part, its full pinyin and its pinyin initials, one after another.

    透射电子显微镜 is found by 电子, by toushedianzi and by tsdz.
    """
    found: list[str] = []
    for part in parts:
        words = " ".join(part.lower().split())
        if not words:
            continue
        found.append(words)
        if not words.isascii():
            found.append("".join(lazy_pinyin(words)).replace(" ", ""))
            found.append("".join(lazy_pinyin(words, style=Style.FIRST_LETTER)).replace(" ", ""))
    return "\n".join(dict.fromkeys(found))
