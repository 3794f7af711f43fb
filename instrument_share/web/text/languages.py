"""Tell by its characters in which language somebody has written a text."""

import re
from html import unescape

from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe

from instrument_share.kernel.pinyin import HAN, has_chinese

_WIDE = r"\u3000-\u303f\uff01-\uff65"
_TAG_OR_CHINESE = re.compile(rf"<[^>]*>|[{HAN}](?:[\s\d“”·—…{_WIDE}]*[{HAN}{_WIDE}])*")
_OPTION = re.compile(r"<option((?: [^>]*)?>([^<]*))")
_ENGLISH = re.compile(r"[A-Za-z]{2,}[,;:]?\s+[A-Za-z]{2,}")
"""Two words one after the other: a model (FE-SEM 9200) or an abbreviation is no English."""


def mark_language(html: SafeString, *, is_page_english: bool) -> SafeString:
    """Return escaped text with what is in the other language than the page in elements that say so.

    On a page in English that is each run of Chinese, on one in Chinese a text without any Chinese.
    """
    if is_page_english:
        return mark_safe(_TAG_OR_CHINESE.sub(_mark_chinese, html))  # escaped by the caller
    plain = unescape(strip_tags(html))
    if _ENGLISH.search(plain) and not has_chinese(plain):
        return format_html('<span lang="en">{}</span>', html)
    return html


def mark_options(html: SafeString) -> SafeString:
    """Return the select of an English page in which choices in Chinese say so: an option holds no element."""
    return mark_safe(_OPTION.sub(_mark_option, html))  # rendered by its widget


def _mark_option(found: re.Match[str]) -> str:
    return f'<option lang="zh-Hans"{found[1]}' if has_chinese(found[2]) else found[0]


def _mark_chinese(found: re.Match[str]) -> str:
    text = found[0]
    return text if text.startswith("<") else f'<span lang="zh-Hans">{text}</span>'
