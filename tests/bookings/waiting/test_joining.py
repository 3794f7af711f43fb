"""What keeps somebody from joining a waiting list, and beside which input it is said."""

from datetime import time

import pytest

from bookings.requests.domain.errors import BookingRefused
from instrument_share.kernel.interval import Interval
from providers.instruments.models import InstrumentLink, Qualification
from providers.terms.domain.choices import ServiceMode, UserKind
from providers.terms.models import PriceLine
from tests import factories
from tests.bookings.projects.things import add_project
from tests.bookings.requests.booking import book, codes
from tests.bookings.requests.rules import hours, put_in_force
from tests.bookings.waiting.waiting import join, offered
from tests.factories import NOW, slot

pytestmark = pytest.mark.django_db
WIDE = slot(length=11)


def refusal(city, **asked):
    """What a refusal says: code and input of each problem."""
    with pytest.raises(BookingRefused) as refused:
        join(city, city.researcher, wanted=WIDE, **asked)
    return [(one.code, one.field) for one in refused.value.problems]


def link(city, **rule):
    """Let the instrument be booked together with another one that has a rule of its own."""
    second = factories.instrument(city.owner, name_zh="样品制备仪")
    factories.rule(second, **rule)
    factories.windows(second)
    InstrumentLink.objects.create(instrument=city.instrument, linked=second)
    return second


@pytest.mark.parametrize(("minutes", "code"), [(540, "booking.too_long"), (30, "booking.too_short")])
def test_length_that_a_rule_refuses_is_said_of_the_minutes(minutes, code):
    city = factories.city(min_minutes=60)
    assert refusal(city, minutes=minutes) == [(code, "minutes")]


def test_nobody_waits_longer_than_a_linked_instrument_can_be_booked(city):
    link(city, max_minutes=120)
    assert refusal(city, minutes=180) == [("booking.too_long", "minutes")]


def test_nobody_waits_for_a_linked_instrument_that_never_admits_them(city):
    link(city, needs_qualification=True)
    assert refusal(city) == [("booking.linked_refused", "service_mode")]


def test_no_wait_is_offered_for_time_that_a_linked_instrument_never_grants(city, client, clock):
    clock.set(NOW)
    book(city, actor=city.keeper, payer=False)
    client.force_login(city.researcher)
    asked = {"starts_at": "2026-03-03T09:00", "ends_at": "2026-03-03T11:00", "subject": "陶瓷"}
    asked |= {"payer": city.company.public_id, "service_mode": "self_operated"}
    address = f"/instruments/{city.instrument.public_id}/quote/"
    assert client.get(address, asked).context["may_wait"]
    link(city, needs_qualification=True)
    assert not client.get(address, asked).context["may_wait"]


def test_one_waits_for_a_linked_instrument_that_is_not_open_then(city):
    second = link(city)
    second.open_windows.all().delete()
    assert join(city, city.researcher, wanted=WIDE).pk


def qualify(city, until):
    Qualification.objects.create(
        instrument=city.instrument,
        user=city.researcher,
        granted_by=city.keeper,
        granted_at=NOW,
        expires_at=until,
    )


@pytest.mark.parametrize(("until", "refused"), [(slot().end, False), (slot().start, True)])
def test_qualification_that_ends_within_the_span_suffices(until, refused):
    city = factories.city(needs_qualification=True)
    qualify(city, until)
    if refused:
        assert refusal(city) == [("booking.qualification_missing", "service_mode")]
    else:
        assert offered(join(city, city.researcher, wanted=WIDE)) == [(slot().start, slot().end, "offered")]


def test_one_waits_until_a_coming_rule_no_longer_admits_them(city):
    put_in_force(city, hours())
    put_in_force(city, hours(user_kinds=frozenset({UserKind.INSIDE})), day=3)
    book(city, slot(day=1, length=8))
    both = Interval(slot(day=1).start, slot(day=5).end)
    assert join(city, wanted=both).pk
    with pytest.raises(BookingRefused) as refused:
        join(city, wanted=Interval(slot(day=3).start, both.end))
    assert codes(refused) == ["booking.user_kind_refused"]


def test_one_waits_for_the_days_between_two_rules_that_do_not_admit_them(city):
    put_in_force(city, hours(user_kinds=frozenset({UserKind.INSIDE})))
    put_in_force(city, hours(), day=3)
    put_in_force(city, hours(user_kinds=frozenset({UserKind.INSIDE})), day=5)
    whole = Interval(slot(day=1).start, slot(day=7).end)
    wait = join(city, wanted=whole)
    assert offered(wait) == [(slot(day=3, hour=8).start, slot(day=3, hour=8).end, "offered")]
    with pytest.raises(BookingRefused) as refused:
        join(city, wanted=Interval(slot(day=5).start, whole.end))
    assert codes(refused) == ["booking.user_kind_refused"]


def test_samples_wait_for_no_time_in_the_api_either(city):
    assert refusal(city, service_mode=ServiceMode.SAMPLES) == [("waiting.samples", "service_mode")]


@pytest.fixture
def wait_form(city, client, clock):
    """The form of the page after it was sent with these values."""
    clock.set(NOW)
    client.force_login(city.researcher)

    def send(**changes):
        asked = {
            "starts_at": "2026-03-03T09:00",
            "ends_at": "2026-03-03T20:00",
            "hours": "2",
            "subject": "陶瓷",
            "payer": city.company.public_id,
            "service_mode": "self_operated",
            "direction": "research",
            **changes,
        }
        return client.post(f"/instruments/{city.instrument.public_id}/wait/", asked).context["form"]

    return send


@pytest.mark.parametrize("hours", ["9", "0.75"])
def test_page_says_it_beside_the_hours(wait_form, hours):
    assert list(wait_form(hours=hours).errors) == ["hours"]


def test_page_says_beside_the_payer_that_it_is_not_admitted(city, wait_form):
    city.instrument.rules.update(user_kinds=["outside"])
    assert list(wait_form().errors) == ["payer"]


@pytest.fixture
def cheap_noon(city):
    """A project with ¥60 left; two hours cost ¥200, but ¥60 from 12:00 to 14:00."""
    PriceLine.objects.create(rule=city.rule, price_yuan=30, from_time=time(12), until_time=time(14))
    return add_project(city, budget=60)


def test_one_waits_for_the_only_time_of_the_span_that_the_budget_covers(city, cheap_noon):
    asked = {"organization_project_id": cheap_noon.pk}
    noon = slot(hour=12)
    assert offered(join(city, city.researcher, wanted=WIDE, **asked)) == [(noon.start, noon.end, "offered")]


def test_nobody_waits_for_hours_that_cost_more_than_the_budget_at_any_time(city, cheap_noon):
    asked = {"organization_project_id": cheap_noon.pk, "minutes": 180}
    assert refusal(city, **asked) == [("booking.project_budget_exceeded", "organization_project")]


def test_cheaper_time_outside_the_period_of_the_project_counts_for_nothing(city, cheap_noon):
    PriceLine.objects.create(rule=city.rule, price_yuan=10, weekdays=[slot(day=2).start.weekday()])
    last = slot().start.date()
    short = add_project(city, budget=50, number="2", last_date=last)
    asked = {"wanted": Interval(WIDE.start, slot(day=2, length=11).end), "organization_project_id": short.pk}
    with pytest.raises(BookingRefused) as refused:
        join(city, city.researcher, **asked)
    assert "booking.project_budget_exceeded" in codes(refused)
    long = add_project(city, budget=50, number="3")
    assert join(city, city.researcher, **asked | {"organization_project_id": long.pk}).pk


def test_one_waits_for_a_cheaper_time_that_is_not_open_for_booking_yet():
    city = factories.city(horizon_days=2)
    city.instrument.open_windows.filter(starts_at__gt=slot(day=2).end).delete()
    cheap_day = slot(day=4, length=11)
    PriceLine.objects.create(rule=city.rule, price_yuan=10, weekdays=[cheap_day.start.weekday()])
    project = add_project(city, budget=50)
    before_and_after = Interval(slot(day=1).start, slot(day=6).end)
    assert join(city, city.researcher, wanted=before_and_after, organization_project_id=project.pk).pk
    with pytest.raises(BookingRefused) as refused:
        join(
            city,
            city.researcher,
            wanted=Interval(slot(day=5).start, slot(day=6).end),
            organization_project_id=project.pk,
        )
    assert "booking.project_budget_exceeded" in codes(refused)


def test_wait_is_offered_beside_a_price_that_another_time_brings_down(city, cheap_noon, client, clock):
    clock.set(NOW)
    book(city, actor=city.keeper, payer=False)
    client.force_login(city.researcher)
    asked = {"starts_at": "2026-03-03T09:00", "ends_at": "2026-03-03T11:00", "subject": "陶瓷"}
    asked |= {"payer": city.company.public_id, "service_mode": "self_operated"}
    asked |= {"organization_project": cheap_noon.public_id}
    address = f"/instruments/{city.instrument.public_id}/quote/"
    assert client.get(address, asked).context["may_wait"]
    assert not client.get(address, asked | {"ends_at": "2026-03-03T12:00"}).context["may_wait"]


def test_wait_begins_with_the_project_and_direction_of_the_request(city, cheap_noon, client, clock):
    clock.set(NOW)
    client.force_login(city.researcher)
    asked = {"starts_at": "2026-03-03T09:00", "ends_at": "2026-03-03T11:00", "subject": "陶瓷"}
    asked |= {"payer": city.company.public_id, "service_mode": "self_operated", "direction": "teaching"}
    asked |= {"organization_project": cheap_noon.public_id, "project": "横向课题"}
    address = f"/instruments/{city.instrument.public_id}"
    query = client.get(f"{address}/quote/", asked).context["wait_query"]
    form = client.get(f"{address}/wait/?{query}").context["form"]
    kept = ("payer", "service_mode", "subject", "direction", "organization_project", "project")
    assert {name: form[name].value() for name in kept} == {name: asked[name] for name in kept}
