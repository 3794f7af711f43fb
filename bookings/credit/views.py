"""Pages of credit events: recording misuse, what an event is, the appeal against it, the answer."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bookings.credit.domain import CreditState
from bookings.credit.forms import AppealAnswerForm
from bookings.credit.selectors import (
    find_answer_refusal,
    find_appeal_refusal,
    find_misuse_refusal,
    get_answer,
    get_appeal,
    get_appeal_deadline,
    get_credit_event,
    get_credit_state,
    get_misuse_deadline,
    is_taken_back,
    may_answer,
    may_appeal,
)
from bookings.credit.services import credit_answer, credit_appeal, misuse_record
from bookings.requests.domain import credit
from bookings.requests.domain.choices import CreditKind
from bookings.requests.selectors.bookings import get_booking
from bookings.requests.views.common import get_booking_address, get_desk
from instrument_share.accounts.permissions import require
from instrument_share.kernel import wording
from instrument_share.kernel.errors import require_found
from instrument_share.kernel.interval import Interval
from instrument_share.web import clock
from instrument_share.web.desks import desks, navigation
from instrument_share.web.forms.fields import ReasonForm
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bilingual, date_only, moment, timerange

if TYPE_CHECKING:
    from bookings.requests.models import Booking, CreditAnswer, CreditAppeal, CreditEvent
    from instrument_share.accounts.models import User


class CreditRow(NamedTuple):
    """An event on a page: its state, its appeal and answer, and what the viewer may do."""

    event: "CreditEvent"
    state: CreditState
    appeal: "CreditAppeal | None"
    answer: "CreditAnswer | None"
    appeal_until: datetime
    is_taken_back: bool
    may_appeal: bool
    may_answer: bool


def build_credit_rows(viewer: "User", events: "Iterable[CreditEvent]", now: datetime) -> list[CreditRow]:
    """Return events that `credit_events` has returned as rows of a page."""
    return [
        CreditRow(
            event,
            get_credit_state(event, now),
            get_appeal(event),
            get_answer(event),
            get_appeal_deadline(event),
            is_taken_back(event),
            may_appeal(viewer, event, now),
            may_answer(viewer, event),
        )
        for event in events
    ]


@confirmation_view
def misuse(request: SignedInRequest, public_id: str) -> Confirmation:
    """Record misuse of a booking that was used, with a reason."""
    now = clock.now()
    found = get_booking(request.user, public_id)
    require(request.user, "bookings.record_misuse", found)
    # What is sent is refused by the service, and the form keeps the reason.
    if request.method != "POST" and (refusal := find_misuse_refusal(found, now)):
        raise refusal
    form = ReasonForm(
        request.POST if request.method == "POST" else None,
        help_text=_("Say what was done and which rule it broke. The user can read it."),
    )
    return Confirmation(
        heading=_("Record misuse?"),
        consequences=[
            _describe_booking(found),
            _("It counts on the credit of {user} for {days} days; {number} of them suspend booking.").format(
                user=found.user.name, days=credit.EVENT_LIFETIME.days, number=credit.SUSPENSION_THRESHOLD
            ),
            _("{user} is told at once, with your reason, and can appeal within {days} days.").format(
                user=found.user.name, days=settings.CREDIT_APPEAL_DAYS
            ),
            _("Somebody else at the unit answers; after {days} working days the bureau does.").format(
                days=settings.CREDIT_ANSWER_WORKING_DAYS
            ),
            _("It is recorded once, until {time}, and can't be taken back.").format(
                time=moment(get_misuse_deadline(found))
            ),
        ],
        action=_("Record misuse"),
        perform=lambda: misuse_record(actor=request.user, booking_id=found.pk, now=now, **form.cleaned_data),
        success=_("Recorded. {user} has been told.").format(user=found.user.name),
        back_address=get_booking_address(public_id),
        form=form,
        tone="danger",
        extra_context={"here": get_desk(request.user, found)},
    )


def _describe_event(event: "CreditEvent") -> str:
    kind = _(wording.word(CreditKind(event.kind)))
    return kind if event.booking is None else f"{kind} · {_describe_booking(event.booking)}"


def _describe_booking(booking: "Booking") -> str:
    interval = Interval(booking.starts_at, booking.ends_at)
    return f"{timerange(interval)} · {bilingual(booking.instrument, 'name')}"


@login_required
@require_safe
def credit_event(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Show an event with its appeal and the answer."""
    found = get_credit_event(request.user, public_id)
    (row,) = build_credit_rows(request.user, [found], clock.now())
    here = navigation().own if found.user_id == request.user.pk else desks(request.user)[0]
    return render(request, "bookings/credit/event.html", {"row": row, "here": here})


@confirmation_view
def appeal(request: SignedInRequest, public_id: str) -> Confirmation:
    """Appeal an event on one's own credit, with a reason."""
    now = clock.now()
    found = get_credit_event(request.user, public_id)
    require(request.user, "bookings.appeal_credit", found)
    # What is sent is refused by the service, and the form keeps the reason.
    if request.method != "POST" and (refusal := find_appeal_refusal(found, now)):
        raise refusal
    form = ReasonForm(
        request.POST if request.method == "POST" else None,
        help_text=_(
            "Say why it should not count. The unit can read it, and so can the bureau where it answers."
        ),
    )
    return Confirmation(
        heading=_("Appeal this event?"),
        consequences=[
            _describe_event(found),
            _("An appeal is made once, until {time}.").format(time=moment(get_appeal_deadline(found))),
            _("The unit answers within {days} working days; if it does not, the bureau answers.").format(
                days=settings.CREDIT_ANSWER_WORKING_DAYS
            ),
            _("The event counts until the appeal is granted. What was charged is settled with the unit."),
        ],
        action=_("Send the appeal"),
        perform=lambda: credit_appeal(actor=request.user, event_id=found.pk, now=now, **form.cleaned_data),
        success=_("Sent. You will be notified when it is answered."),
        back_address=reverse("credit_event", args=[public_id]),
        form=form,
    )


@confirmation_view
def answer(request: SignedInRequest, public_id: str) -> Confirmation:
    """Answer an appeal for the unit or the bureau."""
    found = get_credit_event(request.user, public_id)
    made = require_found(get_appeal(found))
    require(request.user, "bookings.answer_credit_appeal", made)
    # What is sent is refused by the service, and the form keeps the answer.
    if request.method != "POST" and (refusal := find_answer_refusal(found)):
        raise refusal
    form = AppealAnswerForm(request.POST if request.method == "POST" else None)
    return Confirmation(
        heading=_("Answer the appeal"),
        consequences=[
            _describe_event(found),
            _("{user} writes: {reason}").format(user=found.user.name, reason=made.reason),
            _("A lifted event stops counting at once; a suspension that depends on it ends."),
            _("An upheld event counts until {date}. The answer is given once.").format(
                date=date_only(found.ends_at)
            ),
        ],
        action=_("Send the answer"),
        perform=lambda: credit_answer(
            actor=request.user, event_id=found.pk, now=clock.now(), **form.cleaned_data
        ),
        success=_("Answered. {user} has been told.").format(user=found.user.name),
        back_address=reverse("credit_event", args=[public_id]),
        form=form,
    )
