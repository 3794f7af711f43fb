"""The mails of the journal: what stands in an inbox, in its reader's language, as plain text."""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation

from instrument_share.journal.models import Notification

Tell = Callable[[str, Mapping[str, Any]], str]
"""Puts a message and its parameters into the active language."""

LONGEST_SUBJECT = 78
"""Characters; what is longer, programs cut off somewhere (RFC 5322, 2.1.1)."""
INBOX = "/me/notifications/"


def mail_of(notification: Notification, tell: Tell) -> EmailMessage:
    """The mail in the active language: a subject that says what it is about, a greeting, the link."""
    _ = translation.gettext
    text = tell(notification.message, notification.params)
    platform = _("{city} Research Instrument Sharing").format(
        city=settings.CITY["en" if (translation.get_language() or "").startswith("en") else "zh"]
    )
    lines = [tell(line["message"], line["params"]) for line in notification.lines]
    parts = [
        _("Dear {name},").format(name=notification.user.get_full_name()),
        text,
        "\n".join(f"- {line}" for line in lines),
        f"{_('Open it here:')}\n{settings.SITE_URL}{notification.path or INBOX}",
        f"-- \n{platform}\n{_('This mail was sent by the platform; answers to it are not read.')}",
    ]
    body = "\n\n".join(part for part in parts if part) + "\n"
    return EmailMessage(_subject(f"[{platform}] {text}"), body, None, [notification.user.email])


def _subject(text: str) -> str:
    """One line, cut where it is too long."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_SUBJECT else f"{line[: LONGEST_SUBJECT - 1]}…"
