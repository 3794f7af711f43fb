"""Reading the journal for webhooks: each act that one is told becomes a message that waits."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from bookings.feeds.domain.webhooks import TEST, build_body
from bookings.feeds.models import Webhook, WebhookDelivery
from bookings.feeds.selectors.told import acts_of
from bookings.feeds.selectors.webhooks import IS_TOLD, due_webhooks
from instrument_share.accounts.selectors import organizations_by_id
from instrument_share.jobs.one_by_one import do_one_by_one
from instrument_share.jobs.services import enqueue_once
from instrument_share.journal import selectors as journal
from instrument_share.kernel.public_id import new_public_id

if TYPE_CHECKING:
    from instrument_share.journal.models import AuditEntry

SEND = "bookings.webhooks_send"
GATHERED_AT_ONCE = 500


def build_delivery(
    webhook: Webhook,
    entry_id: int | None,
    action: str,
    at: datetime,
    unit_id: str,
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
        body=build_body(public_id, action, at, unit_id, subject),
        created_at=now,
    )


def webhooks_gather(now: datetime) -> int:
    """Let what the journal says since the last time wait for each webhook; return how much that is.

    It begins after the entries that were sealed when it last read: what is sealed is complete, while an entry
    with a lower number than the newest may still appear as its transaction ends. Where something is due,
    older messages too, the job that sends is enqueued.
    """
    ids = Webhook.objects.filter(IS_TOLD, disabled_at__isnull=True).values_list("pk", flat=True)
    try:
        return do_one_by_one("webhook", ids, lambda pk: _gather(pk, now))
    finally:
        if due_webhooks(now).exists():
            enqueue_once(SEND)


@transaction.atomic
def _gather(webhook_id: int, now: datetime) -> int:
    found = Webhook.objects.select_for_update(of=("self",)).select_related("organization")
    webhook = found.filter(pk=webhook_id, disabled_at__isnull=True).first()
    if webhook is None:
        return 0
    complete = journal.last_sealed_entry()
    known = webhook.deliveries.filter(entry_id__isnull=False).values("entry_id")
    entries = acts_of(webhook).filter(pk__gt=webhook.read_through).exclude(pk__in=known)
    fresh = list(entries.order_by("pk")[:GATHERED_AT_ONCE])
    units = organizations_by_id({entry.organization_id for entry in fresh if entry.organization_id})
    made = [
        build_delivery(
            webhook,
            entry.pk,
            entry.action,
            entry.at,
            units[entry.organization_id].public_id,
            _get_subject(entry),
            now,
        )
        for entry in fresh
        if entry.organization_id
    ]
    WebhookDelivery.objects.bulk_create(made)
    if len(fresh) == GATHERED_AT_ONCE:
        complete = min(complete, fresh[-1].pk)
    webhook.read_through = max(webhook.read_through, complete)
    webhook.save(update_fields=["read_through"])
    return len(made)


def _get_subject(entry: "AuditEntry") -> dict[str, str]:
    """Return what an act is about as the API names it: corrections and confirmations are about their log."""
    kind = entry.action.partition(".")[0]
    subject_id = entry.details.get("log", entry.subject_id) if kind == "usage" else entry.subject_id
    return {"type": kind, "id": subject_id}


def deliveries_forget_old(now: datetime) -> int:
    """Delete messages that were taken long ago, or given up for as long; return their number.

    What a webhook that is switched off did not take is kept: it is sent when that is switched on again, or
    goes with it. Nothing new is added meanwhile.
    """
    before = now - timedelta(days=settings.RETENTION_DAYS["webhooks"])
    taken = WebhookDelivery.objects.filter(delivered_at__lt=before).delete()[0]
    given_up = WebhookDelivery.objects.filter(given_up_at__lt=before)
    is_sent_later = Q(webhook__disabled_at__isnull=False) & ~Q(action=TEST)
    return taken + given_up.exclude(is_sent_later).delete()[0]
