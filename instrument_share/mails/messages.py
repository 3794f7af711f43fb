"""A message as the queue keeps it, and back."""

from collections.abc import Iterable
from email.utils import make_msgid, parseaddr
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from typing import Any

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from instrument_share.kernel.names import mask_mail_address

ABOUT_HEADER = "X-Subject-Id"
"""Names what a mail is about, by its public id; never leaves the site."""


def keep_message(message: EmailMessage) -> dict[str, Any]:
    """Return what makes the message, as JSON, with the identity that it has for whoever receives it.

    Raises ValueError for a message with files: this site sends links to them.
    """
    if message.attachments:
        raise ValueError("The queue of mails takes no attachments; send a link.")
    headers = {name: str(value) for name, value in message.extra_headers.items() if name != ABOUT_HEADER}
    headers.setdefault("Message-ID", make_msgid(domain=_domain(message.from_email)))
    return {
        "subject": str(message.subject),
        "body": str(message.body),
        "from_email": message.from_email,
        "to": message.to,
        "cc": message.cc,
        "bcc": message.bcc,
        "reply_to": message.reply_to,
        "headers": headers,
        "content_subtype": message.content_subtype,
        "alternatives": [list(one) for one in getattr(message, "alternatives", [])],
    }


def restore_message(kept: dict[str, Any], connection: BaseEmailBackend) -> EmailMessage:
    """Return the message that `keep_message` was given, to be sent over `connection`."""
    parts = dict(kept)
    content_subtype, alternatives = parts.pop("content_subtype"), parts.pop("alternatives")
    message = EmailMultiAlternatives(**parts, connection=connection)
    message.content_subtype = content_subtype
    for content, media_type in alternatives:
        message.attach_alternative(content, media_type)
    return message


def describe_error(error: Exception, recipients: Iterable[str]) -> str:
    """Return why a mail failed: what the server answered where it did, and no address of a recipient."""
    match error:
        case SMTPRecipientsRefused():
            answers = dict.fromkeys(_answer(*answer) for answer in error.recipients.values())
            text = "; ".join(answers)
        case SMTPResponseException():
            text = _answer(error.smtp_code, error.smtp_error)
        case _:
            text = f"{type(error).__name__}: {error}"
    for address in recipients:
        text = text.replace(address, mask_mail_address(address))
    return text


def _answer(code: int, text: bytes | str) -> str:
    return f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"


def _domain(sender: str) -> str:
    return parseaddr(sender)[1].rpartition("@")[2] or "localhost"
