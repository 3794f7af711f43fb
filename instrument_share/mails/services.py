"""The only writers of the queue of mails."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused
from time import sleep
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import Error, close_old_connections, transaction

from instrument_share.accounts.permissions import require
from instrument_share.databases.outage import is_database_away
from instrument_share.jobs.services import enqueue
from instrument_share.journal.services import record
from instrument_share.kernel.errors import Conflict, gettext_noop, require_found
from instrument_share.mails.messages import ABOUT_HEADER, describe_error, keep_message, restore_message
from instrument_share.mails.models import OutgoingMail

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

SEND = "mails.send"
ATTEMPTS = 150
"""About a day, ten minutes apart at last, like messages to webhooks: a server may be away that long."""
PAUSES = (*[1.0] * 10, *[5.0] * 30, None)
"""Seconds between attempts to record that a mail was sent; another machine takes over within a minute."""
TEXT_KEPT_FOR = timedelta(days=7)
"""The links of an older mail no longer work, and its news would mislead."""

log = logging.getLogger(__name__)


class MailTooOld(Conflict):
    code = "mail.too_old"
    message = gettext_noop(
        "The text of this mail has been deleted, as its links no longer work. Send it again where it "
        "came from: an invitation from the list of members, a password link from the account."
    )


@transaction.atomic
def mails_enqueue(messages: Sequence[EmailMessage], *, now: datetime) -> list[OutgoingMail]:
    """Put messages into the queue in the caller's transaction, those that go to somebody."""
    waiting = [_queued(message, now) for message in messages if message.recipients()]
    for mail in OutgoingMail.objects.bulk_create(waiting):
        enqueue(SEND, public_id=mail.public_id)
    return waiting


def mail_send(public_id: str, *, is_last: bool, now: datetime) -> None:
    """Send a mail that waits, outside any transaction; one that was sent or given up stays as it is.

    Raises what the server or the way to it raises, so that the job is tried again, unless this attempt was
    the last or the server refuses the recipients for good: then the mail is given up.
    """
    mail = OutgoingMail.objects.filter(
        public_id=public_id, sent_at__isnull=True, failed_at__isnull=True
    ).first()
    if mail is None or mail.content is None:
        return
    line = get_connection(settings.MAIL_TRANSPORT)
    try:
        line.open()
        restore_message(mail.content, line).send()
    except Exception as error:
        _hang_up(line)
        is_over = is_last or _is_refused_for_good(error)
        mail_record_failure(mail, error, is_over=is_over, now=now)
        if not is_over:
            raise
        log.exception("The mail %s was given up.", public_id)
        return
    # At once: a server that is slow to say goodbye keeps nobody from knowing that it took the mail.
    mail.sent_at = mail.tried_at = now
    mail.attempts, mail.content, mail.error = mail.attempts + 1, None, ""
    _record_sent(mail)
    _hang_up(line)


def _hang_up(line: BaseEmailBackend) -> None:
    """End the talk with the server, which changes nothing any more."""
    with suppress(SMTPException, OSError):
        line.close()


def _record_sent(mail: OutgoingMail) -> None:
    """Record it though the database be away for minutes: else its recipients would get the mail again."""
    for pause in PAUSES:
        try:
            mail.save(update_fields=["sent_at", "tried_at", "attempts", "content", "error"])
        except Error as error:
            if pause is None or not is_database_away(error):
                raise
            log.warning("The mail %s is sent, but could not be recorded yet.", mail.public_id)
            close_old_connections()
            sleep(pause)
        else:
            return


def mail_record_failure(mail: OutgoingMail, error: Exception, *, is_over: bool, now: datetime) -> None:
    """Record an attempt that failed, and that it was the last if it was."""
    longest = OutgoingMail._meta.get_field("error").max_length
    mail.attempts, mail.tried_at = mail.attempts + 1, now
    mail.error = describe_error(error, mail.recipients)[:longest]
    mail.failed_at = now if is_over else None
    mail.save(update_fields=["attempts", "tried_at", "error", "failed_at"])


@transaction.atomic
def mail_retry(*, actor: "User", public_id: str, now: datetime) -> OutgoingMail:
    """Put a mail that was given up back into the queue; a second time changes nothing."""
    require(actor, "site.operate")
    mail = require_found(OutgoingMail.objects.select_for_update().filter(public_id=public_id).first())
    if mail.failed_at is None:
        return mail
    if mail.content is None:
        raise MailTooOld
    mail.failed_at, mail.attempts = None, 0
    mail.save(update_fields=["failed_at", "attempts"])
    enqueue(SEND, public_id=mail.public_id)
    record(actor=actor, action="mail.retried", subject=mail, now=now)
    return mail


def mails_forget_old(now: datetime) -> int:
    """Delete the text of mails that failed a week ago, and mails that are long over; return their number."""
    outdated = OutgoingMail.objects.filter(failed_at__lt=now - TEXT_KEPT_FOR, content__isnull=False)
    outdated.update(content=None)
    kept = settings.RETENTION_DAYS
    sent = OutgoingMail.objects.filter(sent_at__lt=now - timedelta(days=kept["mails"])).delete()[0]
    given_up = OutgoingMail.objects.filter(failed_at__lt=now - timedelta(days=kept["failed_mails"]))
    return sent + given_up.delete()[0]


def _queued(message: EmailMessage, now: datetime) -> OutgoingMail:
    message.message()  # raises where an address or a header is none, while somebody is there to be told
    longest = OutgoingMail._meta.get_field("subject").max_length
    return OutgoingMail(
        recipients=message.recipients(),
        subject=str(message.subject)[:longest],
        about=str(message.extra_headers.get(ABOUT_HEADER, "")),
        content=keep_message(message),
        created_at=now,
    )


def _is_refused_for_good(error: Exception) -> bool:
    return isinstance(error, SMTPRecipientsRefused) and all(
        code >= 500 for code, _answer in error.recipients.values()
    )


def mails_to(addresses: Sequence[str]) -> list[int]:
    """Return the keys of the mails to any of these addresses."""
    wanted = {one.lower() for one in addresses}
    found: set[int] = set()
    for address in wanted:
        # Inside JSON: both databases look in its text, and what is merely similar is left out below.
        rows = OutgoingMail.objects.filter(recipients__icontains=address).values_list("pk", "recipients")
        found |= {pk for pk, recipients in rows if wanted & {one.lower() for one in recipients}}
    return sorted(found)


def mails_erase(*, addresses: Sequence[str]) -> None:
    """Delete the mails to a person, sent or waiting, as their account is deleted."""
    OutgoingMail.objects.filter(pk__in=mails_to(addresses)).delete()
