"""Writers of who may get in: accounts that are locked, sessions and tokens that are ended."""

from collections.abc import Callable
from datetime import datetime

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.db import transaction
from django.db.models import Sum

from instrument_share.accounts import selectors
from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import SecondFactorReset, Session, User
from instrument_share.accounts.permissions import require
from instrument_share.accounts.services.sessions import end_sessions
from instrument_share.accounts.services.tokens import end_keys
from instrument_share.journal.addresses import page_address
from instrument_share.journal.services import notify, record
from instrument_share.kernel.errors import (
    Conflict,
    DomainError,
    Forbidden,
    Invalid,
    Kind,
    Problem,
    gettext_noop,
    require_found,
)

UNLOCKED = gettext_noop(
    "Your account is unlocked: you can log in again. API tokens from before the lock no longer work."
)
ACCESS_ENDED = gettext_noop(
    "An administrator has ended your sessions and API tokens. Log in again; programs that use the API need "
    "new tokens."
)

RESET_REFUSED = gettext_noop(
    "An administrator has refused to take the second factor off your account. It stays as it is."
)
REQUEST_REFUSED = gettext_noop(
    "Another administrator refused your request to remove the second factors of {name}."
)

LockEnder = Callable[[User, User, datetime], None]
_lock_enders: list[LockEnder] = []


def register_lock_ender(end: LockEnder) -> None:
    """Have what a person asked for end when the account is locked; `end` takes who locks, whom, and when."""
    _lock_enders.append(end)


class OwnAccount(DomainError):
    code = "user.own_account"
    kind: Kind = "forbidden"
    message = gettext_noop(
        "You can’t lock your own account or end your own sessions here. Ask another administrator."
    )


class AccountLocked(Conflict):
    code = "user.locked"
    message = gettext_noop("The account is locked. Unlock it first.")


class NoAddress(Conflict):
    code = "user.no_address"
    message = gettext_noop("The account has no email address to which a link could be sent.")


@transaction.atomic
def account_lock(*, actor: User, user_id: int, reason: str, now: datetime) -> User:
    """Lock an account and end its sessions and tokens; the person reads the reason at login.

    Links to a new password that were mailed before end with it (`web.login.reset`), and so do requests to
    take off the second factors and to delete the account: who asked may be who it is locked against.
    A second time changes nothing. Nobody locks themselves, and so nobody the last administrator.
    """
    require(actor, "accounts.maintain_accounts")
    user = lock_account(actor, user_id)
    _require_other(actor, user)
    if not reason.strip():
        message = gettext_noop("Enter the reason; the person can read it at login.")
        raise Invalid(problems=[Problem("user.reason_missing", message, field="reason")])
    if not user.is_active:
        return user
    ended = end_access(user, now)  # while it still has any
    user.is_active, user.locked_at, user.lock_reason = False, now, reason.strip()
    user.save(update_fields=["is_active", "locked_at", "lock_reason"])
    details = {"reason": user.lock_reason, **ended}
    record(actor=actor, action="user.locked", subject=user, now=now, details=details)
    _refuse_reset(actor, user, now)
    for end in _lock_enders:
        end(actor, user, now)
    return user


@transaction.atomic
def account_unlock(*, actor: User, user_id: int, now: datetime) -> User:
    """Let the person log in again, with the password and the roles as they were, and tell them.

    A second time changes nothing.
    """
    require(actor, "accounts.maintain_accounts")
    user = lock_account(actor, user_id)
    if user.is_active:
        return user
    user.is_active, user.locked_at, user.lock_reason = True, None, ""
    user.save(update_fields=["is_active", "locked_at", "lock_reason"])
    record(actor=actor, action="user.unlocked", subject=user, now=now)
    notify(users=[user], message=UNLOCKED, now=now)
    return user


@transaction.atomic
def account_lift_lockout(*, actor: User, user_id: int, now: datetime) -> int:
    """Forget the wrong passwords of an account, so that the right one is taken again; return how many.

    Where there are none, nothing changes and nothing is recorded. Raises AccountLocked: nobody could log in.
    """
    require(actor, "accounts.maintain_accounts")
    user = lock_account(actor, user_id)
    if not user.is_active:
        raise AccountLocked
    attempts = AccessAttempt.objects.filter(username=user.public_id)
    failures: int = attempts.aggregate(count=Sum("failures_since_start"))["count"] or 0
    if failures:
        attempts.delete()
        details = {"failures": failures}
        record(actor=actor, action="user.lockout_lifted", subject=user, now=now, details=details)
    return failures


@transaction.atomic
def account_end_access(*, actor: User, user_id: int, now: datetime) -> dict[str, int]:
    """End all sessions, tokens and calendar addresses of an account; return how many of each.

    The account stays open, and its person is told. Where there are none, nothing changes and nothing is
    recorded.
    """
    require(actor, "accounts.maintain_accounts")
    user = lock_account(actor, user_id)
    _require_other(actor, user)
    ended = end_access(user, now)
    if any(ended.values()):
        record(actor=actor, action="user.access_ended", subject=user, now=now, details=ended)
    if ended["sessions"] or ended["tokens"]:  # of calendars their own message tells
        notify(users=[user], message=ACCESS_ENDED, now=now)
    return ended


@transaction.atomic
def account_send_reset(*, actor: User, user_id: int, send: Callable[[User], None], now: datetime) -> User:
    """Mail a person the link to choose a new password; `send` is the site's way to send it.

    Nobody sets or sees a password of somebody else.
    """
    require(actor, "accounts.maintain_accounts")
    user = lock_account(actor, user_id)
    if not user.is_active:
        raise AccountLocked
    if not user.email:
        raise NoAddress
    record(actor=actor, action="user.reset_sent", subject=user, now=now)
    send(user)
    return user


def sessions_forget_ended(*, now: datetime) -> int:
    """Delete sessions whose cookie has expired; return their number.

    One whose login is over stays until then, so that its browser reads why (`web.login.sessions`).
    """
    return Session.objects.filter(expire_date__lt=now).delete()[0]


def logins_forget_old(before: datetime, limit: int) -> int:
    """Delete what is kept of logins of before an instant, failed or not; at most so many of each kind."""
    deleted = 0
    for model in (AccessAttempt, AccessFailureLog, AccessLog):
        old = (
            model.objects.filter(attempt_time__lt=before).order_by("pk").values_list("pk", flat=True)[:limit]
        )
        deleted += model.objects.filter(pk__in=list(old)).delete()[0]
    return deleted


def lock_account(actor: User, user_id: int) -> User:
    """Lock the account, after the organizations of all administrators, as whatever ends a role does.

    So of two administrators who lock each other at the same moment the second finds that they are none any
    more, and an administrator stays: whoever acts is one, and acts on somebody else.
    """
    selectors.organization_locks(selectors.sysadmin_organization_ids())
    if not selectors.people_with_role(Role.SYSADMIN).filter(pk=actor.pk).exists():
        raise Forbidden
    open_accounts = User.objects.filter(pk=user_id, erased_at__isnull=True)
    return require_found(open_accounts.select_for_update(no_key=True).first())


def record_refusal(refused: SecondFactorReset, actor: User, now: datetime) -> None:
    """Record that a request to take off second factors is refused; tell the person and whoever asked."""
    user, details = refused.user, {"reset": refused.public_id}
    record(actor=actor, action="user.second_factor_reset_refused", subject=user, now=now, details=details)
    notify(users=[user], message=RESET_REFUSED, now=now)
    if refused.requested_by_id != actor.pk:
        tell_who_asked(refused, REQUEST_REFUSED, now)


def tell_who_asked(asked: SecondFactorReset, message: str, now: datetime) -> None:
    """Tell the administrator who asked to take off second factors what has become of it."""
    notify(
        users=[asked.requested_by_id],
        message=message,
        params={"name": asked.user.name},
        path=page_address("system_account", asked.user.public_id),
        now=now,
    )


def _refuse_reset(actor: User, user: User, now: datetime) -> None:
    """Refuse what waits for a second administrator; the person reads it once the account is unlocked."""
    undecided = SecondFactorReset.objects.select_for_update().filter(user=user, granted__isnull=True)
    waiting = undecided.filter(expires_at__gt=now).first()
    if waiting is None:
        return
    waiting.granted, waiting.decided_at = False, now
    waiting.save(update_fields=["granted", "decided_at"])
    record_refusal(waiting, actor, now)


def _require_other(actor: User, user: User) -> None:
    if actor.pk == user.pk:
        raise OwnAccount


def end_access(user: User, now: datetime) -> dict[str, int]:
    """End all sessions, tokens and addresses of calendars; return how many of each still worked."""
    sessions = selectors.open_sessions(user, now).count()
    end_sessions(user)
    return {"sessions": sessions, **end_keys(user, now)}
