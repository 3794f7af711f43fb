"""The journal's writers: every service calls `record` in its own transaction."""

from collections.abc import Iterable, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models, transaction

from instrument_share.journal.models import AuditEntry, Notification

if TYPE_CHECKING:
    from collections.abc import Iterator

    from instrument_share.accounts.models import User

_address: ContextVar[str] = ContextVar("address", default="")


@contextmanager
def coming_from(address: str) -> "Iterator[None]":
    """Entries made inside carry this network address (set by the web edge for each request)."""
    token = _address.set(address)
    try:
        yield
    finally:
        _address.reset(token)


def entry(
    *,
    actor: "User | None",
    action: str,
    subject: models.Model,
    now: datetime,
    organization_id: int | None = None,
    details: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """An unsaved AuditEntry, for set-based services that insert many with `record_all`.

    `actor` is None for what the system does by itself (a lapse). `action` is `<entity>.<past participle>`
    (`booking.approved`). `details` hold what changed, as JSON, without personal data beyond ids.
    """
    return AuditEntry(
        at=now,
        actor=actor,
        actor_name=actor.get_full_name() if actor else "system",
        action=action,
        subject_type=subject._meta.label,
        subject_id=getattr(subject, "public_id", None) or str(subject.pk),
        organization_id=organization_id,
        details=dict(details or {}),
        address=_address.get(),
    )


def record(
    *,
    actor: "User | None",
    action: str,
    subject: models.Model,
    now: datetime,
    organization_id: int | None = None,
    details: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Write one AuditEntry in the caller's transaction."""
    made = entry(
        actor=actor, action=action, subject=subject, now=now, organization_id=organization_id, details=details
    )
    made.save(force_insert=True)
    return made


def record_all(entries: Iterable[AuditEntry]) -> None:
    """Write many entries in the caller's transaction."""
    AuditEntry.objects.bulk_create(entries, batch_size=1000)


def notify(
    *,
    users: "Iterable[User]",
    message: str,
    now: datetime,
    path: str = "",
    params: Mapping[str, Any] | None = None,
) -> None:
    """Put a message into each person's inbox; `tick` mails what is not mailed yet.

    `message` is a literal marked by `gettext_noop`; it is translated, with `params`, for each reader.
    """
    Notification.objects.bulk_create(
        Notification(user=user, message=message, params=dict(params or {}), path=path, created_at=now)
        for user in users
    )


@transaction.atomic
def notification_read(*, actor: "User", public_id: str, now: datetime) -> Notification:
    """Mark one's own notification as read; a second time changes nothing."""
    notification = Notification.objects.select_for_update().get(public_id=public_id, user=actor)
    if notification.read_at is None:
        notification.read_at = now
        notification.save(update_fields=["read_at"])
    return notification
