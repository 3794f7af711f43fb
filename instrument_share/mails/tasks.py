"""The job that sends one mail."""

from instrument_share.jobs.registry import JobContext, job
from instrument_share.kernel.errors import gettext_noop
from instrument_share.mails.services import ATTEMPTS, SEND, mail_send
from instrument_share.web import clock


@job(SEND, gettext_noop("Sending of a mail"), attempts=ATTEMPTS)
def send(context: JobContext, public_id: str) -> None:
    """Send the mail, or leave it to another attempt."""
    mail_send(public_id, is_last=context.attempt >= ATTEMPTS, now=clock.now())
