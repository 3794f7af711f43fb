"""Webhooks of an organization, what was sent to them, and whose turn it is."""

from datetime import datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from bookings.feeds.domain.webhooks import TEST, WebhookSide
from bookings.feeds.keys import WEBHOOK, get_secret
from bookings.feeds.models import Webhook, WebhookDelivery
from instrument_share.accounts.domain import OrganizationState
from instrument_share.accounts.permissions import require
from instrument_share.kernel.errors import require_found

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User


IS_TOLD = Q(organization__state=OrganizationState.ADMITTED)
"""Of a webhook: its organization is not suspended. It is told afterwards what happened meanwhile."""


def webhooks(viewer: "User", organization: "Organization", side: WebhookSide) -> QuerySet[Webhook]:
    """Return the organization's webhooks on one side, oldest first. Raises Forbidden."""
    require(viewer, "bookings.manage_webhooks", SimpleNamespace(organization_id=organization.pk, side=side))
    return Webhook.objects.filter(organization=organization, side=side).order_by("id")


def get_webhook(viewer: "User", organization: "Organization", side: WebhookSide, public_id: str) -> Webhook:
    """Return one of the organization's webhooks. Raises Forbidden, NotFound."""
    return require_found(webhooks(viewer, organization, side).filter(public_id=public_id).first())


def webhooks_failing() -> QuerySet[Webhook]:
    """Return the webhooks that fail and are not switched off yet, the longest first; for who operates."""
    failing = Webhook.objects.filter(disabled_at__isnull=True, failing_since__isnull=False)
    return failing.select_related("organization").order_by("failing_since", "id")


def due_webhooks(now: datetime) -> QuerySet[Webhook]:
    """Return the webhooks whose turn it is and for which a message waits, the longest ago first.

    One that is switched off is sent tests only. Nobody has them to himself.
    """
    waiting = WebhookDelivery.objects.filter(
        webhook=OuterRef("pk"), delivered_at__isnull=True, given_up_at__isnull=True
    )
    is_free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
    is_due = Q(due_at__isnull=True) | Q(due_at__lte=now)
    is_waited_for = Q(Exists(waiting), disabled_at__isnull=True) | Q(Exists(waiting.filter(action=TEST)))
    found = Webhook.objects.filter(IS_TOLD, is_free, is_due, is_waited_for)
    return found.order_by(F("due_at").asc(nulls_first=True), "id")


def deliveries(webhook: Webhook) -> QuerySet[WebhookDelivery]:
    """Return what was sent to a webhook that the caller may see, newest first."""
    return webhook.deliveries.order_by("-id")


def get_webhook_secret(webhook: Webhook) -> str:
    """Return the secret with which its messages are signed."""
    return get_secret(WEBHOOK, webhook.public_id, webhook.generation)
