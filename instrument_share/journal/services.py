"""The journal's writers: every service calls `record` in its own transaction."""

import logging
from collections.abc import Iterable, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Max, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import translation

from instrument_share.databases.writers import table_writers_end
from instrument_share.journal import seals
from instrument_share.journal.domain import (
    MailDelivery,
    NotificationKind,
    get_deliveries,
    get_last_digest_time,
    is_urgent,
)
from instrument_share.journal.mails import Tell, digest_of, mail_of
from instrument_share.journal.models import SYSTEM, AuditEntry, AuditSeal, MailChoice, Notification
from instrument_share.journal.selectors import get_mail_choices
from instrument_share.kernel.errors import Invalid, Problem, gettext_noop, require_found
from instrument_share.kernel.hashes import SM3
from instrument_share.kernel.wording import Sentence, to_plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

    from instrument_share.accounts.models import User

_address: ContextVar[str] = ContextVar("address", default="")
_readings: ContextVar[list[AuditEntry] | None] = ContextVar("readings", default=None)


@contextmanager
def record_remote_address(address: str) -> "Iterator[None]":
    """Let entries made inside carry this network address; the web edge sets it for each request."""
    token = _address.set(address)
    try:
        yield
    finally:
        _address.reset(token)


def build_entry(
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
    (`booking.approved`). `details` hold what changed, as JSON, without personal data beyond ids. Who acted is
    kept by public id, since an entry outlasts the account; pages show the name that the account has now.
    """
    return AuditEntry(
        at=now,
        actor=actor,
        actor_name=actor.public_id if actor else SYSTEM,
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
    made = build_entry(
        actor=actor, action=action, subject=subject, now=now, organization_id=organization_id, details=details
    )
    made.save(force_insert=True)
    return made


def record_reading(entry: AuditEntry) -> None:
    """Write the AuditEntry of what was read; within `readings_outlast_rollback`, at its end."""
    readings = _readings.get()
    if readings is None:
        entry.save(force_insert=True)
    else:
        readings.append(entry)


@contextmanager
def readings_outlast_rollback() -> "Iterator[None]":
    """Write at the end, after the transactions inside, the entries that `record_reading` gets inside.

    A refusal rolls back what was done, but its page shows what was read. An exception leaves no entry: its
    page shows nothing of that.
    """
    readings: list[AuditEntry] = []
    token = _readings.set(readings)
    try:
        yield
    finally:
        _readings.reset(token)
    record_all(readings)


def record_all(entries: Iterable[AuditEntry]) -> None:
    """Write many entries in the caller's transaction."""
    AuditEntry.objects.bulk_create(entries, batch_size=1000)


def notify(
    *,
    users: "Iterable[User | int]",
    message: str,
    now: datetime,
    path: str = "",
    params: Mapping[str, Any] | None = None,
    lines: Iterable[Sentence] = (),
    kind: NotificationKind = NotificationKind.ACCOUNT,
    act_by: datetime | None = None,
) -> None:
    """Put a message into each person's inbox; a recurring job mails what is not mailed yet.

    People choose for each `kind` when it is mailed; what they have to act on very soon, until `act_by`, is
    mailed at once all the same.

    People may be given by their keys. `message` is a literal marked by `gettext_noop`; it is translated, with
    `params`, for each reader, and so are the `lines` below it. Instants, dates, lengths of time, amounts,
    `Words`, `Bilingual` names, sentences and tuples of these may be parameters: they are kept as such and
    told in the reader's language.
    """
    kept, below = to_plain(params or {}), [to_plain(line) for line in lines]
    Notification.objects.bulk_create(
        Notification(
            user_id=user if isinstance(user, int) else user.pk,
            message=message,
            params=kept,
            lines=below,
            path=path,
            kind=kind.value,
            is_urgent=is_urgent(act_by, now),
            created_at=now,
        )
        for user in users
    )


@transaction.atomic
def notification_read(*, actor: "User", public_id: str, now: datetime) -> Notification:
    """Mark one's own notification as read; a second time changes nothing."""
    notification = require_found(
        Notification.objects.select_for_update().filter(public_id=public_id, user=actor).first()
    )
    if notification.read_at is None:
        notification.read_at = now
        notification.save(update_fields=["read_at"])
    return notification


@transaction.atomic
def notifications_read(*, actor: "User", now: datetime) -> int:
    """Mark all of one's own notifications as read. Returns how many were not."""
    return Notification.objects.filter(user=actor, read_at__isnull=True).update(read_at=now)


SETTLED_AFTER = timedelta(minutes=10)
"""An entry is sealed when it is older than any transaction lasts."""
WRITERS_SECONDS = 2
SEALED_AT_ONCE = 1000


def audit_seal(now: datetime) -> int:
    """Seal the entries that have settled, in batches, each seal over its entries and the seal before.

    Run by a job; a second time changes nothing. The number of entries sealed: none while somebody goes on
    writing, since what is committed later would stand among what is sealed. The age of entries does not tell:
    clocks jump.
    """
    sealed = 0
    while count := _seal_next(now):
        sealed += count
    return sealed


@transaction.atomic
def _seal_next(now: datetime) -> int:
    seals_made = AuditSeal.objects.order_by("-last_entry_id")
    list(seals_made.select_for_update().values_list("pk")[:1])
    # Read again: who waited for another process here finds the seal that it has made.
    last = seals_made.first()
    after = 0 if last is None else last.last_entry_id
    settled = AuditEntry.objects.filter(pk__gt=after, at__lte=now - SETTLED_AFTER)
    if not (settled.exists() and table_writers_end(AuditEntry._meta.db_table, seconds=WRITERS_SECONDS)):
        return 0
    end = settled.aggregate(end=Max("pk"))["end"]
    entries = list(AuditEntry.objects.filter(pk__gt=after, pk__lte=end).order_by("pk")[:SEALED_AT_ONCE])
    previous, previous_sm3 = (seals.BEGINNING, "") if last is None else (last.hash, last.sm3)
    has_sm3 = SM3 in settings.SEAL_HASHES
    AuditSeal.objects.create(
        number=1 if last is None else last.number + 1,
        form=seals.FORM,
        entries=len(entries),
        first_entry_id=entries[0].pk,
        last_entry_id=entries[-1].pk,
        previous_hash=previous,
        hash=seals.seal_hash(previous, entries),
        sm3=seals.seal_sm3(previous, previous_sm3, entries) if has_sm3 else "",
        sealed_at=now,
    )
    return len(entries)


MAILED_AT_ONCE = 200
TRIED_FOR = timedelta(days=7)
"""What is older stands in the inbox only: news of last month in today's mail would mislead."""

FOR_DIGEST = Q(delivery=MailDelivery.DAILY, is_urgent=False)
ALWAYS_SENT = gettext_noop("These mails can’t be turned off. Choose “at once” or “once a day”.")

log = logging.getLogger(__name__)


def notifications_mail(now: datetime, tell: Tell) -> int:
    """Mail the notifications that were not mailed yet, each in its reader's language; their number.

    Run by a job. Each is marked in the transaction that puts its mail into the queue. One whose mail cannot
    be made is tried again next time, for a week, and keeps back nobody else's. People without an address
    read theirs in the inbox, and so do those who want no mails of its kind; what they want once a day waits
    for `notification_digests_mail`.
    """
    waiting = _unsent(now).exclude(FOR_DIGEST)
    sent, unreachable = 0, set()
    for pk, user_id in list(waiting.order_by("id").values_list("pk", "user_id")):
        if sent == MAILED_AT_ONCE:
            break
        if user_id in unreachable:
            continue
        try:
            sent += _mail(pk, now, tell)
        except Exception:
            log.exception("The mail of notification %s was not made.", pk)
            unreachable.add(user_id)
    return sent


def _unsent(now: datetime) -> "QuerySet[Notification]":
    """Return what is to be mailed, with its reader's choice as `delivery`."""
    choice = MailChoice.objects.filter(user=OuterRef("user"), kind=OuterRef("kind")).values("delivery")
    unsent = Notification.objects.filter(mailed_at__isnull=True, created_at__gt=now - TRIED_FOR)
    return unsent.annotate(delivery=Coalesce(Subquery(choice), Value(MailDelivery.AT_ONCE.value)))


def _lock_unsent(now: datetime) -> "QuerySet[Notification]":
    """Return the same locked, without what another process is mailing."""
    locked = _unsent(now).select_for_update(of=("self",), skip_locked=connection.vendor != "sqlite")
    return locked.select_related("user")


def _is_mailed_to(notification: Notification) -> bool:
    """Return whether the reader of a notification of `_unsent` gets a mail of it."""
    wanted = notification.is_urgent or notification.delivery != MailDelivery.NEVER  # type: ignore[attr-defined]
    return bool(wanted and notification.user.email and notification.user.is_active)


def notification_digests_mail(now: datetime, tell: Tell) -> int:
    """Mail what people want once a day, each person's in one mail; the number of mails.

    Run by a job. A digest is due at 8:00 in the city where something came before; it has all that came
    until it is made, so that nothing is lost by a job that runs late. What is in it is marked in the
    transaction that puts the mail into the queue.
    """
    due = _unsent(now).filter(FOR_DIGEST, created_at__lt=get_last_digest_time(now))
    sent = 0
    for user_id in list(due.order_by("user_id").values_list("user_id", flat=True).distinct()):
        try:
            sent += _mail_digest(user_id, now, tell)
        except Exception:
            log.exception("The digest of user %s was not made.", user_id)
    return sent


@transaction.atomic
def _mail_digest(user_id: int, now: datetime, tell: Tell) -> bool:
    found = list(_lock_unsent(now).filter(FOR_DIGEST, user=user_id).order_by("id"))
    # Read again behind the lock: another process may have mailed what was due.
    if not any(one.created_at < get_last_digest_time(now) for one in found):
        return False
    Notification.objects.filter(pk__in=[one.pk for one in found]).update(mailed_at=now)
    mailed = [one for one in found if _is_mailed_to(one)]
    if not mailed:
        return False
    with translation.override(mailed[0].user.language):
        message = digest_of(mailed, tell)
    message.send()
    return True


@transaction.atomic
def mail_choices_set(
    *, actor: "User", choices: Mapping[NotificationKind, MailDelivery], now: datetime
) -> dict[NotificationKind, MailDelivery]:
    """Choose when one's own notifications of each kind are mailed; returns what has changed.

    Raises Invalid for a kind that can't be turned off. What waits unsent follows the new choice.
    """
    refused = [kind for kind, delivery in choices.items() if delivery not in get_deliveries(kind)]
    if refused:
        problems = [Problem("mails.always_sent", ALWAYS_SENT, field=kind.value) for kind in refused]
        raise Invalid(problems=problems)
    before = get_mail_choices(actor)
    changed = {kind: one for kind, one in choices.items() if before[kind] is not one}
    for kind, delivery in changed.items():
        chosen = {"delivery": delivery.value}
        MailChoice.objects.update_or_create(user=actor, kind=kind.value, defaults=chosen)
    if changed:
        details = {"mails": {kind.value: one.value for kind, one in changed.items()}}
        record(actor=actor, action="user.mails_chosen", subject=actor, now=now, details=details)
    return changed


@transaction.atomic
def _mail(notification_id: int, now: datetime, tell: Tell) -> bool:
    notification = _lock_unsent(now).filter(pk=notification_id).first()
    if notification is None:
        return False
    notification.mailed_at = now
    notification.save(update_fields=["mailed_at"])
    if not _is_mailed_to(notification):
        return False
    with translation.override(notification.user.language):
        message = mail_of(notification, tell)
    message.send()
    return True


def notifications_erase(*, user: "User") -> None:
    """Delete a person's inbox and choices of mails, as their account is deleted."""
    Notification.objects.filter(user=user).delete()
    MailChoice.objects.filter(user=user).delete()


def notifications_forget_old(before: datetime, limit: int) -> int:
    """Delete notifications of before an instant, read or not; at most so many. Returns how many."""
    old = (
        Notification.objects.filter(created_at__lt=before).order_by("id").values_list("pk", flat=True)[:limit]
    )
    return Notification.objects.filter(pk__in=list(old)).delete()[0]
