"""Show sheets and the outcomes of their rows in pages."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from instrument_share.kernel.wording import Words
from instrument_share.web.responses.problem import told
from instrument_share.web.templatetags.sentences import label
from instrument_share.web.templatetags.ui import badge
from providers.exchange.domain.sheets.sheet_columns import KINDS
from providers.exchange.services.imports import Outcome

register = template.Library()


@register.filter
def heading(column: str) -> str:
    """Return a column's heading; our own labels are translated."""
    return told("{word}", {"word": column}) if isinstance(column, Words) else column


OUTCOMES = {
    Outcome.NEW: (gettext_lazy("New draft"), "good", "plus"),
    Outcome.UPDATED: (gettext_lazy("Draft updated"), "active", "pencil"),
    Outcome.UNCHANGED: (gettext_lazy("Recorded already, unchanged"), "quiet", "check"),
    Outcome.KEPT: (gettext_lazy("Already submitted or published: left unchanged"), "quiet", "lock"),
    Outcome.REFUSED: (gettext_lazy("Can't be imported"), "bad", "cross"),
}
OF_TERMS = {
    Outcome.NEW: (gettext_lazy("The instrument's first rule"), "good", "plus"),
    Outcome.UPDATED: (gettext_lazy("A new version of the rule"), "active", "pencil"),
    Outcome.UNCHANGED: (gettext_lazy("In force already, unchanged"), "quiet", "check"),
}
OF_NEWS = {
    Outcome.NEW: (gettext_lazy("New"), "good", "plus"),
    Outcome.UPDATED: (gettext_lazy("Text updated"), "active", "pencil"),
}
OUTCOMES_OF: dict[str, Mapping[Outcome, tuple[Any, str, str]]] = {
    "rules": {**OUTCOMES, **OF_TERMS},
    "prices": {**OUTCOMES, **OF_TERMS},
    "news": {**OUTCOMES, **OF_NEWS},
}


@register.simple_tag
def outcome(code: Outcome, kind: str = "instruments") -> SafeString:
    """Return the outcome of a row as a badge."""
    return badge(*OUTCOMES_OF.get(kind, OUTCOMES)[code])


@register.simple_tag
def sheet_kind(name: str) -> str:
    """Return the label of a kind of sheet."""
    return label(KINDS[name].label)
