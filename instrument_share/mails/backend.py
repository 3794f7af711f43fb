"""Django's mail backend that puts mails into the queue."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from instrument_share.mails.services import mails_enqueue
from instrument_share.web import clock


class QueueBackend(BaseEmailBackend):
    """Put mails into the queue, in the transaction of who sends them."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        return len(mails_enqueue(email_messages, now=clock.now()))
