"""Writers of second factors: what is recorded of them, and the way back of who has lost them."""

from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import QuerySet

from instrument_share.accounts import selectors
from instrument_share.accounts.models import SecondFactorReset, User
from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors.standing import second_factors
from instrument_share.accounts.services.access import (
    AccountLocked,
    OwnAccount,
    end_access,
    lock_account,
    record_refusal,
    tell_who_asked,
)
from instrument_share.accounts.services.sessions import end_sessions
from instrument_share.journal.addresses import page_address
from instrument_share.journal.services import notify, record
from instrument_share.kernel.errors import (
    Conflict,
    Invalid,
    Problem,
    gettext_noop,
    require_found,
)

RESET_LIFETIME = timedelta(days=7)
"""So long a request to take second factors off waits for a second administrator."""
REMOVED_ON_SERVER = gettext_noop(
    "The second factor of your account was taken off by a command on the server. Log in with your password "
    "and set one up again. If you did not ask for it, tell who runs the server at once."
)
TO_DECIDE = gettext_noop(
    "{asker} asked for the removal of the second factors of {name}. Agree or refuse by {until}."
)
REQUEST_GRANTED = gettext_noop("Another administrator agreed: the second factors of {name} are removed.")
REQUEST_OVERTAKEN = gettext_noop(
    "Your request to remove the second factors of {name} has ended: they have been removed in another way."
)
REQUEST_LAPSED = gettext_noop(
    "Your request to remove the second factors of {name} lapsed, as no other administrator decided on it."
)


class NoSecondFactor(Conflict):
    code = "user.no_second_factor"
    message = gettext_noop("The account has no second factor. The person logs in with the password alone.")


class NobodyToAgree(Conflict):
    code = "user.second_factor_nobody_to_agree"
    message = gettext_noop(
        "No other administrator could agree to remove the second factors. Whoever runs the server removes "
        "them with manage.py second_factor_remove."
    )


class ResetAlreadyAsked(Conflict):
    code = "user.second_factor_reset_asked"
    message = gettext_noop("This is asked for already and waits for another administrator.")


class ResetOver(Conflict):
    code = "user.second_factor_reset_over"
    message = gettext_noop("This request is decided or has lapsed. Look at the account as it is now.")


class SecondPersonNeeded(Conflict):
    code = "user.second_factor_second_person"
    message = gettext_noop("You cannot decide on your own request. Ask another administrator.")


def second_factor_added(*, factor: Authenticator, session_key: str, now: datetime) -> None:
    """Record a new factor, and end the account's sessions that were begun without it.

    `session_key` names the session in which the person added it; it goes on.
    """
    record(
        actor=factor.user,
        action="user.second_factor_added",
        subject=factor.user,
        now=now,
        details={"kind": factor.type},
    )
    end_sessions(factor.user, keep=session_key)


def second_factor_removed(*, factor: Authenticator, now: datetime) -> None:
    """Record that a factor is gone."""
    record(
        actor=getattr(factor, "removed_by", factor.user),
        action="user.second_factor_removed",
        subject=factor.user,
        now=now,
        details={"kind": factor.type},
    )


@transaction.atomic
def second_factor_reset_ask(*, actor: User, user_id: int, reason: str, now: datetime) -> SecondFactorReset:
    """Ask that an account loses its second factors; `reason` says how the person showed who they are.

    Nothing changes until another administrator agrees; the person is told at once, in case it was not them.
    Raises AccountLocked, as whoever locked the account may not know who asks, and NobodyToAgree.
    """
    require(actor, "accounts.maintain_accounts")
    user = lock_account(actor, user_id)
    if actor.pk == user.pk:
        raise OwnAccount
    if not user.is_active:
        raise AccountLocked
    if not reason.strip():
        message = gettext_noop(
            "Say how the person has proved who they are; the other administrator can read it."
        )
        raise Invalid(problems=[Problem("user.reason_missing", message, field="reason")])
    if not second_factors().filter(user=user).exists():
        raise NoSecondFactor
    others = list(selectors.second_factor_deciders(actor, user))
    if not others:
        raise NobodyToAgree
    undecided = SecondFactorReset.objects.filter(user=user, granted__isnull=True)
    _end_if_over(undecided, now)
    if undecided.exists():
        raise ResetAlreadyAsked
    asked = SecondFactorReset.objects.create(
        user=user,
        requested_by=actor,
        requested_at=now,
        expires_at=now + RESET_LIFETIME,
        reason=reason.strip(),
    )
    details = {"reset": asked.public_id, "reason": asked.reason}
    record(actor=actor, action="user.second_factor_reset_asked", subject=user, now=now, details=details)
    message = gettext_noop(
        "Somebody asked the administrators to take the second factor off your account. If it was not you, "
        "tell the administrators at once."
    )
    notify(users=[user], message=message, now=now, act_by=now)
    notify(
        users=others,
        message=TO_DECIDE,
        params={"asker": actor.name, "name": user.name, "until": asked.expires_at},
        path=page_address("system_account", user.public_id),
        now=now,
        act_by=asked.expires_at,
    )
    return asked


@transaction.atomic
def second_factor_reset_grant(*, actor: User, reset_id: str, now: datetime) -> User:
    """Take all second factors off the account, with sessions and tokens, as a second administrator.

    The person logs in with the password and sets a factor up anew; until then roles that need one rest.
    Raises AccountLocked: what waits ends with a lock, but for a request of before that was so.
    """
    asked = _lock_undecided(actor, reset_id, now)
    if not asked.user.is_active:
        raise AccountLocked
    remove_factors(asked.user, actor)
    _decide(asked, actor, granted=True, now=now)
    details = {"reset": asked.public_id, **end_access(asked.user, now)}
    record(actor=actor, action="user.second_factor_reset", subject=asked.user, now=now, details=details)
    message = gettext_noop(
        "Two administrators have taken the second factor off your account. Log in with your password and set "
        "one up again."
    )
    notify(users=[asked.user], message=message, now=now, act_by=now)
    tell_who_asked(asked, REQUEST_GRANTED, now)
    return asked.user


@transaction.atomic
def second_factor_reset_refuse(*, actor: User, reset_id: str, now: datetime) -> User:
    """Leave the account as it is, as a second administrator; the person and whoever asked are told."""
    asked = _lock_undecided(actor, reset_id, now)
    _decide(asked, actor, granted=False, now=now)
    record_refusal(asked, actor, now)
    return asked.user


@transaction.atomic
def second_factor_resets_lapse(*, now: datetime) -> int:
    """End requests that are over and tell who asked; run by a job. Returns how many.

    Nobody decided on them in time, or their factors were removed in another way.
    """
    return _end_if_over(SecondFactorReset.objects.filter(granted__isnull=True), now)


@transaction.atomic
def second_factors_remove_on_server(*, username: str, reason: str, now: datetime) -> User:
    """Take all second factors off an account, by who may run commands on the server.

    The way back of a site's only administrator, whom no two others can help. It ends a request that waits,
    which would take off the factors set up next. Raises NotFound, NoSecondFactor.
    """
    user = require_found(User.objects.select_for_update().filter(username=username).first())
    if not remove_factors(user, None):
        raise NoSecondFactor
    details = {"reason": reason, **end_access(user, now)}
    record(actor=None, action="user.second_factor_reset_on_server", subject=user, now=now, details=details)
    notify(users=[user], message=REMOVED_ON_SERVER, now=now, act_by=now)
    _end_if_over(SecondFactorReset.objects.filter(user=user, granted__isnull=True), now)
    return user


def remove_factors(user: User, removed_by: User | None) -> int:
    """Take all factors off the account, and return how many; entries name who does it, None for the site."""
    factors = list(Authenticator.objects.filter(user=user).order_by("id"))
    for factor in factors:
        factor.removed_by = removed_by
        factor.delete()
    return len(factors)


def _lock_undecided(actor: User, reset_id: str, now: datetime) -> SecondFactorReset:
    require(actor, "accounts.maintain_accounts")
    found = require_found(SecondFactorReset.objects.filter(public_id=reset_id).first())
    lock_account(actor, found.user_id)
    waiting = selectors.resets_to_decide(now).select_for_update(of=("self",)).select_related("user")
    asked = waiting.filter(pk=found.pk).first()
    if asked is None:
        raise ResetOver
    if actor.pk == asked.requested_by_id:
        raise SecondPersonNeeded
    if actor.pk == asked.user_id:
        raise OwnAccount
    return asked


def _end_if_over(undecided: QuerySet[SecondFactorReset], now: datetime) -> int:
    over = undecided.exclude(pk__in=selectors.resets_to_decide(now).values("pk")).select_related("user")
    ended = list(over.select_for_update(of=("self",)).order_by("pk"))
    for one in ended:
        one.granted = False
        one.save(update_fields=["granted"])
        details = {"reset": one.public_id}
        record(
            actor=None, action="user.second_factor_reset_lapsed", subject=one.user, now=now, details=details
        )
        tell_who_asked(one, REQUEST_LAPSED if one.expires_at <= now else REQUEST_OVERTAKEN, now)
    return len(ended)


def _decide(asked: SecondFactorReset, actor: User, *, granted: bool, now: datetime) -> None:
    asked.granted, asked.decided_by, asked.decided_at = granted, actor, now
    asked.save(update_fields=["granted", "decided_by", "decided_at"])
