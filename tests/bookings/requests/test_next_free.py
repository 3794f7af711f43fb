"""After a booking the projection is what a rebuild makes of it, though mostly little is read for it."""

from datetime import timedelta
from functools import partial
from random import Random

import pytest

from bookings.requests.models import NextFree
from bookings.requests.selectors.offers import Applicant, get_free_time
from bookings.requests.services import next_free
from bookings.requests.services.next_free import next_free_advance, next_free_rebuild
from bookings.requests.services.organization_suspension import organization_suspend
from instrument_share.accounts.domain import Role
from instrument_share.accounts.services.organizations import organization_reinstate
from instrument_share.kernel.interval import Interval
from providers.instruments.services.relations import instrument_links_set
from providers.terms.domain.choices import ServiceMode
from tests import factories
from tests.bookings.requests.booking import book
from tests.factories import LONG_AGO, NOW

pytestmark = pytest.mark.django_db

BOOKINGS = 12
RULES = {
    "plain": {},
    "with pauses": {"turnaround_minutes": 30, "min_minutes": 60},
    "over gaps": {"may_span_gaps": True, "max_minutes": 1440},
    "hours ahead": {"lead_minutes": 300, "step_minutes": 60, "min_minutes": 120, "turnaround_minutes": 60},
    "two days long": {"max_minutes": 2880, "may_span_gaps": True, "horizon_days": 4},
}


def rows():
    kept = ("instrument", "at", "until", "book_by", "days")
    return list(NextFree.objects.order_by("instrument").values(*kept))


def pick(random, city, applicant):
    """A time that is offered, soon more often than late."""
    span = Interval(NOW, NOW + timedelta(days=random.choice([1, 1, 2, 5])))
    offers = get_free_time([city.instrument], span, NOW, applicant).offers(city.instrument.pk, span)
    if not offers:
        return None
    offer = random.choice([offers[0], random.choice(offers)])
    steps = (offer.last_end - offer.first_end) // offer.step
    return Interval(offer.start, offer.first_end + random.randint(0, steps) * offer.step)


@pytest.mark.parametrize("name", RULES)
def test_after_each_booking_the_row_is_that_of_a_rebuild(name, monkeypatch):
    random = Random(name)
    city = factories.city(**RULES[name])
    city.instrument.open_windows.all().delete()
    factories.windows(city.instrument, days=9, length=timedelta(hours=3))
    factories.windows(city.instrument, NOW + timedelta(hours=4), days=9, length=timedelta(hours=5))
    next_free_rebuild(NOW)
    refreshed = []
    refresh = next_free.next_free_refresh
    monkeypatch.setattr(next_free, "next_free_refresh", lambda *one: refreshed.append(one) or refresh(*one))
    applicant = Applicant(city.researcher, city.company, ServiceMode.OPERATED)
    booked = 0
    for _ in range(BOOKINGS):
        if (time := pick(random, city, applicant)) is None:
            continue
        book(city, time, service_mode=ServiceMode.OPERATED)
        booked += 1
        kept = rows()
        refresh([city.instrument.pk], NOW)
        assert rows() == kept
    assert len(refreshed) < booked


def test_days_of_two_versions_are_refreshed_in_full():
    city = factories.city(decision="at_once")
    factories.rule(city.instrument, applies_from=NOW + timedelta(days=2), lead_minutes=60, min_minutes=120)
    next_free_rebuild(NOW)
    for day in (1, 2):
        book(city, factories.slot(day=day, hour=8, length=8))
        book(city, factories.slot(day=day, hour=16, length=4))
        kept = rows()
        next_free_rebuild(NOW)
        assert rows() == kept
    assert all(f"2026-03-0{day}" not in kept[0]["days"] for day in (3, 4))


def test_a_booking_under_the_next_version_leaves_the_first_start_its_lead():
    """The first start is under the version before, which the booking knows nothing of."""
    city = factories.city(decision="at_once", lead_minutes=120)
    factories.rule(city.instrument, applies_from=NOW + timedelta(days=2), lead_minutes=60)
    next_free_rebuild(NOW)
    first = NextFree.objects.get()
    assert first.book_by == first.at - timedelta(hours=2)
    book(city, factories.slot(day=6))
    left = NextFree.objects.get()
    assert (left.at, left.book_by) == (first.at, first.book_by)


def test_an_old_row_is_refreshed_in_full():
    city = factories.city()
    next_free_rebuild(NOW)
    later = NOW + timedelta(hours=1, minutes=10)
    book(city, factories.slot(day=1), now=later)
    kept = rows()
    assert kept[0]["at"] >= later
    next_free_rebuild(later)
    assert rows() == kept
    assert kept[0]["at"] > LONG_AGO


def test_a_time_that_is_too_soon_to_be_booked_is_no_longer_the_next_free():
    """Five hours ahead at least: at 8:01 nobody books 13:00 any more, which is hours before it begins."""
    city = factories.city(**RULES["hours ahead"])
    second = factories.instrument(city.owner)
    factories.rule(second, lead_minutes=420)
    for instrument in (city.instrument, second):
        instrument.open_windows.all().delete()
        factories.windows(instrument, days=9, length=timedelta(hours=12))
    instrument_links_set(
        actor=factories.member(city.owner, Role.UNIT_MANAGER),
        instrument_id=second.pk,
        linked_ids=[city.instrument.pk],
        now=NOW,
    )
    next_free_rebuild(NOW)

    def starts():
        found = NextFree.objects.order_by("instrument").values_list("at", "book_by")
        return [tuple((one - NOW) / timedelta(hours=1) for one in row) for row in found]

    assert starts() == [(5, 0), (7, 0)]
    assert next_free_advance(NOW) == 0
    assert next_free_advance(NOW + timedelta(minutes=1)) == 2
    assert starts() == [(6, 1), (8, 1)]
    NextFree.objects.update(book_by=None)  # as a program of the version before writes it
    assert next_free_advance(NOW + timedelta(minutes=2)) == 2
    assert starts() == [(6, 1), (8, 1)]


def test_a_new_link_moves_the_next_free_time_at_once():
    city = factories.city(decision="at_once")
    second = factories.instrument(city.owner)
    manager = factories.member(city.owner, Role.UNIT_MANAGER)
    factories.rule(second, decision="at_once")
    factories.windows(second, NOW + timedelta(days=2), days=3)
    next_free_rebuild(NOW)
    at = NextFree.objects.get(instrument=city.instrument).at
    link = partial(instrument_links_set, actor=manager, instrument_id=city.instrument.pk, now=NOW)
    link(linked_ids=[second.pk])
    assert NextFree.objects.get(instrument=city.instrument).at == NOW + timedelta(days=2)
    link(linked_ids=[])
    assert NextFree.objects.get(instrument=city.instrument).at == at


def test_the_clock_finds_the_free_times_of_a_unit_that_is_back():
    """Its instruments were read as never free while it was suspended, and stayed so for an hour."""
    city = factories.city()
    officer = factories.officer()
    next_free_rebuild(NOW)
    before = rows()
    organization_suspend(actor=officer, organization_id=city.owner.pk, reason="账目不清", now=NOW)
    next_free_rebuild(NOW)
    organization_reinstate(actor=officer, organization_id=city.owner.pk, now=NOW)
    next_free_advance(NOW)
    assert rows() == before
