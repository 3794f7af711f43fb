"""Reading the journal for webhooks, and sending what they are to be told."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from http.client import HTTPException

from django.db import transaction

from bookings.feeds.domain.webhooks import SIGNATURE, TEST, build_body, is_given_up, sign
from bookings.feeds.models import Webhook, WebhookDelivery
from bookings.feeds.selectors.webhooks import get_webhook_secret
from bookings.feeds.services.calls import Answer, CallRefused, post_json
from instrument_share.accounts import selectors as accounts
from instrument_share.jobs.services import enqueue
from instrument_share.journal import selectors as journal
from instrument_share.journal.domain import NotificationKind
from instrument_share.journal.services import SETTLED_AFTER, notify, record
from instrument_share.kernel.errors import gettext_noop
from instrument_share.kernel.public_id import new_public_id

DELIVER = "bookings.webhook_deliver"
ATTEMPTS = 150
"""With the delays of the queue about a day."""
GATHERED_AT_ONCE = 500
KEPT_FOR = timedelta(days=30)
DISABLED = gettext_noop(
    "The webhook {address} has not answered for three days and is switched off. Once the receiver is mended, "
    "switch it on again: what it missed is sent then."
)


class DeliveryFailed(Exception):
    """The receiver did not take a message; the queue tries again."""


def build_delivery(
    webhook: Webhook,
    entry_id: int | None,
    action: str,
    at: datetime,
    subject: Mapping[str, str],
    now: datetime,
) -> WebhookDelivery:
    """Return an unsaved message; its body is fixed, so that every attempt sends the same."""
    public_id = new_public_id("DLV")
    return WebhookDelivery(
        public_id=public_id,
        webhook=webhook,
        entry_id=entry_id,
        action=action,
        body=build_body(public_id, action, at, webhook.organization.public_id, subject),
        created_at=now,
    )


def webhooks_gather(now: datetime) -> int:
    """Put what the journal says since the last time into the queue, for each webhook; return how much.

    It begins a little earlier than it ended, as an entry may appear while its transaction lasts.
    """
    ids = Webhook.objects.filter(disabled_at__isnull=True).values_list("pk", flat=True)
    return sum(_gather(webhook_id, now) for webhook_id in list(ids))


@transaction.atomic
def _gather(webhook_id: int, now: datetime) -> int:
    found = Webhook.objects.select_for_update(of=("self",)).select_related("organization")
    webhook = found.filter(pk=webhook_id, disabled_at__isnull=True).first()
    if webhook is None:
        return 0
    since = max(webhook.read_until - SETTLED_AFTER, webhook.created_at)
    known = webhook.deliveries.filter(entry_id__isnull=False).values("entry_id")
    entries = journal.entries_of_organization(webhook.organization_id, webhook.actions)
    fresh = list(entries.filter(at__gte=since).exclude(pk__in=known).order_by("at", "id")[:GATHERED_AT_ONCE])
    made = [
        build_delivery(
            webhook,
            entry.pk,
            entry.action,
            entry.at,
            {"type": entry.action.partition(".")[0], "id": entry.subject_id},
            now,
        )
        for entry in fresh
    ]
    WebhookDelivery.objects.bulk_create(made)
    for delivery in made:
        enqueue(DELIVER, public_id=delivery.public_id)
    webhook.read_until = fresh[-1].at if len(fresh) == GATHERED_AT_ONCE else now
    webhook.save(update_fields=["read_until"])
    return len(made)


def delivery_send(public_id: str, *, is_last: bool, now: datetime) -> None:
    """Send a message that waits, outside any transaction; one that was taken or given up stays as it is.

    Raises DeliveryFailed where the receiver did not take it, so that the queue tries again, unless this
    attempt was the last or the webhook is switched off.
    """
    waiting = WebhookDelivery.objects.select_related("webhook__organization")
    delivery = waiting.filter(
        public_id=public_id, delivered_at__isnull=True, given_up_at__isnull=True
    ).first()
    if delivery is None:
        return
    is_test = delivery.action == TEST
    is_last = is_last or is_test
    if delivery.webhook.disabled_at is not None and not is_test:
        WebhookDelivery.objects.filter(pk=delivery.pk).update(given_up_at=now)
        return
    answer = _call(delivery, now)
    delivery.attempts, delivery.tried_at = delivery.attempts + 1, now
    delivery.status, delivery.answer = answer.status or None, answer.text[:200]
    delivery.delivered_at = now if answer.is_success else None
    delivery.given_up_at = now if is_last and not answer.is_success else None
    delivery.save(update_fields=["attempts", "tried_at", "status", "answer", "delivered_at", "given_up_at"])
    if answer.is_success or not is_test:
        _note_health(delivery.webhook_id, answer.is_success, now)
    if not answer.is_success and not is_last:
        raise DeliveryFailed(f"{delivery.public_id}: {answer.status} {answer.text[:200]}")


def _call(delivery: WebhookDelivery, now: datetime) -> Answer:
    """Return the answer; with status 0 and the reason where there was none."""
    headers = {SIGNATURE: sign(get_webhook_secret(delivery.webhook), now, delivery.body)}
    try:
        return post_json(delivery.webhook.address, delivery.body, headers)
    except (CallRefused, OSError, HTTPException, ValueError) as error:
        return Answer(0, f"{type(error).__name__}: {error}")


@transaction.atomic
def _note_health(webhook_id: int, is_success: bool, now: datetime) -> None:
    """Remember since when a webhook fails; switch it off and tell its unit when that has lasted too long."""
    webhook = Webhook.objects.select_for_update().filter(pk=webhook_id).first()
    if webhook is None or (is_success and webhook.failing_since is None):
        return
    webhook.failing_since = None if is_success else webhook.failing_since or now
    if webhook.failing_since and webhook.disabled_at is None and is_given_up(webhook.failing_since, now):
        webhook.disabled_at = now
        unit = webhook.organization
        record(actor=None, action="webhook.disabled", subject=webhook, now=now, organization_id=unit.pk)
        notify(
            users=accounts.managers_of(unit),
            message=DISABLED,
            now=now,
            params={"address": webhook.address},
            kind=NotificationKind.UNIT,
        )
    webhook.save(update_fields=["failing_since", "disabled_at"])


def deliveries_forget_old(now: datetime) -> int:
    """Delete messages that were taken long ago, or given up for as long; return their number."""
    taken = WebhookDelivery.objects.filter(delivered_at__lt=now - KEPT_FOR).delete()[0]
    return taken + WebhookDelivery.objects.filter(given_up_at__lt=now - KEPT_FOR).delete()[0]
