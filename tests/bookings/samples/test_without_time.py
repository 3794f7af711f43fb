"""What is said of an order whatever its time is what admission says of every time, and nothing else lasts."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bookings.requests.domain.admission import Request, Requester, Situation, find_problems
from bookings.requests.domain.availability import ClosedTime
from bookings.samples.selectors import WITHOUT_TIME
from instrument_share.kernel.interval import Interval
from providers.terms.domain.choices import QuotaHolder, QuotaSpan, ServiceMode, UserKind
from providers.terms.domain.terms import Quota
from tests.bookings.requests.domain.terms import between, hours, local, terms

NOW = local("2026-03-02 08:00")
YEAR = Interval(NOW, NOW + timedelta(days=365))
EVERY_DAY = (Quota(QuotaHolder.USER, QuotaSpan.DAY, most_bookings=1),)

rules = st.none() | st.builds(
    terms,
    user_kinds=st.frozensets(st.sampled_from(UserKind)),
    service_modes=st.frozensets(st.sampled_from(ServiceMode)),
    prices=st.sampled_from([(), terms().prices]),
    needs_qualification=st.booleans(),
    lead=st.sampled_from([0, 45]).map(hours),
    horizon=st.sampled_from([60, 900]).map(hours),
    min_length=st.sampled_from([1, 3]).map(hours),
    max_length=st.sampled_from([3, 9]).map(hours),
    quotas=st.sampled_from([(), EVERY_DAY]),
)
requesters = st.builds(
    Requester,
    st.sampled_from(UserKind),
    for_organization=st.booleans(),
    account_active=st.booleans(),
    organization_admitted=st.booleans(),
    credit_suspended_until=st.sampled_from([None, NOW + timedelta(days=9)]),
    qualified=st.booleans(),
    bookings=st.sampled_from([(), (between("2026-03-04 09:00", "10:00"),)]),
)
opening, closed, held = (
    st.sampled_from([(), (between("2026-03-03 00:00", "2026-03-05 00:00"),)]) for _each in range(3)
)
situations = st.builds(
    Situation,
    st.booleans(),
    opening,
    closed.map(lambda found: [ClosedTime(one, "检修") for one in found]),
    held,
)
times = st.builds(
    lambda start, length: Interval(NOW + start * hours(1) / 4, NOW + (start + length) * hours(1) / 4),
    st.integers(0, 400),
    st.integers(1, 60),
)
subjects = st.sampled_from(["", "氧化铝粉末"])


def said(rule, interval, requester, situation, subject):
    """What admission says of a time that is planned for an order, at the price that was agreed."""
    request = Request(interval, ServiceMode.SAMPLES, subject, samples=1, price_is_agreed=True)
    found = find_problems(rule, request=request, requester=requester, situation=situation, now=NOW)
    return {problem.code for problem in found}


@given(rules, requesters, situations, situations, times, times, subjects)
def test_what_is_said_without_a_time_is_said_of_any(rule, requester, here, there, one, other, subject):
    there = Situation(here.published, there.windows, there.closures, there.holds)
    first, second = (
        said(rule, interval, requester, situation, subject) & WITHOUT_TIME
        for interval, situation in ((one, here), (other, there))
    )
    assert first == second


@given(rules, requesters, st.booleans(), subjects)
def test_nothing_else_is_said_of_a_time_that_is_free(rule, requester, published, subject):
    start = local("2026-03-04 09:00")
    free = Interval(start, start + hours(3))
    requester = Requester(**{**vars(requester), "bookings": ()})
    assert said(rule, free, requester, Situation(published, [YEAR], [], []), subject) <= WITHOUT_TIME
