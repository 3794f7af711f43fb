"""The mails of the journal: a notification in its reader's language, as plain text."""

from collections.abc import Callable, Mapping
from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.utils import translation

from instrument_share.journal.addresses import page_address
from instrument_share.journal.models import Notification

Tell = Callable[[str, Mapping[str, Any]], str]
"""Puts a message and its parameters into the active language."""

OtherForm = Callable[[Notification], tuple[str, str] | None]
"""Returns another form of a notification, as its text and media type, in the active language; or None."""

LONGEST_SUBJECT = 78
"""Characters; what is longer, programs cut off somewhere (RFC 5322, 2.1.1)."""
LONGEST_WORD = 20

_other_forms: list[OtherForm] = []


def register_other_form(form: OtherForm) -> None:
    """Let mails carry another form beside their text, as an invitation for calendar programs."""
    _other_forms.append(form)


def mail_of(notification: Notification, tell: Tell) -> EmailMessage:
    """Return the mail in the active language: subject, greeting, text and link."""
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
        f"{_('Open it here:')}\n{settings.SITE_URL}{notification.path or page_address('inbox')}",
        f"-- \n{platform}\n{_('This mail was sent by the platform; answers to it are not read.')}",
    ]
    body = "\n\n".join(part for part in parts if part) + "\n"
    sender = formataddr((platform, parseaddr(settings.DEFAULT_FROM_EMAIL)[1]))
    made = EmailMultiAlternatives(_subject(text), body, sender, [notification.user.email])
    for form in _other_forms:
        if other := form(notification):
            made.attach_alternative(*other)
    return made


def _subject(text: str) -> str:
    """Return one line, cut where it is too long, between words if there are any."""
    line = " ".join(text.split())
    if len(line) <= LONGEST_SUBJECT:
        return line
    cut = line[: LONGEST_SUBJECT - 1]
    between = cut.rfind(" ", LONGEST_SUBJECT - LONGEST_WORD)
    return f"{cut[:between] if between > 0 else cut}…"
