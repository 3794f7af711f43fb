"""Writers of sessions: when each was last seen, and ending one's own."""

from datetime import datetime

from django.db import transaction

from instrument_share.accounts import selectors
from instrument_share.accounts.models import Session, User
from instrument_share.accounts.permissions import require
from instrument_share.journal.services import record
from instrument_share.kernel.errors import require_found


def session_seen(*, session_key: str, now: datetime) -> None:
    """Keep when a session's browser last asked for something; no act of anybody, so no entry."""
    Session.objects.filter(session_key=session_key).update(last_seen_at=now)


@transaction.atomic
def session_end(*, actor: User, handle: str, now: datetime) -> None:
    """End one of one's own sessions: its browser has to log in again. Raises NotFound."""
    require(actor, "accounts.edit_oneself", actor)
    found = selectors.session_by_handle(actor, handle, now)
    _end(actor, [require_found(found)], now)


@transaction.atomic
def sessions_end_others(*, actor: User, session_key: str, now: datetime) -> int:
    """End all of one's own sessions but the named one; return how many. Where there are none, nothing."""
    require(actor, "accounts.edit_oneself", actor)
    others = [one for one in selectors.own_sessions(actor, now) if one.session_key != session_key]
    if others:
        _end(actor, others, now)
    return len(others)


def end_sessions(user: User, *, keep: str = "") -> int:
    """Delete an account's sessions, those that ended by themselves too, but the one with the key `keep`."""
    return Session.objects.filter(user=user).exclude(session_key=keep).delete()[0]


def _end(actor: User, sessions: list[Session], now: datetime) -> None:
    Session.objects.filter(pk__in=[one.pk for one in sessions]).delete()
    details = {"sessions": len(sessions)}
    record(actor=actor, action="user.sessions_ended", subject=actor, now=now, details=details)
