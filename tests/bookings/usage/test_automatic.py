"""Hours that nobody confirms or disputes are confirmed by the clock, and are marked wherever they show."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from bookings.usage.models import UsageConfirmation, UsageEntry, WaitingLog
from bookings.usage.selectors.disputes import get_confirmation_deadline
from bookings.usage.selectors.proofs import get_logs_confirmed_by_clock
from bookings.usage.selectors.usage import find_broken_links, get_usage_log
from bookings.usage.services import automatic
from bookings.usage.services.attendance import booking_check_in, booking_check_out
from bookings.usage.services.automatic import usage_confirm_due
from bookings.usage.services.disputes import usage_dispute, usage_dispute_answer
from bookings.usage.services.notifications import CONFIRMED_BY_CLOCK
from bookings.usage.services.usage import usage_confirm, usage_correct
from bookings.usage.services.withdrawals import usage_correction_withdraw
from instrument_share.accounts.domain import MembershipState
from instrument_share.accounts.models import Membership
from instrument_share.jobs.one_by_one import SomeFailed
from instrument_share.journal import guards
from instrument_share.journal import selectors as journal
from instrument_share.journal.models import Notification
from instrument_share.kernel.city_time import CITY_TIME
from tests.bookings.requests.booking import book, use
from tests.bookings.usage.test_usage import by_hand
from tests.factories import member, slot
from tests.page_fixtures import text_of

pytestmark = pytest.mark.django_db
AFTER = slot(hour=12).start
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
MARK = "自动确认"


@pytest.fixture
def log(city):
    return use(city)


@pytest.fixture
def due(log):
    return log.entry.recorded_at + 14 * DAY


def test_clock_confirms_once_when_the_time_is_over(city, log, due):
    assert usage_confirm_due(due - SECOND) == 0
    assert (usage_confirm_due(due), usage_confirm_due(due)) == (1, 0)
    confirmation = UsageConfirmation.objects.get(log=log)
    assert (confirmation.entry.recorded_by, confirmation.entry.recorded_at) == (None, due)
    assert not WaitingLog.objects.exists()
    assert list(find_broken_links()) == []
    act = journal.history(confirmation)[0]
    assert (act.action, act.actor, act.actor_name) == ("usage.confirmed", None, "system")


def test_a_log_that_fails_keeps_no_other_from_being_confirmed(city, log, due, monkeypatch):
    other = use(city, slot(hour=15))
    write = automatic.confirmation_write

    def fail_for_first(confirmed, *given, **facts):
        if confirmed.pk == log.pk:
            raise ValueError("A log is broken.")
        return write(confirmed, *given, **facts)

    monkeypatch.setattr(automatic, "confirmation_write", fail_for_first)
    with pytest.raises(SomeFailed, match=rf"^log {log.pk}; done for others: 1$"):
        usage_confirm_due(due + DAY)
    assert list(UsageConfirmation.objects.values_list("log", flat=True)) == [other.pk]
    monkeypatch.undo()
    assert usage_confirm_due(due + DAY) == 1


def test_what_a_person_confirmed_is_left_alone(city, log, due):
    usage_confirm(actor=city.researcher, log_id=log.pk, now=AFTER)
    assert usage_confirm_due(due) == 0
    assert not get_usage_log(city.researcher, log.public_id).is_confirmed_by_clock


def test_dispute_stops_the_clock_and_its_answer_starts_it_again(city, log, due):
    dispute = usage_dispute(actor=city.researcher, log_id=log.pk, reason="机时有误", now=AFTER)
    assert usage_confirm_due(due + 90 * DAY) == 0
    usage_dispute_answer(actor=city.keeper, dispute_id=dispute.pk, answer="已核对", now=due)
    assert usage_confirm_due(due + 14 * DAY - SECOND) == 0
    assert usage_confirm_due(due + 14 * DAY) == 1


def test_waiting_correction_stops_the_clock_and_is_never_confirmed_by_it(city, log, due):
    correction = usage_correct(
        actor=city.keeper, log_id=log.pk, changes={"samples": 3}, reason="漏记", now=AFTER
    )
    assert usage_confirm_due(due + 90 * DAY) == 0
    usage_confirm(actor=city.researcher, log_id=log.pk, correction_id=correction.pk, now=due)
    assert usage_confirm_due(due) == 1


def test_withdrawn_correction_gives_the_user_the_whole_time_again(city, log, due):
    """Who waited for the correction has not questioned the hours yet."""
    correction = usage_correct(
        actor=city.keeper, log_id=log.pk, changes={"samples": 3}, reason="漏记", now=AFTER
    )
    withdrawn = due + 30 * DAY
    usage_correction_withdraw(actor=city.keeper, correction_id=correction.pk, reason="无误", now=withdrawn)
    assert usage_confirm_due(withdrawn + 14 * DAY - SECOND) == 0
    assert usage_confirm_due(withdrawn + 14 * DAY) == 1


def test_correction_that_another_confirmed_gives_the_user_the_whole_time_again(city, log, due):
    """A unit would else enlarge the hours when the time is over, and the clock confirm them unseen."""
    correction = usage_correct(
        actor=city.keeper, log_id=log.pk, changes={"samples": 3}, reason="漏记", now=due - DAY
    )
    confirmed = due + 6 * DAY
    usage_confirm(actor=city.manager, log_id=log.pk, correction_id=correction.pk, now=confirmed)
    assert usage_confirm_due(confirmed + 14 * DAY - SECOND) == 0
    assert usage_confirm_due(confirmed + 14 * DAY) == 1


def test_hours_that_their_user_entered_by_hand_wait_for_a_colleague(city):
    own = by_hand(city, slot(-2, 9, 2), user=city.keeper, payer_organization_id=city.owner.pk)
    others = by_hand(city, slot(-3, 9, 2))
    due = others.entry.recorded_at + 14 * DAY
    assert get_confirmation_deadline(get_usage_log(city.keeper, own.public_id)) is None
    assert usage_confirm_due(due) == 1
    assert list(WaitingLog.objects.values_list("log", flat=True)) == [own.pk]
    usage_confirm(actor=city.manager, log_id=own.pk, now=due)
    assert not WaitingLog.objects.exists()


def test_own_use_that_a_keeper_checks_in_and_out_waits_for_a_colleague(city):
    """Also where they pay by a firm that they belong to, which makes it a use from outside."""
    member(city.company, person=city.keeper)
    booking = book(city, actor=city.keeper)
    booking_check_in(actor=city.keeper, booking_id=booking.pk, now=booking.starts_at)
    own = booking_check_out(actor=city.keeper, booking_id=booking.pk, now=booking.ends_at)
    assert own.external
    assert get_confirmation_deadline(get_usage_log(city.keeper, own.public_id)) is None
    Membership.objects.filter(user=city.keeper, organization=city.owner).update(
        state=MembershipState.ENDED, ended_at=timezone.now()
    )
    due = own.entry.recorded_at + 14 * DAY
    assert usage_confirm_due(due) == 0
    usage_confirm(actor=city.manager, log_id=own.pk, now=due)
    assert not WaitingLog.objects.exists()


def test_no_clock_where_the_site_has_none_or_for_earlier_logs(city, log, due, settings):
    shown = get_usage_log(city.researcher, log.public_id)
    settings.USAGE_CONFIRM_SINCE = log.entry.recorded_at.astimezone(CITY_TIME).date()
    assert get_confirmation_deadline(shown) == due
    settings.USAGE_CONFIRM_SINCE += DAY
    assert (get_confirmation_deadline(shown), usage_confirm_due(due)) == (None, 0)
    settings.USAGE_CONFIRM_SINCE, settings.USAGE_CONFIRM_DAYS = None, 0
    assert (get_confirmation_deadline(shown), usage_confirm_due(due)) == (None, 0)


def test_user_is_told_of_the_deadline_and_of_the_confirmation(city, log, due):
    usage_confirm_due(due)
    told = list(Notification.objects.filter(user=city.researcher).order_by("pk"))[-2:]
    assert f"{due:%Y-%m-%d}" in str(told[0].params["confirm_until"])
    assert told[1].message == CONFIRMED_BY_CLOCK


def test_pages_and_the_api_say_when_and_by_whom(city, log, due, see, client):
    assert "如无人确认或提出异议，机时自 2026年3月17日 11:00 起自动确认" in text_of(
        see(city.researcher, "usage_log", log.public_id, now=AFTER)
    )
    usage_confirm_due(due)
    page = text_of(see(city.researcher, "usage_log", log.public_id, now=due))
    assert page.count(MARK) == 2  # the state, and the entry of the chain
    assert MARK in text_of(see(city.researcher, "my_usage", now=due))
    client.force_login(city.researcher)
    shown = client.get(f"/api/v1/usage/{log.public_id}").json()
    assert (shown["confirmed"], shown["confirmed_automatically"]) == (True, True)


def test_evidence_tells_what_the_clock_had_confirmed_by_the_freeze(city, log, due):
    usage_confirm_due(due)
    ids = [log.public_id]
    assert get_logs_confirmed_by_clock(ids, due) == {log.public_id}
    assert get_logs_confirmed_by_clock(ids, due - SECOND) == set()


@pytest.mark.parametrize("kind", ["log", "correction"])
def test_database_wants_a_person_for_all_but_confirmations(log, kind):
    with guards.guards_lifted(), pytest.raises(IntegrityError), transaction.atomic():
        UsageEntry.objects.filter(pk=log.entry_id).update(kind=kind, recorded_by=None)


def test_confirmation_of_a_person_passed_off_as_the_clocks_is_named(city, log):
    usage_confirm(actor=city.researcher, log_id=log.pk, now=AFTER)
    with guards.guards_lifted(), connection.cursor() as cursor:
        cursor.execute("UPDATE bookings_usageentry SET recorded_by_id = NULL WHERE kind = 'confirmation'")
    assert [entry.number for entry, _ in find_broken_links()] == [2]


def test_confirmation_of_the_clock_passed_off_as_a_persons_is_named(city, log, due):
    usage_confirm_due(due)
    with guards.guards_lifted():
        UsageEntry.objects.filter(kind="confirmation").update(recorded_by=city.researcher)
    assert [entry.number for entry, _ in find_broken_links()] == [2]
