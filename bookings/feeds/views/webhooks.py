"""An organization's webhooks: the list with a form for another, and one with its secret and log.

The pages of a unit and those of an organization that pays are the same at two prefixes, which say the `side`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings.feeds.domain.webhooks import MOST_WEBHOOKS, TooManyWebhooks, WebhookSide, explain_no_answer
from bookings.feeds.forms import WebhookForm
from bookings.feeds.selectors import webhooks as selectors
from bookings.feeds.services import webhooks as services
from instrument_share.accounts import selectors as accounts
from instrument_share.journal.registry import registered_acts
from instrument_share.kernel.errors import DomainError
from instrument_share.web import clock, cursor
from instrument_share.web.forms.fields import add_problems
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.outcomes import redirect_with_message
from instrument_share.web.responses.problem import told
from instrument_share.web.signed_in import SignedInRequest

if TYPE_CHECKING:
    from bookings.feeds.models import Webhook

SHOWN = 50
PREFIXES = {WebhookSide.UNIT: "", WebhookSide.PAYER: "payer_"}
"""Of the names of the addresses."""


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def webhook_list(request: SignedInRequest, organization_id: str, side: WebhookSide) -> HttpResponse:
    """List the organization's webhooks and add another."""
    organization = accounts.organization(request.user, organization_id)
    found = list(selectors.webhooks(request.user, organization, side))
    form = WebhookForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.webhook_create(
                actor=request.user,
                organization_id=organization.pk,
                side=side,
                now=clock.now(),
                **form.cleaned_data,
            )
        except DomainError as error:
            add_problems(form, error)
        else:
            sentence = _("The webhook is set up.")
            return redirect_with_message(
                request, sentence, _address("webhook", side, organization_id, made.public_id)
            )
    context = {
        "organization": organization,
        "side": side,
        "webhooks": [(one, _address("webhook", side, organization_id, one.public_id)) for one in found],
        "form": form,
        "most": MOST_WEBHOOKS,
        "full": told(TooManyWebhooks.message, {"most": MOST_WEBHOOKS}),
        "is_full": len(found) >= MOST_WEBHOOKS,
    }
    return render(request, "bookings/feeds/webhooks.html", context, status=422 if form.errors else 200)


@login_required
@never_cache
@require_safe
def webhook(
    request: SignedInRequest, organization_id: str, side: WebhookSide, public_id: str
) -> HttpResponse:
    """Show a webhook: what it is told, its secret, and its latest messages with their answers."""
    ids = (side, organization_id, public_id)
    found = _find(request, *ids)
    words = registered_acts()
    page = cursor.page(
        selectors.deliveries(found), ordering=("-id",), cursor=request.GET.get("messages"), limit=SHOWN
    )
    context = {
        "webhook": found,
        "list_address": _address("webhooks", side, organization_id),
        "addresses": {
            part: _address(f"webhook_{part}", *ids) for part in ("test", "rekey", "enable", "remove")
        },
        "acts": [_(words[action]) for action in found.actions],
        "secret": selectors.get_webhook_secret(found),
        "page": page,
        "deliveries": [
            (
                one,
                _(words[one.action]) if one.action in words else _("Test"),
                _(explain_no_answer(one.answer)) if one.attempts and not one.status else "",
            )
            for one in page.items
        ],
    }
    return render(request, "bookings/feeds/webhook.html", context)


@login_required
@require_POST
@idempotent_form
def test(request: SignedInRequest, organization_id: str, side: WebhookSide, public_id: str) -> HttpResponse:
    """Send a test message."""
    found = _find(request, side, organization_id, public_id)
    services.webhook_test(actor=request.user, webhook_id=found.pk, now=clock.now())
    sentence = _("A test message is on its way; its answer appears below in a moment.")
    return redirect_with_message(request, sentence, _address("webhook", side, organization_id, public_id))


@confirmation_view
def rekey(request: SignedInRequest, organization_id: str, side: WebhookSide, public_id: str) -> Confirmation:
    """Confirm a new secret."""
    return _confirm(
        request,
        (side, organization_id, public_id),
        services.webhook_rekey,
        heading=_("Make a new secret?"),
        consequences=[_("Everything sent from now on is signed with it; enter it in the receiver.")],
        action=_("Make a new secret"),
        success=_("The webhook has a new secret."),
    )


@confirmation_view
def enable(request: SignedInRequest, organization_id: str, side: WebhookSide, public_id: str) -> Confirmation:
    """Confirm switching a webhook on again."""
    return _confirm(
        request,
        (side, organization_id, public_id),
        services.webhook_enable,
        heading=_("Switch this webhook on again?"),
        consequences=[_("What happened meanwhile and what could not be delivered is sent now.")],
        action=_("Switch on"),
        success=_("The webhook is switched on."),
    )


@confirmation_view
def remove(request: SignedInRequest, organization_id: str, side: WebhookSide, public_id: str) -> Confirmation:
    """Confirm removing a webhook."""
    return _confirm(
        request,
        (side, organization_id, public_id),
        services.webhook_remove,
        heading=_("Remove this webhook?"),
        consequences=[_("Nothing more is sent to it."), _("Its log is deleted.")],
        action=_("Remove it"),
        success=_("The webhook is removed."),
        is_removed=True,
    )


def _confirm(
    request: SignedInRequest,
    ids: tuple[WebhookSide, str, str],
    service: Callable[..., object],
    *,
    heading: str,
    consequences: list[str],
    action: str,
    success: str,
    is_removed: bool = False,
) -> Confirmation:
    found = _find(request, *ids)
    return Confirmation(
        heading=heading,
        consequences=[found.address, *consequences],
        action=action,
        perform=lambda: service(actor=request.user, webhook_id=found.pk, now=clock.now()),
        success=success,
        back_address=_address("webhook", *ids),
        next_address=_address("webhooks", *ids[:2]) if is_removed else "",
        tone="danger" if is_removed else "primary",
    )


def _find(request: SignedInRequest, side: WebhookSide, organization_id: str, public_id: str) -> "Webhook":
    organization = accounts.organization(request.user, organization_id)
    return selectors.get_webhook(request.user, organization, side, public_id)


def _address(name: str, side: WebhookSide, *ids: str) -> str:
    return reverse(f"{PREFIXES[side]}{name}", args=ids)
