"""Template tags for editing terms: prices and how they changed."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.requests.domain.price_examples import PriceExample
from instrument_share.kernel.wording import Sentence, word
from instrument_share.web.responses.problem import told
from instrument_share.web.templatetags.ui import badge
from instrument_share.web.text import formats
from providers.domain import Price, PriceChange, PriceTableRow, RuleState, Standing, condition_sentences

register = template.Library()

MONDAY = date(2024, 1, 1)


@register.simple_tag
def price_change(change: PriceChange | PriceExample) -> SafeString:
    """Show how a price differs from the one before, in words and with a sign."""
    if change.after is None:
        return badge(_("left out"), "quiet", "minus")
    if change.before is None:
        return badge(_("new"), "active", "plus")
    if change.before == change.after:
        return badge(_("unchanged"), "quiet", "check")
    if change.share is None:
        return badge(_("no longer free of charge"), "waiting", "plus")
    if change.share > 0:
        return badge(f"+{formats.percent(change.share)}", "waiting", "plus")
    return badge(f"−{formats.percent(-change.share)}", "good", "minus")


RULE_STATES = {
    RuleState.IN_FORCE: (gettext_lazy("In force"), "good", "check"),
    RuleState.COMING: (gettext_lazy("Still to come"), "waiting", "clock"),
    RuleState.OVER: (gettext_lazy("Over"), "quiet", "minus"),
    RuleState.WITHDRAWN: (gettext_lazy("Withdrawn"), "quiet", "cross"),
}


@register.simple_tag
def rule_state(standing: Standing) -> SafeString:
    """Show what has become of a version of a rule."""
    if standing.state is RuleState.OVERTAKEN:
        replaced = _("Replaced by version {version}").format(version=standing.overtaken_by)
        return badge(replaced, "quiet", "minus")
    words, tone, icon = RULE_STATES[standing.state]
    return badge(words, tone, icon)


@register.filter
def price_line(price: Price) -> str:
    """Return for whom, for which service and when a price applies."""
    return told("{for}", {"for": condition_sentences(price)}) or _("everybody")


@register.filter
def price_unit(price: Price) -> str:
    """Return the unit by which a price is charged."""
    return told(word(price.unit), {})


@register.filter
def in_short(sentences: Iterable[Sentence]) -> str:
    """Join sentences in one line."""
    return formats.join_sentences(told(one.message, one.params) for one in sentences)


@register.filter
def month_name(first: date) -> str:
    """Return the month's name: `3 月`, `March`."""
    return date_format(first, "F") if formats.in_english() else f"{first.month} 月"


@register.simple_tag
def weekday_short(number: str) -> str:
    """Return the weekday's short name, `一` or `Mo`, for the narrow columns of a month."""
    word = formats.weekday(MONDAY + timedelta(days=int(number)))
    return word[:2] if formats.in_english() else word[-1]


def describe_price_conditions(row: PriceTableRow) -> str:
    """Return the services and times for which a row of the price list applies."""
    modes = tuple(word(line.service_mode) for line in row.lines if line.service_mode is not None)
    times = condition_sentences(replace(row.line, service_mode=None))
    return told("{for}", {"for": (*modes, *times)}) or _("any service, any time")


@register.simple_tag
def day_bar(hours: Sequence[bool], words: str) -> SafeString:
    """Draw a day as 48 half hours, open ones light; `words` is the label for screen readers."""
    cells = format_html_join("", '<span class="time-{}"></span>', (("open" if h else "free",) for h in hours))
    return format_html('<div class="day-bar" role="img" aria-label="{}">{}</div>', words, cells)
