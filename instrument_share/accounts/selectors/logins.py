"""Reads of failed logins, which axes counts: under which name, and who is locked out."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from allauth.account.internal.userkit import filter_users_by_email, get_user_by_username
from allauth.account.models import EmailAddress
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Max, Sum
from django.http import HttpRequest

from instrument_share.accounts.selectors.access import accounts
from instrument_share.journal import selectors as journal

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from instrument_share.accounts.selectors.standing import Viewer

MAX_NAME_LENGTH = 255


@dataclass(frozen=True)
class Lockout:
    """An account for which a network address gave too many wrong passwords."""

    user: "User"
    address: str
    failures: int
    until: datetime


def login_name(request: HttpRequest, credentials: Mapping[str, Any] | None) -> str:
    """Return the name under which wrong passwords are counted, for axes.

    It is the id of the account that allauth finds, so that no spelling of a name or address begins a count of
    its own; for what names no account, the text in one spelling.
    """
    given = request.POST if credentials is None else credentials
    text = str(given.get("email") or given.get("username") or given.get("login") or "")
    if found := _accounts_named(text):
        return min(user.public_id for user in found)
    return unicodedata.normalize("NFKC", text).casefold()[:MAX_NAME_LENGTH]


def has_signed_up(typed: Mapping[str, str], *, since: datetime) -> bool:
    """Return whether an account was opened since then with what is typed, its address not confirmed yet."""
    found = get_user_by_username(typed.get("username", ""))
    return (
        found is not None
        and found.date_joined > since
        and found.email.lower() == typed.get("email", "").lower()
        and not found.emailaddress_set.filter(verified=True).exists()
        and found.check_password(typed.get("password1", ""))
    )


def has_changed_password(user: "User", typed: Mapping[str, str], *, since: datetime) -> bool:
    """Return whether the person has changed their password to the one that is typed since then."""
    new = typed.get("password1", "")
    changes = journal.history(user).filter(action="user.password_changed", at__gt=since)
    return new == typed.get("password2", "") and changes.exists() and user.check_password(new)


def count_locks(user: "User") -> int:
    """Return how often the account has been locked."""
    return journal.history(user).filter(action="user.locked").count()


def has_unconfirmed_address(user: "User", address: str) -> bool:
    """Return whether the person has entered this address, and not confirmed it yet."""
    return EmailAddress.objects.filter(user=user, email__iexact=address.strip(), verified=False).exists()


def lockouts(viewer: "Viewer", now: datetime) -> list[Lockout]:
    """Return who is locked out by wrong passwords, and where, for an administrator; the last one first.

    Locked accounts are left out: whatever becomes of their wrong passwords, nobody logs in to them.
    """
    cool_off = timedelta(hours=settings.AXES_COOLOFF_TIME)
    counted = (
        AccessAttempt.objects.filter(attempt_time__gte=now - cool_off)
        .values("username", "ip_address")
        .annotate(failures=Sum("failures_since_start"), last=Max("attempt_time"))
        .filter(failures__gte=settings.AXES_FAILURE_LIMIT)
        .order_by("-last", "username")
    )
    rows = list(counted)
    users = (
        accounts(viewer)
        .filter(is_active=True)
        .in_bulk([row["username"] for row in rows], field_name="public_id")
    )
    return [
        Lockout(users[row["username"]], row["ip_address"], row["failures"], row["last"] + cool_off)
        for row in rows
        if row["username"] in users
    ]


def _accounts_named(text: str) -> "list[User]":
    if not text:
        return []
    by_name = get_user_by_username(text)
    return [by_name] if by_name else filter_users_by_email(text, prefer_verified=True, for_login=True)
