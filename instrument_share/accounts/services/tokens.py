"""Writers of personal tokens, with which programs act for people."""

import hashlib
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from instrument_share.accounts.domain.tokens import (
    REMINDER_BEFORE,
    SHOWN_AGAIN_WITHIN,
    USE_NOTED_EVERY,
    TokenScope,
    find_token_problems,
)
from instrument_share.accounts.models import ApiToken, User
from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import oneself_lock
from instrument_share.journal.addresses import page_address
from instrument_share.journal.domain import NotificationKind
from instrument_share.journal.services import notify, record
from instrument_share.kernel.errors import Invalid, gettext_noop, require_found

LONGEST_DAYS = 365
KeyEnder = Callable[[User, datetime], int]
_enders: dict[str, KeyEnder] = {}


def register_key_ender(name: str, end: KeyEnder) -> None:
    """Have keys to what is a person's end with their tokens; `end` returns how many ended.

    `name` is that of the number among the details in the journal.
    """
    _enders[name] = end


@transaction.atomic
def api_token_create(
    *,
    actor: User,
    name: str,
    now: datetime,
    scopes: Iterable[str] = tuple(TokenScope),
    days: int = LONGEST_DAYS,
    secret: str = "",
) -> tuple[ApiToken, str]:
    """Create a personal token; its secret is returned here once and not kept.

    Whatever its scopes, it never lets a program do more than its owner may. `days` is one of TOKEN_DAYS. The
    same `secret` just afterwards is a form sent twice, and returns the same token. Raises Invalid.
    """
    require(actor, "accounts.edit_oneself", actor)
    wanted = set(scopes)
    if problems := find_token_problems(wanted, days):
        raise Invalid(problems=problems)
    oneself_lock(actor)
    if made := ApiToken.objects.filter(user=actor, digest=_hash(secret)).first() if secret else None:
        if made.revoked_at is None and now < made.created_at + SHOWN_AGAIN_WITHIN:
            return made, secret
        secret = ""
    secret = secret or secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=actor,
        name=name,
        digest=_hash(secret),
        scopes=[scope.value for scope in TokenScope if scope in wanted],
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    details = {"scopes": token.scopes, "days": days}
    record(actor=actor, action="api_token.created", subject=token, now=now, details=details)
    return token, secret


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def api_token_revoke(*, actor: User, public_id: str, now: datetime) -> ApiToken:
    """Revoke one's own token at once; a second time changes nothing."""
    token = require_found(
        ApiToken.objects.select_for_update().filter(user=actor, public_id=public_id).first()
    )
    if token.revoked_at is None:
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
        record(actor=actor, action="api_token.revoked", subject=token, now=now)
    return token


def api_token_note_use(*, token: ApiToken, now: datetime) -> None:
    """Keep when the token was last used, to the hour."""
    if token.last_used_at is None or now - token.last_used_at >= USE_NOTED_EVERY:
        earlier = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now)
        ApiToken.objects.filter(earlier, pk=token.pk).update(last_used_at=now)


def end_keys(user: User, now: datetime) -> dict[str, int]:
    """End all tokens of an account that still work, and the keys that are registered; return how many."""
    valid = ApiToken.objects.filter(user=user, revoked_at__isnull=True, expires_at__gt=now)
    others = {name: end(user, now) for name, end in _enders.items()}
    return {
        "tokens": valid.update(revoked_at=now),
        **{name: count for name, count in others.items() if count},
    }


@transaction.atomic
def api_tokens_remind(*, now: datetime) -> int:
    """Tell owners once of each token that is about to expire; return how many tokens."""
    ending = ApiToken.objects.filter(
        revoked_at__isnull=True,
        reminded_at__isnull=True,
        expires_at__gt=now,
        expires_at__lte=now + REMINDER_BEFORE,
        user__is_active=True,
    )
    found = list(ending.select_for_update(skip_locked=True, of=("self",)).order_by("id"))
    message = gettext_noop(
        "Your API token “{name}” works until {until}. Make a new one in time for the program that uses it."
    )
    for token in found:
        notify(
            users=[token.user_id],
            message=message,
            params={"name": token.name, "until": token.expires_at},
            path=page_address("tokens"),
            kind=NotificationKind.ACCOUNT,
            now=now,
        )
    ApiToken.objects.filter(pk__in=[token.pk for token in found]).update(reminded_at=now)
    return len(found)
