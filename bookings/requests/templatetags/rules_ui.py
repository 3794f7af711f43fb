"""Parts of the page on which terms are entered: what a price is for, and how it differs from before."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from bookings.requests.domain.price_examples import PriceExample
from instrument_share.kernel.wording import Sentence, word
from instrument_share.web import formats
from instrument_share.web.problem import told
from instrument_share.web.templatetags.ui import badge
from providers.domain import Price, PriceChange, PriceTableRow, condition_sentences

register = template.Library()

MONDAY = date(2024, 1, 1)


@register.simple_tag
def price_change(change: PriceChange | PriceExample) -> SafeString:
    """How a price differs from the one before, in words beside a sign that does not need colour."""
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


@register.filter
def price_line(price: Price) -> str:
    """For whom, for which service and when a price is."""
    return told("{for}", {"for": condition_sentences(price)}) or _("everybody")


@register.filter
def price_unit(price: Price) -> str:
    """By what a price is charged."""
    return told(word(price.unit), {})


@register.filter
def in_short(sentences: Iterable[Sentence]) -> str:
    """Sentences as one line."""
    return (" " if formats.in_english() else "").join(told(one.message, one.params) for one in sentences)


@register.filter
def month_name(first: date) -> str:
    """`3 月`, `March`."""
    return date_format(first, "F") if formats.in_english() else f"{first.month} 月"


@register.simple_tag
def weekday_short(number: str) -> str:
    """`一`, `Mo`, for the narrow columns of a month."""
    word = formats.weekday(MONDAY + timedelta(days=int(number)))
    return word[:2] if formats.in_english() else word[-1]


def price_conditions(row: PriceTableRow) -> str:
    """The services of a row of the price list, and when it applies."""
    modes = tuple(word(line.service_mode) for line in row.lines if line.service_mode is not None)
    times = condition_sentences(replace(row.line, service_mode=None))
    return told("{for}", {"for": (*modes, *times)}) or _("any service, any time")


@register.simple_tag
def day_bar(hours: Sequence[bool], words: str) -> SafeString:
    """A day as 48 half hours, open ones light, from left to right; said to who does not see it."""
    cells = format_html_join("", '<span class="time-{}"></span>', (("open" if h else "free",) for h in hours))
    return format_html('<div class="day-bar" role="img" aria-label="{}">{}</div>', words, cells)
