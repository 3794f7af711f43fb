"""Setting up an organization's webhooks: add, test, renew the secret, switch on again, remove."""

from collections.abc import Iterable
from datetime import datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.db import transaction

from bookings.feeds.domain.webhooks import (
    ACTIONS,
    MOST_WEBHOOKS,
    TEST,
    AddressRefused,
    TooManyWebhooks,
    WebhookSide,
)
from bookings.feeds.models import Webhook, WebhookDelivery
from bookings.feeds.services.calls import may_be_called
from bookings.feeds.services.deliveries import SEND, build_delivery
from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.permissions import require
from instrument_share.jobs.services import enqueue_once
from instrument_share.journal import selectors as journal
from instrument_share.journal.services import record
from instrument_share.kernel.errors import require_found

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


@transaction.atomic
def webhook_create(
    *,
    actor: "User",
    organization_id: int,
    side: WebhookSide,
    address: str,
    actions: Iterable[str],
    now: datetime,
) -> Webhook:
    """Add a webhook that is told these acts from now on, as far as they concern that side.

    Raises AddressRefused, TooManyWebhooks.
    """
    organization = accounts.organization_lock(organization_id)
    require(actor, "bookings.manage_webhooks", SimpleNamespace(organization_id=organization_id, side=side))
    if not may_be_called(address):
        raise AddressRefused
    if Webhook.objects.filter(organization=organization, side=side).count() >= MOST_WEBHOOKS:
        raise TooManyWebhooks(most=MOST_WEBHOOKS)
    webhook = Webhook.objects.create(
        organization=organization,
        side=side.value,
        address=address,
        actions=[one for one in ACTIONS if one in set(actions)],
        created_at=now,
        read_through=journal.last_entry(),
    )
    _record(webhook, actor, "webhook.created", now)
    return webhook


@transaction.atomic
def webhook_test(*, actor: "User", webhook_id: int, now: datetime) -> WebhookDelivery:
    """Let a test message be sent next, before what waits; its answer appears in the log."""
    webhook = _lock(actor, webhook_id)
    subject = {"type": "test", "id": webhook.public_id}
    delivery = build_delivery(webhook, None, TEST, now, webhook.organization.public_id, subject, now)
    delivery.save()
    _set_due(webhook)
    _record(webhook, actor, "webhook.tested", now)
    return delivery


@transaction.atomic
def webhook_rekey(*, actor: "User", webhook_id: int, now: datetime) -> Webhook:
    """Give a webhook a new secret, with which everything sent from now on is signed."""
    webhook = _lock(actor, webhook_id)
    webhook.generation += 1
    webhook.save(update_fields=["generation"])
    _record(webhook, actor, "webhook.rekeyed", now)
    return webhook


@transaction.atomic
def webhook_enable(*, actor: "User", webhook_id: int, now: datetime) -> Webhook:
    """Switch a webhook on again; what happened and what was given up meanwhile is sent."""
    webhook = _lock(actor, webhook_id)
    webhook.disabled_at = webhook.failing_since = None
    webhook.failures = 0
    webhook.save(update_fields=["disabled_at", "failing_since", "failures"])
    waiting = webhook.deliveries.filter(delivered_at__isnull=True).exclude(action=TEST)
    waiting.update(given_up_at=None, attempts=0)
    _set_due(webhook)
    _record(webhook, actor, "webhook.enabled", now)
    return webhook


@transaction.atomic
def webhook_remove(*, actor: "User", webhook_id: int, now: datetime) -> None:
    """Remove a webhook with its log."""
    webhook = _lock(actor, webhook_id)
    _record(webhook, actor, "webhook.removed", now)
    webhook.delete()


def _set_due(webhook: Webhook) -> None:
    """Let it have the next turn."""
    webhook.due_at = None
    webhook.save(update_fields=["due_at"])
    enqueue_once(SEND)


def _lock(actor: "User", webhook_id: int) -> Webhook:
    found = Webhook.objects.select_for_update(of=("self",)).select_related("organization")
    webhook = require_found(found.filter(pk=webhook_id).first())
    require(actor, "bookings.manage_webhooks", webhook)
    return webhook


def _record(webhook: Webhook, actor: "User", action: str, now: datetime) -> None:
    """Record the host alone, which outlasts the webhook: the rest of an address may hold a key."""
    record(
        actor=actor,
        action=action,
        subject=webhook,
        now=now,
        organization_id=webhook.organization_id,
        details={"host": urlsplit(webhook.address).hostname},
    )
