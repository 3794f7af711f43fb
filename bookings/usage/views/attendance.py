"""Keepers' actions: approve or reject requests, check in and out."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event
from rules import has_perm

from bookings.requests.domain.decision import is_decided_too_late
from bookings.requests.domain.errors import BookingRefused, DecisionOverdue, NoRequestChosen
from bookings.requests.domain.states import MOVES, BookingState
from bookings.requests.selectors.bookings import bookings, get_booking
from bookings.requests.selectors.companions import get_companions, get_companions_of_each
from bookings.requests.services.deciding import booking_approve, booking_reject, requests_decide
from bookings.requests.views.common import (
    describe_cancelled_too,
    get_booking_address,
    get_booking_for,
    get_permitted_booking,
    get_return_address,
    require_keeper,
)
from bookings.usage.forms.usage import CheckOutForm
from bookings.usage.selectors.amounts import calculate_use, propose_end_of
from bookings.usage.services.attendance import booking_check_in, booking_check_out
from bookings.usage.services.notifications import is_recorded_by_user
from instrument_share.journal.addresses import page_address
from instrument_share.kernel.errors import Conflict, DomainError
from instrument_share.kernel.interval import Interval
from instrument_share.kernel.states import require_transition
from instrument_share.web import clock
from instrument_share.web.forms.fields import ReasonForm, RefusalForm
from instrument_share.web.forms.params import parse_number
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.outcomes import redirect_with_message, run_service
from instrument_share.web.responses.problem import told
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bilingual, hours, timerange, yuan

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from bookings.requests.models import Booking
    from bookings.usage.models import UsageLog
    from bookings.usage.selectors.amounts import Use
    from instrument_share.accounts.models import User
    from instrument_share.kernel.errors import Problem


@login_required
@require_POST
@idempotent_form
def decide_many(request: SignedInRequest) -> HttpResponse:
    """Approve the chosen requests, or ask for the reason with which they are declined.

    Where nothing is left to decide, or one is refused, the desk says why and shows what waits now.
    """
    require_keeper(request.user)
    desk, now = page_address("keeper"), clock.now()
    try:
        seen = _read_choice(request.POST.getlist("booking"))
        chosen = _chosen_requests(request.user, seen, now)
        if request.POST.get("decision") != "approve":
            numbers = [("booking", one.public_id) for one in chosen]
            return HttpResponseRedirect(f"{reverse('requests_decline')}?{urlencode(numbers)}")
        number = requests_decide(
            actor=request.user,
            booking_ids=[one.pk for one in chosen],
            revisions={one.pk: seen[one.public_id] for one in chosen},
            approve=True,
            now=now,
        )
    except BookingRefused:
        messages.warning(
            request,
            _("Nothing was approved: a request for an instrument out of service can only be declined."),
        )
        return HttpResponseRedirect(desk)
    except Conflict as error:
        messages.warning(request, told(error.message, error.params))
        return HttpResponseRedirect(desk)
    sentence = ngettext("%(count)s request approved.", "%(count)s requests approved.", number)
    if gone := len(seen) - number:
        more = ngettext(
            "%(count)s no longer waited for a decision.", "%(count)s no longer waited for a decision.", gone
        )
        messages.warning(request, more % {"count": gone})
    return redirect_with_message(request, sentence % {"count": number}, desk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def decline_many(request: SignedInRequest) -> HttpResponseBase:
    """Ask for the reason with which the chosen requests are declined; back to the desk where none is left."""
    try:
        return _decline(request)
    except (NoRequestChosen, DecisionOverdue) as error:
        messages.warning(request, told(error.message, error.params))
        return HttpResponseRedirect(page_address("keeper"))


@confirmation_view
def _decline(request: SignedInRequest) -> Confirmation:
    require_keeper(request.user)
    seen = _read_choice(request.GET.getlist("booking"))
    chosen = _chosen_requests(request.user, seen, clock.now())
    together = get_companions_of_each(chosen)
    shown = urlencode([("booking", f"{one.public_id}:{one.revision}") for one in chosen])
    form = ReasonForm(
        request.POST if request.method == "POST" else None,
        help_text=_("The users can read it. Say what would make the bookings possible."),
    )
    heading = ngettext("Decline %(count)s request?", "Decline %(count)s requests?", len(chosen))
    success = ngettext("%(count)s request declined.", "%(count)s requests declined.", len(chosen))
    return Confirmation(
        heading=heading % {"count": len(chosen)},
        consequences=[
            *(
                line
                for one in chosen
                for line in (_describe_request(one), *describe_cancelled_too(together[one.pk]))
            ),
            _("The times are free for others at once, and each user is told, with your reason."),
        ],
        action=_("Decline with this reason"),
        perform=lambda: requests_decide(
            actor=request.user,
            booking_ids=[one.pk for one in chosen],
            revisions={one.pk: seen[one.public_id] for one in chosen},
            approve=False,
            now=clock.now(),
            **form.cleaned_data,
        ),
        success=success % {"count": len(chosen)},
        back_address=page_address("keeper"),
        action_address=f"{request.path}?{shown}",
        form=form,
        tone="danger",
    )


def _describe_request(booking: "Booking") -> str:
    time = timerange(Interval(booking.starts_at, booking.ends_at))
    return f"{time} · {booking.user.name} · {bilingual(booking.instrument, 'name')}"


def _read_choice(values: "Iterable[str]") -> dict[str, int | None]:
    """Return which requests were chosen, each with the revision that the page showed, if any."""
    parts = (value.partition(":") for value in values)
    return {number: parse_number(revision) for number, _colon, revision in parts}


def _chosen_requests(user: "User", numbers: "Collection[str]", now: "datetime") -> "list[Booking]":
    """Return those of the chosen bookings that still wait for a decision.

    Raises NoRequestChosen, and DecisionOverdue where it is too late for all of them.
    """
    chosen = bookings(user).filter(public_id__in=numbers, state=BookingState.REQUESTED)
    found = list(chosen.select_related("user", "instrument").order_by("decide_by", "pk"))
    if not found:
        raise NoRequestChosen
    in_time = [one for one in found if not is_decided_too_late(one.decide_by, now)]
    if not in_time:
        raise DecisionOverdue(deadline=found[0].decide_by)
    return in_time


@login_required
@require_POST
@idempotent_form
def approve(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Approve a request; htmx gets the decided row, others return to where they came from.

    The page around the row hears of it by the event `booking-approved`, to renew its figures. The row has
    status 201, since `idempotent_form` takes 200 for a form with mistakes and rolls back.
    """
    found = get_booking(request.user, public_id)
    revision = parse_number(request.POST.get("revision", ""))
    approved = booking_approve(actor=request.user, booking_id=found.pk, now=clock.now(), revision=revision)
    if request.htmx:
        row = render(request, "bookings/requests/parts/decided.html", {"booking": approved}, status=201)
        return trigger_client_event(row, "booking-approved")
    sentence = _("Approved. {user} has been told.").format(user=found.user.name)
    return redirect_with_message(
        request, sentence, get_return_address(request, get_booking_address(public_id))
    )


@confirmation_view
def reject(request: SignedInRequest, public_id: str) -> Confirmation:
    """Confirm rejecting the request that the page shows, with a reason."""
    is_sent = request.method == "POST"
    get = get_permitted_booking if is_sent else get_booking_for
    found = get(request.user, public_id, "reject")
    form = RefusalForm(
        request.POST if is_sent else None,
        seen=str(found.revision),
        help_text=_("The user can read it. Say what would make the booking possible."),
    )
    return Confirmation(
        heading=_("Decline this request?"),
        consequences=[
            _describe_request(found),
            _("The time is free for others at once."),
            *describe_cancelled_too(get_companions(found)),
            _("{user} is told, with your reason.").format(user=found.user.name),
        ],
        action=_("Decline with this reason"),
        perform=lambda: booking_reject(
            actor=request.user,
            booking_id=found.pk,
            now=clock.now(),
            reason=form.cleaned_data["reason"],
            revision=parse_number(request.POST.get("seen", "")),
        ),
        success=_("Declined. {user} has been told why, and the time is free.").format(user=found.user.name),
        back_address=get_booking_address(public_id),
        next_address=get_return_address(request, get_booking_address(public_id)),
        form=form,
        tone="danger",
    )


@login_required
@require_POST
@idempotent_form
def check_in(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Check the user of a booking in."""
    found = get_booking(request.user, public_id)
    booking_check_in(actor=request.user, booking_id=found.pk, now=clock.now())
    sentence = _("{user} is checked in. Check them out when they are done.").format(user=found.user.name)
    return redirect_with_message(
        request, sentence, get_return_address(request, get_booking_address(public_id))
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def check_out(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Check a use out: when it ended, the amount that follows, and its log once that has been shown."""
    now = clock.now()
    found = get_permitted_booking(request.user, public_id, "check_out")
    proposed = propose_end_of(found, now).replace(second=0)
    is_sent = request.method == "POST"

    def calculate(**times: Any) -> "Use":
        require_transition(MOVES, found.state, "check_out")
        return calculate_use(found, now=now, **times)

    def find_problems(times: "Mapping[str, Any]") -> "Sequence[Problem]":
        try:
            calculate(**times)
        except DomainError as refused:
            return refused.problems
        return ()

    form = CheckOutForm(
        request.POST if is_sent else None,
        initial={"ends_at": proposed, "samples": found.samples, "content": found.subject},
        find_problems=find_problems,
    )
    use = run_service(form, lambda: calculate(**form.times)) if is_sent else calculate(ends_at=proposed)
    shown = use and use.to_text()
    if use and request.POST.get("shown") == shown:
        log = run_service(
            form, lambda: booking_check_out(actor=request.user, booking_id=found.pk, now=now, **form.facts)
        )
        if log is not None:
            is_readable = has_perm("bookings.correct_usage", request.user, log)
            otherwise = reverse("usage_log", args=[log.public_id]) if is_readable else page_address("me")
            return redirect_with_message(request, _recorded(log), get_return_address(request, otherwise))
    context = {"booking": found, "form": form, "now": now, "use": use, "shown": shown}
    return render(request, "bookings/usage/check_out.html", context, status=422 if form.errors else 200)


def _recorded(log: "UsageLog") -> str:
    sentence = (
        _("Checked out: {hours} effective, {amount}. Somebody else at the unit confirms it.")
        if is_recorded_by_user(log)
        else _("Checked out: {hours} effective, {amount}. {user} is asked to confirm it.")
    )
    return sentence.format(
        hours=hours(timedelta(seconds=log.effective_seconds)),
        amount=yuan(log.amount_yuan),
        user=log.user.name,
    )
