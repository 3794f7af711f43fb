"""An offer that can't be accepted any more is withdrawn with the reason, and counts for no unanswered one."""

from datetime import timedelta

import pytest

from bookings.projects.services import project_close
from bookings.requests.models import Booking
from bookings.requests.services.cancellations import booking_cancel
from bookings.waiting.services.notifications import LAPSED, OFFERED, WITHDRAWN
from bookings.waiting.services.offers import (
    free_time_offer_due,
    offer_accept,
    offers_lapse_due,
    refused_offers_withdraw_due,
)
from instrument_share.journal import selectors as journal
from providers.instruments.models import InstrumentLink
from tests import factories
from tests.bookings.projects.things import add_project
from tests.bookings.requests.booking import book
from tests.bookings.waiting.waiting import held, join, offered
from tests.factories import NOW, slot

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
START, END = slot().start, slot().end


@pytest.fixture
def offer(city):
    """A time that came free is offered to the first of two; the project that they name could pay for it."""
    add_project(city, budget=300)
    booking = book(city)
    first = join(city, organization_project_id=city.project.pk)
    join(city, now=NOW + timedelta(minutes=1))
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=NOW)
    assert offered(first) == [(START, END, "offered")]
    return first


def use_up_the_budget(city, _person):
    book(city, slot(day=3), organization_project_id=city.project.pk)


def close_the_project(city, _person):
    project_close(actor=city.admin, project_id=city.project.pk, now=NOW)


def suspend_the_credit(city, person):
    """Three events of today, each of a booking tomorrow that is cancelled too late to be free of charge."""
    for hour in (8, 9, 10):
        late = book(city, slot(day=0, hour=hour + 3, length=1), actor=person)
        booking_cancel(actor=person, booking_id=late.pk, now=NOW)


def told(person):
    return [(one.message, [line["message"] for line in one.lines]) for one in journal.notifications(person)]


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        (use_up_the_budget, "has ¥{left} left"),
        (close_the_project, "is closed"),
        (suspend_the_credit, "Booking is suspended"),
    ],
)
def test_offer_that_would_be_refused_goes_to_the_next_and_says_why(city, offer, happens, why):
    happens(city, offer.user)
    assert refused_offers_withdraw_due(NOW + HOUR) == 1
    assert offered(offer) == [(START, END, "lapsed")]
    message, (line,) = told(offer.user)[0]
    assert (message, why in line) == (WITHDRAWN, True)
    assert Booking.objects.get(state="offered").user != offer.user
    offer.refresh_from_db()
    assert (offer.end, offer.unanswered) == ("", 0)
    assert refused_offers_withdraw_due(NOW + HOUR) == 0


def test_offer_that_is_refused_as_its_time_ends_does_not_count_as_unanswered(city, offer):
    use_up_the_budget(city, offer.user)
    assert offers_lapse_due(NOW + 2 * HOUR) == 1
    offer.refresh_from_db()
    assert (offered(offer), offer.unanswered) == ([(START, END, "lapsed")], 0)
    assert LAPSED not in [message for message, _lines in told(offer.user)]


def test_offer_that_can_be_accepted_stays(city, offer):
    assert refused_offers_withdraw_due(NOW + HOUR) == 0
    assert offer_accept(actor=offer.user, booking_id=held(offer).pk, now=NOW + HOUR).state == "approved"


def test_time_that_was_withdrawn_is_offered_again_once_it_can_be_booked(city):
    add_project(city, budget=300)
    entry = join(city, organization_project_id=city.project.pk)
    other = book(city, slot(day=3), organization_project_id=city.project.pk)
    assert (refused_offers_withdraw_due(NOW), free_time_offer_due(NOW)) == (1, 0)
    booking_cancel(actor=other.user, booking_id=other.pk, now=NOW)
    assert offered(entry) == [(START, END, "lapsed"), (START, END, "offered")]
    assert told(entry.user)[0][0] == OFFERED


def test_withdrawn_offer_lets_go_of_what_is_booked_together_with_it(city):
    other = factories.instrument(city.owner)
    factories.rule(other)
    factories.windows(other)
    InstrumentLink.objects.create(instrument=city.instrument, linked=other)
    add_project(city, budget=400)
    join(city, organization_project_id=city.project.pk)
    book(city, slot(day=3, length=1), organization_project_id=city.project.pk)
    assert refused_offers_withdraw_due(NOW) == 1
    assert set(Booking.objects.filter(starts_at=START).values_list("state", flat=True)) == {"lapsed"}
