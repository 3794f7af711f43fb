"""Revisions and their differences in pages."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from instrument_share.kernel.wording import word
from instrument_share.web import formats
from instrument_share.web.problem import told
from providers.instruments.domain.fields import FIELDS
from providers.instruments.domain.subjects import subjects_named
from providers.instruments.forms.countries import COUNTRIES
from providers.revisions.domain.textdiff import Piece

register = template.Library()


MARKS = {"same": "{}", "deleted": "<del>{}</del>", "inserted": "<ins>{}</ins>"}


@register.simple_tag
def pieces(line: Iterable[Piece]) -> SafeString:
    """One side of a paragraph, with what was removed or is new marked as such."""
    return format_html_join("", "{}", ((format_html(MARKS[one.kind], one.text),) for one in line))


@register.simple_tag
def value_of(name: str, value: Any) -> str:
    """The value of a field of an instrument or of a profile, as readers see it."""
    if value in (None, "", []):
        return formats.NOTHING
    if name == "country":
        return f"{COUNTRY_NAMES.get(value, value)}{formats.bracketed(value)}"
    if name == "subjects":
        return told("{names}", {"names": subjects_named(value)})
    spec = FIELDS.get(name)
    if spec is not None and spec.choices is not None:
        return _(word(spec.choices(value)))
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
    return str(value)


COUNTRY_NAMES = dict(COUNTRIES)
