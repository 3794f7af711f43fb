"""Which acts of the journal a webhook is told: those of a unit, or what an organization pays for."""

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from bookings.feeds.domain.webhooks import WebhookSide
from bookings.feeds.models import Webhook
from bookings.requests.models import Booking
from bookings.statements.models import Statement
from bookings.usage.models import UsageConfirmation, UsageCorrection, UsageLog, UsageWithdrawal
from instrument_share.journal import selectors as journal

if TYPE_CHECKING:
    from instrument_share.journal.models import AuditEntry

PAYERS = (
    (Booking, "payer_organization"),
    (UsageLog, "payer_organization"),
    (UsageCorrection, "log__payer_organization"),
    (UsageConfirmation, "log__payer_organization"),
    (UsageWithdrawal, "log__payer_organization"),
    (Statement, "payer_organization"),
)
"""The subjects of the acts, and where each says which organization pays."""


def acts_of(webhook: Webhook) -> "QuerySet[AuditEntry]":
    """Return the acts that a webhook is told, from the beginning of the journal."""
    if webhook.side == WebhookSide.UNIT:
        return journal.entries_of_organization(webhook.organization_id, webhook.actions)
    return journal.entries().filter(_is_paid_by(webhook.organization_id), action__in=webhook.actions)


def _is_paid_by(organization_id: int) -> Q:
    found = Q()
    for model, payer in PAYERS:
        rows = model._default_manager.filter(public_id=OuterRef("subject_id"), **{payer: organization_id})
        found |= Q(Exists(rows), subject_type=model._meta.label)
    return found
