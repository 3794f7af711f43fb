"""Sending what waits for webhooks: each receiver in its turn, for a bounded time, then the queue goes on."""

from collections.abc import Callable
from datetime import datetime, timedelta
from http.client import HTTPException

from django.db import transaction
from django.db.models import Case, QuerySet, Value, When

from bookings.feeds.domain.webhooks import (
    ATTEMPTS,
    SIGNATURE,
    TEST,
    WebhookSide,
    get_retry_delay,
    is_given_up,
    sign,
)
from bookings.feeds.models import Webhook, WebhookDelivery
from bookings.feeds.selectors.webhooks import due_webhooks, get_webhook_secret
from bookings.feeds.services.calls import Answer, CallRefused, post_json
from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.domain import Role
from instrument_share.journal.addresses import page_address
from instrument_share.journal.domain import NotificationKind
from instrument_share.journal.services import notify, record
from instrument_share.kernel.errors import gettext_noop

ROUND = timedelta(seconds=10)
"""After this no other receiver has its turn in the same job."""
TURN = timedelta(seconds=2)
"""After this a receiver is sent no other message in the same turn."""
CLAIM = timedelta(minutes=1)
"""Longer than any turn; of a worker that died the receiver is free again then."""
LEFT_ALONE = timedelta(hours=1)
"""A receiver that nobody tried for so long after it was due had no chance to answer: its unit was suspended,
or no worker lived."""
DISABLED = gettext_noop(
    "The webhook {address} has not answered for three days and is switched off. Once the receiver is mended, "
    "switch it on again: what it missed is sent then."
)
KEEPERS = {WebhookSide.UNIT: Role.UNIT_MANAGER, WebhookSide.PAYER: Role.ORG_ADMIN}
PAGES = {WebhookSide.UNIT: "webhooks", WebhookSide.PAYER: "payer_webhooks"}
"""Where its keepers switch a webhook on again."""


def deliveries_send(*, read_clock: Callable[[], datetime]) -> bool:
    """Send what waits, outside any transaction, for a bounded time; return whether more is due.

    The receiver whose turn was longest ago is first. Nobody else sends to it meanwhile, so that messages come
    in their order; after one that isn't taken it is left alone for a while.
    """
    end = read_clock() + ROUND
    while (now := read_clock()) < end:
        webhook = _claim_next(now)
        if webhook is None:
            return False
        _send_turn(webhook, read_clock)
    return due_webhooks(read_clock()).exists()


def _claim_next(now: datetime) -> Webhook | None:
    for webhook in due_webhooks(now).select_related("organization"):
        unchanged = due_webhooks(now).filter(pk=webhook.pk, due_at=webhook.due_at)
        if Webhook.objects.filter(pk__in=unchanged.order_by().values("pk")).update(claimed_until=now + CLAIM):
            return webhook
    return None


def _send_turn(webhook: Webhook, read_clock: Callable[[], datetime]) -> None:
    """Send until a message isn't taken, the turn is over or nothing waits; then free the receiver."""
    end = read_clock() + TURN
    failed: WebhookDelivery | None = None
    sent = 0
    while failed is None and (now := read_clock()) < end:
        delivery = _waiting(webhook).first()
        if delivery is None:
            break
        if _send(webhook, delivery, now):
            sent += 1
        else:
            failed = delivery
    _end_turn(webhook.pk, read_clock(), failed=failed, is_reached=sent > 0)


def _waiting(webhook: Webhook) -> QuerySet[WebhookDelivery]:
    """Return what waits in the order in which it is sent: tests, then the acts as the journal has them."""
    found = webhook.deliveries.filter(delivered_at__isnull=True, given_up_at__isnull=True)
    if webhook.disabled_at is not None:
        found = found.filter(action=TEST)
    return found.order_by(Case(When(action=TEST, then=Value(0)), default=Value(1)), "id")


def _send(webhook: Webhook, delivery: WebhookDelivery, now: datetime) -> bool:
    """Send one message and keep what came of it; return whether it was taken."""
    answer = _call(webhook, delivery, now)
    delivery.attempts, delivery.tried_at = delivery.attempts + 1, now
    delivery.status, delivery.answer = answer.status or None, answer.text[:200]
    is_last = delivery.action == TEST or delivery.attempts >= ATTEMPTS
    delivery.delivered_at = now if answer.is_success else None
    delivery.given_up_at = now if is_last and not answer.is_success else None
    delivery.save(update_fields=["attempts", "tried_at", "status", "answer", "delivered_at", "given_up_at"])
    return answer.is_success


def _call(webhook: Webhook, delivery: WebhookDelivery, now: datetime) -> Answer:
    """Return the answer; with status 0 and the reason where there was none."""
    headers = {SIGNATURE: sign(get_webhook_secret(webhook), now, delivery.body)}
    try:
        return post_json(webhook.address, delivery.body, headers)
    except (CallRefused, OSError, HTTPException, ValueError) as error:
        return Answer(0, f"{type(error).__name__}: {error}")


@transaction.atomic
def _end_turn(webhook_id: int, now: datetime, *, failed: WebhookDelivery | None, is_reached: bool) -> None:
    """Free a receiver and say when its next turn is; switch it off once it has failed for too long.

    It fails since the first failure after which it was tried whenever it was due, as long as anything waits
    for it. A test that fails delays the next turn and counts for nothing else.
    """
    webhook = Webhook.objects.select_for_update().filter(pk=webhook_id).first()
    if webhook is None:
        return
    if is_reached or (webhook.due_at is not None and now - webhook.due_at >= LEFT_ALONE):
        webhook.failing_since, webhook.failures = None, 0
    has_failed = failed is not None and failed.action != TEST
    if has_failed:
        webhook.failing_since, webhook.failures = webhook.failing_since or now, webhook.failures + 1
    webhook.due_at = now if failed is None else now + get_retry_delay(max(webhook.failures, 1))
    webhook.claimed_until = None
    is_too_long = webhook.failing_since is not None and is_given_up(webhook.failing_since, now)
    if has_failed and is_too_long and webhook.disabled_at is None:
        _disable(webhook, now)
    elif failed is not None and failed.given_up_at is not None and not _waiting(webhook).exists():
        webhook.failing_since, webhook.failures = None, 0
    webhook.save(update_fields=["failing_since", "failures", "due_at", "claimed_until", "disabled_at"])


def _disable(webhook: Webhook, now: datetime) -> None:
    webhook.disabled_at = now
    organization_id, side = webhook.organization_id, WebhookSide(webhook.side)
    record(actor=None, action="webhook.disabled", subject=webhook, now=now, organization_id=organization_id)
    notify(
        users=accounts.people_with_role(KEEPERS[side], organization_id),
        message=DISABLED,
        now=now,
        path=page_address(PAGES[side], webhook.organization.public_id),
        params={"address": webhook.address},
        kind=NotificationKind.UNIT,
    )
