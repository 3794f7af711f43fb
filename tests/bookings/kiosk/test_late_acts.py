"""What a kiosk kept for long counts while somebody waits for it, and lets nobody pay for not coming."""

from datetime import timedelta

import pytest

from bookings.credit.domain import CreditState, TakenBack
from bookings.credit.selectors import get_credit_event, get_credit_state, waiting_appeals
from bookings.credit.services import credit_answer, credit_appeal
from bookings.devices.models import InstrumentNote
from bookings.invariants import find_broken_statements, find_uses_counted_twice
from bookings.kiosk.services.acts import REFUSED
from bookings.kiosk.services.kiosks import kiosk_make
from bookings.requests.domain.choices import CreditOutcome
from bookings.requests.models import Booking, CreditEvent
from bookings.requests.selectors.companions import get_companions
from bookings.requests.selectors.request_facts import counting_credit_events
from bookings.requests.services.lapses_and_no_shows import bookings_no_show_due
from bookings.requests.services.notifications import (
    CANCELLED_HOURS_RECORDED,
    CANCELLED_INTERRUPTED,
    CANCELLED_KEPT_WAITING,
    CANCELLED_NOT_NEEDED,
    CHARGE_BILLED,
    HOURS_INSTEAD_OF_NO_SHOW,
    NO_SHOW_TAKEN_BACK,
    NOT_CHARGED,
)
from bookings.statements.models import StatementLine
from bookings.statements.services.drafting import statements_draft_due
from bookings.statements.services.statements import statement_send
from bookings.usage.models import UsageLog
from bookings.usage.services.attendance import booking_check_in, booking_check_out
from instrument_share.accounts.domain import Role
from instrument_share.jobs.services import worker_seen
from instrument_share.journal.models import AuditEntry, Notification
from instrument_share.kernel.interval import Interval
from tests import factories
from tests.api.test_api import Caller
from tests.bookings.kiosk.test_acts import MINUTE, code_of, send
from tests.bookings.requests.booking import book
from tests.bookings.requests.test_together import linked_city
from tests.bookings.statements.conftest import confirmed_use
from tests.bookings.usage.test_usage import by_hand
from tests.factories import NOW, slot
from tests.page_fixtures import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(db):
    return factories.city(no_show_percent=100)


@pytest.fixture
def kiosk(city):
    made, _key = kiosk_make(actor=city.keeper, instrument_id=city.instrument.pk, name="门口", now=NOW)
    return made


@pytest.fixture
def missed(city, kiosk):
    """A booking of 200 yuan that became a no-show, as the kiosk's line was cut."""
    booking = book(city, slot(day=0, hour=9, length=2))
    assert bookings_no_show_due(booking.starts_at + 45 * MINUTE) == 1
    booking.refresh_from_db()
    assert booking.charged_yuan == 200
    return booking


def state_of(booking):
    booking.refresh_from_db()
    return booking.state


def test_kept_acts_count_at_their_time_while_the_booking_waits_for_them(city, kiosk):
    booking = book(city, slot(day=0, hour=9, length=2))
    start, code = booking.starts_at, code_of(booking)
    back = start + 44 * MINUTE
    assert not send(kiosk, "check_in", start, received=back, code=code).refusal
    assert bookings_no_show_due(back + 2 * MINUTE) == 0
    assert not send(kiosk, "check_out", start + 20 * MINUTE, received=back, code=code).refusal
    log = UsageLog.objects.get()
    assert (log.starts_at, log.ends_at) == (start, start + 20 * MINUTE)


@pytest.mark.parametrize("is_kept", [True, False])
def test_check_in_kept_through_an_outage_longer_than_the_booking_is_awaited_after_it(city, kiosk, is_kept):
    booking = book(city, slot(day=0, hour=9, length=2))
    back = booking.ends_at + 30 * MINUTE
    worker_seen("worker", booking.starts_at)
    for minutes in (0, 5, 10, 15):
        worker_seen("worker", back + minutes * MINUTE)
        if minutes < 15:
            assert bookings_no_show_due(back + minutes * MINUTE) == 0
            booking.refresh_from_db()
            assert booking.state == "approved"
    if is_kept:
        start, received = booking.starts_at, back + 14 * MINUTE
        assert not send(kiosk, "check_in", start, received=received, code=code_of(booking)).refusal
    assert bookings_no_show_due(back + 15 * MINUTE) == 0
    booking.refresh_from_db()
    assert booking.state == ("in_use" if is_kept else "cancelled")
    messages = set(Notification.objects.filter(user=city.keeper).values_list("message", flat=True))
    assert REFUSED not in messages
    assert (CANCELLED_INTERRUPTED in messages) is not is_kept


@pytest.mark.parametrize("is_kept", [True, False])
def test_check_in_kept_through_an_outage_is_awaited_where_the_use_before_it_seems_to_run(
    city, kiosk, is_kept
):
    before = book(city, slot(day=0, hour=9, length=1))
    booking = book(city, slot(day=0, hour=10, length=2), actor=factories.member(city.company))
    booking_check_in(actor=city.keeper, booking_id=before.pk, now=before.starts_at)
    start, back = booking.starts_at, booking.ends_at + 30 * MINUTE
    worker_seen("worker", before.starts_at)
    worker_seen("worker", back)
    assert bookings_no_show_due(back + 14 * MINUTE) == 0
    assert state_of(booking) == "approved"
    if is_kept:
        assert not send(kiosk, "check_out", start, received=back + 14 * MINUTE, code=code_of(before)).refusal
        assert not send(kiosk, "check_in", start, received=back + 14 * MINUTE, code=code_of(booking)).refusal
    assert bookings_no_show_due(back + 15 * MINUTE) == 0
    assert state_of(booking) == ("in_use" if is_kept else "cancelled")
    messages = set(Notification.objects.filter(user=city.keeper).values_list("message", flat=True))
    assert (CANCELLED_KEPT_WAITING in messages) is not is_kept


@pytest.mark.parametrize(("length", "awaited"), [(1, 15), (4, 45)], ids=["ended meanwhile", "has time left"])
def test_kept_check_in_is_awaited_after_an_outage_where_what_was_booked_with_it_was_used(length, awaited):
    city = linked_city()
    kiosk_make(actor=city.keeper, instrument_id=city.second.pk, name="里间", now=NOW)
    used = book(city, slot(day=0, hour=9, length=length))
    (booking,) = get_companions(used)
    start, back = used.starts_at, used.starts_at + 90 * MINUTE
    booking_check_in(actor=city.keeper, booking_id=used.pk, now=start)
    booking_check_out(actor=city.keeper, booking_id=used.pk, now=start + 5 * MINUTE)
    worker_seen("worker", start + 5 * MINUTE)
    for minutes in range(0, awaited, 5):
        worker_seen("worker", back + minutes * MINUTE)
    assert bookings_no_show_due(back + (awaited - 1) * MINUTE) == 0
    assert state_of(booking) == "approved"
    assert bookings_no_show_due(back + awaited * MINUTE) == 0
    assert state_of(booking) == "cancelled"
    assert Notification.objects.filter(user=city.keeper, message=CANCELLED_NOT_NEEDED).count() == 1


def test_fault_that_was_kept_for_long_is_told(city, kiosk):
    assert not send(kiosk, "fault", NOW, received=NOW + timedelta(hours=3), text="真空泵停转").refusal
    assert InstrumentNote.objects.get().text == "真空泵停转"


def test_check_in_that_arrives_after_the_no_show_takes_its_charge_back(city, kiosk, missed, see):
    start, back = missed.starts_at, missed.starts_at + timedelta(hours=3)
    taken = send(kiosk, "check_in", start + 30 * MINUTE, received=back, code=code_of(missed))
    assert taken.refusal == "kiosk.too_late"
    missed.refresh_from_db()
    assert (missed.state, missed.charged_yuan) == ("no_show", 0)
    entry = AuditEntry.objects.get(action="booking.charge_taken_back")
    assert (entry.subject_id, entry.actor, entry.details["from"]) == (missed.public_id, None, "200.00")
    told = Notification.objects.filter(user=city.researcher).latest("id")
    assert told.message == NO_SHOW_TAKEN_BACK
    assert told.params["came_at"] == {"instant": (start + 30 * MINUTE).isoformat()}
    assert told.params["charge"]["message"] == NOT_CHARGED
    assert Notification.objects.filter(user=city.keeper).latest("id").params["person"] == city.researcher.name
    send(kiosk, "check_in", start, received=back, code=code_of(missed))
    assert AuditEntry.objects.filter(action="booking.charge_taken_back").count() == 1


def test_hours_that_a_keeper_records_instead_take_the_charge_back(city, missed):
    """The keepers are asked to record by hand what a device or kiosk could not."""
    start = missed.starts_at
    by_hand(city, Interval(start + 31 * MINUTE, missed.ends_at), now=missed.ends_at)
    missed.refresh_from_db()
    assert missed.charged_yuan == 200
    log = by_hand(city, Interval(start + 10 * MINUTE, start + 30 * MINUTE), now=missed.ends_at)
    missed.refresh_from_db()
    assert missed.charged_yuan == 0
    entry = AuditEntry.objects.get(action="booking.charge_taken_back")
    assert (entry.actor, entry.details["log"]) == (city.keeper, log.public_id)
    told = Notification.objects.filter(user=city.researcher).values_list("message", flat=True)
    assert HOURS_INSTEAD_OF_NO_SHOW in told


def test_booking_whose_hours_a_keeper_has_recorded_by_hand_is_no_no_show(city):
    booking = book(city, slot(day=0, hour=9, length=2))
    start = booking.starts_at
    by_hand(city, Interval(start, start + 20 * MINUTE), now=start + 25 * MINUTE)
    assert bookings_no_show_due(start + 30 * MINUTE) == 0
    booking.refresh_from_db()
    assert (booking.state, booking.charged_yuan) == ("cancelled", None)
    assert not CreditEvent.objects.exists()
    told = Notification.objects.filter(user=city.researcher).latest("id")
    assert told.message == CANCELLED_HOURS_RECORDED


@pytest.mark.parametrize(("is_theirs", "minutes"), [(True, 31), (False, 0)])
def test_hours_of_another_time_or_person_leave_the_no_show(city, is_theirs, minutes):
    booking = book(city, slot(day=0, hour=9, length=2))
    start = booking.starts_at + minutes * MINUTE
    user = city.researcher if is_theirs else factories.member(city.company, Role.ORG_ADMIN, name="庚")
    by_hand(city, Interval(start, start + 10 * MINUTE), user=user, now=start + 10 * MINUTE)
    assert bookings_no_show_due(booking.starts_at + 45 * MINUTE) == 1


def test_who_came_late_pays_for_it(kiosk, missed):
    at = missed.starts_at + 31 * MINUTE
    send(kiosk, "check_in", at, received=at + timedelta(hours=1), code=code_of(missed))
    missed.refresh_from_db()
    assert missed.charged_yuan == 200


@pytest.mark.parametrize("is_alone", [True, False])
def test_charge_leaves_the_draft_of_a_statement(city, kiosk, missed, see, is_alone):
    if not is_alone:
        confirmed_use(city, slot(day=1))
    later = missed.starts_at + timedelta(days=40)
    assert statements_draft_due(later) == 1
    statement = StatementLine.objects.get(booking=missed).statement
    total = 0 if is_alone else 200
    assert statement.total_yuan == total + 200
    send(kiosk, "check_in", missed.starts_at, received=later, code=code_of(missed))
    statement.refresh_from_db()
    missed.refresh_from_db()
    assert (missed.charged_yuan, statement.total_yuan) == (0, total)
    assert [line.amount_yuan for line in statement.lines.all()] == [total] * (not is_alone)
    entry = AuditEntry.objects.get(action="statement.charge_dropped")
    assert entry.details == {"booking": missed.public_id, "total_yuan": f"{total}.00"}
    told = Notification.objects.filter(user=city.researcher).latest("id")
    assert told.params["charge"]["message"] == NOT_CHARGED
    assert statements_draft_due(later) == 0
    assert list(find_broken_statements()) == []
    shown = see(city.manager, "statement", statement.public_id)
    assert ("未到场" in text_of(shown), shown.status_code) == (False, 200)


def test_charge_on_a_statement_that_was_sent_is_given_back_by_the_next(city, kiosk, missed, see):
    later = missed.starts_at + timedelta(days=40)
    assert statements_draft_due(later) == 1
    sent = StatementLine.objects.get().statement
    statement_send(actor=city.manager, statement_id=sent.pk, now=later)
    send(kiosk, "check_in", missed.starts_at, received=later, code=code_of(missed))
    missed.refresh_from_db()
    assert (missed.charged_yuan, StatementLine.objects.get(booking=missed).amount_yuan) == (0, 200)
    assert not counting_credit_events(city.researcher.pk, later).exists()
    told = Notification.objects.filter(user=city.researcher).latest("id")
    assert told.params["charge"] == {"message": CHARGE_BILLED, "params": {"amount": "200.00"}}
    assert AuditEntry.objects.get(action="booking.charge_taken_back").details["from"] == "200.00"
    assert "本行保留，由管理单位的下一份结算单冲减" in text_of(see(city.manager, "statement", sent.public_id))
    assert "由下一份结算单冲减" in text_of(see(city.researcher, "booking", missed.public_id))
    assert list(find_broken_statements()) == list(find_uses_counted_twice()) == []
    assert statements_draft_due(later + timedelta(days=30)) == 1
    credit = StatementLine.objects.get(corrects__isnull=False)
    assert (credit.booking, credit.corrects.statement, credit.amount_yuan) == (missed, sent, -200)
    assert credit.statement.total_yuan == -200
    assert statements_draft_due(later + timedelta(days=60)) == 0
    assert list(find_broken_statements()) == list(find_uses_counted_twice()) == []
    page = text_of(see(city.manager, "statement", credit.statement.public_id))
    assert f"冲减结算单 {sent} 上的爽约费用：用户于" in page


def test_no_show_that_is_taken_back_counts_no_longer(city, kiosk, missed, see):
    """The event stays with its trace; nobody appeals it any more, and an appeal that waits is over."""
    start, later = missed.starts_at, missed.starts_at + timedelta(hours=3)
    event = CreditEvent.objects.get(booking=missed)
    assert counting_credit_events(city.researcher.pk, later).get() == event
    credit_appeal(actor=city.researcher, event_id=event.pk, reason="当天停电", now=later)
    assert waiting_appeals(city.keeper).exists()
    keeper, waiting = Caller(city.keeper), "/credit-events?waiting=true"
    assert len(keeper("GET", waiting).json()["items"]) == 1
    send(kiosk, "check_in", start, received=later, code=code_of(missed))
    assert not counting_credit_events(city.researcher.pk, later).exists()
    assert not waiting_appeals(city.keeper).exists()
    assert keeper("GET", waiting).json()["items"] == []
    seen = get_credit_event(city.researcher, event.public_id)
    assert get_credit_state(seen, later) == CreditState.LIFTED
    entry = AuditEntry.objects.get(action="credit.taken_back")
    assert (entry.subject_id, entry.details["booking"]) == (event.public_id, missed.public_id)
    assert "已撤销：事后查明于" in see(city.researcher, "credit_event", event.public_id).content.decode()
    facts = {"event_id": event.pk, "reason": "已核实", "now": later}
    with pytest.raises(TakenBack):
        credit_answer(actor=city.keeper, outcome=CreditOutcome.UPHELD, **facts)


def test_no_show_without_a_charge_is_taken_back_too():
    city = factories.city(no_show_percent=0)
    booking = book(city, slot(day=0, hour=9, length=2))
    assert bookings_no_show_due(booking.starts_at + 30 * MINUTE) == 1
    by_hand(city, Interval(booking.starts_at, booking.ends_at), now=booking.ends_at)
    assert not counting_credit_events(city.researcher.pk, booking.ends_at).exists()
    (event,) = CreditEvent.objects.all()
    with pytest.raises(TakenBack):
        credit_appeal(actor=city.researcher, event_id=event.pk, reason="已到场", now=booking.ends_at)
    assert not AuditEntry.objects.filter(action="booking.charge_taken_back").exists()


def test_each_booking_of_a_no_show_that_is_taken_back_has_its_entry(clock):
    """What was booked with it costs nothing either way, and is noted as come to all the same."""
    city = linked_city()
    booking = book(city, slot(day=0, hour=9, length=2))
    (mate,) = get_companions(booking)
    start = booking.starts_at
    assert bookings_no_show_due(start + 30 * MINUTE) == 2
    Booking.objects.filter(pk=mate.pk).update(charged_yuan=0)
    log = by_hand(city, Interval(start + 10 * MINUTE, start + 20 * MINUTE), now=booking.ends_at)
    told = AuditEntry.objects.filter(action="booking.no_show_taken_back").order_by("pk")
    at = (start + 10 * MINUTE).isoformat()
    assert [(one.subject_id, one.actor, one.details) for one in told] == [
        (one.public_id, city.keeper, {"at": at, "log": log.public_id}) for one in (booking, mate)
    ]
    paid_back = AuditEntry.objects.filter(action="booking.charge_taken_back")
    assert [one.subject_id for one in paid_back] == [booking.public_id]
