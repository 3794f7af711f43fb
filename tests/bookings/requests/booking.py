"""Bookings and uses made by the services, with what a test doesn't care about filled in."""

from datetime import timedelta

from bookings.requests.services.bookings import booking_create
from bookings.usage.services.attendance import booking_check_in, booking_check_out
from providers.terms.domain.choices import ServiceMode
from tests.factories import NOW, slot


def book(city, interval=None, *, actor=None, payer=True, now=NOW, **changes):
    facts = {
        "actor": actor or city.researcher,
        "instrument_id": city.instrument.pk,
        "interval": interval or slot(),
        "service_mode": ServiceMode.SELF_OPERATED,
        "payer_organization_id": city.company.pk if payer else None,
        "subject": "二氧化钛薄膜",
        "now": now,
        **changes,
    }
    return booking_create(**facts)


def use(city, interval=None, *, payer=True, **changes):
    """A booking that was checked in at its start and out at its end, or at `now`; its log."""
    interval = interval or slot()
    now = changes.pop("now", interval.end)
    booking = book(city, interval, payer=payer)
    booking_check_in(actor=city.keeper, booking_id=booking.pk, now=interval.start)
    return booking_check_out(actor=city.keeper, booking_id=booking.pk, now=now, ends_at=now, **changes)


MINUTES = timedelta(minutes=1)


def codes(error):
    """The codes of everything that a refusal names."""
    return [problem.code for problem in error.value.problems]
