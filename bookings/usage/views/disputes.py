"""Dispute the hours of a log, answer a dispute, reply to a rating."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.usage.domain.errors import require_unanswered
from bookings.usage.forms.usage import AnswerForm
from bookings.usage.selectors.disputes import find_dispute_refusal, get_dispute, get_dispute_deadline
from bookings.usage.selectors.usage import get_usage_log
from bookings.usage.services.disputes import usage_dispute, usage_dispute_answer, usage_review_reply
from instrument_share.accounts.permissions import require
from instrument_share.kernel.errors import require_found
from instrument_share.web import clock
from instrument_share.web.forms.fields import ReasonForm
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import moment


@confirmation_view
def dispute(request: SignedInRequest, public_id: str) -> Confirmation:
    """Dispute the hours of a log, with a reason."""
    log = get_usage_log(request.user, public_id)
    require(request.user, "bookings.dispute_usage", log)
    now = clock.now()
    # What is sent is refused by the service, and the form keeps the reason.
    if request.method != "POST" and (refusal := find_dispute_refusal(log, now)):
        raise refusal
    form = ReasonForm(
        request.POST if request.method == "POST" else None,
        help_text=_("Say what is wrong and what happened. The keeper and the unit’s managers can read it."),
    )
    deadline, days = get_dispute_deadline(log), settings.USAGE_DISPUTE_ANSWER_DAYS
    return Confirmation(
        heading=_("Dispute these hours?"),
        consequences=[
            ngettext(
                "The keeper is told and answers within {days} day.",
                "The keeper is told and answers within {days} days.",
                days,
            ).format(days=days),
            _("Until then the unit can’t confirm them. If you are right, the log is corrected."),
            *(
                [
                    _("Once they are confirmed, you can dispute them until {time}.").format(
                        time=moment(deadline)
                    )
                ]
                if deadline > now
                else []
            ),
        ],
        action=_("Send the dispute"),
        perform=lambda: usage_dispute(actor=request.user, log_id=log.pk, now=now, **form.cleaned_data),
        success=_("Sent. You will be notified when the unit has answered."),
        back_address=reverse("usage_log", args=[public_id]),
        form=form,
    )


@confirmation_view
def answer(request: SignedInRequest, public_id: str, dispute_id: str) -> Confirmation:
    """Answer a dispute for the unit."""
    log = get_usage_log(request.user, public_id)
    require(request.user, "bookings.correct_usage", log)
    found = get_dispute(log, dispute_id)
    if request.method != "POST":  # what is sent is refused by the service, and the form keeps the answer
        require_unanswered(found.answered_at)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    return Confirmation(
        heading=_("Answer the dispute"),
        consequences=[
            _("{user} writes: {reason}").format(user=found.raised_by.name, reason=found.reason),
            _("The answer ends the dispute. Correct the log first where the user is right."),
        ],
        action=_("Send the answer"),
        perform=lambda: usage_dispute_answer(
            actor=request.user, dispute_id=found.pk, now=clock.now(), **form.cleaned_data
        ),
        success=_("Answered. {user} has been told.").format(user=found.raised_by.name),
        back_address=reverse("usage_log", args=[public_id]),
        form=form,
    )


@confirmation_view
def review_reply(request: SignedInRequest, public_id: str) -> Confirmation:
    """Reply to the rating of a use for the unit."""
    log = get_usage_log(request.user, public_id)
    require(request.user, "bookings.correct_usage", log)
    review = require_found(getattr(log, "review", None))
    if request.method != "POST":  # what is sent is refused by the service, and the form keeps the reply
        require_unanswered(review.replied_at)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    return Confirmation(
        heading=_("Reply to this rating"),
        consequences=[
            _("The reply is shown to everybody below the comment. You can reply only once."),
            _("{user} is told.").format(user=log.user.name),
        ],
        action=_("Publish the reply"),
        perform=lambda: usage_review_reply(
            actor=request.user, log_id=log.pk, reply=form.cleaned_data["answer"], now=clock.now()
        ),
        success=_("The reply is published on the page of the instrument."),
        back_address=reverse("usage_log", args=[public_id]),
        form=form,
    )
