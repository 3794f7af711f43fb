"""Reads of sessions: one's own, and how long they may go on."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import QuerySet
from ua_parser import parse

from instrument_share.accounts.models import Session
from instrument_share.accounts.selectors.standing import standing

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


APPS = {"MicroMessenger/": "WeChat", "DingTalk/": "DingTalk"}
"""How apps with a browser of their own call themselves in it."""


@dataclass(frozen=True)
class OwnSession:
    """A session as its owner reads it; `browser` and `system` are empty where the browser told none."""

    handle: str
    browser: str
    system: str
    address: str
    signed_in_at: datetime | None
    last_seen_at: datetime | None
    is_this: bool


def get_login_end(signed_in_at: datetime | None) -> datetime | None:
    """Return the last moment of a login, however much it is used; None where it has none or is not known."""
    days = settings.SESSION_LIFETIME_DAYS
    return signed_in_at + timedelta(days=days) if days and signed_in_at else None


def get_session_end(session: Session) -> datetime:
    """Return when a session ends by itself: when its cookie expires, or with its login before that."""
    login_end = get_login_end(session.signed_in_at)
    return session.expire_date if login_end is None else min(session.expire_date, login_end)


def open_sessions(user: "User", now: datetime) -> QuerySet[Session]:
    """Return an account's sessions that have not ended: the condition to `get_session_end`."""
    found = Session.objects.filter(user=user, expire_date__gt=now)
    if days := settings.SESSION_LIFETIME_DAYS:
        found = found.exclude(signed_in_at__lt=now - timedelta(days=days))
    return found


def own_sessions(viewer: "User", now: datetime) -> list[Session]:
    """Return the sessions of the viewer that can still be used, the one seen last first."""
    rows = open_sessions(viewer, now)
    return sorted(rows, key=lambda one: (_last_moment(one) is not None, _last_moment(one)), reverse=True)


def described_sessions(viewer: "User", session_key: str | None, now: datetime) -> list[OwnSession]:
    """Return the viewer's sessions in words; `session_key` is that of the one which asks, and comes first."""
    found = [_describe(one, session_key) for one in own_sessions(viewer, now)]
    return sorted(found, key=lambda one: not one.is_this)


def session_by_handle(viewer: "User", handle: str, now: datetime) -> Session | None:
    """Return the viewer's session that a page calls by this handle."""
    return next((one for one in own_sessions(viewer, now) if session_handle(one.session_key) == handle), None)


def session_handle(session_key: str) -> str:
    """Return what pages call a session by: the key itself would let in whoever reads the page."""
    return hashlib.sha256(f"session:{session_key}".encode()).hexdigest()[:16]


def idle_limit(viewer: "User") -> timedelta:
    """Return how long a session of the viewer may rest: shorter for who holds a role that supervises."""
    minutes = settings.SESSION_IDLE_MINUTES
    official = settings.SESSION_IDLE_MINUTES_OFFICIAL
    if official < minutes and standing(viewer).roles & set(settings.SECOND_FACTOR_ROLES):
        minutes = official
    return timedelta(minutes=minutes)


def _last_moment(session: Session) -> datetime | None:
    return session.last_seen_at or session.signed_in_at


def _app_of(agent: str) -> str:
    """Return the app whose browser this is, of those that ua-parser takes for the system's."""
    return next((name for sign, name in APPS.items() if sign in agent), "")


def _describe(session: Session, session_key: str | None) -> OwnSession:
    told = parse(session.agent)
    return OwnSession(
        handle=session_handle(session.session_key),
        browser=_app_of(session.agent) or (told.user_agent.family if told.user_agent else ""),
        system=told.os.family if told.os else "",
        address=session.address,
        signed_in_at=session.signed_in_at,
        last_seen_at=_last_moment(session),
        is_this=session.session_key == session_key,
    )
