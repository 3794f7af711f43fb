"""Writers of the deletion of accounts: asked for, withdrawn, carried out by the clock."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.permissions import require
from instrument_share.accounts.services.erasure import account_erase
from instrument_share.jobs.one_by_one import do_one_by_one
from instrument_share.journal.addresses import page_address
from instrument_share.journal.services import notify, record
from instrument_share.journal.unique import raise_when_taken
from instrument_share.kernel.errors import Conflict, Invalid, Problem, gettext_noop
from instrument_share.personal import registry
from instrument_share.personal.models import AccountDeletion, PersonalArchive
from instrument_share.personal.services.archives import archive_delete

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from instrument_share.accounts.models import User

TIME_TO_WITHDRAW = timedelta(days=7)
AT_ONCE = 50
ASKED = gettext_noop("Your account will be deleted on {due}. Until then you can withdraw this in Settings.")
STOPPED = gettext_noop(
    "Your account was not deleted: something of yours is open again. End it, then ask once more."
)
STOPPED_BY_LOCK = gettext_noop("Your account was not deleted, because it was locked. You can ask once more.")


class DeletionAsked(Conflict):
    code = "account_deletion.asked"
    message = gettext_noop(
        "You have asked for this already. You can withdraw it until the account is deleted."
    )


class NoDeletion(Conflict):
    code = "account_deletion.none"
    message = gettext_noop("There is no request to withdraw: your account stays.")


@transaction.atomic
def account_deletion_ask(*, actor: "User", now: datetime) -> AccountDeletion:
    """Ask that one's own account be deleted in seven days.

    Raises Invalid with all that has to be ended first: bookings ahead, unpaid statements, roles held alone.
    """
    require(actor, "accounts.edit_oneself", actor)
    accounts.oneself_lock(actor)  # whoever locks the account stops what was asked, or this is refused
    if _open_deletions().filter(user=actor).exists():
        raise DeletionAsked
    problems = [
        Problem("account_deletion.obstacle", one.sentence.message, one.sentence.params)
        for one in registry.obstacles(actor, now)
    ]
    if problems:
        raise Invalid(problems=problems)
    with raise_when_taken(DeletionAsked(), AccountDeletion, "user"):  # asked for twice at once
        asked = AccountDeletion.objects.create(user=actor, asked_at=now, due_at=now + TIME_TO_WITHDRAW)
    record(actor=actor, action="account_deletion.asked", subject=asked, now=now)
    path = page_address("own_data")
    notify(users=[actor], message=ASKED, params={"due": asked.due_at}, path=path, now=now, act_by=now)
    return asked


@transaction.atomic
def account_deletion_withdraw(*, actor: "User", now: datetime) -> AccountDeletion:
    """Withdraw one's own request, so that the account stays."""
    require(actor, "accounts.edit_oneself", actor)
    asked = _open_deletions().select_for_update().filter(user=actor).first()
    if asked is None:
        raise NoDeletion
    asked.ended_at = now
    asked.save(update_fields=["ended_at"])
    record(actor=actor, action="account_deletion.withdrawn", subject=asked, now=now)
    return asked


def account_deletion_stop_by_lock(actor: "User", user: "User", now: datetime) -> None:
    """Stop the request of an account that is being locked; the person reads it once that is unlocked."""
    asked = _open_deletions().select_for_update().filter(user=user).first()
    if asked is not None:
        _stop(asked, actor, STOPPED_BY_LOCK, now)


def account_deletions_carry_out(now: datetime) -> int:
    """Delete the accounts whose time to withdraw is over; run by a job. Returns how many.

    A locked one stays, also where it was locked before locks stopped requests: its owner could not withdraw,
    and somebody else may have asked.
    One that fails is tried again in the next round and keeps back nobody else's.
    """
    due = _open_deletions().filter(due_at__lte=now).order_by("due_at").values_list("pk", flat=True)
    return do_one_by_one("account deletion", due[:AT_ONCE], lambda pk: _carry_out(pk, now))


@transaction.atomic
def _carry_out(deletion_id: int, now: datetime) -> int:
    due = _open_deletions().filter(pk=deletion_id, due_at__lte=now)
    user = accounts.account_lock_of(due.values("user"))  # before the request, as whoever locks the account
    asked = due.select_for_update().first()
    if user is None or asked is None:
        return 0
    if not user.is_active or registry.obstacles(user, now):
        _stop(asked, None, STOPPED if user.is_active else STOPPED_BY_LOCK, now)
        return 0
    for erase in registry.erasers():
        erase(user, now)
    for archive in PersonalArchive.objects.select_for_update().filter(user=user):
        archive_delete(archive)
    account_erase(user=user, now=now)
    asked.carried_out_at = now
    asked.save(update_fields=["carried_out_at"])
    record(actor=None, action="account_deletion.carried_out", subject=asked, now=now)
    return 1


def _stop(asked: AccountDeletion, actor: "User | None", message: str, now: datetime) -> None:
    asked.ended_at = now
    asked.save(update_fields=["ended_at"])
    record(actor=actor, action="account_deletion.stopped", subject=asked, now=now)
    notify(users=[asked.user], message=message, path=page_address("own_data"), now=now)


def _open_deletions() -> "QuerySet[AccountDeletion]":
    return AccountDeletion.objects.filter(ended_at__isnull=True, carried_out_at__isnull=True)
