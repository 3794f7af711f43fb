"""Say what an instrument lacks before people can book and use it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from instrument_share.kernel.wording import Words, word
from instrument_share.web.responses.problem import told
from instrument_share.web.text.formats import join_sentences
from providers.instruments.domain.choices import InstrumentState
from providers.instruments.domain.states import LIVE
from providers.instruments.templatetags.instruments_ui import InstrumentNotice
from providers.terms.domain.booking_gaps import BookingGap, find_booking_gaps
from providers.terms.selectors.booking_gaps import booking_gaps

register = template.Library()

_PAGES = {BookingGap.KEEPER: "instrument_people", BookingGap.COMPANION: "instrument_together"}
NOT_YET = gettext_noop("It can't be booked yet: {gaps}.")
ONCE_PUBLISHED = gettext_noop("Once published, it still can't be booked: {gaps}.")
BEFORE_PUBLICATION = frozenset({InstrumentState.DRAFT, InstrumentState.SUBMITTED})


@register.filter
def tell_gaps(gaps: Iterable[BookingGap], sentence: str = NOT_YET) -> str:
    """Return what keeps people from booking, and who decides where there is no keeper, which keeps nobody.

    `sentence` is a marked one with {gaps}.
    """
    hindering = tuple(Words(word(gap)) for gap in gaps if gap is not BookingGap.KEEPER)
    told_gaps = [told(sentence, {"gaps": hindering})] if hindering else []
    if BookingGap.KEEPER in gaps:
        told_gaps.append(_("No keeper is named: the unit's managers decide on requests."))
    return join_sentences(told_gaps)


@register.filter
def gaps_of_row(row: Any) -> tuple[BookingGap, ...]:
    """Return the gaps of a published row of `annotate_booking_gaps`."""
    if row.state != InstrumentState.PUBLISHED:
        return ()
    return find_booking_gaps(
        has_rule=row.has_rule,
        has_price=row.has_price,
        has_companions=row.has_companions,
        has_keeper=row.has_keeper,
    )


@register.simple_tag
def gap_address(gap: BookingGap, instrument_id: str) -> str:
    """Return the page on which a manager closes a gap."""
    return reverse(_PAGES.get(gap, "rule_new"), args=[instrument_id])


@register.simple_tag
def gap_action(gap: BookingGap) -> str:
    """Return what the link to that page says."""
    match gap:
        case BookingGap.KEEPER:
            return _("Name keepers")
        case BookingGap.COMPANION:
            return _("Change what is booked together")
    return _("Set its rule and prices")


def get_gap_notice(instrument: Any, now: datetime) -> InstrumentNotice | None:
    """Return a notice of everything that a draft lacks, or of the missing price of a published instrument.

    Of a published one without a rule or a keeper, other notices tell.
    """
    gaps = booking_gaps([instrument.pk], now)[instrument.pk]
    if instrument.state in BEFORE_PUBLICATION and gaps:
        text = tell_gaps(gaps, ONCE_PUBLISHED)
    elif instrument.state in LIVE and BookingGap.PRICE in gaps:
        gaps = (BookingGap.PRICE,)
        text = _("Its rule has no price. Enter one; enter 0 yuan if it is free of charge.")
    else:
        return None
    return InstrumentNotice(text, gap_action(gaps[0]), gap_address(gaps[0], instrument.public_id))
