"""A booking under way is extended: which ends are granted, to whom, and what changes with them."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bookings.groups.selectors.extension import find_extension_problems, get_later_ends, may_extend
from bookings.groups.services.extension import booking_extend
from bookings.requests.domain.errors import BookingRefused, NotInUse, SlotTaken
from bookings.requests.models import Booking
from bookings.requests.services.deciding import booking_approve
from bookings.usage.services.attendance import booking_check_in, booking_check_out
from instrument_share.journal import selectors as journal
from instrument_share.journal.models import AuditEntry
from instrument_share.kernel.errors import Forbidden
from providers.models import Closure, InstrumentLink, Qualification
from providers.terms.domain.choices import PriceUnit, ServiceMode
from tests import factories
from tests.api.test_api import Caller
from tests.bookings.projects.things import add_project
from tests.bookings.requests.booking import book, codes
from tests.bookings.samples import steps
from tests.factories import NOW, slot

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def city():
    return factories.city()


def running(city, hour=9, length=2, **asked):
    """A booking of today, checked in at its start."""
    booking = book(city, slot(day=0, hour=hour, length=length), **asked)
    return booking_check_in(actor=city.keeper, booking_id=booking.pk, now=booking.starts_at)


def extend(booking, by=HOUR, *, actor=None, now=None):
    return booking_extend(
        actor=actor or booking.user,
        booking_id=booking.pk,
        ends_at=booking.ends_at + by,
        now=now or booking.ends_at - HOUR,
    )


def refusal(booking, by=HOUR, *, actor=None, now=None):
    with pytest.raises(BookingRefused) as refused:
        extend(booking, by, actor=actor, now=now)
    assert all(one.ends_at != booking.ends_at + by for one in ends(booking, actor, now))
    return codes(refused)


def ends(booking, actor=None, now=None):
    return get_later_ends(actor or booking.user, booking, now or booking.ends_at - HOUR)


def test_extended_booking_is_held_longer_and_quoted_anew_for_the_whole(city):
    before = running(city)
    made = Booking.objects.get(pk=extend(before).pk)
    assert (made.state, made.starts_at) == ("in_use", before.starts_at)
    assert (made.ends_at, made.held_until) == (before.ends_at + HOUR, before.held_until + HOUR)
    assert (before.quoted_yuan, made.quoted_yuan) == (Decimal("200.00"), Decimal("300.00"))
    assert made.revision == before.revision + 1
    entry = AuditEntry.objects.get(action="booking.extended")
    assert (entry.actor, entry.subject_id) == (city.researcher, made.public_id)
    assert entry.details["quoted_yuan"] == "300.00"
    told = journal.notifications(city.keeper).first()
    assert told.message == "The booking of {instrument} from {starts_at} was extended to {ends_at}."


def test_user_is_told_what_a_keeper_extends(city):
    extend(running(city), actor=city.keeper)
    assert "was extended" in journal.notifications(city.researcher).first().message


def test_extension_of_a_use_under_way_is_mailed_without_waiting_for_a_digest(city):
    extend(running(city))
    assert journal.notifications(city.keeper).first().is_urgent


def test_use_of_an_extended_booking_is_checked_out_at_its_new_end(city):
    made = extend(running(city))
    log = booking_check_out(actor=city.keeper, booking_id=made.pk, now=made.ends_at)
    assert (log.ends_at, log.amount_yuan) == (made.ends_at, Decimal("300.00"))


def test_ends_are_offered_with_the_price_of_the_whole(city):
    booking = running(city, hour=17)
    assert [(one.ends_at - booking.ends_at, one.price_yuan) for one in ends(booking)] == [
        (timedelta(minutes=30), Decimal("250.00")),
        (HOUR, Decimal("300.00")),
    ]


def test_end_is_later_than_the_booked_one_and_than_now(city):
    booking = running(city)
    for by, now in ((timedelta(0), None), (-HOUR, None), (HOUR, booking.ends_at + HOUR)):
        assert refusal(booking, by, now=now) == ["booking.end_not_later"]
    late = booking.ends_at + timedelta(minutes=10)
    assert ends(booking, now=late)[0].ends_at == booking.ends_at + timedelta(minutes=30)


def test_extension_is_refused_outside_the_opening_hours(city):
    booking = running(city, hour=18)
    assert refusal(booking) == ["booking.outside_windows"]
    (problem,) = find_extension_problems(booking.user, booking, booking.ends_at + HOUR, NOW)
    assert problem.field == "ends_at"  # the only input


def test_extension_is_refused_in_a_closure(city):
    booking = running(city)
    Closure.objects.create(
        instrument=city.instrument,
        starts_at=booking.ends_at,
        ends_at=booking.ends_at + HOUR,
        created_at=NOW,
        created_by=city.keeper,
    )
    assert refusal(booking) == ["booking.closed"]


def test_extension_is_refused_where_the_time_or_the_pause_before_it_is_taken():
    city = factories.city(turnaround_minutes=30)
    booking = running(city)
    book(city, slot(day=0, hour=12, length=1))
    assert [one.ends_at - booking.ends_at for one in ends(booking)] == [timedelta(minutes=30)]
    with pytest.raises(SlotTaken):
        extend(booking)


def test_extension_is_refused_beyond_the_longest_length(city):
    assert refusal(running(city, length=8)) == ["booking.too_long"]


def test_extension_is_refused_beyond_a_quota():
    quota = {"holder": "user", "span": "day", "most_minutes": 150}
    booking = running(factories.city(quotas=[quota]))
    assert refusal(booking) == ["booking.quota_user_day_minutes"]
    assert [one.ends_at - booking.ends_at for one in ends(booking)] == [timedelta(minutes=30)]


def test_qualification_is_valid_through_the_new_end():
    city = factories.city(needs_qualification=True)
    until = slot(day=0).end + timedelta(minutes=30)
    Qualification.objects.create(
        instrument=city.instrument,
        user=city.researcher,
        granted_at=NOW,
        granted_by=city.keeper,
        expires_at=until,
    )
    booking = running(city)
    assert refusal(booking) == ["booking.qualification_missing"]
    assert [one.ends_at for one in ends(booking)] == [until]


def test_extension_is_refused_beyond_the_budget_of_its_project(city):
    project = add_project(city, 250)
    booking = running(city, organization_project_id=project.pk)
    assert refusal(booking) == ["booking.project_budget_exceeded"]
    assert [one.ends_at - booking.ends_at for one in ends(booking)] == [timedelta(minutes=30)]


def test_person_who_may_not_book_any_more_may_not_extend(city):
    booking = running(city)
    city.researcher.memberships.update(state="ended")
    assert "booking.organization_not_admitted" in [
        one.code for one in find_extension_problems(city.keeper, booking, booking.ends_at + HOUR, NOW)
    ]


def test_lead_and_deadline_before_the_start_do_not_bind_an_extension():
    city = factories.city(lead_minutes=60, change_deadline_minutes=1440)
    booking = running(city)
    assert extend(booking).ends_at == booking.ends_at + HOUR


def test_where_a_keeper_decides_about_times_the_keeper_extends():
    city = factories.city(decision="by_keeper")
    booking = book(city, slot(day=0, hour=10))
    booking_approve(actor=city.keeper, booking_id=booking.pk, now=NOW)
    booking = booking_check_in(actor=city.keeper, booking_id=booking.pk, now=booking.starts_at)
    assert refusal(booking) == ["booking.extended_by_keeper"]
    assert not may_extend(city.researcher, booking, booking.starts_at)
    assert may_extend(city.keeper, booking, booking.starts_at)
    assert extend(booking, actor=city.keeper).ends_at == booking.ends_at + HOUR


def test_measurement_is_extended_at_its_quote_where_the_rule_has_no_price_for_samples(city):
    city.rule.price_lines.update(service_mode=ServiceMode.SELF_OPERATED)
    quoted = steps.quoted(city, own_prices={PriceUnit.SAMPLE: Decimal(50)})
    booking = steps.planned(city, steps.received(city, steps.accepted(city, quoted)), slot(day=0))
    booking = booking_check_in(actor=city.keeper, booking_id=booking.pk, now=booking.starts_at)
    assert ends(booking, city.keeper)[1].price_yuan == booking.quoted_yuan == Decimal("100.00")
    assert may_extend(city.keeper, booking, booking.starts_at)
    assert extend(booking, actor=city.keeper).quoted_yuan == Decimal("100.00")


def test_linked_bookings_are_extended_together_if_both_can_be(city):
    other = factories.instrument(city.owner)
    factories.rule(other, price="50.00")
    factories.windows(other)
    other_keeper = factories.keeper(other)
    InstrumentLink.objects.create(instrument=city.instrument, linked=other)
    booking = running(city)
    companion = Booking.objects.get(instrument=other)
    booking_check_in(actor=other_keeper, booking_id=companion.pk, now=booking.starts_at)
    others = {"instrument_id": other.pk, "actor": factories.user(), "payer": False}
    taken = book(city, slot(day=0, hour=12, length=1), **others)
    assert [one.price_yuan for one in ends(booking)] == [Decimal("375.00"), Decimal("450.00")]
    assert refusal(booking, 2 * HOUR) == ["booking.linked_taken"]
    extend(booking)
    companion.refresh_from_db()
    assert (companion.state, companion.ends_at) == ("in_use", taken.starts_at)
    assert companion.quoted_yuan == Decimal("150.00")


def test_only_a_booking_that_is_checked_in_is_extended_by_its_user_or_keeper(city):
    booking = book(city, slot(day=0))
    with pytest.raises(NotInUse):
        extend(booking)
    assert not may_extend(city.researcher, booking, NOW)
    booking_check_in(actor=city.keeper, booking_id=booking.pk, now=booking.starts_at)
    for actor in (city.manager, factories.member(city.company)):
        with pytest.raises(Forbidden):
            extend(booking, actor=actor)


def test_user_chooses_one_of_the_granted_ends_on_a_page(city, client, clock):
    booking = running(city, hour=17)
    page, act = f"/bookings/{booking.public_id}/", f"/bookings/{booking.public_id}/extend/"
    clock.set(booking.starts_at)
    client.force_login(city.researcher)
    assert act in client.get(page).text
    shown = client.get(act).text
    assert [text in shown for text in ("¥250.00", "¥300.00", "¥350.00")] == [True, True, False]
    beyond = (booking.ends_at + 2 * HOUR).isoformat()
    assert client.post(act, {"ends_at": beyond}).status_code == 422
    assert client.post(act, {"ends_at": (booking.ends_at + HOUR).isoformat()}).status_code == 302
    assert "延长" in client.get(page).text
    assert act not in client.get(page).text
    assert client.get(act).status_code == 409


def test_api_extends_by_the_revision_that_was_seen(city, clock):
    booking = running(city)
    clock.set(booking.starts_at)
    caller, address = Caller(city.researcher), f"/bookings/{booking.public_id}/extend"
    asked = {"ends_at": (booking.ends_at + HOUR).isoformat()}
    assert caller("POST", address, asked, **{"If-Match": '"1"'}).json()["code"] == "booking.changed_meanwhile"
    made = caller("POST", address, asked, **{"If-Match": f'"{booking.revision}"'})
    assert (made.status_code, made.json()["quoted_yuan"]) == (200, "300.00")
    again = caller("POST", address, asked)
    assert (again.status_code, again.json()["problems"][0]["code"]) == (422, "booking.end_not_later")
