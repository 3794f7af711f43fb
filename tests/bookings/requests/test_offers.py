"""Every time that is offered to a viewer is admitted, and every time that is admitted is offered."""

from datetime import timedelta
from random import Random

import pytest
from django.db import connection

from bookings.requests.models import NextFree
from bookings.requests.selectors.admission import find_booking_problems
from bookings.requests.selectors.holds import filter_bookable_on
from bookings.requests.selectors.offers import LONGEST_LOOK, Applicant, filter_free, get_free_time
from bookings.requests.services.bookings import booking_move
from bookings.requests.services.closures import closure_place
from bookings.requests.services.next_free import next_free_rebuild
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval
from providers.instruments.models import Instrument, InstrumentLink, Qualification
from providers.terms.domain.choices import ServiceMode, UserKind
from tests import factories
from tests.bookings.requests.booking import book
from tests.engines import drawn
from tests.factories import LONG_AGO, NOW, slot

pytestmark = pytest.mark.django_db

HALF_HOUR = timedelta(minutes=30)
SPAN = Interval(NOW - timedelta(hours=8), NOW + timedelta(days=9))
"""Nine days from today's midnight: three under the first version of the rule, the rest under the second."""
SELF, OPERATED = ServiceMode.SELF_OPERATED, ServiceMode.OPERATED


@pytest.fixture
def city():
    """A city whose instrument has two versions, a closure, holds, quotas, and another booked with it."""
    city = factories.city(
        step_minutes=30,
        min_minutes=60,
        max_minutes=240,
        lead_minutes=6 * 60,
        turnaround_minutes=30,
        needs_qualification=True,
        service_modes=[SELF.value, OPERATED.value],
        quotas=[
            {"holder": "user", "span": "day", "most_minutes": 180},
            {"holder": "organization", "span": "week", "most_bookings": 3},
        ],
    )
    city.other = factories.instrument(city.owner, name_zh="样品制备仪")
    factories.rule(city.other, step_minutes=60, min_minutes=60)
    factories.windows(city.other, first=NOW + timedelta(hours=1))
    book(city, slot(day=1, hour=12), service_mode=OPERATED)
    book(city, slot(day=2, hour=9), actor=city.keeper, payer=False, service_mode=OPERATED)
    book(city, slot(day=4, hour=9), instrument_id=city.other.pk, actor=city.keeper, payer=False)
    closure_place(
        actor=city.keeper,
        instrument_id=city.instrument.pk,
        interval=slot(day=3, hour=10, length=3),
        reason_zh="检修",
        reason_en="",
        outcomes={},
        now=NOW,
    )
    factories.rule(
        city.instrument,
        applies_from=NOW + timedelta(days=3, hours=4),
        step_minutes=60,
        min_minutes=60,
        max_minutes=180,
        horizon_days=7,
        service_modes=[SELF.value, OPERATED.value],
        user_kinds=[UserKind.ENTERPRISE.value, UserKind.INSIDE.value],
    )
    InstrumentLink.objects.create(instrument=city.instrument, linked=city.other)
    return city


def qualify(city, person, until):
    Qualification.objects.create(
        instrument=city.instrument,
        user=person,
        granted_by=city.keeper,
        granted_at=LONG_AGO,
        expires_at=until,
    )
    return person


APPLICANTS = {
    "company": lambda city: Applicant(city.researcher, city.company, OPERATED),
    "company, not qualified": lambda city: Applicant(city.researcher, city.company, SELF),
    "company, qualified for two days": lambda city: Applicant(
        qualify(city, city.researcher, NOW + timedelta(days=2)), city.company, SELF
    ),
    "person": lambda city: Applicant(city.researcher, None, OPERATED),
    "keeper": lambda city: Applicant(city.keeper, None, OPERATED),
    "member of another company": lambda city: Applicant(
        factories.member(factories.organization("别的公司", kind="enterprise")), city.company, OPERATED
    ),
    "whose account is closed": lambda city: Applicant(factories.user(is_active=False), None, OPERATED),
    "mode that is not offered": lambda city: Applicant(city.researcher, city.company, ServiceMode.REMOTE),
}


NOTHING = {"member of another company", "whose account is closed", "mode that is not offered"}


def is_admitted(city, applicant, interval):
    return not find_booking_problems(
        applicant.user,
        city.instrument,
        interval=interval,
        service_mode=applicant.service_mode,
        payer_organization=applicant.payer,
        subject="二氧化钛薄膜",
        samples=1,
        now=NOW,
        moved_booking=applicant.moved_booking,
    )


def assert_same(city, applicant, count=80):
    """Compare offers, their neighbours and other times with what admission says; return the offers."""
    offers = get_free_time([city.instrument], SPAN, NOW, applicant).offers(city.instrument.pk, SPAN)
    random = Random(7)
    offered = [
        Interval(one.start, end)
        for one in random.sample(offers, min(len(offers), drawn(20)))
        for end in {one.first_end, one.last_end, one.last_end + one.step, one.last_end + HALF_HOUR}
    ]
    others = [
        Interval(start, start + random.randint(1, 10) * HALF_HOUR)
        for start in (SPAN.start + random.randrange(9 * 48) * HALF_HOUR for _ in range(drawn(count)))
    ]
    for interval in [*offered, *others]:
        is_offered = any(one.admits(interval) for one in offers)
        assert is_offered == is_admitted(city, applicant, interval), interval.to_text()
    return offers


@pytest.mark.parametrize("who", APPLICANTS)
def test_offers_equal_admitted_requests(city, who):
    offers = assert_same(city, APPLICANTS[who](city))
    assert bool(offers) == (who not in NOTHING)


def test_catalogue_filter_matches_offers(city):
    free = get_free_time([city.instrument, city.other], SPAN, NOW)
    random = Random(11)
    every = Instrument.objects.all()
    for number in range(drawn(100)):
        one = (city.instrument, city.other)[number % 2]
        offers = free.offers(one.pk, SPAN)
        if number % 3 == 0:
            offer = random.choice(offers)
            wanted = Interval(offer.start, random.choice([offer.first_end, offer.last_end + offer.step]))
        else:
            start = NOW + random.randrange(1, 9 * 48) * HALF_HOUR
            wanted = Interval(start, start + random.randint(1, 9) * HALF_HOUR)
        found = filter_free(every, wanted, NOW).filter(pk=one.pk).exists()
        assert found == any(offer.admits(wanted) for offer in offers), wanted.to_text()


@pytest.mark.parametrize(
    ("spans_gaps", "hour", "length", "expected"),
    [
        (True, 18, 15, True),
        (False, 18, 15, False),
        (True, 21, 12, False),
        (True, 18, 4, False),
        (True, 18, 63, False),
    ],
    ids=["overnight", "not_across_gaps", "starts_closed", "ends_closed", "too_long"],
)
def test_catalogue_filter_finds_nights_of_instruments_that_span_gaps(spans_gaps, hour, length, expected):
    one = factories.instrument(factories.organization("云屏夜间实验室", owns_instruments=True))
    factories.rule(one, may_span_gaps=spans_gaps, max_minutes=48 * 60)
    factories.windows(one)
    night = slot(day=5, hour=hour, length=length)
    assert filter_free(Instrument.objects.all(), night, NOW).exists() == expected
    offers = get_free_time([one], SPAN, NOW).offers(one.pk, SPAN)
    assert any(offer.admits(night) for offer in offers) == expected


@pytest.mark.parametrize(("begins", "expected"), [(0, True), (1, False)], ids=["adjoins", "after_a_gap"])
def test_catalogue_filter_finds_times_across_the_start_of_a_version(begins, expected):
    one = factories.instrument(factories.organization("云屏昼夜实验室", owns_instruments=True))
    factories.rule(one)
    start = slot(day=5, hour=0).start
    factories.windows(one, first=start - timedelta(days=1), days=1, length=timedelta(days=1))
    factories.rule(one, applies_from=start)
    factories.windows(one, first=start + timedelta(hours=begins), days=1)
    night = slot(day=4, hour=22, length=4)
    assert filter_free(Instrument.objects.all(), night, NOW).exists() == expected
    offers = get_free_time([one], SPAN, NOW).offers(one.pk, SPAN)
    assert any(offer.admits(night) for offer in offers) == expected


def test_days_of_the_catalogue_are_those_with_an_offer(city):
    next_free_rebuild(NOW)
    ahead = Interval(NOW, NOW + LONGEST_LOOK)
    for one in (city.instrument, city.other):
        offers = get_free_time([one, city.other], ahead, NOW).offers(one.pk, ahead)
        days = {offer.start.astimezone(CITY_TIME).date() for offer in offers}
        every = [NOW.date() + timedelta(days=number) for number in range(40)]
        found = [day for day in every if filter_bookable_on(Instrument.objects.filter(pk=one.pk), day)]
        assert found == sorted(days)
        assert days


def test_catalogue_filter_joins_no_other_table(city):
    """A join reads a table as a whole: of 20,000 instruments a page took 600 ms instead of 7."""
    plan = filter_free(Instrument.objects.order_by(), slot(day=5, hour=10), NOW).explain()
    if connection.vendor == "sqlite":
        assert plan.count("SCAN ") == 1, plan
        assert "SCAN providers_instrument" in plan
    else:
        assert "Join" not in plan
        assert "hashed" not in plan


def test_booking_may_be_moved_onto_its_own_time(city):
    booking = book(city, slot(day=5, hour=10, length=3), service_mode=OPERATED)
    own = Applicant(city.researcher, city.company, OPERATED, moved_booking=booking, moves_own=True)
    offers = assert_same(city, own)
    assert any(one.admits(slot(day=5, hour=10, length=2)) for one in offers)
    booking_move(
        actor=city.researcher, booking_id=booking.pk, interval=slot(day=5, hour=10, length=2), now=NOW
    )


def test_anonymous_visitor_gets_offers_by_rule(city):
    free = get_free_time([city.instrument, city.other], SPAN, NOW)
    first = free.first_offer(city.instrument.pk, SPAN)
    assert first.start == slot(day=0, hour=14).start
    assert first == free.offers(city.instrument.pk, SPAN)[0]


@pytest.mark.parametrize(
    ("span", "most", "day", "hour", "fits", "too_long"),
    [("day", 120, 5, 10, 2, 3), ("day", 120, 5, 22, 4, 5), ("week", 300, 6, 21, 8, 9)],
    ids=["a_day", "two_days", "two_weeks"],
)
def test_visitors_are_shown_no_longer_time_than_one_person_may_book(span, most, day, hour, fits, too_long):
    quota = {"holder": "user", "span": span, "most_minutes": most}
    city = factories.city(max_minutes=48 * 60, quotas=[quota])
    city.instrument.open_windows.all().delete()
    factories.windows(city.instrument, days=1, length=timedelta(days=20))
    whole, somebody = Interval(NOW, NOW + timedelta(days=8)), Applicant(city.researcher, None)
    for length, is_free in ((fits, True), (too_long, False)):
        wanted = slot(day=day, hour=hour, length=length)
        for applicant in (None, somebody):
            offers = get_free_time([city.instrument], whole, NOW, applicant).offers(city.instrument.pk, whole)
            assert any(one.admits(wanted) for one in offers) == is_free, applicant
        assert filter_free(Instrument.objects.all(), wanted, NOW).exists() == is_free


def test_visitors_are_shown_no_longer_time_than_one_organization_may_book_where_none_else_may():
    quota = {"holder": "organization", "span": "day", "most_minutes": 120}
    of_organizations = factories.city(user_kinds=["enterprise", "outside"], quotas=[quota])
    of_all = factories.city(quotas=[quota])
    fits, too_long = slot(day=1, hour=9, length=2), slot(day=1, hour=9, length=3)
    for wanted, found in ((fits, [of_organizations, of_all]), (too_long, [of_all])):
        open_to = [city.instrument for city in found]
        assert list(filter_free(Instrument.objects.order_by("pk"), wanted, NOW)) == open_to
        for city in (of_organizations, of_all):
            offers = get_free_time([city.instrument], wanted, NOW).offers(city.instrument.pk, wanted)
            assert any(one.admits(wanted) for one in offers) == (city in found)


def test_next_free_time_is_no_longer_than_one_person_may_book():
    city = factories.city(quotas=[{"holder": "user", "span": "day", "most_minutes": 120}])
    next_free_rebuild(NOW)
    book(city, slot(day=0, hour=8, length=1))
    row = NextFree.objects.get(instrument=city.instrument)
    assert (row.at, row.until) == (slot(day=0, hour=9).start, slot(day=0, hour=11).start)
    next_free_rebuild(NOW)
    assert NextFree.objects.get(instrument=city.instrument).until == row.until


def test_query_count_is_independent_of_instrument_count(city, statements):
    applicant = Applicant(city.researcher, city.company, OPERATED)

    def read():
        get_free_time(list(Instrument.objects.select_related("organization")), SPAN, NOW, applicant)

    def more():
        for _ in range(5):
            another = factories.instrument(city.owner)
            factories.rule(another, quotas=[{"holder": "user", "span": "day", "most_minutes": 60}])
            factories.windows(another)

    statements.assert_unchanged(read, by=more)
