"""Book an instrument: time, price, problems and the request."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from bookings.projects.domain.budget import get_open_part
from bookings.requests.domain.decision import get_first_deadline
from bookings.requests.domain.errors import BookingRefused
from bookings.requests.domain.waiting import BUDGET_CODE, get_cause, is_worth_waiting
from bookings.requests.forms.booking import BookingForm, describe_again, get_applicant, get_start
from bookings.requests.registry import find_basket_obstacle, has_cheaper_time, is_waiting
from bookings.requests.selectors.admission import find_booking_problems
from bookings.requests.selectors.bookings import find_own_overlaps, get_own_booking
from bookings.requests.selectors.calendar import get_bookable_week
from bookings.requests.selectors.costs import (
    get_conditions,
    get_linked_quotes,
    get_prices,
    get_quote,
)
from bookings.requests.selectors.offers import LONGEST_LOOK, get_free_time
from bookings.requests.selectors.project_budget import get_named_project
from bookings.requests.services.bookings import booking_create
from bookings.requests.views.common import SHOW_PRICE, describe_prices
from bookings.requests.views.next_steps import describe_new_booking
from instrument_share.kernel.interval import Interval
from instrument_share.web import clock
from instrument_share.web.forms.params import parse_day
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.outcomes import redirect_with_message, run_service
from instrument_share.web.responses.problem import problems_told, told
from instrument_share.web.signed_in import SignedInRequest
from providers import public as providers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from instrument_share.accounts.models import User
    from instrument_share.kernel.errors import Problem
    from providers.domain import Terms
    from providers.models import Instrument

NAMED_BESIDE_TIME = ("payer", "service_mode")
NAMED_BY_ADDRESS = {"starts_at": "start", "ends_at": "end", **{name: name for name in NAMED_BESIDE_TIME}}

PURPOSE_FIELDS = ("subject", "organization_project", "project", "direction")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def book(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Request an instrument, or show the price of what is entered so far."""
    now = clock.now()
    instrument = providers.instrument(request.user, public_id)
    named = get_named_values(request, instrument)
    is_sent = request.method == "POST" and SHOW_PRICE not in request.POST
    terms = get_form_terms(instrument, get_start(request.POST or named) or now)
    form = BookingForm(
        request.POST if is_sent else None,
        initial=request.POST.dict() or named,
        viewer=request.user,
        terms=terms,
    )
    is_complete = is_sent and form.is_valid()
    if is_sent:
        booking = run_service(
            form,
            lambda: booking_create(
                actor=request.user,
                instrument_id=instrument.pk,
                now=now,
                shown=request.POST.get("shown"),
                **form.as_request(),
            ),
        )
        if booking is not None:
            return redirect_with_message(
                request, describe_new_booking(booking), reverse("booking", args=[booking.public_id])
            )
    # A form that only lacks the subject shows what else is wrong beside its price.
    is_refused = is_sent and (is_complete or not form.is_priceable())
    return show_booking_form(request, instrument, terms, form, now, is_refused=is_refused)


def show_booking_form(
    request: SignedInRequest,
    instrument: "Instrument",
    terms: "Terms | None",
    form: BookingForm,
    now: datetime,
    *,
    is_refused: bool = True,
) -> HttpResponse:
    """Show the form with the price and the problems of what is entered."""
    obstacle = find_basket_obstacle(request.user, instrument.pk)
    context: dict[str, Any] = {
        "instrument": instrument,
        "terms": terms,
        "form": form,
        "is_refused": is_refused,
        "basket_full": told(obstacle.message, obstacle.params) if obstacle else "",
        "week": get_bookable_week(request.user, instrument, now, parse_day(request.GET.get("day", ""))),
    }
    entered = BookingForm(form.get_values(), viewer=request.user, terms=terms)
    context |= _get_quote(request, instrument, terms, entered, now)
    return render(request, "bookings/requests/book.html", context, status=422 if form.is_bound else 200)


def get_form_terms(instrument: "Instrument", start: datetime) -> "Terms | None":
    """Return the terms whose choices the form has: those in force at the start, else the first that begin.

    None where there is no rule at all. Where none is in force then, admission says so.
    """
    in_force = providers.terms_at(instrument.pk, start)
    if in_force is not None:
        return in_force
    coming = providers.terms_versions([instrument.pk]).get(instrument.pk, [])
    return min(coming, key=lambda one: (one.applies_from, -one.version), default=None)


def get_named_values(request: SignedInRequest, instrument: "Instrument") -> dict[str, Any]:
    """Return what the address names: a time as from a calendar, from a proposal also payer and service.

    `like` names an earlier booking of one's own, for the same once more at another time.
    """
    named = {name: request.GET[key] for name, key in NAMED_BY_ADDRESS.items() if key in request.GET}
    if "like" not in request.GET:
        return named
    like = get_own_booking(request.user, instrument.pk, request.GET["like"])
    return named if like is None else {**describe_again(like), **named}


@login_required
@require_safe
def quote(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Show the price and all problems while the request is being filled in (htmx)."""
    now = clock.now()
    instrument = providers.instrument(request.user, public_id)
    terms = get_form_terms(instrument, get_start(request.GET) or now)
    form = BookingForm(request.GET, viewer=request.user, terms=terms)
    context = {"instrument": instrument, **_get_quote(request, instrument, terms, form, now)}
    return render(request, "bookings/requests/quote.html", context)


def _get_quote(
    request: SignedInRequest,
    instrument: "Instrument",
    terms: "Terms | None",
    form: BookingForm,
    now: datetime,
) -> dict[str, Any]:
    """Return the price and the problems of what is entered; without a price what is wrong in its fields."""
    if terms is None:
        return {}
    if not form.is_priceable():
        return {"problems": [{"detail": text} for text in form.get_entry_errors()]}
    return _priced(request, instrument, terms, form, now)


def _priced(
    request: SignedInRequest, instrument: "Instrument", terms: "Terms", form: BookingForm, now: datetime
) -> dict[str, Any]:
    entered = form.as_request()
    facts = {name: entered[name] for name in ("interval", "service_mode", "samples")}
    facts["payer_organization"] = form.payer_organization
    problems = find_booking_problems(
        request.user,
        instrument,
        subject=entered["subject"] or "-",
        project=form.named_project,
        now=now,
        **facts,
    )
    instead = _find_next_time(request.user, instrument, form, now, problems) if problems else None
    refusal = {
        "problems": problems_told(problems),
        "instead": instead,
        "asked_for": urlencode({name: form.data.get(name, "") for name in NAMED_BESIDE_TIME}),
        "is_other_length": instead is not None and instead.length != form.interval.length,
    }
    linked_ids = providers.linked_ids(instrument.pk)
    try:
        price = get_quote(request.user, instrument, **facts)
    except BookingRefused:  # no rule is in force then, as the problems say
        return refusal
    linked = get_linked_quotes(request.user, linked_ids, **facts)
    conditions = get_conditions(get_prices(instrument, price, linked), form.interval, now)
    terms_of_all = providers.terms_in_force([instrument.pk, *linked_ids], form.interval.start)
    return {
        "interval": form.interval,
        "own_overlaps": find_own_overlaps(
            request.user,
            form.interval,
            instrument_ids=[instrument.pk, *linked_ids],
            problems=problems,
        ),
        "decide_by": get_first_deadline(now, form.interval.start, terms_of_all.values()),
        **describe_prices(price, linked),
        "cancel_yuan": conditions.cancel_yuan,
        "shown": conditions.to_text(),
        **refusal,
        "may_wait": is_worth_waiting(
            problems,
            facts["service_mode"],
            terms,
            lambda: _has_cheaper_time(request.user, instrument, form, now),
        ),
        "is_waiting": bool(problems) and is_waiting(request.user, instrument.pk),
        "wait_query": _get_wait_query(form),
        "terms": terms,
    }


def _has_cheaper_time(viewer: "User", instrument: "Instrument", form: BookingForm, now: datetime) -> bool:
    project, applicant = form.named_project, get_applicant(viewer, form.data)
    if project is None or applicant is None:
        return False
    return has_cheaper_time(project, applicant, instrument, form.interval, now)


def _get_wait_query(form: BookingForm) -> str:
    """Return what was entered, for the form that joins the waiting list."""
    values = {key: form.data.get(name, "") for name, key in NAMED_BY_ADDRESS.items()}
    return urlencode(values | {name: form.data.get(name, "") for name in PURPOSE_FIELDS})


def _find_next_time(
    viewer: "User",
    instrument: "Instrument",
    form: BookingForm,
    now: datetime,
    problems: "Sequence[Problem]",
) -> Interval | None:
    """Return the first bookable time from the entered start on, for this payer, mode of service and project.

    It is as long as what was entered, or as near to that as the first time of all where none is so long. None
    where nothing is bookable, where the time is not what is wrong, and where its price is beyond the budget.
    """
    begin = max(form.interval.start, now)
    ahead = _limit_to_project(viewer, form, Interval(begin, begin + LONGEST_LOOK))
    if ahead is None or any(get_cause(one) == BUDGET_CODE for one in problems):
        return None
    free = get_free_time([instrument], ahead, now, get_applicant(viewer, form.data))
    found = free.first_of_length(instrument.pk, ahead, form.interval.length)
    if found is None and (offer := free.first_offer(instrument.pk, ahead)):
        found = offer.get_nearest(form.interval.length)
    return None if found == form.interval else found


def _limit_to_project(viewer: "User", form: BookingForm, ahead: Interval) -> Interval | None:
    """Return the part of the time ahead in which a booking may name the entered project, if it names one."""
    if form.named_project is None:
        return ahead
    payer = form.payer_organization
    named = get_named_project(
        form.named_project, viewer=viewer, user=viewer, payer_organization=payer, moved_bookings=()
    )
    return get_open_part(named, ahead)
