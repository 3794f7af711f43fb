"""Waits and offers made by the services, with what a test doesn't care about filled in."""

from bookings.waiting.services.entries import waiting_join
from providers.terms.domain.choices import ServiceMode
from tests import factories
from tests.factories import NOW, slot


def join(city, person=None, *, wanted=None, minutes=120, payer=True, now=NOW, **changes):
    person = person or factories.member(city.company, name="己")
    return waiting_join(
        **{
            "actor": person,
            "instrument_id": city.instrument.pk,
            "wanted": wanted or slot(),
            "minutes": minutes,
            "service_mode": ServiceMode.SELF_OPERATED,
            "payer_organization_id": city.company.pk if payer else None,
            "subject": "氧化铝粉末",
            "now": now,
            **changes,
        }
    )


def offered(entry):
    """The times offered to somebody who waits, with what became of each."""
    offers = entry.offers.select_related("booking").order_by("id")
    return [(one.booking.starts_at, one.booking.ends_at, one.booking.state) for one in offers]


def held(entry):
    """The booking that an open offer holds."""
    return entry.offers.get(booking__state="offered").booking
