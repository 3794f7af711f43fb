"""Mails: what waits, what failed and why, and another try."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from instrument_share.accounts.permissions import require
from instrument_share.kernel.errors import require_found
from instrument_share.kernel.names import mask_mail_address
from instrument_share.mails import selectors, services
from instrument_share.mails.selectors import MailState
from instrument_share.operations.views.tabs import build_system_tabs
from instrument_share.web import clock, cursor
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.exports import csv_response
from instrument_share.web.signed_in import SignedInRequest

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from instrument_share.mails.models import OutgoingMail

PER_PAGE = 50
BATCH_SIZE = 500


@login_required
@require_safe
def mails(request: SignedInRequest) -> HttpResponseBase:
    """List mails, the last first: `?state=` narrows to those that wait, were sent or failed.

    `?format=csv` exports what is found.
    """
    require(request.user, "site.operate")
    state = request.GET.get("state", "")
    found = selectors.mails(request.user, state)
    words = get_state_words()
    if request.GET.get("format") == "csv":
        return _export(found.order_by("-id"), words)
    page = cursor.page(found, ordering=("-id",), cursor=request.GET.get("cursor"), limit=PER_PAGE)
    chips = [
        (word, "?" if one == state else f"?state={one}", one == state, _count(request, one))
        for one, word in words.items()
    ]
    context = {
        "tabs": build_system_tabs("system_mails"),
        "page": page,
        "chips": chips,
        "state": state,
        "kept_days": settings.RETENTION_DAYS["mails"],
    }
    return render(request, "operations/mails.html", context)


def get_state_words() -> dict[MailState, str]:
    """Return the states of mails in words."""
    return {
        MailState.WAITING: pgettext("mail", "Waiting"),
        MailState.FAILED: _("Not delivered"),
        MailState.SENT: pgettext("mail", "Sent"),
    }


def _export(found: "QuerySet[OutgoingMail]", words: dict[MailState, str]) -> HttpResponseBase:
    heads = [
        _("Number"),
        _("Subject"),
        pgettext("mail", "To"),
        _("State"),
        _("Error"),
        _("Queued"),
        _("Last attempt"),
        _("Attempts"),
    ]
    rows = (
        [
            mail.public_id,
            mail.subject,
            ", ".join(mask_mail_address(one) for one in mail.recipients),
            words[selectors.state_of(mail)],
            mail.error,
            mail.created_at,
            mail.tried_at,
            mail.attempts,
        ]
        for mail in found.iterator(BATCH_SIZE)
    )
    return csv_response("mails", heads, rows)


def _count(request: SignedInRequest, state: MailState) -> int:
    return selectors.mails(request.user, state).count()


@confirmation_view
def mail_retry(request: SignedInRequest, public_id: str) -> Confirmation:
    """Confirm sending a mail that failed again."""
    require(request.user, "site.operate")
    found = require_found(selectors.mail(request.user, public_id))
    return Confirmation(
        heading=_("Send “{subject}” again?").format(subject=found.subject),
        consequences=[
            _("It goes to {address}.").format(
                address=", ".join(mask_mail_address(one) for one in found.recipients)
            ),
            _("It failed with: {error}").format(error=found.error),
            _("It is tried again for about a day, at once and then at growing intervals."),
        ],
        action=_("Send again"),
        perform=lambda: services.mail_retry(actor=request.user, public_id=public_id, now=clock.now()),
        success=_("The mail waits to be sent again."),
        back_address=reverse("system_mails"),
    )
