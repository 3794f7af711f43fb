"""Misuse of a booking: who records it, until when, what becomes of it, and who answers the appeal."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from bookings.credit.domain import MisuseRecorded, MisuseTooLate, NotUsed
from bookings.credit.selectors import credit_events, get_suspended_until, waiting_appeals
from bookings.credit.services import misuse_record
from bookings.requests.domain.states import BookingState
from bookings.requests.models import CreditAppeal, CreditEvent
from bookings.usage.services.attendance import booking_check_in, booking_check_out
from instrument_share.journal import selectors as journal
from instrument_share.journal.models import AuditEntry
from instrument_share.kernel.errors import Forbidden, ReasonMissing
from tests import factories
from tests.api.test_api import Caller
from tests.bookings.credit.test_appeals import DAY, answer, appeal
from tests.bookings.requests.booking import book
from tests.factories import NOW, slot
from tests.page_fixtures import text_of

pytestmark = pytest.mark.django_db
REASON = "未经许可更换探针，探针座受损"


@pytest.fixture
def city():
    return factories.city()


def use(city, hour=9):
    """A booking of today that was used for an hour."""
    return end_use(city, book(city, slot(day=0, hour=hour, length=1)))


def end_use(city, booking):
    booking_check_in(actor=city.keeper, booking_id=booking.pk, now=booking.starts_at)
    booking_check_out(actor=city.keeper, booking_id=booking.pk, now=booking.ends_at)
    booking.refresh_from_db()
    return booking


def record(actor, booking, now=None, reason=REASON):
    return misuse_record(actor=actor, booking_id=booking.pk, reason=reason, now=now or booking.ends_at)


def test_misuse_counts_for_90_days_and_its_user_is_told_why(city):
    booking = use(city)
    event = record(city.keeper, booking)
    assert (event.user, event.booking, event.kind) == (city.researcher, booking, "misuse")
    assert (event.reason, event.recorded_by) == (REASON, city.keeper)
    assert (event.occurred_at, event.ends_at) == (booking.ends_at, booking.ends_at + 90 * DAY)
    told = journal.notifications(city.researcher).first()
    assert told.message.startswith("Misuse of {instrument} from {starts_at} was recorded")
    assert told.params["reason"] == REASON
    assert told.path == f"/credit/{event.public_id}/"
    entry = AuditEntry.objects.get(action="credit.misuse_recorded")
    assert (entry.subject_id, entry.actor) == (event.public_id, city.keeper)
    assert entry.details == {"booking": booking.public_id, "reason": REASON}


def test_three_misuses_suspend_from_booking(city):
    bookings = [use(city, hour) for hour in (9, 10, 11)]
    now = bookings[-1].ends_at
    for booking in bookings[:2]:
        record(city.keeper, booking, now)
    assert get_suspended_until(city.researcher.pk, now) is None
    record(city.keeper, bookings[2], now)
    assert get_suspended_until(city.researcher.pk, now) == now + 90 * DAY


def test_misuse_is_recorded_once_with_a_reason(city):
    booking = use(city)
    with pytest.raises(ReasonMissing):
        record(city.keeper, booking, reason=" ")
    record(city.keeper, booking)
    with pytest.raises(MisuseRecorded):
        record(city.keeper, booking)
    assert CreditEvent.objects.count() == 1


def test_misuse_of_instruments_booked_together_is_recorded_once(city):
    booking = use(city)
    other = factories.instrument(city.owner)
    factories.rule(other)
    factories.windows(other)
    other.keeper_links.create(user=city.keeper)
    companion = book(city, slot(day=0, length=1), instrument_id=other.pk)
    companion.group, companion.part = booking.group, booking.part
    companion.save()
    end_use(city, companion)
    record(city.keeper, companion)
    with pytest.raises(MisuseRecorded):
        record(city.keeper, booking)


def test_misuse_is_recorded_until_14_days_after_check_out(city):
    booking = use(city)
    end = booking.checked_out_at + 14 * DAY
    with pytest.raises(MisuseTooLate) as refused:
        record(city.keeper, booking, end)
    assert refused.value.params["deadline"] == end
    record(city.keeper, booking, end - timedelta(seconds=1))


@pytest.mark.parametrize("state", sorted(set(BookingState) - {BookingState.COMPLETED}))
def test_misuse_is_recorded_of_what_was_used_alone(city, state):
    booking = book(city)
    type(booking).objects.filter(pk=booking.pk).update(state=state)
    with pytest.raises(NotUsed):
        record(city.keeper, booking)


def test_nobody_but_a_keeper_records_misuse_and_nobody_of_their_own_booking(city):
    booking = use(city)
    factories.keeper(city.instrument, city.researcher)
    for actor in (city.manager, city.researcher):
        with pytest.raises(Forbidden):
            record(actor, booking)
    record(factories.keeper(city.instrument), booking)


def test_misuse_of_samples_that_the_unit_measured_is_not_recorded(city):
    booking = use(city)
    type(booking).objects.filter(pk=booking.pk).update(planned_by_unit=True)
    with pytest.raises(Forbidden):
        record(city.keeper, booking)


def test_who_recorded_misuse_does_not_answer_the_appeal(city):
    booking = use(city)
    event = record(city.keeper, booking)
    appeal(city, event, now=booking.ends_at)
    assert waiting_appeals(city.keeper).count() == 0
    assert waiting_appeals(city.manager).count() == 1
    assert "appeals against an event" in journal.notifications(city.manager).first().message
    assert "appeals against" not in journal.notifications(city.keeper).first().message
    with pytest.raises(Forbidden):
        answer(city.keeper, event, now=booking.ends_at)
    answer(city.manager, event, now=booking.ends_at)
    assert city.researcher.credit_events.get().appeal.answer.outcome == "lifted"


def test_unit_sees_the_misuse_that_it_recorded_and_no_other_event(city):
    booking = use(city)
    event = record(city.keeper, booking)
    CreditEvent.objects.create(
        user=city.researcher, booking=booking, kind="no_show", occurred_at=NOW, ends_at=NOW + DAY
    )
    for viewer in (city.keeper, city.manager):
        assert list(credit_events(viewer)) == [event]
    assert credit_events(city.researcher).count() == 2
    assert list(credit_events(factories.officer())) == []


def test_database_refuses_misuse_without_a_reason_or_a_recorder(city):
    facts = {"user": city.researcher, "kind": "misuse", "occurred_at": NOW, "ends_at": NOW}
    for missing in ({"recorded_by": city.keeper}, {"reason": REASON}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CreditEvent.objects.create(**facts, **missing)


def test_keeper_records_misuse_on_the_page_of_a_booking_while_it_is_possible(city, client, clock):
    booking = use(city)
    page, act = f"/bookings/{booking.public_id}/", f"/bookings/{booking.public_id}/misuse/"
    clock.set(booking.ends_at)
    client.force_login(city.researcher)
    assert act not in client.get(page).text
    client.force_login(city.keeper)
    assert act in client.get(page).text
    assert "2026年3月16日" in client.get(act).text
    assert client.post(act, {"reason": ""}).status_code == 422
    assert client.post(act, {"reason": REASON}).status_code == 302
    assert act not in client.get(page).text
    assert client.get(act).status_code == 409
    late = client.post(act, {"reason": "样品台有划痕"})
    assert (late.status_code, ">\n样品台有划痕</textarea>" in late.text) == (409, True)
    client.force_login(city.researcher)
    shown = client.get("/me/credit/").text
    assert (REASON in shown, "违规使用" in shown) == (True, True)


def test_page_of_a_booking_offers_no_misuse_once_its_days_are_over(city, client, clock):
    booking = use(city)
    clock.set(booking.ends_at + 14 * DAY)
    client.force_login(city.keeper)
    assert "/misuse/" not in client.get(f"/bookings/{booking.public_id}/").text


def test_page_of_a_booking_says_until_when_misuse_is_recorded_to_who_may(city, see):
    booking = use(city)
    told = "违规使用可登记至 2026年3月16日 10:00。"
    last = booking.checked_out_at + 14 * DAY
    asked = [(city.keeper, last - DAY), (city.keeper, last), (city.researcher, last - DAY)]
    pages = [text_of(see(person, "booking", booking.public_id, now=now)) for person, now in asked]
    assert [told in page for page in pages] == [True, False, False]


def test_api_records_misuse_once(city, clock):
    booking = use(city)
    clock.set(booking.ends_at)
    address = f"/bookings/{booking.public_id}/misuse"
    refused = Caller(city.researcher)("POST", address, {"reason": REASON})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    caller = Caller(city.keeper)
    recorded = caller("POST", address, {"reason": REASON})
    told = recorded.json()
    assert (recorded.status_code, told["kind"], told["reason"]) == (201, "misuse", REASON)
    assert (told["booking"], told["user"]["id"]) == (booking.public_id, city.researcher.public_id)
    again = caller("POST", address, {"reason": REASON})
    assert (again.status_code, again.json()["code"]) == (409, "credit.misuse_recorded")


def test_database_counts_a_booking_once_for_each_kind(city):
    event = record(city.keeper, use(city))
    facts = {"user": city.researcher, "booking": event.booking, "occurred_at": NOW, "ends_at": NOW}
    with pytest.raises(IntegrityError), transaction.atomic():
        CreditEvent.objects.create(kind="misuse", reason=REASON, recorded_by=city.keeper, **facts)
    assert CreditEvent.objects.create(kind="late_cancel", **facts).pk


@pytest.mark.parametrize("change", [{"reason": "x"}, {"appealed_at": NOW}, {"answer_date": NOW.date()}])
def test_database_keeps_an_appeal_as_it_was_made(city, change):
    event = record(city.keeper, booking := use(city))
    appeal(city, event, now=booking.ends_at)
    with pytest.raises(DatabaseError, match="bookings_creditappeal stays"), transaction.atomic():
        CreditAppeal.objects.update(**change)
