"""Mails: what waits, what failed and why, and another try."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from instrument_share.accounts.permissions import require
from instrument_share.kernel.errors import require_found
from instrument_share.mails import selectors, services
from instrument_share.mails.messages import mask_address
from instrument_share.mails.selectors import MailState
from instrument_share.operations.views.tabs import build_system_tabs
from instrument_share.web import clock, cursor
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.signed_in import SignedInRequest

PER_PAGE = 50


@login_required
@require_safe
def mails(request: SignedInRequest) -> HttpResponse:
    """List mails, the last first: `?state=` narrows to those that wait, were sent or failed."""
    require(request.user, "site.operate")
    state = request.GET.get("state", "")
    page = cursor.page(
        selectors.mails(request.user, state),
        ordering=("-id",),
        cursor=request.GET.get("cursor"),
        limit=PER_PAGE,
    )
    words = {
        MailState.WAITING: pgettext("mail", "Waiting"),
        MailState.FAILED: _("Not delivered"),
        MailState.SENT: pgettext("mail", "Sent"),
    }
    chips = [
        (word, "?" if one == state else f"?state={one}", one == state, _count(request, one))
        for one, word in words.items()
    ]
    context = {"tabs": build_system_tabs("system_mails"), "page": page, "chips": chips, "state": state}
    return render(request, "operations/mails.html", context)


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
                address=", ".join(mask_address(one) for one in found.recipients)
            ),
            _("It failed with: {error}").format(error=found.error),
            _("It is tried up to {count} times again, at once and then at growing intervals.").format(
                count=services.ATTEMPTS
            ),
        ],
        action=_("Send again"),
        perform=lambda: services.mail_retry(actor=request.user, public_id=public_id, now=clock.now()),
        success=_("The mail waits to be sent again."),
        back_address=reverse("system_mails"),
    )
