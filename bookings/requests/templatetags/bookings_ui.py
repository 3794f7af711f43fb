"""Template tags of bookings: steps, facts and prices."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import segno
from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from rules import has_perm

from bookings.requests.domain import labels
from bookings.requests.domain.choices import Direction
from bookings.requests.domain.offers import Offer
from bookings.requests.domain.states import CANCELLABLE_STATES, BookingState
from bookings.requests.keys import get_check_in_code
from bookings.requests.reports import describe_price_line
from bookings.requests.selectors.admission import find_out_of_service, find_requester_problems, is_in_service
from bookings.requests.selectors.companions import find_overdue, get_companions, get_next_to_decide
from bookings.requests.selectors.costs import get_cancel_cost, get_move_deadline
from bookings.requests.selectors.project_budget import find_unusable_project
from instrument_share.journal.addresses import page_address
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import in_hours
from instrument_share.kernel.wording import word
from instrument_share.web import clock
from instrument_share.web.responses.problem import problems_told
from instrument_share.web.templatetags.ui import facts
from instrument_share.web.text import formats
from instrument_share.web.text.labels import get_step_of_end, label
from providers import public as providers
from providers.domain import ServiceMode, UserKind

register = template.Library()
register.filter("in_service", is_in_service)
register.filter("is_public", providers.is_public)


@register.filter
def input_moment(instant: datetime) -> str:
    """Return the city's date and time as an input of the browser holds them: `2026-03-05T14:00`."""
    return f"{instant.astimezone(CITY_TIME):%Y-%m-%dT%H:%M}"


@register.simple_tag
def book_at(instrument: Any, offer: Offer) -> str:
    """Return the address of the booking form with the shortest time of an offer filled in."""
    query = urlencode({"start": input_moment(offer.start), "end": input_moment(offer.first_end)})
    return f"{reverse('book', args=[instrument.public_id])}?{query}"


@register.filter
def action_word(action: str) -> str:
    """Return the label of a journal action, or its code if it has none."""
    return _(labels.ACTIONS[action]) if action in labels.ACTIONS else action


@register.filter
def who(entry: Any) -> str:
    """Return who made the entry: a person, at a device, at a kiosk or neither, or the platform."""
    if device := entry.details.get("device"):
        return _("{person}, by device {device}").format(person=entry.who, device=device)
    if kiosk := entry.details.get("kiosk"):
        return _("{person}, at kiosk {kiosk}").format(person=entry.who, kiosk=kiosk)
    return entry.who if entry.actor_id else _("the platform")


@register.filter
def seconds(number: int | None) -> str:
    """Format seconds as hours in the reader's language."""
    return formats.hours(None if number is None else timedelta(seconds=number))


@register.filter
def seconds_figure(number: int) -> str:
    """Format seconds as hours with two decimals, for a column whose head says what they are."""
    return f"{in_hours(number):,}"


@register.inclusion_tag("bookings/requests/parts/price.html")
def price(lines: Iterable[Mapping[str, str]], total: Decimal) -> dict[str, Any]:
    """Show the frozen lines of a price and their sum."""
    return {
        "lines": [(describe_price_line(line), Decimal(line["amount_yuan"])) for line in lines],
        "total": total,
    }


@register.inclusion_tag("instrument_share/ui/steps.html")
def booking_steps(booking: Any) -> dict[str, Any]:
    """Show requested → approved → in use → completed, or the state in which the booking ended."""
    return {"entries": list(_steps(booking))}


ENDED_STATES = frozenset(
    {BookingState.REJECTED, BookingState.CANCELLED, BookingState.LAPSED, BookingState.NO_SHOW}
)


STEP_BY_STATE = {
    BookingState.OFFERED: -1,
    BookingState.REQUESTED: 0,
    BookingState.APPROVED: 1,
    BookingState.IN_USE: 2,
    BookingState.COMPLETED: 4,
}
"""Which step a booking is at; all of them are behind a completed one."""


def _steps(booking: Any) -> Iterable[tuple[str, str, str]]:
    decided = booking.decided_at if booking.decide_by else booking.requested_at
    instants = [booking.requested_at, decided, booking.checked_in_at, booking.checked_out_at]
    words = [
        _("Request made"),
        *(str(label("booking", code).text) for code in ("approved", "in_use", "completed")),
    ]
    if booking.state in ENDED_STATES:
        refused = booking.state in {BookingState.REJECTED, BookingState.LAPSED} or decided is None
        for at in range(1 if refused else 2):
            yield words[at], "done", formats.moment(instants[at])
        ended = booking.ended_at or booking.starts_at
        shown = label("booking", booking.state)
        yield str(shown.text), get_step_of_end(shown), formats.moment(ended)
        return
    here = STEP_BY_STATE[BookingState(booking.state)]
    is_asked = booking.state == BookingState.REQUESTED
    first = (get_next_to_decide(booking) if is_asked else None) or booking
    notes = {
        BookingState.REQUESTED: _("answer by {time}").format(time=formats.moment(first.decide_by)),
        BookingState.APPROVED: _("for {time}").format(time=formats.moment(booking.starts_at)),
        BookingState.IN_USE: _("since {time}").format(time=formats.moment(booking.checked_in_at)),
    }
    for at, text in enumerate(words):
        if at < here:
            yield text, "done", formats.moment(instants[at])
        elif at == here:
            yield text, "now", notes.get(BookingState(booking.state), "")
        else:
            yield text, "next", ""


@register.inclusion_tag("bookings/requests/parts/deadlines.html")
def deadlines(booking: Any, viewer: Any) -> dict[str, Any]:
    """Show the booking's user until when it may be moved, and until when cancelled without charge.

    Who may move it at all is told where its project, what its user may book, or an instrument out of service
    keeps it from being moved; and the unit, where an overdue request for what is booked with it does.
    """
    now = clock.now()
    may_move = booking.state in CANCELLABLE_STATES and has_perm("bookings.cancel", viewer, booking)
    unusable_project = find_unusable_project(booking) if may_move else None
    problems = find_requester_problems(booking, now) if may_move else []
    companions = get_companions(booking) if may_move else []
    out_of_service = find_out_of_service([booking, *companions]) if may_move else None
    is_kept = bool(unusable_project or problems or out_of_service)
    obstacles = {
        "is_kept": is_kept,
        "unusable_project": unusable_project,
        "out_of_service": out_of_service,
        "overdue": find_overdue(companions, now) if viewer.pk != booking.user_id else None,
        "may_not_book": formats.join_sentences(one.detail for one in problems_told(problems)),
        "user": booking.user,
    }
    is_answered_for = booking.user_id == viewer.pk and not booking.planned_by_unit
    if not is_answered_for or booking.state not in CANCELLABLE_STATES:
        return {"is_own": False, **obstacles}
    return {
        "is_own": True,
        **obstacles,
        "is_waiting": booking.state == BookingState.REQUESTED,
        "move_until": None if is_kept else get_move_deadline(viewer, booking),
        "cost": get_cancel_cost(viewer, booking, now),
        "now": now,
    }


@register.simple_tag
def check_in_code(booking: Any) -> SafeString:
    """Return a QR code of the page on which the keeper checks the user in and out."""
    code = get_check_in_code(booking)
    address = settings.SITE_URL + page_address("booking_arrival", booking.public_id, code)
    return qr_code(address, _("Check-in code of booking {number}").format(number=booking.public_id))


@register.simple_tag
def qr_code(address: str, words: str) -> SafeString:
    """Return an address as a QR code; `words` say what it is."""
    picture = segno.make(address, error="m").svg_data_uri(scale=4, border=2, light="#fff")
    return format_html(
        '<img class="check-in-code" src="{}" width="180" height="180" alt="{}">', picture, words
    )


@register.simple_tag
def check_in_typed(booking: Any) -> str:
    """Return the code that is typed where nothing reads a QR code."""
    return get_check_in_code(booking)


@register.inclusion_tag("instrument_share/ui/facts.html")
def booking_facts(booking: Any) -> dict[str, Any]:
    """Show the booking's number, subject, user, payer and service."""
    return facts(
        [
            (_("Number"), booking.public_id),
            (_("Subject of the measurement"), booking.subject),
            (_("User"), booking.user.name),
            (_("Payer"), payer(booking)),
            (_("Kind of user"), capfirst(_(word(UserKind(booking.user_kind))))),
            (_("Way of service"), capfirst(_(word(ServiceMode(booking.service_mode))))),
            (_("Direction"), _(word(Direction(booking.direction)))),
            (_("Project"), booking.project),
            (_("Number of samples"), booking.samples or ""),
        ]
    )


@register.filter
def payer(subject: Any) -> str:
    """Return who pays for a booking or a use: an organization, or the person."""
    if subject.payer_organization is not None:
        return formats.bilingual(subject.payer_organization, "name")
    return str(subject.payer_person.name)
