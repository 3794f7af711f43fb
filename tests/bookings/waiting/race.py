"""What two processes do with one offer; started by `test_offer_race`."""

from tests.processes import (
    attempt,
    lingering,
    lingering_after,
    lingering_after_unguarded,
    lingering_unguarded,
    wake,
)


def accept_slowly(checked, released, results, *, environment, is_locked, **facts):
    """Accept an offer, staying between the checks and the write."""
    offers = _wake(environment, is_locked)
    linger = lingering if is_locked else lingering_unguarded
    offers.get_companions = linger(checked, released, offers.get_companions)
    attempt(results, _service(offers.offer_accept, is_locked), **facts)


def answer_meanwhile(checked, released, results, *, environment, is_locked, answer, **facts):
    """Accept, decline or let lapse the same offer while the first process stands there."""
    offers = _wake(environment, is_locked)
    checked.wait(60)
    if answer == "lapse":
        results.put(offers.offers_lapse_due(facts["now"]))
    else:
        attempt(results, _service(getattr(offers, answer), is_locked), **facts)
    released.set()


def cancel_slowly(checked, released, results, *, environment, **facts):
    """Cancel a booking, staying before what is free is offered."""
    wake(environment)
    from bookings.requests.services import cancellations

    cancellations.pass_on_freed_time = lingering(checked, released, cancellations.pass_on_freed_time)
    attempt(results, cancellations.booking_cancel, **facts)


def lapse_meanwhile(checked, released, results, *, environment, now):
    """Let offers lapse while the first process cancels."""
    wake(environment)
    from bookings.waiting.services.offers import offers_lapse_due

    checked.wait(60)
    results.put(offers_lapse_due(now))
    released.set()


def offer_slowly(checked, released, results, *, environment, is_locked, **facts):
    """Cancel a booking, staying between the time that is found for who waits and its offer."""
    wake(environment)
    from bookings.requests.services.cancellations import booking_cancel
    from bookings.waiting.services import offers

    linger = lingering_after if is_locked else lingering_after_unguarded
    offers.find_time_for = linger(checked, released, offers.find_time_for)
    attempt(results, booking_cancel, **facts)


def end_meanwhile(checked, released, results, *, environment, is_locked, now):
    """End the waits that are over while the first process makes its offer."""
    wake(environment)
    from bookings.waiting.services import entries

    if not is_locked:
        entries.providers.instrument_locks = lambda ids: []
    checked.wait(60)
    results.put(entries.waits_end_due(now))
    released.set()


def _service(service, is_locked):
    """On SQLite the transaction is the lock: it begins IMMEDIATE, one writer at a time."""
    from django.db import connection

    return service if is_locked or connection.vendor == "postgresql" else service.__wrapped__


def _wake(environment, is_locked):
    wake(environment)
    from bookings.requests.models import Booking
    from bookings.requests.selectors import holds
    from bookings.requests.services import held_time
    from bookings.waiting.services import offers
    from instrument_share.accounts import selectors as accounts

    if not is_locked:
        accounts.memberships_lock = lambda person, organization_id: None

        def read(booking_id):
            return Booking.objects.select_related("instrument", "rule", "user", "payer_organization").get(
                pk=booking_id
            )

        for module in (holds, held_time, offers):
            module.booking_lock = read
    return offers
