"""Reads of the queue of mails, for who administers the site and for who wants to know about one mail."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import BooleanField, Count, ExpressionWrapper, Min, Q, QuerySet

from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors import standing
from instrument_share.jobs.selectors import unfinished_arguments
from instrument_share.mails.models import OutgoingMail

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer


TRANSPORTS_TO_NOBODY = ("console", "dummy", "locmem")


class MailState(StrEnum):
    """What becomes of a mail."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


STATE_CONDITIONS = {
    MailState.WAITING: Q(sent_at__isnull=True, failed_at__isnull=True),
    MailState.SENT: Q(sent_at__isnull=False),
    MailState.FAILED: Q(failed_at__isnull=False),
}


@dataclass(frozen=True)
class MailQueue:
    """How many mails wait, and since when the first of them; how many were given up."""

    waiting: int
    since: datetime | None
    failed: int


def mail_queue() -> MailQueue:
    """Return what stands in the queue of mails, as numbers."""
    waiting = OutgoingMail.objects.filter(STATE_CONDITIONS[MailState.WAITING])
    counted = waiting.aggregate(count=Count("id"), since=Min("created_at"))
    failed = OutgoingMail.objects.filter(STATE_CONDITIONS[MailState.FAILED]).count()
    return MailQueue(counted["count"], counted["since"], failed)


def is_mail_delivered() -> bool:
    """Return whether EMAIL_URL names a way on which mails reach somebody."""
    return not any(name in settings.MAIL_TRANSPORT for name in TRANSPORTS_TO_NOBODY)


def mails(viewer: "Viewer", state: str = "") -> QuerySet[OutgoingMail]:
    """Return the mails of this state for an administrator, none for others; never their text.

    `can_be_sent` says of one that failed whether its text is still there.
    """
    if not standing(viewer).holds(Role.SYSADMIN):
        return OutgoingMail.objects.none()
    sendable = Q(failed_at__isnull=False, content__isnull=False)
    found = OutgoingMail.objects.defer("content").annotate(
        can_be_sent=ExpressionWrapper(sendable, BooleanField())
    )
    return found.filter(STATE_CONDITIONS[MailState(state)]) if state in STATE_CONDITIONS else found


def mail(viewer: "Viewer", public_id: str) -> OutgoingMail | None:
    """Return one mail for an administrator."""
    return mails(viewer).filter(public_id=public_id).first()


def state_of(mail: OutgoingMail) -> MailState:
    """Return what has become of a mail."""
    if mail.sent_at:
        return MailState.SENT
    return MailState.FAILED if mail.failed_at else MailState.WAITING


def mail_states(about: Iterable[str]) -> dict[str, MailState]:
    """Return what has become of the last mail about each of these things; without one, it is left out."""
    rows = OutgoingMail.objects.filter(about__in=list(about)).defer("content").order_by("id")
    return {row.about: state_of(row) for row in rows}


def find_broken_mails() -> "Iterator[str]":
    """Yield mails that were queued twice, and mails that wait for no job, in English, without addresses."""
    same = ("recipients", "subject", "about", "created_at")
    for row in OutgoingMail.objects.values(*same).annotate(times=Count("pk"), first=Min("public_id")):
        if row["times"] > 1:
            yield f"{row['first']} was queued {row['times']} times"
    waiting = OutgoingMail.objects.filter(STATE_CONDITIONS[MailState.WAITING]).order_by("pk")
    before = list(waiting.values_list("public_id", flat=True))
    awaited = unfinished_arguments("mails.send", "public_id")
    alone = set(before) - awaited
    # Asked again: those that were sent meanwhile have no job any more.
    for public_id in waiting.filter(public_id__in=alone).values_list("public_id", flat=True):
        yield f"{public_id} waits, and no job will send it"
