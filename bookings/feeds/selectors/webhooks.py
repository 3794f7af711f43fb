"""Webhooks of a unit, and what was sent to them."""

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from bookings.feeds.keys import WEBHOOK, get_secret
from bookings.feeds.models import Webhook, WebhookDelivery
from instrument_share.accounts.permissions import require
from instrument_share.kernel.errors import require_found

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User


def webhooks(viewer: "User", unit: "Organization") -> QuerySet[Webhook]:
    """Return the unit's webhooks, oldest first. Raises Forbidden."""
    require(viewer, "bookings.manage_webhooks", unit)
    return Webhook.objects.filter(organization=unit).order_by("id")


def get_webhook(viewer: "User", unit: "Organization", public_id: str) -> Webhook:
    """Return one of the unit's webhooks. Raises Forbidden, NotFound."""
    return require_found(webhooks(viewer, unit).filter(public_id=public_id).first())


def deliveries(webhook: Webhook) -> QuerySet[WebhookDelivery]:
    """Return what was sent to a webhook that the caller may see, newest first."""
    return webhook.deliveries.order_by("-id")


def get_webhook_secret(webhook: Webhook) -> str:
    """Return the secret with which its messages are signed."""
    return get_secret(WEBHOOK, webhook.public_id, webhook.generation)
