"""Last month's requests under terms that are not in force."""

from datetime import date, time, timedelta
from decimal import Decimal

import pytest

from bookings.requests.models import Booking
from bookings.requests.selectors.rule_trial import run_rule_trial
from bookings.requests.services.bookings import booking_move
from bookings.requests.services.cancellations import booking_cancel
from bookings.waiting.services.offers import offers_lapse_due
from instrument_share.kernel.interval import Interval
from providers.instruments.models import Qualification
from providers.terms.domain.choices import HolidayTreatment, QuotaHolder, QuotaSpan, ServiceMode, UserKind
from providers.terms.domain.terms import OpeningPattern, Price, Quota, Terms, TermsDraft
from tests import factories
from tests.bookings.requests.booking import book
from tests.bookings.waiting.waiting import join
from tests.factories import NOW, slot

FEBRUARY = NOW - timedelta(days=26)
"""Wednesday 4 February 2026, 08:00 in the city; NOW is 2 March."""


def draft(**changes):
    """Every day from 08:00 to 20:00, from a Monday that is still to come."""
    return TermsDraft(
        **{
            "patterns": (OpeningPattern(time(8), time(20), date(2026, 3, 9), tuple(range(7))),),
            "user_kinds": frozenset(UserKind),
            "service_modes": frozenset(ServiceMode),
            "prices": (Price(Decimal(100)),),
            "holidays": HolidayTreatment.IGNORED,
            **changes,
        }
    )


@pytest.fixture
def city(db):
    made = factories.city()
    factories.windows(made.instrument, first=FEBRUARY, days=20)
    return made


def asked(city, day, hour=9, length=2, **more):
    """A request made on 4 February for an hour of a later day, as the city's clocks show it."""
    start = FEBRUARY + timedelta(days=day, hours=hour - 8)
    interval = Interval(start, start + timedelta(hours=length))
    return book(city, interval, **{"now": FEBRUARY, **more})


def trial(city, viewer=None, in_force=None, **changes):
    return run_rule_trial(
        viewer or city.manager,
        city.instrument,
        draft(**changes),
        in_force=in_force,
        applies_from=NOW + timedelta(days=7),
        now=NOW,
    )


def in_force(**changes):
    """A rule that applies since the beginning of the year."""
    since = FEBRUARY - timedelta(days=34)
    terms = draft(
        **{"patterns": (OpeningPattern(time(8), time(20), date(2026, 1, 5), tuple(range(7))),), **changes}
    )
    return Terms(**vars(terms), rule_id=1, version=1, applies_from=since)


def refusals(found):
    return [(one.booking.public_id, [problem.code for problem in one.problems]) for one in found.refused]


def test_unchanged_terms_refuse_no_request(city):
    asked(city, 1)
    found = trial(city)
    assert (found.requests, found.refused) == (1, ())
    assert (found.quoted_yuan, found.repriced_yuan, found.lost_yuan) == (Decimal(200), Decimal(200), 0)


def test_each_refusal_is_named_with_all_its_reasons_in_the_order_of_the_requests(city):
    late = asked(city, 1, hour=17, length=3)
    soon = asked(city, 0, hour=10, now=FEBRUARY)
    asked(city, 3)
    found = trial(
        city,
        patterns=(OpeningPattern(time(8), time(18), date(2026, 3, 9), tuple(range(7))),),
        lead=timedelta(hours=6),
        max_length=timedelta(hours=2),
    )
    assert refusals(found) == [
        (late.public_id, ["booking.too_long", "booking.outside_windows"]),
        (soon.public_id, ["booking.too_soon"]),
    ]
    assert found.requests == 3


def test_a_pattern_that_begins_later_is_carried_back_in_its_own_weeks(city):
    """Every two weeks from Monday 9 March on: 9 February was such a Monday, the 16th was not."""
    asked(city, 5)
    between = asked(city, 12)
    every_other = OpeningPattern(time(8), time(20), date(2026, 3, 9), (0,), interval=2)
    assert refusals(trial(city, patterns=(every_other,))) == [
        (between.public_id, ["booking.outside_windows"])
    ]


def test_a_pattern_that_begins_after_the_rule_would_not_have_been_open(city):
    one = asked(city, 1)
    later = OpeningPattern(time(8), time(20), date(2026, 3, 10), tuple(range(7)))
    assert refusals(trial(city, patterns=(later,))) == [(one.public_id, ["booking.outside_windows"])]


def test_public_holidays_of_that_month_count(city):
    """Spring Festival 2026 is off from 15 to 23 February."""
    asked(city, 1)
    festival = asked(city, 13)
    found = trial(city, holidays=HolidayTreatment.CLOSED)
    assert refusals(found) == [(festival.public_id, ["booking.outside_windows"])]


def test_refused_requests_count_towards_no_quota(city):
    """Four hours a week: the first is let in, the second is too much, the third fits again."""
    asked(city, 0, hour=12)
    second = asked(city, 1, length=6)
    asked(city, 2)
    found = trial(city, quotas=(Quota(QuotaHolder.USER, QuotaSpan.WEEK, most_time=timedelta(minutes=240)),))
    assert refusals(found) == [(second.public_id, ["booking.quota_user_week_minutes"])]


def test_cancelled_requests_count_towards_no_quota(city):
    first = asked(city, 1)
    booking_cancel(actor=city.researcher, booking_id=first.pk, now=FEBRUARY + timedelta(minutes=1))
    asked(city, 2, now=FEBRUARY + timedelta(minutes=2))
    last = asked(city, 3, now=FEBRUARY + timedelta(minutes=3))
    found = trial(city, quotas=(Quota(QuotaHolder.ORGANIZATION, QuotaSpan.MONTH, most_bookings=1),))
    assert refusals(found) == [(last.public_id, ["booking.quota_organization_month_bookings"])]


def moved(city, booking, day, hour=9, length=2, minutes=1):
    """The same booking after its user has moved it, so many minutes after 08:00 on 4 February."""
    start = FEBRUARY + timedelta(days=day, hours=hour - 8)
    booking_move(
        actor=city.researcher,
        booking_id=booking.pk,
        interval=Interval(start, start + timedelta(hours=length)),
        now=FEBRUARY + timedelta(minutes=minutes),
    )
    return booking


def test_moved_request_is_judged_by_original_time(city):
    into = moved(city, asked(city, 1, hour=17, length=3), 2, hour=9)
    moved(city, into, 4, hour=9, minutes=2)
    moved(city, asked(city, 3, hour=9), 3, hour=18)
    found = trial(city, patterns=(OpeningPattern(time(8), time(18), date(2026, 3, 9), tuple(range(7))),))
    assert refusals(found) == [(into.public_id, ["booking.outside_windows"])]
    (one,) = found.refused
    evening = FEBRUARY + timedelta(days=1, hours=9)
    assert (one.asked, one.moved) == (Interval(evening, evening + timedelta(hours=3)), True)


@pytest.mark.parametrize(("minutes", "refused"), [(1, False), (3, True)])
def test_quotas_count_bookings_at_their_time_of_request(city, minutes, refused):
    """Two hours a week: the first is moved to the next week, before the second is asked for or after it."""
    first = asked(city, 2)
    if minutes < 2:
        moved(city, first, 7, minutes=minutes)
    second = asked(city, 1, now=FEBRUARY + timedelta(minutes=2))
    if minutes > 2:
        moved(city, first, 7, minutes=minutes)
    found = trial(city, quotas=(Quota(QuotaHolder.USER, QuotaSpan.WEEK, most_time=timedelta(minutes=120)),))
    expected = [(second.public_id, ["booking.quota_user_week_minutes"])]
    assert refusals(found) == (expected if refused else [])


def test_qualification_counts_if_held_at_time_of_request(city):
    def qualify(user, granted_at):
        Qualification.objects.create(
            instrument=city.instrument,
            user=user,
            granted_by=city.keeper,
            granted_at=granted_at,
            expires_at=NOW + timedelta(days=365),
        )

    qualify(city.researcher, FEBRUARY - timedelta(days=1))
    late = factories.member(city.company, name="庚")
    qualify(late, FEBRUARY + timedelta(days=1))
    asked(city, 1)
    without = asked(city, 2, actor=late)
    assert refusals(trial(city, needs_qualification=True)) == [
        (without.public_id, ["booking.qualification_missing"])
    ]


def test_amounts_compare_old_and_new_prices_of_kept_bookings(city):
    asked(city, 1)
    asked(city, 2, hour=18, length=1)  # refused
    gone = asked(city, 3)
    booking_cancel(actor=city.researcher, booking_id=gone.pk, now=FEBRUARY)
    found = trial(
        city,
        patterns=(OpeningPattern(time(8), time(18), date(2026, 3, 9), tuple(range(7))),),
        prices=(Price(Decimal(120)),),
    )
    assert (found.quoted_yuan, found.repriced_yuan, found.lost_yuan) == (
        Decimal(200),
        Decimal(240),
        Decimal(100),
    )


def test_agreed_price_of_samples_needs_no_price_and_stays(city):
    planned = asked(city, 1, service_mode=ServiceMode.SAMPLES, samples=3)
    Booking.objects.filter(pk=planned.pk).update(planned_by_unit=True, quoted_yuan=Decimal(630))
    found = trial(city, prices=(Price(Decimal(120), service_mode=ServiceMode.SELF_OPERATED),))
    assert (found.refused, found.quoted_yuan, found.repriced_yuan) == ((), Decimal(630), Decimal(630))


def test_offer_that_nobody_accepted_is_no_request(city):
    booking = asked(city, 1)
    join(city, wanted=Interval(booking.starts_at, booking.ends_at), now=FEBRUARY)
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=FEBRUARY)
    assert trial(city).requests == 1
    assert offers_lapse_due(FEBRUARY + timedelta(hours=2)) == 1
    assert trial(city).requests == 1


def test_what_the_rule_in_force_refuses_as_well_is_told_apart(city):
    asked(city, 1)
    evening = asked(city, 2, hour=18)
    both = asked(city, 3, hour=17, length=3)
    found = trial(
        city,
        patterns=(OpeningPattern(time(8), time(18), date(2026, 3, 9), tuple(range(7))),),
        in_force=in_force(max_length=timedelta(hours=2)),
    )
    assert [one.booking.pk for one in found.newly_refused] == [evening.pk]
    assert [one.booking.pk for one in found.refused_as_now] == [both.pk]
    assert [problem.code for problem in found.refused_as_now[0].problems] == ["booking.outside_windows"]
    assert (found.quoted_yuan, found.repriced_yuan, found.lost_yuan) == (200, 200, 500)


def test_refused_by_the_rule_in_force_alone_is_not_refused(city):
    asked(city, 1, length=3)
    assert trial(city, in_force=in_force(max_length=timedelta(hours=2))).refused == ()


def test_quotas_of_draft_and_rule_in_force_count_what_each_of_them_grants(city):
    """One booking a month: the draft refuses the first, so that it grants the second."""
    evening, second = asked(city, 1, hour=18), asked(city, 2, now=FEBRUARY + timedelta(minutes=1))
    once = (Quota(QuotaHolder.USER, QuotaSpan.MONTH, most_bookings=1),)
    found = trial(
        city,
        patterns=(OpeningPattern(time(8), time(18), date(2026, 3, 9), tuple(range(7))),),
        quotas=once,
        in_force=in_force(quotas=once),
    )
    assert refusals(found) == [(evening.public_id, ["booking.outside_windows"])]
    assert not found.refused[0].refused_now
    found = trial(city, quotas=once, in_force=in_force(quotas=once))
    assert [(one.booking.pk, one.refused_now) for one in found.refused] == [(second.pk, True)]


def test_trial_covers_last_months_requests_of_instrument(city):
    asked(city, 1)
    book(city, slot(), now=NOW)
    other = factories.city()
    book(other, slot(), now=NOW - timedelta(days=1))
    assert trial(city).requests == 1


def test_manager_of_other_unit_cannot_see_trial(city):
    asked(city, 1)
    assert trial(city, viewer=factories.city().manager).requests == 0


def test_query_count_is_independent_of_request_count(city, statements):
    asked(city, 1)
    quotas = (
        Quota(QuotaHolder.USER, QuotaSpan.DAY, timedelta(minutes=60)),
        Quota(QuotaHolder.ORGANIZATION, QuotaSpan.MONTH, timedelta(minutes=60)),
    )
    statements.assert_unchanged(
        lambda: trial(
            city, quotas=quotas, needs_qualification=True, in_force=in_force(needs_qualification=True)
        ),
        by=lambda: [asked(city, day) for day in range(2, 16)],
    )
