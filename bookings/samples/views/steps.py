"""Pages that ask before the next step of a sample order."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from bookings.requests.selectors.admission import is_in_service
from bookings.requests.selectors.calendar import get_bookable_week, get_calendar_events
from bookings.requests.views.common import get_shown_interval
from bookings.samples.domain.choices import Afterwards, SampleFileKind
from bookings.samples.domain.deadlines import ACCEPT_WITHIN, COLLECT_WITHIN, HAND_IN_WITHIN
from bookings.samples.domain.errors import AlreadyPlanned, NotMeasured, QuoteChanged
from bookings.samples.domain.quote import has_own_prices
from bookings.samples.domain.states import Progress, SampleOrderState, get_next_state
from bookings.samples.forms import ClosingForm, PhotosForm, QuoteForm, ReceiptForm, ReportForm
from bookings.samples.selectors import (
    ASKS_RULE,
    LEADS_TO_USE,
    PERMISSIONS,
    get_order,
    get_order_applicant,
    get_order_progress,
    is_resting,
    order_samples,
    require_samples_taken,
    require_time_granted,
    require_use_possible,
)
from bookings.samples.services.files import MOST_AT_ONCE, get_room, sample_order_report, sample_photos_add
from bookings.samples.services.handling import (
    calculate_quote,
    sample_order_close,
    sample_order_quote,
    sample_order_receive,
    sample_order_reject,
)
from bookings.samples.services.notifications import describe_charge
from bookings.samples.services.orders import sample_order_accept, sample_order_cancel
from bookings.samples.services.planning import sample_order_plan
from instrument_share.accounts.permissions import require
from instrument_share.web import clock
from instrument_share.web.forms.fields import IntervalForm, ReasonForm
from instrument_share.web.forms.params import parse_day
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.outcomes import redirect_with_message, run_service
from instrument_share.web.responses.problem import told
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import moment, timerange, yuan
from providers import public as providers
from providers.domain import UserKind

if TYPE_CHECKING:
    from bookings.samples.models import SampleOrder


TYPED = {"quote", "cancel", "reject", "receive", "report", "close"}
"""Steps whose page has something to type."""


def _order_for(request: SignedInRequest, public_id: str, move: str) -> "SampleOrder":
    """Return the order if the viewer may do this now. Raises NotFound, Forbidden, IllegalMove.

    What was typed and sent is refused by the service, so that the form comes back with it.
    """
    found = get_order(request.user, public_id)
    require(request.user, PERMISSIONS[move], found)
    if request.method == "POST" and move in TYPED:
        return found
    get_next_state(found.state, move)
    if move in LEADS_TO_USE:
        require_use_possible(found)
    if move in ASKS_RULE:
        require_samples_taken(found, clock.now())
    return found


def _order_to_plan(request: SignedInRequest, public_id: str, now: datetime) -> "SampleOrder":
    """Return the order if the viewer may plan it now, and admission may grant a time."""
    found = _order_for(request, public_id, "plan")
    if get_order_progress(found) != Progress.TO_PLAN:
        raise AlreadyPlanned
    require_time_granted(found, now)
    return found


def _sent(request: SignedInRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _address(order: "SampleOrder") -> str:
    return reverse("sample_order", args=[order.public_id])


@confirmation_view
def quote(request: SignedInRequest, public_id: str) -> Confirmation:
    """Quote a price, once the amount that it comes to has been shown."""
    found, now = _order_for(request, public_id, "quote"), clock.now()
    terms = providers.terms_at(found.instrument_id, now)
    names_prices = terms is not None and has_own_prices(terms, UserKind(found.user_kind))
    form = QuoteForm(
        _sent(request),
        names_prices=names_prices,
        initial={"hours": found.quoted_hours, "report_days": found.report_days, "note": found.quote_note},
    )
    entered = form.as_quote() if form.is_valid() else {}
    price = {name: value for name, value in entered.items() if name != "note"}
    quoted = run_service(form, lambda: calculate_quote(found, now=now, **price)) if price else None
    amount = f"{quoted.total}" if quoted else ""
    is_replaced = request.GET.get("quote", "") != found.quote_version  # the service refuses that
    return Confirmation(
        heading=_("Quote a price"),
        consequences=[
            _("The rule has no price for samples: enter one per sample, per hour or per use.")
            if names_prices
            else _("Prices are those of the rule in force; you estimate only the hours."),
            _("Once it is accepted the amount stays, however long the measuring takes."),
            _tell_of_accepting(found),
        ],
        action=_("Send the quote") if quoted else _("Show the amount"),
        perform=lambda: sample_order_quote(
            actor=request.user,
            order_id=found.pk,
            now=now,
            shown=request.GET.get("quote", ""),
            **entered,
        ),
        success=_("The quote is sent."),
        back_address=_address(found),
        action_address=_get_address_with_quote(request, found, **({"amount": amount} if amount else {})),
        form=form,
        asks_again=request.GET.get("amount") != amount and not is_replaced,
        template="bookings/samples/with_quote.html",
        extra_context={"order": found, "quoted": quoted},
    )


def _get_address_with_quote(request: SignedInRequest, order: "SampleOrder", **shown: str) -> str:
    """Return where the form goes, with the version of the quote that the page shows."""
    return f"{request.path}?{urlencode({'quote': order.quote_version, **shown})}"


def _tell_of_accepting(order: "SampleOrder") -> str:
    """Return how long a quote can be accepted; where the order rests, the term begins later."""
    if not is_resting(order):
        sentence = _("The user has {days} days to accept it.")
    elif is_in_service(order.instrument):
        sentence = _(
            "The user has {days} days to accept it, from when the organization that is to pay is reinstated."
        )
    else:
        sentence = _("The user has {days} days to accept it, from when the instrument is back in service.")
    return sentence.format(days=ACCEPT_WITHIN.days)


@confirmation_view
def accept(request: SignedInRequest, public_id: str) -> Confirmation:
    """Accept the quote that the order's page shows (`quote`, its version).

    Where it was quoted again since, this page says so and shows the new quote, to be accepted as shown here.
    """
    found = _order_for(request, public_id, "accept")
    shown = request.GET.get("quote", "")
    is_opened_late = request.method != "POST" and shown not in {"", found.quote_version}
    return Confirmation(
        heading=_("Accept the quote of {amount}?").format(amount=yuan(found.quoted_yuan)),
        consequences=[
            *([_(QuoteChanged.message)] if is_opened_late else []),
            _("This amount is charged once the samples are measured."),
            _("Hand in the samples within {days} days, with the label.").format(days=HAND_IN_WITHIN.days),
        ],
        action=_("Accept the quote"),
        perform=lambda: sample_order_accept(
            actor=request.user, order_id=found.pk, now=clock.now(), shown=shown
        ),
        success=_("Accepted. Print the label and hand in the samples."),
        back_address=_address(found),
        action_address=_get_address_with_quote(request, found),
        form=forms.Form({}),
        template="bookings/samples/with_quote.html",
        extra_context={"order": found},
    )


@confirmation_view
def cancel(request: SignedInRequest, public_id: str) -> Confirmation:
    """Withdraw the order."""
    found = _order_for(request, public_id, "cancel")
    form = ReasonForm(_sent(request), required=False)
    return Confirmation(
        heading=_("Withdraw the order?"),
        consequences=[_("Withdrawing is free until the samples are handed in.")],
        action=_("Withdraw the order"),
        perform=lambda: sample_order_cancel(
            actor=request.user, order_id=found.pk, now=clock.now(), **form.cleaned_data
        ),
        success=_("The order is withdrawn."),
        back_address=_address(found),
        form=form,
        tone="danger",
    )


@confirmation_view
def reject(request: SignedInRequest, public_id: str) -> Confirmation:
    """Decline the order."""
    found = _order_for(request, public_id, "reject")
    form = ReasonForm(_sent(request), help_text=_("The user can read it."))
    return Confirmation(
        heading=_("Decline the order?"),
        consequences=[_("The order ends. The user can place another one.")],
        action=_("Decline the order"),
        perform=lambda: sample_order_reject(
            actor=request.user, order_id=found.pk, now=clock.now(), **form.cleaned_data
        ),
        success=_("The order is declined."),
        back_address=_address(found),
        form=form,
        tone="danger",
    )


@confirmation_view
def receive(request: SignedInRequest, public_id: str) -> Confirmation:
    """Record that the samples have arrived."""
    found = _order_for(request, public_id, "receive")
    form = ReceiptForm(_sent(request))
    return Confirmation(
        heading=_("Receive the samples"),
        consequences=[
            *(str(one) for one in order_samples(found)),
            _("You and the current time are recorded as the receipt."),
            _("The report is due {days} days from now.").format(days=found.report_days),
        ],
        action=_("Record the receipt"),
        perform=lambda: sample_order_receive(
            actor=request.user, order_id=found.pk, now=clock.now(), **form.cleaned_data
        ),
        success=_("The receipt is recorded. Plan a time for the samples."),
        back_address=_address(found),
        form=form,
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def plan(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Plan a time on the instrument."""
    now = clock.now()
    found = _order_to_plan(request, public_id, now)
    form = IntervalForm(_sent(request))
    if request.method == "POST":
        booking = run_service(
            form,
            lambda: sample_order_plan(actor=request.user, order_id=found.pk, interval=form.interval, now=now),
        )
        if booking is not None:
            sentence = _(
                "Planned for {time}. Check in and out on the booking’s page when you measure."
            ).format(time=timerange(form.interval))
            return redirect_with_message(request, sentence, _address(found))
    day, applicant = parse_day(request.GET.get("day", "")), get_order_applicant(found)
    context = {
        "order": found,
        "form": form,
        "shown": get_bookable_week(request.user, found.instrument, now, day, applicant),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "bookings/samples/plan.html", context, status=status)


@login_required
@require_safe
def plan_times(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Return the instrument's calendar as JSON, with the times at which the order could be planned."""
    now = clock.now()
    found = _order_to_plan(request, public_id, now)
    interval = get_shown_interval(request, now, now + timedelta(days=7))
    return JsonResponse(
        get_calendar_events(request.user, [found.instrument], interval, now, get_order_applicant(found))
    )


@confirmation_view
def photos(request: SignedInRequest, public_id: str) -> Confirmation:
    """Add photos."""
    found = get_order(request.user, public_id)
    require(request.user, "bookings.add_sample_photos", found)
    form = PhotosForm(_sent(request), request.FILES or None, samples=order_samples(found))
    return Confirmation(
        heading=_("Add photos of the samples"),
        consequences=[
            _("Only the user, the keepers and the unit’s managers can see them."),
            _tell_room(found, SampleFileKind.PHOTO),
        ],
        action=_("Add the photos"),
        perform=lambda: sample_photos_add(
            actor=request.user,
            order_id=found.pk,
            photos=form.cleaned_data["documents"],
            position=form.cleaned_data["position"],
            now=clock.now(),
        ),
        success=_("The photos are added."),
        back_address=_address(found),
        form=form,
    )


@confirmation_view
def report(request: SignedInRequest, public_id: str) -> Confirmation:
    """Deliver reports and results."""
    found = _order_for(request, public_id, "report")
    if request.method != "POST" and get_order_progress(found) not in (None, Progress.MEASURED):
        raise NotMeasured
    form = ReportForm(_sent(request), request.FILES or None, initial={"note": found.report_note})
    return Confirmation(
        heading=_("Deliver the report"),
        consequences=[
            _("Only the user, the keepers and the managers of the unit can read the files."),
            _tell_room(found, SampleFileKind.REPORT),
            _tell_of_collecting(found),
        ],
        action=_("Deliver the report"),
        perform=lambda: sample_order_report(
            actor=request.user,
            order_id=found.pk,
            uploads=form.cleaned_data["documents"],
            note=form.cleaned_data["note"],
            now=clock.now(),
        ),
        success=_("The report is delivered."),
        back_address=_address(found),
        form=form,
    )


def _tell_room(order: "SampleOrder", kind: SampleFileKind) -> str:
    """Return how many files of the kind can be added."""
    return _("At most {at_once} files at once; the order has room for {room} more.").format(
        at_once=MOST_AT_ONCE, room=get_room(order, kind)
    )


def _tell_of_collecting(order: "SampleOrder") -> str:
    """Return until when the samples are to be collected; a second report gives no new term."""
    if order.state == SampleOrderState.REPORTED and order.due_at is not None:
        return _("The samples are still to be collected by {time}.").format(time=moment(order.due_at))
    return _("The user has {days} days to collect the samples.").format(days=COLLECT_WITHIN.days)


@confirmation_view
def close(request: SignedInRequest, public_id: str) -> Confirmation:
    """Give the samples back, or dispose of them."""
    found = _order_for(request, public_id, "close")
    is_reported = found.state == SampleOrderState.REPORTED
    form = ClosingForm(_sent(request), is_reported=is_reported, initial={"outcome": found.afterwards})
    return Confirmation(
        heading=_("Give the samples back, or dispose of them"),
        consequences=[_("The order ends.")] if is_reported else _describe_end_without_report(found),
        action=_("Finish the order"),
        perform=lambda: sample_order_close(
            actor=request.user,
            order_id=found.pk,
            outcome=Afterwards(form.cleaned_data["outcome"]),
            note=form.cleaned_data["note"],
            now=clock.now(),
        ),
        success=_("The order is finished."),
        back_address=_address(found),
        form=form,
    )


def _describe_end_without_report(order: "SampleOrder") -> list[str]:
    charge = describe_charge(order)
    return [
        _("The order ends without a report. Say why; the user can read it."),
        told(charge.message, charge.params),
    ]
