"""An organization is suspended: what becomes of the bookings on its instruments and of those that it pays."""

from datetime import timedelta

import pytest

from bookings.groups.selectors.together import Wanted
from bookings.groups.services.together import together_book
from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking, CreditEvent
from bookings.requests.selectors.affected import get_organization_suspension_effects
from bookings.requests.selectors.bookings import get_booking, uses_while_suspended
from bookings.requests.services.lapses_and_no_shows import bookings_no_show_due
from bookings.requests.services.next_free import next_free_refresh
from bookings.requests.services.notifications import (
    CANCELLED_WITH_SUSPENSION,
    USE_GOES_ON,
    WITHDRAWN,
)
from bookings.requests.services.organization_suspension import organization_suspend
from bookings.usage.services.attendance import booking_check_in, booking_check_out
from bookings.waiting.services.notifications import OFFER_OUT_OF_SERVICE
from instrument_share.accounts.models import Organization
from instrument_share.accounts.services.organizations import SUSPENDED
from instrument_share.journal import selectors as journal
from instrument_share.kernel.errors import Forbidden, NotFound, ReasonMissing
from providers.terms.domain.choices import ServiceMode
from tests import factories
from tests.bookings.requests.booking import book
from tests.bookings.waiting.waiting import held, join
from tests.factories import NOW, slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    return factories.city(cancel_deadline_minutes=1440, late_cancel_percent=50, no_show_percent=100)


@pytest.fixture
def officer():
    return factories.officer()


def suspend(organization, officer, reason="安全事故", now=NOW):
    return organization_suspend(actor=officer, organization_id=organization.pk, reason=reason, now=now)


def told(person):
    return [one.message for one in journal.notifications(person)]


def in_use(city):
    booking = book(city, slot(day=0, hour=8))
    booking_check_in(actor=city.keeper, booking_id=booking.pk, now=NOW)
    return booking


def test_suspended_units_bookings_are_cancelled_without_charge_and_users_are_told(city, officer):
    soon, later = book(city, slot(day=0, hour=10)), book(city, slot(day=5), payer=False)
    suspend(city.owner, officer)
    for booking in (soon, later):
        booking.refresh_from_db()
        assert (booking.state, booking.charged_yuan, booking.late_cancel, booking.decision_note) == (
            BookingState.CANCELLED,
            None,
            False,
            "安全事故",
        )
    bookings_no_show_due(NOW + timedelta(days=9))
    assert not CreditEvent.objects.exists()
    assert told(city.researcher).count(CANCELLED_WITH_SUSPENSION) == 2
    assert told(city.keeper).count(SUSPENDED) == told(city.manager).count(SUSPENDED) == 1
    assert CANCELLED_WITH_SUSPENSION not in told(city.keeper)


def test_suspended_companys_bookings_are_cancelled_and_keepers_elsewhere_are_told(city, officer):
    paid, own = book(city, slot(day=5)), book(city, slot(day=6), payer=False)
    suspend(city.company, officer)
    paid.refresh_from_db()
    own.refresh_from_db()
    assert (paid.state, own.state) == (BookingState.CANCELLED, BookingState.APPROVED)
    assert told(city.keeper).count(CANCELLED_WITH_SUSPENSION) == 1
    assert told(city.researcher).count(SUSPENDED) == 1


def test_only_keeper_checks_out_running_use_of_suspended_unit(city, officer):
    running = in_use(city)
    suspend(city.owner, officer)
    for person in (city.keeper, city.researcher):
        person.__dict__.pop("_standing", None)
        assert USE_GOES_ON in told(person)
    city.manager.__dict__.pop("_standing", None)
    assert list(uses_while_suspended(city.keeper)) == [running]
    assert list(uses_while_suspended(city.manager)) == []
    assert get_booking(city.keeper, running.public_id) == running
    for stranger in (city.manager, factories.user("路人")):
        with pytest.raises(NotFound):
            get_booking(stranger, running.public_id)
        with pytest.raises(Forbidden):
            booking_check_out(actor=stranger, booking_id=running.pk, now=slot(day=0).end)
    log = booking_check_out(actor=city.keeper, booking_id=running.pk, now=slot(day=0, hour=8).end)
    assert log.effective_seconds == 2 * 3600
    assert not CreditEvent.objects.exists()
    assert list(uses_while_suspended(city.keeper)) == []
    with pytest.raises(NotFound):
        get_booking(city.keeper, running.public_id)


def test_keeper_checks_out_running_use_of_suspended_unit_by_the_api(city, officer, client, clock):
    running = in_use(city)
    suspend(city.owner, officer)
    clock.set(slot(day=0, hour=8).end)
    client.force_login(city.keeper)
    address = f"/api/v1/bookings/{running.public_id}/check-out"
    answer = client.post(address, {}, content_type="application/json", headers={"Idempotency-Key": "1"})
    assert (answer.status_code, answer.json()["effective_seconds"]) == (201, 2 * 3600)
    running.refresh_from_db()
    assert running.state == BookingState.COMPLETED


@pytest.mark.parametrize("suspended", ["owner", "company"])
def test_booking_left_in_a_suspended_organization_never_becomes_a_no_show(city, suspended):
    booking = book(city, slot(day=1))
    Organization.objects.filter(pk=getattr(city, suspended).pk).update(state="suspended", reason="旧暂停")
    assert bookings_no_show_due(NOW + timedelta(days=9)) == 0
    booking.refresh_from_db()
    assert (booking.state, booking.charged_yuan) == (BookingState.CANCELLED, None)
    assert not CreditEvent.objects.exists()


@pytest.mark.parametrize("suspended", ["owner", "company"])
def test_an_offer_that_cannot_be_accepted_any_more_is_withdrawn(city, officer, suspended):
    """It would end as unanswered, and the second one that does ends the wait."""
    entry = join(city, wanted=slot(day=5))
    offer = held(entry)
    suspend(getattr(city, suspended), officer)
    offer.refresh_from_db()
    assert (offer.state, offer.decision_note) == (BookingState.LAPSED, "安全事故")
    message = OFFER_OUT_OF_SERVICE if suspended == "owner" else WITHDRAWN
    about_offer = (WITHDRAWN, OFFER_OUT_OF_SERVICE, CANCELLED_WITH_SUSPENSION)
    assert [one for one in told(entry.user) if one in about_offer] == [message]
    assert CANCELLED_WITH_SUSPENSION not in told(city.keeper)


def test_linked_booking_in_other_unit_is_cancelled(city, officer):
    other = factories.instrument(factories.organization("别的大学", owns_instruments=True))
    booking = book(city, slot(day=5))
    booking.pk, booking.public_id, booking.instrument = None, "BKG-COMPANION", other
    booking.payer_organization, booking.payer_person = None, city.researcher
    booking.save(force_insert=True)
    suspend(city.owner, officer)
    assert set(Booking.objects.values_list("state", flat=True)) == {BookingState.CANCELLED}


def test_preview_lists_affected_bookings_uses_and_people(city, officer):
    running, ahead = in_use(city), book(city, slot(day=5))
    effects = get_organization_suspension_effects(officer, city.owner)
    assert (effects.ending, effects.under_way) == ([ahead], [running])
    assert {one.name for one in effects.people} == {"丙", "丁"}
    with pytest.raises(Forbidden):
        get_organization_suspension_effects(city.manager, city.owner)


def test_suspension_requires_reason_and_permission(city, officer):
    booking = book(city, slot(day=5))
    with pytest.raises(ReasonMissing):
        suspend(city.owner, officer, reason=" ")
    with pytest.raises(Forbidden):
        suspend(city.owner, city.manager)
    booking.refresh_from_db()
    assert booking.state == BookingState.APPROVED


def test_other_requests_of_the_same_basket_stay_booked(city, officer):
    other = factories.instrument(factories.organization("别的大学", owns_instruments=True))
    factories.rule(other)
    factories.windows(other)
    requests = [
        Wanted(one, slot(day=day), ServiceMode.SELF_OPERATED, city.company, "薄膜")
        for one, day in ((city.instrument, 5), (other, 6))
    ]
    hit, spared = together_book(actor=city.researcher, requests=requests, now=NOW)
    assert get_organization_suspension_effects(officer, city.owner).ending == [hit]
    suspend(city.owner, officer)
    hit.refresh_from_db()
    spared.refresh_from_db()
    assert (hit.state, spared.state) == (BookingState.CANCELLED, BookingState.APPROVED)


def test_nothing_of_a_suspended_unit_is_shown_as_free(city, officer, client, clock):
    clock.set(NOW)
    next_free_refresh([city.instrument.pk], NOW)
    client.force_login(officer)
    address = f"/instruments/{city.instrument.public_id}/"
    api = f"/api/v1/instruments/{city.instrument.public_id}"

    def read():
        span = {"from": NOW.isoformat(), "until": slot(day=3).end.isoformat()}
        calendar = client.get(f"{address}availability/").json()
        return (
            bool(client.get(f"{api}/availability", span).json()["free"]),
            client.get(api).json()["next_free_at"] is not None,
            any(event["kind"] == "open" for event in calendar["events"]),
            client.get(address).context["card"].bookability,
            "暂停服务" in client.get("/compare/", {"ids": city.instrument.public_id}).content.decode(),
        )

    assert read() == (True, True, True, "bookable", False)
    suspend(city.owner, officer)
    assert read() == (False, False, False, "suspended", True)
