"""Show revisions and their differences in pages."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from instrument_share.web.text import formats, languages
from providers.revisions.domain.textdiff import Piece

register = template.Library()


_formats: dict[str, Callable[[Any], str]] = {}


def register_value_formats(formats_by_field: Mapping[str, Callable[[Any], str]]) -> None:
    """Register formats, by field, for values whose type does not tell how to show them."""
    _formats.update(formats_by_field)


LANGUAGES = {"_zh": "zh-Hans", "_en": "en"}
"""What a field is written in, by the end of its name; a screen reader and the browser's fonts ask for it."""
MARKS = {"same": "{}", "deleted": "<del>{}</del>", "inserted": "<ins>{}</ins>"}


@register.simple_tag
def pieces(line: Iterable[Piece]) -> SafeString:
    """Return one side of a paragraph with removed and inserted text marked."""
    return format_html_join("", "{}", ((format_html(MARKS[one.kind], one.text),) for one in line))


@register.simple_tag
def lang_of(name: str) -> str:
    """Return the attribute `lang` of what a field holds, by the end of its name; nothing for the others."""
    language = LANGUAGES.get(name[-3:])
    return format_html(' lang="{}"', language) if language else ""


@register.simple_tag
def value_of(name: str, value: Any) -> str:
    """Return the value of an instrument's or profile's field as readers see it, marked with its language."""
    if value in (None, "", []):
        return formats.NOTHING
    if name in _formats:
        return _formats[name](value)
    match value:
        case Decimal():
            return formats.yuan(value)
        case datetime() | date():
            return formats.date_only(value)
        case list():
            return ", ".join(value)
    if hasattr(value, "code"):
        return f"{value.code} {formats.bilingual(value, 'name')}"
    if hasattr(value, "field") or name == "picture":
        return _("A picture is attached.") if value else formats.NOTHING
    if name == "file":
        return _("A file is attached.")
    if attribute := lang_of(name):
        return format_html("<span{}>{}</span>", attribute, value)
    return languages.mark_language(conditional_escape(value), is_page_english=formats.in_english())
