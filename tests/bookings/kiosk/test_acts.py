"""What is done at a kiosk counts once, at its time, and only for who has the code."""

from datetime import timedelta

import pytest

from bookings.devices.models import InstrumentNote
from bookings.groups.services.hand_over import booking_hand_over
from bookings.kiosk.domain import (
    MOST_KIOSKS,
    Act,
    ActKind,
    KeyReused,
    KioskEnded,
    KioskLocked,
    TooLate,
    TooManyFaults,
    TooManyGuesses,
    TooManyKiosks,
)
from bookings.kiosk.models import Kiosk, KioskAct
from bookings.kiosk.selectors import find_kiosk
from bookings.kiosk.services.acts import kiosk_act_receive
from bookings.kiosk.services.kiosks import kiosk_end, kiosk_make, kiosks_end_due
from bookings.requests.keys import get_check_in_code
from bookings.requests.models import CreditEvent
from bookings.requests.services.lapses_and_no_shows import bookings_no_show_due
from bookings.usage.domain.errors import OwnKey
from bookings.usage.models import UsageLog
from bookings.usage.services.attendance import booking_check_out
from bookings.usage.services.usage import usage_confirm
from instrument_share.journal.models import AuditEntry, Notification
from providers.instruments.models import Keeper
from providers.terms.domain.choices import ServiceMode
from tests import factories
from tests.bookings.requests.booking import book
from tests.factories import NOW, slot

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def kiosk(city):
    made, _key = kiosk_make(actor=city.keeper, instrument_id=city.instrument.pk, name="门口", now=NOW)
    return made


@pytest.fixture
def booking(city):
    return book(city, slot(day=0, hour=9, length=2))


def code_of(booking):
    return get_check_in_code(booking)


def send(kiosk, kind, at, *, received=None, key=None, **values):
    """Send an act; its key counts those before it."""
    act = Act(ActKind(kind), key or f"tablet-{KioskAct.objects.count() + 1}", at, **values)
    return kiosk_act_receive(kiosk_id=kiosk.pk, act=act, now=received or at)


def test_who_made_the_kiosk_is_no_second_person(city, kiosk, booking, see):
    code, start = code_of(booking), booking.starts_at
    send(kiosk, "check_in", start, code=code)
    send(kiosk, "check_out", start + 60 * MINUTE, code=code)
    log = UsageLog.objects.get()
    confirm = f'action="/usage/{log.public_id}/confirm/"'
    assert confirm not in see(city.keeper, "usage_log", log.public_id).content.decode()
    with pytest.raises(OwnKey):
        usage_confirm(actor=city.keeper, log_id=log.pk, now=start + 61 * MINUTE)
    assert confirm in see(city.manager, "usage_log", log.public_id).content.decode()
    usage_confirm(actor=city.manager, log_id=log.pk, now=start + 61 * MINUTE)


def test_user_checks_in_and_out_by_the_code(city, kiosk, booking):
    code, start = code_of(booking), booking.starts_at
    assert not send(kiosk, "check_in", start + 2 * MINUTE, code=code.lower()).refusal
    booking.refresh_from_db()
    assert (booking.state, booking.checked_in_at) == ("in_use", start + 2 * MINUTE)
    end = start + 62 * MINUTE
    taken = send(kiosk, "check_out", end + 5 * MINUTE, code=code, ends_at=end)
    log = UsageLog.objects.get()
    assert (taken.booking, taken.refusal) == (booking, "")
    assert (log.starts_at, log.ends_at, log.amount_yuan) == (start + 2 * MINUTE, end, 100)
    assert (log.capture, log.user, log.operator, log.entry.recorded_by) == (
        "check_out",
        *[city.researcher] * 3,
    )
    of_the_booking = AuditEntry.objects.filter(details__kiosk=kiosk.public_id).order_by("id")
    assert [one.action for one in of_the_booking] == ["booking.checked_in", "booking.checked_out"]
    of_the_kiosk = AuditEntry.objects.filter(subject_id=kiosk.public_id).order_by("id")
    assert [(one.action, one.actor) for one in of_the_kiosk] == [
        ("kiosk.made", city.keeper),
        ("kiosk.act_taken", city.researcher),
        ("kiosk.act_taken", city.researcher),
    ]


def test_staff_operated_use_is_operated_by_whoever_answers_for_the_kiosk(city, kiosk):
    booking = book(city, slot(day=0, hour=9, length=1), service_mode=ServiceMode.OPERATED)
    send(kiosk, "check_in", booking.starts_at, code=code_of(booking))
    send(kiosk, "check_out", booking.starts_at + 30 * MINUTE, code=code_of(booking))
    assert UsageLog.objects.get().operator == city.keeper


def test_who_gave_a_booking_away_no_longer_begins_it_by_the_code_that_they_had(city, kiosk, booking):
    colleague, former = factories.member(city.company, name="己"), code_of(booking)
    booking_hand_over(actor=city.researcher, booking_id=booking.pk, colleague_id=colleague.pk, now=NOW)
    assert send(kiosk, "check_in", booking.starts_at, code=former).refusal == "kiosk.wrong_code"
    booking.refresh_from_db()
    taken = send(kiosk, "check_in", booking.starts_at, code=code_of(booking))
    assert (taken.refusal, taken.booking) == ("", booking)


def test_act_that_is_sent_again_does_nothing_twice(kiosk, booking):
    code, start = code_of(booking), booking.starts_at
    send(kiosk, "check_in", start, code=code)
    first = send(kiosk, "check_out", start + 60 * MINUTE, key="k", code=code)
    again = send(kiosk, "check_out", start + 59 * MINUTE, received=start + 70 * MINUTE, key="k", code=code)
    assert again == first
    assert UsageLog.objects.count() == 1
    assert KioskAct.objects.count() == 2
    with pytest.raises(KeyReused):
        send(kiosk, "check_out", start + 60 * MINUTE, key="k", code="AAAAAA")


def test_delayed_acts_count_at_the_time_at_which_they_happened(kiosk, booking):
    code, start = code_of(booking), booking.starts_at
    back = start + 15 * MINUTE
    send(kiosk, "check_in", start, received=back, code=code)
    send(kiosk, "check_out", start + 12 * MINUTE, received=back, code=code)
    log = UsageLog.objects.get()
    assert (log.starts_at, log.ends_at) == (start, start + 12 * MINUTE)


def test_time_ahead_of_the_platform_counts_as_now(kiosk, booking):
    send(kiosk, "check_in", booking.starts_at + 9 * MINUTE, received=booking.starts_at, code=code_of(booking))
    booking.refresh_from_db()
    assert booking.checked_in_at == booking.starts_at


def test_act_that_arrives_too_late_is_told_to_the_keepers(city, kiosk, booking):
    late = booking.starts_at + 45 * MINUTE
    bookings_no_show_due(late)
    taken = send(kiosk, "check_in", booking.starts_at, received=late, code=code_of(booking))
    assert taken.refusal == "kiosk.too_late"
    assert "15" in taken.detail
    told = Notification.objects.filter(user=city.keeper).latest("id")
    assert told.params["person"] == city.researcher.name
    assert told.params["at"] == {"instant": booking.starts_at.isoformat()}
    assert told.params["detail"] == {"message": TooLate.message, "params": {"minutes": 15}}
    assert told.path == f"/unit/instruments/{city.instrument.public_id}/kiosks/"
    assert told.params["days"] == 92
    entry = AuditEntry.objects.get(action="kiosk.act_refused")
    assert entry.details["refusal"] == {"code": "kiosk.too_late", **told.params["detail"]}


def test_kept_check_in_that_arrives_after_half_an_hour_is_no_no_show(kiosk, booking):
    start, code = booking.starts_at, code_of(booking)
    assert bookings_no_show_due(start + 44 * MINUTE) == 0
    taken = send(kiosk, "check_in", start + 29 * MINUTE, received=start + 44 * MINUTE, code=code)
    assert taken.refusal == ""
    booking.refresh_from_db()
    assert (booking.state, booking.checked_in_at) == ("in_use", start + 29 * MINUTE)
    assert not CreditEvent.objects.exists()


def test_no_show_waits_for_a_kiosk_that_is_in_force_alone(city, kiosk, booking):
    assert bookings_no_show_due(booking.starts_at + 44 * MINUTE) == 0
    kiosk_end(actor=city.keeper, kiosk_id=kiosk.pk, now=NOW)
    assert bookings_no_show_due(booking.starts_at + 44 * MINUTE) == 1


def test_nobody_comes_to_an_instrument_with_a_kiosk(kiosk, booking):
    assert bookings_no_show_due(booking.starts_at + 45 * MINUTE) == 1


def test_who_was_a_no_show_is_told_so_and_named_to_the_keepers(city, kiosk, booking):
    start, given_back = booking.starts_at, booking.starts_at + 45 * MINUTE
    bookings_no_show_due(given_back)
    late = send(kiosk, "check_in", given_back + MINUTE, code=code_of(booking))
    assert late.refusal == "kiosk.given_back"
    delayed = send(kiosk, "check_in", start + MINUTE, received=given_back + MINUTE, code=code_of(booking))
    assert delayed.refusal == "kiosk.too_late"
    assert Notification.objects.filter(user=city.keeper).latest("id").params["person"] == city.researcher.name


def test_refusal_to_somebody_who_stands_there_is_told_to_nobody_else(city, kiosk, booking):
    told = Notification.objects.filter(user=city.keeper)
    before = told.count()
    early = send(kiosk, "check_in", booking.starts_at - 16 * MINUTE, code=code_of(booking))
    assert early.refusal == "booking.too_early"
    out = send(kiosk, "check_out", booking.starts_at, code=code_of(booking))
    assert out.refusal == "kiosk.not_checked_in"
    assert told.count() == before


def test_who_scans_their_code_while_another_use_runs_is_told_so(city, kiosk, booking):
    """The first button, which a scanner presses, checks out then."""
    send(kiosk, "check_in", booking.starts_at, code=code_of(booking))
    following = book(city, slot(day=0, hour=11), actor=factories.member(city.company, name="壬"))
    taken = send(kiosk, "check_out", following.starts_at, code=code_of(following))
    assert taken.refusal == "booking.still_in_use"


def test_check_out_after_the_keepers_own_is_no_mistake(city, kiosk, booking):
    send(kiosk, "check_in", booking.starts_at, code=code_of(booking))
    ended = booking.starts_at + 50 * MINUTE
    booking_check_out(actor=city.keeper, booking_id=booking.pk, now=ended)
    told = Notification.objects.filter(user=city.keeper)
    before = told.count()
    taken = send(kiosk, "check_out", ended, received=ended + 5 * MINUTE, code=code_of(booking))
    assert taken.refusal == "kiosk.ended_already"
    assert (told.count(), UsageLog.objects.count()) == (before, 1)


def test_kiosk_knows_the_bookings_of_its_own_instrument_only(kiosk):
    elsewhere = factories.city()
    booking = book(elsewhere, slot(day=0, hour=9))
    assert send(kiosk, "check_in", booking.starts_at, code=code_of(booking)).refusal == "kiosk.wrong_code"


def test_guessing_ends_after_ten_wrong_codes_within_five_minutes(kiosk, booking):
    start = booking.starts_at
    for number in range(10):
        assert send(kiosk, "check_in", start, code=f"WRONG{number}").refusal == "kiosk.wrong_code"
    with pytest.raises(TooManyGuesses):
        send(kiosk, "check_in", start + 4 * MINUTE, code=code_of(booking))
    assert not send(kiosk, "check_in", start + 5 * MINUTE, code=code_of(booking)).refusal


def test_fault_is_an_incident_for_the_keepers(city, kiosk, see):
    assert not send(kiosk, "fault", NOW, text="真空泵停转").refusal
    note = InstrumentNote.objects.get()
    assert (note.kind, note.text, note.written_by) == ("incident", "真空泵停转", None)
    told = Notification.objects.filter(user=city.keeper).latest("id")
    assert (told.params["detail"], told.is_urgent) == ("真空泵停转", True)
    desk = see(city.keeper, "instrument_notes").content.decode()
    assert ("现场上报" in desk, "上机终端" in desk) == (True, False)
    for _ in range(9):
        send(kiosk, "fault", NOW, text="真空泵停转")
    with pytest.raises(TooManyFaults):
        send(kiosk, "fault", NOW, text="真空泵停转")


def test_fault_is_told_to_the_managers_where_there_is_no_keeper(city):
    Keeper.objects.filter(instrument=city.instrument).delete()
    made, _key = kiosk_make(actor=city.manager, instrument_id=city.instrument.pk, name="门口", now=NOW)
    send(made, "fault", NOW, text="真空泵停转")
    told = Notification.objects.get(user=city.manager)
    assert (told.params["detail"], told.kind) == ("真空泵停转", "uses")  # as of a device


def test_nothing_is_taken_from_a_kiosk_that_was_ended(city, kiosk, booking):
    kiosk_end(actor=city.manager, kiosk_id=kiosk.pk, now=NOW)
    with pytest.raises(KioskLocked):
        send(kiosk, "check_in", booking.starts_at, code=code_of(booking))
    with pytest.raises(KioskEnded):
        kiosk_end(actor=city.manager, kiosk_id=kiosk.pk, now=NOW)


def test_kiosk_ends_with_the_role_of_who_made_it(city):
    _kiosk, key = kiosk_make(actor=city.keeper, instrument_id=city.instrument.pk, name="门口", now=NOW)
    assert find_kiosk(key) is not None
    assert kiosks_end_due(NOW) == 0
    city.instrument.keeper_links.all().delete()
    assert find_kiosk(key) is None
    assert (kiosks_end_due(NOW), kiosks_end_due(NOW)) == (1, 0)
    told = Notification.objects.get(user=city.manager, path__endswith="/kiosks/")
    assert (told.params["name"], told.params["person"]) == ("门口", city.keeper.name)
    assert AuditEntry.objects.get(action="kiosk.ended").actor is None


def test_key_is_kept_as_a_hash_and_kiosks_are_few(city, kiosk):
    one, key = kiosk_make(actor=city.manager, instrument_id=city.instrument.pk, name="窗边", now=NOW)
    kept = Kiosk.objects.filter(pk=one.pk).values().get()
    assert key not in map(str, kept.values())
    for _ in range(MOST_KIOSKS - 2):
        kiosk_make(actor=city.manager, instrument_id=city.instrument.pk, name="窗边", now=NOW)
    with pytest.raises(TooManyKiosks):
        kiosk_make(actor=city.manager, instrument_id=city.instrument.pk, name="窗边", now=NOW)
    kiosk_end(actor=city.manager, kiosk_id=one.pk, now=NOW)
    kiosk_make(actor=city.manager, instrument_id=city.instrument.pk, name="窗边", now=NOW)


def test_wrong_codes_count_too_where_they_are_said_to_be_of_long_ago(kiosk, booking):
    """A line that was cut tells nothing of whether a code is right."""
    start = booking.starts_at
    for number in range(10):
        taken = send(kiosk, "check_in", start, received=start + 16 * MINUTE, code=f"WRONG{number}")
        assert taken.refusal == "kiosk.wrong_code"
    with pytest.raises(TooManyGuesses):
        send(kiosk, "check_in", start, received=start + 16 * MINUTE, code=code_of(booking))


def test_late_acts_with_the_code_of_a_use_that_has_ended_are_no_wrong_codes(kiosk, booking):
    start, code = booking.starts_at, code_of(booking)
    send(kiosk, "check_in", start, code=code)
    send(kiosk, "check_out", start + 30 * MINUTE, code=code)
    for number in range(10):
        at = start + (31 + number) * MINUTE
        late = send(kiosk, "check_out", at, received=start + 90 * MINUTE, code=code)
        assert late.refusal == "kiosk.too_late"
    again = send(kiosk, "check_out", start + 89 * MINUTE, received=start + 90 * MINUTE, code=code)
    assert again.refusal == "kiosk.ended_already"
