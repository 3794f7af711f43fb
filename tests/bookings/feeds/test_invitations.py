"""Invitations in mails, and the file of one booking, read by a parser that did not write them."""

from datetime import timedelta

import pytest
import vobject
from django.core import mail

from bookings.groups.services.extension import booking_extend
from bookings.groups.services.hand_over import booking_hand_over
from bookings.requests.selectors.companions import get_companions
from bookings.requests.services.bookings import booking_move
from bookings.requests.services.cancellations import booking_cancel
from bookings.requests.services.deciding import booking_agree, booking_approve, booking_reject
from bookings.usage.services.attendance import booking_check_in
from instrument_share.journal.domain import MailDelivery, NotificationKind
from instrument_share.journal.models import Notification
from instrument_share.journal.services import (
    mail_choices_set,
    notification_digests_mail,
    notifications_mail,
)
from instrument_share.mails.messages import keep_message, restore_message
from instrument_share.web.responses.problem import told
from tests import factories
from tests.bookings.requests.booking import book
from tests.bookings.requests.test_together import linked_city
from tests.factories import NOW, slot

MINUTE = timedelta(minutes=1)


@pytest.fixture
def city(db):
    return factories.city(decision="by_keeper", decision_hours=24)


@pytest.fixture
def invitation_of(settings):
    """`invitation_of(person)` is what their newest mail carries for calendars, as the queue keeps it."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    def invitation_of(person, now=NOW):
        notifications_mail(now + MINUTE, told)
        sent = next(one for one in reversed(mail.outbox) if one.to == [person.email])
        message = restore_message(keep_message(sent), None).message()
        found = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
        if not found:
            return None
        calendar = vobject.readOne(found[0].get_payload(decode=True).decode())
        assert found[0].get_param("method") == calendar.method.value
        return calendar

    return invitation_of


def test_an_approved_booking_invites_its_person(city, invitation_of):
    booking = book(city)
    booking_approve(actor=city.keeper, booking_id=booking.pk, now=NOW)
    calendar = invitation_of(city.researcher)
    event = calendar.vevent
    assert calendar.method.value == "REQUEST"
    assert event.attendee.value == f"mailto:{city.researcher.email}"
    assert event.attendee.params["PARTSTAT"] == ["ACCEPTED"]
    assert event.organizer.value.startswith("mailto:")
    assert (event.dtstart.value, event.sequence.value) == (booking.starts_at, "1")


def test_what_was_approved_first_is_confirmed_once_the_linked_instrument_is(db, invitation_of):
    city = linked_city(decision="by_keeper", decision_hours=24)
    city.instrument.rules.update(decision="by_keeper", decision_hours=24)
    booking = book(city)
    (mate,) = get_companions(booking)
    booking_approve(actor=city.keeper, booking_id=booking.pk, now=NOW)
    assert invitation_of(city.researcher).vevent.status.value == "TENTATIVE"
    booking_approve(actor=city.keeper, booking_id=mate.pk, now=NOW + MINUTE)
    last = invitation_of(city.researcher, NOW + MINUTE).vevent
    assert last.uid.value.startswith(booking.public_id)
    assert last.status.value == "CONFIRMED"


def test_a_move_is_an_invitation_of_the_same_event(city, invitation_of):
    booking = book(city)
    booking_approve(actor=city.keeper, booking_id=booking.pk, now=NOW)
    first = invitation_of(city.researcher).vevent
    booking_move(actor=city.keeper, booking_id=booking.pk, interval=slot(day=3), now=NOW)
    second = invitation_of(city.researcher).vevent
    assert second.uid.value == first.uid.value
    assert (second.dtstart.value, second.sequence.value) == (slot(day=3).start, "2")


def test_a_digest_of_bookings_has_no_invitation_and_fits_into_the_queue(city, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail_choices_set(actor=city.researcher, choices={NotificationKind.BOOKINGS: MailDelivery.DAILY}, now=NOW)
    for day in (5, 6):
        booking = book(city, slot(day=day))
        booking_approve(actor=city.keeper, booking_id=booking.pk, now=NOW)
    notification_digests_mail(NOW + timedelta(days=1), told)
    (sent,) = [one for one in mail.outbox if one.to == [city.researcher.email]]
    message = restore_message(keep_message(sent), None).message()
    assert (sent.subject, message.get_content_type()) == ("2 条通知", "text/plain")


@pytest.mark.parametrize("end", [booking_cancel, booking_reject])
def test_what_the_unit_ends_is_withdrawn(city, invitation_of, end):
    booking = book(city)
    end(actor=city.keeper, booking_id=booking.pk, reason="设备故障", now=NOW)
    calendar = invitation_of(city.researcher)
    assert (calendar.method.value, calendar.vevent.status.value) == ("CANCEL", "CANCELLED")


def test_a_booking_that_is_handed_over_goes_from_one_calendar_into_the_other(invitation_of, db):
    city = factories.city()
    colleague = factories.member(city.company, name="己")
    booking = book(city)
    booking_move(actor=city.keeper, booking_id=booking.pk, interval=slot(day=3), now=NOW)
    booking_agree(actor=city.researcher, booking_id=booking.pk, now=NOW)
    invited = invitation_of(city.researcher).vevent
    handed_over_at = NOW + 2 * MINUTE
    booking_hand_over(
        actor=city.researcher, booking_id=booking.pk, colleague_id=colleague.pk, now=handed_over_at
    )
    calendars = [invitation_of(one, handed_over_at) for one in (city.researcher, colleague)]
    assert [one.method.value for one in calendars] == ["CANCEL", "REQUEST"]
    assert [one.vevent.status.value for one in calendars] == ["CANCELLED", "CONFIRMED"]
    assert {one.vevent.uid.value for one in calendars} == {invited.uid.value}
    assert [int(one.vevent.sequence.value) for one in calendars] == [int(invited.sequence.value) + 1] * 2


def test_what_its_person_moves_or_cancels_is_kept_up_to_date_in_their_calendar(invitation_of, db):
    city = factories.city()
    booking = book(city)
    booking_move(actor=city.keeper, booking_id=booking.pk, interval=slot(day=3), now=NOW)
    first = invitation_of(city.researcher).vevent
    later = NOW + 2 * MINUTE
    booking_move(actor=city.researcher, booking_id=booking.pk, interval=slot(day=4), now=later)
    moved = invitation_of(city.researcher, later)
    assert (moved.method.value, moved.vevent.dtstart.value) == ("REQUEST", slot(day=4).start)
    later += 2 * MINUTE
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=later)
    ended = invitation_of(city.researcher, later)
    assert (ended.method.value, ended.vevent.uid.value) == ("CANCEL", first.uid.value)
    assert int(first.sequence.value) < int(moved.vevent.sequence.value) < int(ended.vevent.sequence.value)


def test_a_use_that_is_extended_ends_later_in_its_calendar_whoever_extends_it(invitation_of, db):
    city = factories.city()
    booking = book(city)
    moved = booking_move(actor=city.keeper, booking_id=booking.pk, interval=slot(day=3), now=NOW)
    first = invitation_of(city.researcher).vevent
    began, ends_at = moved.starts_at, moved.ends_at
    booking_check_in(actor=city.keeper, booking_id=booking.pk, now=began)
    for actor, now in ((city.researcher, began + 10 * MINUTE), (city.keeper, began + 20 * MINUTE)):
        ends_at += 30 * MINUTE
        booking_extend(actor=actor, booking_id=booking.pk, ends_at=ends_at, now=now)
        extended = invitation_of(city.researcher, now).vevent
        assert (extended.uid.value, extended.dtend.value) == (first.uid.value, ends_at)


def test_what_is_to_be_decided_again_stands_at_its_new_time(city, invitation_of):
    booking = book(city)
    booking_approve(actor=city.keeper, booking_id=booking.pk, now=NOW)
    first = invitation_of(city.researcher).vevent
    later = NOW + 2 * MINUTE
    booking_move(actor=city.researcher, booking_id=booking.pk, interval=slot(day=4), now=later)
    moved = invitation_of(city.researcher, later).vevent
    assert (moved.uid.value, moved.dtstart.value) == (first.uid.value, slot(day=4).start)
    assert moved.status.value == "TENTATIVE"


def test_who_hands_over_what_they_were_never_told_of_gets_no_mail(db):
    city = factories.city()
    booking = book(city)
    colleague = factories.member(city.company, name="己")
    booking_hand_over(actor=city.researcher, booking_id=booking.pk, colleague_id=colleague.pk, now=NOW)
    assert not Notification.objects.filter(user=city.researcher).exists()


def test_keepers_and_other_mails_get_none(city, invitation_of):
    booking = book(city)
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=NOW)
    assert invitation_of(city.keeper) is None
    Notification.objects.create(user=city.researcher, message="Welcome.", path="/me/", created_at=NOW)
    assert invitation_of(city.researcher) is None


def test_a_booking_is_a_file_for_who_may_see_it(city, see):
    booking = book(city)
    answer = see(city.researcher, "booking_file", booking.public_id)
    calendar = vobject.readOne(answer.content.decode())
    assert calendar.method.value == "PUBLISH"
    assert calendar.vevent.uid.value.startswith(booking.public_id)
    assert see(factories.user(), "booking_file", booking.public_id).status_code == 404
