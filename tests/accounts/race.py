"""What each process of the race does; started by `test_race`, so it knows nothing of pytest."""

import os


def end_role(ready, results, *, environment, locked, actor_id, membership_id, now):
    """End the role once; put `ended` or the error's name into `results`."""
    os.environ.update(environment)
    import django

    django.setup()
    from contextlib import suppress
    from threading import BrokenBarrierError

    from django.db import connection

    from instrument_share.accounts import selectors
    from instrument_share.accounts.models import Membership, User
    from instrument_share.accounts.services import memberships

    close = memberships.membership_close
    ready, seam = ready
    if not locked:
        selectors.membership_lock = lambda pk: Membership.objects.select_related("organization", "user").get(
            pk=pk
        )
        if connection.vendor == "sqlite":
            # There the transaction is the lock: it begins IMMEDIATE, one writer at a time.
            close = close.__wrapped__
    held_alone = selectors.is_held_alone

    def when_both_have_read(*args):
        last = held_alone(*args)
        with suppress(BrokenBarrierError):
            seam.wait(3 if locked else 60)
        return last

    selectors.is_held_alone = when_both_have_read
    actor = User.objects.get(pk=actor_id)
    selectors.standing(actor)  # as a page has read it before the service begins
    ready.wait(60)
    try:
        close(actor=actor, membership_id=membership_id, reason="理由", now=now)
    except Exception as error:
        results.put(type(error).__name__)
    else:
        results.put("ended")


def lock_the_other(ready, results, *, environment, locked, actor_id, user_id, now):
    """Lock the account once; put `locked` or the error's name into `results`."""
    os.environ.update(environment)
    import django

    django.setup()
    from contextlib import suppress
    from threading import BrokenBarrierError

    from django.db import connection

    from instrument_share.accounts import selectors
    from instrument_share.accounts.models import User
    from instrument_share.accounts.services import access

    lock = access.account_lock
    ready, seam = ready
    if not locked:
        selectors.organization_locks = lambda ids: []
        if connection.vendor == "sqlite":
            lock = lock.__wrapped__
    require_other = access._require_other

    def when_both_may(*args):
        # Between what is checked and what is written; only with the lock one of them can't come here.
        require_other(*args)
        with suppress(BrokenBarrierError):
            seam.wait(3 if locked else 60)

    access._require_other = when_both_may
    actor = User.objects.get(pk=actor_id)
    selectors.standing(actor)
    ready.wait(60)
    try:
        lock(actor=actor, user_id=user_id, reason="理由", now=now)
    except Exception as error:
        results.put(type(error).__name__)
    else:
        results.put("locked")
