"""What each process of the race does; started by `test_race`, so it knows nothing of pytest."""

from contextlib import suppress
from threading import BrokenBarrierError

from tests.processes import (
    GETS_THERE_WITHIN,
    MEETS_WITHIN,
    attempt,
    lingering,
    lingering_after,
    lingering_unguarded,
    wake,
)


def take_part(ready, seam, results, *, environment, locked, booker_id, facts):
    """Book once; put `booked` or the error's name into `results`."""
    wake(environment)
    from bookings.requests.domain import pricing

    within = MEETS_WITHIN if locked else GETS_THERE_WITHIN
    pricing.calculate_quote = meeting_at(seam, pricing.calculate_quote, within)
    book(results, locked=locked, booker_id=booker_id, facts=facts, begin=lambda: ready.wait(60))


def linger(checked, released, results, *, environment, locked, booker_id, facts):
    """Book once, and stay between the check and the write until the other is done, or for a while."""
    wake(environment)
    from bookings.requests.domain import pricing

    stay = lingering if locked else lingering_unguarded
    pricing.calculate_quote = stay(checked, released, pricing.calculate_quote)
    book(results, locked=locked, booker_id=booker_id, facts=facts, begin=lambda: None)


def dismiss(checked, released, results, *, environment, actor_id, membership_id, now):
    """End a membership while its holder stands between the check and the write; put `ended` there."""
    wake(environment)
    from bookings.requests.services.membership import membership_end
    from instrument_share.accounts.models import User

    actor = User.objects.get(pk=actor_id)
    checked.wait(60)
    membership_end(actor=actor, membership_id=membership_id, reason="离职", now=now)
    released.set()
    results.put("ended")


def move_by_closure(checked, released, results, *, environment, locked, **facts):
    """Close an instrument and move what was booked there, staying between the check and the write."""
    wake(environment)
    from bookings.requests.domain import pricing

    pricing.calculate_quote = lingering(checked, released, pricing.calculate_quote)
    attempt(results, closing(locked=locked), **facts)


def close_meanwhile(checked, released, results, *, environment, locked, **facts):
    """Close another instrument while the first process stands between check and write."""
    wake(environment)
    checked.wait(60)
    attempt(results, closing(locked=locked), **facts)
    released.set()


def look_round_slowly(checked, released, results, *, environment, locked, now):
    """Work out when instruments are next free, staying between reading holds and writing."""
    wake(environment)
    from django.db import connection

    from bookings.requests.selectors import offers
    from bookings.requests.services import next_free
    from providers import public as providers

    if not locked:
        providers.instrument_locks = unlocked(connection.vendor)
        if connection.vendor == "sqlite":
            next_free.next_free_refresh = next_free.next_free_refresh.__wrapped__
    stay = lingering if locked else lingering_unguarded
    offers.FreeTime.first_offers = stay(checked, released, offers.FreeTime.first_offers)
    next_free.next_free_rebuild(now)
    results.put("done")


def closing(*, locked):
    """The service that closes; without the locks, it locks the instrument alone that is closed."""
    from django.db import connection

    from bookings.requests.services import closures
    from bookings.requests.services.closures import closure_place
    from providers import public as providers

    if locked:
        return closure_place
    closures.instrument_group_lock = providers.instrument_lock
    return closure_place.__wrapped__ if connection.vendor == "sqlite" else closure_place


def dismiss_slowly(checked, released, results, *, environment, **facts):
    """End a membership, staying between the instruments that were kept and those that were booked."""
    wake(environment)
    from bookings.requests.services.membership import membership_end
    from providers import public as providers

    providers.keeper_links_drop = lingering_after(checked, released, providers.keeper_links_drop)
    attempt(results, membership_end, **facts)


def book_meanwhile(checked, released, results, *, environment, **facts):
    """Book while the first process stands where it does."""
    wake(environment)
    from bookings.requests.services.bookings import booking_create

    checked.wait(60)
    attempt(results, booking_create, **facts)
    released.set()


def suspend_slowly(checked, released, results, *, environment, **facts):
    """Suspend a unit, staying between the locks and the end of the transaction."""
    wake(environment)
    from bookings.requests.services import organization_suspension

    organization_suspension._notify_of_uses_under_way = lingering(
        checked, released, organization_suspension._notify_of_uses_under_way
    )
    attempt(results, organization_suspension.organization_suspend, **facts)


def suspend_meanwhile(checked, released, results, *, environment, **facts):
    """Suspend a unit while the first process stands between check and write."""
    wake(environment)
    from bookings.requests.services.organization_suspension import organization_suspend

    checked.wait(60)
    attempt(results, organization_suspend, **facts)
    released.set()


def book_at_unit(checked, released, results, *, environment, guarded, **facts):
    """Book while the first process suspends the unit; unguarded, only the instrument's state is checked."""
    wake(environment)
    from bookings.requests.selectors import admission

    if not guarded:
        admission.is_in_service = lambda instrument: instrument.state == "published"
    book_meanwhile(checked, released, results, environment=environment, **facts)


def book(results, *, locked, booker_id, facts, begin):
    from django.db import connection

    from bookings.requests.services.bookings import booking_create
    from instrument_share.accounts import selectors as accounts
    from instrument_share.accounts.models import User
    from providers import public as providers

    if not locked:
        providers.instrument_locks = unlocked(connection.vendor)
        accounts.memberships_lock = lambda person, organization_id: None
        if connection.vendor == "sqlite":
            # There the transaction is the lock: it begins IMMEDIATE, one writer at a time.
            booking_create = booking_create.__wrapped__
    actor = User.objects.get(pk=booker_id)
    begin()
    try:
        booking_create(actor=actor, **facts)
    except Exception as error:
        results.put(type(error).__name__)
    else:
        results.put("booked")


def unlocked(vendor):
    """`instrument_locks` without the locks."""
    from providers.instruments.models import Instrument

    assert vendor in {"sqlite", "postgresql"}
    return lambda ids: list(Instrument.objects.filter(pk__in=list(ids)).order_by("pk"))


def meeting_at(seam, quote, within):
    """The price is worked out after the checks and before the write: there everybody waits for everybody."""

    def quote_when_all_are_here(*args, **kwargs):
        with suppress(BrokenBarrierError):
            seam.wait(within)
        return quote(*args, **kwargs)

    return quote_when_all_are_here
