"""Mails of the platform as plain text: their sender, greeting and foot, and those of notifications."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from email.utils import formataddr, parseaddr
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.utils import translation

from instrument_share.journal.addresses import page_address
from instrument_share.journal.models import Notification

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

Tell = Callable[[str, Mapping[str, Any]], str]
"""Puts a message and its parameters into the active language."""

OtherForm = Callable[[Notification], tuple[str, str] | None]
"""Returns another form of a notification, as its text and media type, in the active language; or None."""

LONGEST_SUBJECT = 78
"""Characters; what is longer, programs cut off somewhere (RFC 5322, 2.1.1)."""
LONGEST_WORD = 20
MOST_IN_DIGEST = 100

_other_forms: list[OtherForm] = []


def register_other_form(form: OtherForm) -> None:
    """Let mails carry another form beside their text, as an invitation for calendar programs."""
    _other_forms.append(form)


def mail_of(notification: Notification, tell: Tell) -> EmailMessage:
    """Return the mail in the active language: subject, greeting, text and link."""
    _ = translation.gettext
    text = tell(notification.message, notification.params)
    parts = [
        text,
        "\n".join(f"- {line}" for line in _tell_lines(notification, tell)),
        f"{_('Open it here:')}\n{settings.SITE_URL}{notification.path or page_address('inbox')}",
    ]
    made = _compose_for(notification.user, text, parts)
    for form in _other_forms:
        if other := form(notification):
            made.attach_alternative(*other)
    return made


def digest_of(notifications: Sequence[Notification], tell: Tell) -> EmailMessage:
    """Return one mail to one person with several notifications, oldest first, in the active language.

    It has none of their other forms: calendar programs take one invitation in a mail. Of very many only the
    first stand in it; all are in the inbox.
    """
    _, ngettext = translation.gettext, translation.ngettext
    shown, number = notifications[:MOST_IN_DIGEST], len(notifications)
    subject = ngettext("{number} notification", "{number} notifications", number).format(number=number)
    left_out = _("And {number} more in your inbox.").format(number=number - len(shown))
    parts = [
        *(_tell_in_digest(one, tell) for one in shown),
        left_out if number > len(shown) else "",
        f"{_('All notifications:')}\n{settings.SITE_URL}{page_address('inbox')}",
        f"{_('Choose which mails you get, and when:')}\n{settings.SITE_URL}{page_address('mail_choices')}",
    ]
    return _compose_for(notifications[0].user, subject, parts)


def _tell_in_digest(notification: Notification, tell: Tell) -> str:
    when = tell("{when}", {"when": notification.created_at})
    return "\n".join(
        (
            f"{when}  {tell(notification.message, notification.params)}",
            *(f"- {line}" for line in _tell_lines(notification, tell)),
            *([f"{settings.SITE_URL}{notification.path}"] if notification.path else []),
        )
    )


def _tell_lines(notification: Notification, tell: Tell) -> list[str]:
    return [tell(line["message"], line["params"]) for line in notification.lines]


def _compose_for(user: "User", subject: str, parts: Iterable[str]) -> EmailMultiAlternatives:
    return compose_mail(user.email, subject, [greet(user.get_full_name()), *parts])


def compose_mail(
    to: str,
    subject: str,
    parts: Iterable[str],
    *,
    languages: Sequence[str] = (),
    headers: Mapping[str, str] = MappingProxyType({}),
) -> EmailMultiAlternatives:
    """Return a mail from the platform, with its foot, in the active language or in several.

    `parts` are its paragraphs, the greeting first; empty ones are left out.
    """
    feet = []
    for language in languages or [translation.get_language() or settings.LANGUAGE_CODE]:
        with translation.override(language):
            feet.append(f"{get_platform_name()}\n{tell_automatic()}")
    whole = [*parts, "-- \n" + "\n".join(feet)]
    body = "\n\n".join(part for part in whole if part) + "\n"
    return EmailMultiAlternatives(_subject(subject), body, get_sender(), [to], headers=dict(headers))


def get_platform_name() -> str:
    """Return the name of the platform in the active language."""
    in_english = (translation.get_language() or "").startswith("en")
    return translation.gettext("{city} Research Instrument Sharing").format(
        city=settings.CITY["en" if in_english else "zh"]
    )


def get_sender() -> str:
    """Return the platform as the sender of a mail, by its name in the active language."""
    return formataddr((get_platform_name(), parseaddr(settings.DEFAULT_FROM_EMAIL)[1]))


def greet(name: str = "") -> str:
    """Return the first line of a mail, without a name where the reader's is not known."""
    return translation.gettext("Dear {name},").format(name=name) if name else translation.gettext("Hello,")


def tell_automatic() -> str:
    """Return the last line of a mail."""
    return translation.gettext("This mail was sent automatically; please do not reply.")


def _subject(text: str) -> str:
    """Return one line, cut where it is too long, between words if there are any."""
    line = " ".join(text.split())
    if len(line) <= LONGEST_SUBJECT:
        return line
    cut = line[: LONGEST_SUBJECT - 1]
    between = cut.rfind(" ", LONGEST_SUBJECT - LONGEST_WORD)
    return f"{cut[:between] if between > 0 else cut}…"
