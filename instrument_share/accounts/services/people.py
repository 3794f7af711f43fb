"""Writers of accounts."""

from contextlib import AbstractContextManager
from datetime import datetime

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction

from instrument_share.accounts.domain.privacy import NOTICE_VERSION
from instrument_share.accounts.domain.registration import find_phone_problems
from instrument_share.accounts.models import User
from instrument_share.accounts.permissions import require, require_unless_system
from instrument_share.accounts.selectors import oneself_lock
from instrument_share.accounts.services.sessions import end_sessions
from instrument_share.accounts.services.tokens import end_keys
from instrument_share.journal.services import record
from instrument_share.journal.unique import raise_when_taken
from instrument_share.kernel.errors import Conflict, Invalid, Problem, gettext_noop
from instrument_share.kernel.names import plain_line


class UsernameTaken(Conflict):
    code = "user.username_taken"
    message = gettext_noop("Somebody has just taken the user name “{username}”. Choose another one.")


@transaction.atomic
def user_create(
    *, actor: User | None, username: str, name: str, email: str, password: str | None, now: datetime
) -> User:
    """Create an account with a confirmed address; nobody can log in to one without a password."""
    require_unless_system(actor, "accounts.maintain_accounts")
    user = User(username=username, name=name, email=email, date_joined=now)
    user.set_password(password)
    user.full_clean()
    with _name_refused(user):
        user.save(force_insert=True)
    address = EmailAddress(user=user, email=email.lower(), verified=True, primary=True)
    address.full_clean()
    address.save(force_insert=True)
    record(actor=actor, action="user.created", subject=user, now=now)
    return user


@transaction.atomic
def user_sign_up(*, user: User, agrees_to_privacy: str, now: datetime) -> None:
    """Save the account that a person has opened for themselves; the form has checked it.

    `agrees_to_privacy` is the version of the privacy notice that the person agreed to; only the present one
    will do.
    """
    _require_present_notice(agrees_to_privacy)
    user.name = plain_line(user.name)
    user.privacy_version, user.privacy_agreed_at, user.date_joined = agrees_to_privacy, now, now
    with _name_refused(user):
        user.save(force_insert=True)
    record(
        actor=user,
        action="user.signed_up",
        subject=user,
        now=now,
        details={"privacy_version": agrees_to_privacy},
    )


@transaction.atomic
def user_agree(*, actor: User, version: str, now: datetime) -> User:
    """Record that the person agrees to the present privacy notice; a second time changes nothing."""
    require(actor, "accounts.edit_oneself", actor)
    _require_present_notice(version)
    user = oneself_lock(actor)
    if user.privacy_version != version:
        details = {"privacy_version": version, "before": user.privacy_version}
        user.privacy_version, user.privacy_agreed_at = version, now
        user.save(update_fields=["privacy_version", "privacy_agreed_at"])
        record(actor=user, action="user.privacy_agreed", subject=user, now=now, details=details)
    return user


def _require_present_notice(version: str) -> None:
    if version != NOTICE_VERSION:
        message = gettext_noop("Read the privacy notice and agree to it.")
        raise Invalid(problems=[Problem("user.privacy_not_agreed", message, field="privacy")])


def user_address_confirmed(*, user: User, now: datetime) -> None:
    """Record that the person has confirmed the account's address by a link in a mail."""
    record(actor=user, action="user.address_confirmed", subject=user, now=now)


def user_password_changed(*, user: User, session_key: str, now: datetime) -> None:
    """Record that the account has a new password, changed by the person or by a link in a mail to them.

    All tokens and the addresses of calendars end, and all sessions but the one with `session_key` in which
    the person has changed it: whoever knew the old password may have made or read them.
    """
    ended = {"sessions": end_sessions(user, keep=session_key), **end_keys(user, now)}
    record(actor=user, action="user.password_changed", subject=user, now=now, details=ended)


@transaction.atomic
def user_update(*, actor: User, name: str, phone: str, language: str, now: datetime) -> User:
    """Change one's own name, phone and language; unchanged values leave no entry."""
    require(actor, "accounts.edit_oneself", actor)
    _require_language(language)
    problems = list(find_phone_problems(phone.strip(), "user.phone_invalid"))
    name = plain_line(name)
    if not name:
        problems.append(Problem("user.name_missing", gettext_noop("Enter your name."), field="name"))
    if problems:
        raise Invalid(problems=problems)
    return _changed(actor, {"name": name, "phone": phone.strip(), "language": language}, now)


@transaction.atomic
def user_language_set(*, actor: User, language: str, now: datetime) -> User:
    """Set the language of one's pages and mails; a second time changes nothing."""
    require(actor, "accounts.edit_oneself", actor)
    _require_language(language)
    return _changed(actor, {"language": language}, now)


def _name_refused(user: User) -> AbstractContextManager[None]:
    return raise_when_taken(UsernameTaken(username=user.username), User, "username")


def _require_language(language: str) -> None:
    if language not in dict(settings.LANGUAGES):
        message = gettext_noop("Choose one of the languages of this site.")
        raise Invalid(problems=[Problem("user.language_unknown", message, field="language")])


def _changed(actor: User, values: dict[str, str], now: datetime) -> User:
    user = oneself_lock(actor)
    changed = [name for name, value in values.items() if getattr(user, name) != value]
    if changed:
        for name in changed:
            setattr(user, name, values[name])
        user.save(update_fields=changed)
        record(actor=user, action="user.updated", subject=user, now=now, details={"fields": changed})
    return user
