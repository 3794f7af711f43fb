"""Sentences and labels of the domain in the reader's language."""

from collections.abc import Iterable

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from instrument_share.kernel.wording import Bilingual, Sentence, Words
from instrument_share.web.responses.problem import told
from instrument_share.web.text import formats, languages

register = template.Library()


@register.filter
def said(sentence: Sentence) -> SafeString:
    """A sentence of the domain in the reader's language, for text; names in the other language say theirs."""
    words = conditional_escape(told(sentence.message, sentence.params))
    return languages.mark_language(words, is_page_english=formats.in_english())


@register.filter
def label(text: str) -> str:
    """A label of the domain in the reader's language."""
    return told("{word}", {"word": Words(text)})


@register.simple_tag
def marks(names: Iterable[str]) -> str:
    """Labels of the domain in a row, in the reader's language."""
    return told("{names}", {"names": tuple(Words(name) for name in names)})


@register.simple_tag
def in_a_row(texts: Iterable[str]) -> str:
    """What somebody wrote, one after the other with the reader's comma."""
    return told("{texts}", {"texts": tuple(texts)})


@register.filter
def named(name: Bilingual) -> str:
    """A name in the reader's language."""
    return told("{name}", {"name": name})
