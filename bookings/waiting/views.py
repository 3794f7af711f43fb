"""Pages of waits: joining and leaving the list, and answers to offers."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST
from rules import has_perm

from bookings.requests.domain.errors import ConditionsChanged
from bookings.requests.forms.booking import get_start
from bookings.requests.selectors.granting import list_things
from bookings.requests.views.common import get_booking_address
from bookings.requests.views.counted import count_by_instrument
from bookings.requests.views.next_steps import describe_new_booking
from bookings.waiting.domain import USUAL_LENGTH, USUAL_SPAN, WaitState, fit_length
from bookings.waiting.forms import WaitForm
from bookings.waiting.selectors import (
    count_waiting_for,
    find_hindrances,
    get_conditions_of_offers,
    get_offer,
    get_open_offer,
    get_wait,
    get_wait_state,
    get_waits_for,
    get_waits_hit_by,
    is_waiting,
    takes_waits,
)
from bookings.waiting.services.entries import waiting_join, waiting_leave
from bookings.waiting.services.offers import offer_accept, offer_decline
from instrument_share.accounts.permissions import require
from instrument_share.journal.addresses import page_address
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval
from instrument_share.web import clock
from instrument_share.web.forms.fields import IntervalForm
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.outcomes import answer_form, redirect_with_message
from instrument_share.web.responses.problem import problems_told
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bilingual, join_sentences, moment, timerange
from providers import public as providers

if TYPE_CHECKING:
    from bookings.requests.domain.pricing import Conditions
    from bookings.requests.models import Booking
    from bookings.requests.selectors.granting import GrantChange
    from bookings.waiting.models import WaitlistEntry, WaitlistOffer
    from instrument_share.accounts.models import User
    from providers.domain import Terms
    from providers.models import Instrument
KEPT_FIELDS = ("payer", "service_mode", "subject", "organization_project", "project", "direction")
"""What the address may name besides a time."""


class WaitRow(NamedTuple):
    """A wait on a page: its state, its open offer, and what the viewer may do with it."""

    entry: "WaitlistEntry"
    state: WaitState
    offer: "WaitlistOffer | None"
    may_answer: bool
    may_leave: bool
    conditions: "Conditions | None"
    """On which an offered time can be accepted, with what is booked together with it."""


def build_wait_rows(viewer: "User", entries: "Iterable[WaitlistEntry]") -> list[WaitRow]:
    """Return waits that `waits` has returned as rows of a page."""
    rows, now = list(entries), clock.now()
    conditions = get_conditions_of_offers(rows, now)
    return [
        WaitRow(
            entry,
            get_wait_state(entry),
            get_open_offer(entry),
            _may_answer(viewer, entry, now),
            not entry.end and has_perm("bookings.leave_waiting", viewer, entry),
            conditions.get(entry.pk),
        )
        for entry in rows
    ]


def _may_answer(viewer: "User", entry: "WaitlistEntry", now: datetime) -> bool:
    offer = get_open_offer(entry)
    return offer is not None and now < offer.answer_by and has_perm("bookings.answer_offer", viewer, entry)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def wait(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Join the waiting list of an instrument; the address may name a time that is taken."""
    require(request.user, "bookings.book")
    now = clock.now()
    instrument = providers.instrument(request.user, public_id)
    time, kept = _read_address(request, now)
    terms = providers.terms_at(instrument.pk, get_start(request.POST) or time.start)
    proposed = kept | _propose(time, terms)
    form = WaitForm(request.POST or None, viewer=request.user, terms=terms, initial=proposed)
    return answer_form(
        request,
        form,
        save=lambda: waiting_join(actor=request.user, instrument_id=instrument.pk, now=now, **form.as_wait()),
        respond=lambda entry: redirect_with_message(request, _joined(request, entry), _my_waiting()),
        template="bookings/waiting/wait.html",
        context=lambda: {
            "instrument": instrument,
            "form": form,
            "count": count_waiting_for(instrument.pk),
            "is_waiting": is_waiting(request.user, instrument.pk),
            **_tell_hindrances(request, instrument, terms, time.start, now),
        },
    )


def _tell_hindrances(
    request: SignedInRequest, instrument: "Instrument", terms: "Terms | None", start: datetime, now: datetime
) -> dict[str, Any]:
    """Return whether the viewer can wait here, and what keeps them from it."""
    if terms is None or not takes_waits(instrument, terms):
        return {"is_possible": False}
    found = find_hindrances(request.user, instrument, terms, start, now)
    return {"is_possible": not found, "hindrances": problems_told(found)}


def _read_address(request: SignedInRequest, now: datetime) -> tuple[Interval, dict[str, Any]]:
    """Return the time that the address names, and what else it does; without one the next usual time."""
    named = IntervalForm({"starts_at": request.GET.get("start"), "ends_at": request.GET.get("end")})
    if not named.is_valid():
        start = now.astimezone(CITY_TIME).replace(minute=0, second=0, microsecond=0) + timedelta(hours=2)
        return Interval(start, start + USUAL_LENGTH), {}
    return named.interval, {name: request.GET[name] for name in KEPT_FIELDS if name in request.GET}


def _propose(time: Interval, terms: "Terms | None") -> dict[str, Any]:
    """Return a week from the start of a time, and its length as far as the rule admits it."""
    length = fit_length(time.length, terms) if terms else time.length
    hours = round(length / timedelta(hours=1), 2)
    return {"starts_at": time.start, "ends_at": time.start + USUAL_SPAN, "hours": f"{hours:g}"}


def _joined(request: SignedInRequest, entry: "WaitlistEntry") -> str:
    offer = get_open_offer(get_wait(request.user, entry.public_id))
    if offer is not None:
        return _("A time is free already: it is held for you until {time}.").format(
            time=moment(offer.answer_by)
        )
    return _("You are on the list. As soon as a time comes free for you, you are told here and by mail.")


@login_required
@require_POST
@idempotent_form
def accept(request: SignedInRequest, booking_id: str) -> HttpResponse:
    """Accept an offered time; one whose cancelling has come to cost something since is shown with that."""
    offer = get_offer(request.user, booking_id)
    try:
        booking = offer_accept(
            actor=request.user,
            booking_id=offer.booking_id,
            now=clock.now(),
            shown=request.POST.get("shown"),
        )
    except ConditionsChanged as error:
        messages.warning(request, join_sentences(one.detail for one in problems_told(error.problems)))
        return HttpResponseRedirect(_my_waiting())
    return redirect_with_message(
        request, _accepted(request, offer.entry, booking), get_booking_address(booking_id)
    )


def _accepted(request: SignedInRequest, entry: "WaitlistEntry", booking: "Booking") -> str:
    if entry.user_id != request.user.pk:
        return _("Accepted on behalf of {user}, who has been told.").format(user=entry.user.name)
    return describe_new_booking(booking)


@login_required
@require_POST
@idempotent_form
def decline(request: SignedInRequest, booking_id: str) -> HttpResponse:
    """Decline an offered time, and wait on."""
    offer = get_offer(request.user, booking_id)
    offer_decline(actor=request.user, booking_id=offer.booking_id, now=clock.now())
    sentence = _("Declined. You stay on the list for other times.")
    if offer.entry.user_id != request.user.pk:
        sentence = _("Declined on behalf of {user}, who has been told and stays on the list.").format(
            user=offer.entry.user.name
        )
    return redirect_with_message(request, sentence, _my_waiting())


@confirmation_view
def leave(request: SignedInRequest, public_id: str) -> Confirmation:
    """Confirm leaving a waiting list."""
    entry = get_wait(request.user, public_id)
    require(request.user, "bookings.leave_waiting", entry)
    lines = [
        _("{instrument}, {time}").format(
            instrument=bilingual(entry.instrument, "name"), time=timerange(entry.wanted)
        ),
        _("You give up your place on the list; if you join again, you start at the end."),
    ]
    if offer := get_open_offer(entry):
        held = timerange(Interval(offer.booking.starts_at, offer.booking.ends_at))
        lines.append(_("{time}, which is held for you, goes to the next.").format(time=held))
    return Confirmation(
        heading=_("Leave the waiting list?"),
        consequences=lines,
        action=_("Leave the list"),
        perform=lambda: waiting_leave(actor=request.user, entry_id=entry.pk, now=clock.now()),
        success=_("You are no longer on the waiting list."),
        back_address=_my_waiting(),
        tone="danger",
    )


def _my_waiting() -> str:
    return page_address("my_waiting")


def describe_waits(instrument_id: int) -> str:
    """Return how many people wait for an instrument that goes out of service, as a sentence."""
    count = count_waiting_for(instrument_id)
    sentence = ngettext(
        "{count} person waits for it: no time is offered while it is out of service. They are told.",
        "{count} people wait for it: no time is offered while it is out of service. They are told.",
        count,
    )
    return sentence.format(count=count) if count else ""


def describe_waits_beside(instrument_ids: Collection[int]) -> list[str]:
    """Return how many people wait for instruments that lack a companion, as a sentence."""
    found = list(get_waits_for(*instrument_ids))
    sentence = ngettext(
        "{count} person waits for an instrument that can't be booked without one that is out of service: no "
        "time is offered until that is back. They are told.",
        "{count} people wait for instruments that can't be booked without one that is out of service: no "
        "time is offered until that is back. They are told.",
        len(found),
    )
    return count_by_instrument(sentence, found)


def describe_waits_hit(changes: "Collection[GrantChange]", now: datetime) -> list[str]:
    """Return how many waits changed rules and new links grant nothing any more, as a sentence."""
    hit = get_waits_hit_by(changes, now)
    found = list_things([*hit.refused, *hit.refused_beside])
    sentence = ngettext(
        "{count} person waits for what the rule no longer grants them: no time that begins then is "
        "offered. They are told.",
        "{count} people wait for what the rule no longer grants them: no time that begins then is offered. "
        "They are told.",
        len(found),
    )
    return count_by_instrument(sentence, found)


def describe_waits_ending(instrument_id: int) -> str:
    """Return how many waits end with an instrument that is retired, as a sentence."""
    count = count_waiting_for(instrument_id)
    sentence = ngettext(
        "{count} person waits for it: the wait ends, and the person is told.",
        "{count} people wait for it: their waits end, and they are told.",
        count,
    )
    return sentence.format(count=count) if count else ""
