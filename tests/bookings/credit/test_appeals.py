"""Appeals against events on a person's credit: what counts, who answers, until when."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from bookings.credit.domain import AlreadyAppealed, AppealAnswered, AppealTooLate, add_weekdays
from bookings.credit.selectors import get_answer_date, get_suspended_until, waiting_appeals
from bookings.credit.services import (
    LIFTED_BY_BUREAU,
    PASSED_ON,
    credit_answer,
    credit_appeal,
    credit_appeals_pass_on_due,
)
from bookings.requests.domain.choices import CreditOutcome
from bookings.requests.domain.errors import BookingRefused
from bookings.requests.models import CreditAppeal, CreditEvent
from bookings.requests.services.cancellations import booking_cancel
from instrument_share.journal import selectors as journal
from instrument_share.kernel.errors import Forbidden, NotFound, ReasonMissing
from tests import factories
from tests.bookings.requests.booking import book, codes
from tests.factories import NOW, slot

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def city():
    return factories.city(cancel_deadline_minutes=1440)


def cancel_late(city, hour):
    """An event on the researcher's credit, of a booking tomorrow that is cancelled today."""
    booking = book(city, slot(day=0, hour=hour, length=1))
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=NOW)
    return CreditEvent.objects.get(booking=booking)


def appeal(city, event, now=NOW):
    return credit_appeal(actor=city.researcher, event_id=event.pk, reason="当天仪器停电", now=now)


def answer(actor, event, outcome=CreditOutcome.LIFTED, now=NOW):
    return credit_answer(actor=actor, event_id=event.pk, outcome=outcome, reason="情况属实", now=now)


def test_lifted_event_counts_no_longer_and_the_suspension_ends_at_once(city):
    events = [cancel_late(city, hour) for hour in (10, 12, 14)]
    assert get_suspended_until(city.researcher.pk, NOW) == NOW + 90 * DAY
    with pytest.raises(BookingRefused) as refused:
        book(city)
    assert codes(refused) == ["booking.credit_suspended"]
    appeal(city, events[0])
    assert get_suspended_until(city.researcher.pk, NOW) == NOW + 90 * DAY
    answer(city.keeper, events[0])
    assert get_suspended_until(city.researcher.pk, NOW) is None
    assert book(city).state == "approved"
    assert CreditEvent.objects.count() == 3


def test_upheld_event_goes_on_counting_and_is_answered_once(city):
    events = [cancel_late(city, hour) for hour in (10, 12, 14)]
    appeal(city, events[0])
    answer(city.keeper, events[0], CreditOutcome.UPHELD)
    assert get_suspended_until(city.researcher.pk, NOW) == NOW + 90 * DAY
    with pytest.raises(AppealAnswered):
        answer(city.keeper, events[0])
    with pytest.raises(AlreadyAppealed):
        appeal(city, events[0])


def test_event_is_appealed_with_a_reason_within_14_days_by_its_user(city):
    event = cancel_late(city, 10)
    with pytest.raises(ReasonMissing):
        credit_appeal(actor=city.researcher, event_id=event.pk, reason=" ", now=NOW)
    with pytest.raises(Forbidden):
        credit_appeal(actor=city.keeper, event_id=event.pk, reason="停电", now=NOW)
    with pytest.raises(AppealTooLate):
        appeal(city, event, now=NOW + 14 * DAY)
    assert appeal(city, event, now=NOW + 14 * DAY - timedelta(seconds=1)).reason == "当天仪器停电"


def test_appeal_that_the_unit_does_not_answer_in_ten_working_days_goes_to_the_bureau(city):
    officer = factories.officer()
    event = cancel_late(city, 10)
    # 2 March 2026 is a Monday.
    assert appeal(city, event).answer_date == date(2026, 3, 16)
    with pytest.raises(Forbidden):
        answer(officer, event)
    assert credit_appeals_pass_on_due(NOW + 14 * DAY) == 0
    assert credit_appeals_pass_on_due(NOW + 15 * DAY) == 1
    assert credit_appeals_pass_on_due(NOW + 15 * DAY) == 0
    assert (waiting_appeals(city.keeper).count(), waiting_appeals(officer).count()) == (0, 1)
    of_the_unit = factories.member(event.booking.instrument.organization, person=factories.officer())
    for other in (city.keeper, of_the_unit):
        with pytest.raises(Forbidden):
            answer(other, event)
    answer(officer, event, now=NOW + 15 * DAY)
    assert waiting_appeals(officer).count() == 0
    assert [one.message.split(",")[0] for one in journal.notifications(city.researcher)][:2] == [
        "Your appeal about {instrument}",
        "The unit has not answered your appeal about {instrument}",
    ]
    assert [one.message for one in journal.notifications(city.keeper)][:2] == [
        LIFTED_BY_BUREAU,
        PASSED_ON,
    ]
    (decided, *_before) = journal.notifications(city.keeper)
    assert (decided.params["user"], decided.params["reason"]) == (city.researcher.name, "情况属实")


def test_unit_whose_appeals_are_answered_by_itself_is_told_of_no_answer_by_the_bureau(city):
    event = cancel_late(city, 10)
    appeal(city, event)
    answer(city.manager, event)
    assert LIFTED_BY_BUREAU not in [one.message for one in journal.notifications(city.keeper)]


def test_officer_bound_to_the_unit_is_neither_asked_nor_told(city):
    officer, of_the_unit = factories.officer(), factories.officer()
    factories.member(city.owner, person=of_the_unit)
    appeal(city, cancel_late(city, 10))
    credit_appeals_pass_on_due(NOW + 15 * DAY)
    assert [waiting_appeals(one).count() for one in (officer, of_the_unit)] == [1, 0]
    assert [len(journal.notifications(one)) for one in (officer, of_the_unit)] == [1, 0]


def test_nobody_answers_their_own_appeal(city):
    factories.keeper(city.instrument, city.researcher)
    event = cancel_late(city, 10)
    appeal(city, event)
    with pytest.raises(Forbidden):
        answer(city.researcher, event)
    assert waiting_appeals(city.researcher).count() == 0


def test_event_without_an_appeal_has_nothing_to_answer(city):
    with pytest.raises(NotFound):
        answer(city.keeper, cancel_late(city, 10))


def test_database_keeps_events_answers_and_appeals(city):
    event = cancel_late(city, 10)
    appeal(city, event)
    answer(city.keeper, event)
    for change in (
        lambda: CreditEvent.objects.update(ends_at=NOW),
        lambda: event.appeal.answer.__class__.objects.update(outcome="upheld"),
        lambda: event.appeal.answer.__class__.objects.all()._raw_delete("default"),
        lambda: CreditAppeal.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_unknown_public_holidays_do_not_keep_anybody_from_an_appeal():
    assert get_answer_date(NOW.replace(year=2199, month=12, day=20)) == add_weekdays(date(2199, 12, 20), 10)
    assert add_weekdays(date(2026, 3, 6), 1) == date(2026, 3, 9)


def test_appeal_is_told_to_the_keepers_and_without_one_to_the_managers(city):
    first, second = cancel_late(city, 10), cancel_late(city, 12)
    before = {person: journal.notifications(person).count() for person in (city.keeper, city.manager)}

    def told():
        return [journal.notifications(person).count() - before[person] for person in before]

    appeal(city, first)
    assert told() == [1, 0]
    city.instrument.keeper_links.all().delete()
    appeal(city, second)
    assert told() == [1, 1]
