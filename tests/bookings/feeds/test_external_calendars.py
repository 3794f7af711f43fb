"""External calendars: what is read from them, and the closures that follow."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django_tasks_db.models import DBTaskResult
from hypothesis import given
from hypothesis import strategies as st

from bookings.feeds.domain import busy_times
from bookings.feeds.domain.busy_times import (
    MOST_CALENDARS,
    CalendarKnown,
    CalendarUnreadable,
    TooManyCalendars,
    read_busy_times,
)
from bookings.feeds.domain.webhooks import AddressRefused
from bookings.feeds.models import ExternalCalendar
from bookings.feeds.selectors import external_calendars as shown_calendars
from bookings.feeds.services import external_calendars
from bookings.feeds.services.calls import Answer, CallRefused
from bookings.feeds.services.external_calendars import (
    external_calendar_connect,
    external_calendar_disconnect,
    external_calendar_read,
    external_calendars_read_due,
)
from bookings.requests.domain.errors import BookingRefused
from bookings.requests.services.cancellations import booking_cancel
from bookings.requests.services.instrument_decisions import closure_lift
from instrument_share.accounts.domain import OrganizationState, Role
from instrument_share.apart import run_apart
from instrument_share.jobs.worker import run_next_job
from instrument_share.journal.models import AuditEntry, Notification
from instrument_share.kernel.interval import Interval
from providers.instruments.models import Instrument, Keeper
from providers.terms.models import Closure
from tests import factories
from tests.bookings.requests.booking import book, codes
from tests.bookings.waiting.waiting import join, offered
from tests.factories import NOW, slot
from tests.page_fixtures import text_of

ADDRESS = "https://calendar.example.org/a.ics"
MINUTE = timedelta(minutes=1)


def event(uid, start, end, *more):
    return "\r\n".join(
        [
            "BEGIN:VEVENT",
            f"UID:{uid}",
            f"DTSTART{start}",
            f"DTEND{end}",
            "SUMMARY:王老师体检",
            *more,
            "END:VEVENT",
        ]
    )


def calendar(*events):
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x", *events, "END:VCALENDAR", ""])


def lesson(uid="a", day=4, hour=1, *more):
    """An event of two hours in March 2026, in universal time."""
    return event(uid, f":202603{day:02}T{hour:02}0000Z", f":202603{day:02}T{hour + 2:02}0000Z", *more)


def longer():
    """The event of `lesson()`, an hour longer."""
    return event("a", ":20260304T010000Z", ":20260304T040000Z")


def times(text):
    return sorted(read_busy_times(text, NOW).values())


def utc(day, hour):
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def test_events_of_every_form_become_times_of_the_city():
    of_a_day = event("b", ";VALUE=DATE:20260305", ";VALUE=DATE:20260306")
    without_zone = event("c", ":20260306T090030", ":20260306T100000")
    assert times(calendar(lesson(), of_a_day, without_zone)) == [
        Interval(utc(4, 1), utc(4, 3)),
        Interval(utc(4, 16), utc(5, 16)),
        Interval(utc(6, 1), utc(6, 2)),
    ]


def test_a_repeated_event_counts_each_time_but_for_what_was_cancelled():
    weekly = lesson("a", 4, 1, "RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE:20260311T010000Z")
    assert times(calendar(weekly)) == [Interval(utc(4, 1), utc(4, 3)), Interval(utc(18, 1), utc(18, 3))]


def test_what_is_free_cancelled_or_over_takes_no_time():
    free = lesson("a", 4, 1, "TRANSP:TRANSPARENT")
    cancelled = lesson("b", 4, 1, "STATUS:CANCELLED")
    over = lesson("c", 1, 1)
    far = event("d", ":20270101T010000Z", ":20270101T030000Z")
    in_lower_case = lesson("e", 4, 1, "TRANSP:transparent"), lesson("f", 4, 1, "STATUS:Cancelled")
    assert times(calendar(free, cancelled, over, far, *in_lower_case)) == []


def test_calendar_that_begins_with_a_byte_order_mark_is_read():
    assert times(f"\ufeff{calendar(lesson())}") == [Interval(utc(4, 1), utc(4, 3))]


def test_events_that_share_a_uid_each_take_their_time():
    """Some programs write one UID into every event, or none."""
    weekly = lesson("a", 5, 1, "RRULE:FREQ=WEEKLY;COUNT=2")
    moved = lesson("a", 13, 1, "RECURRENCE-ID:20260312T010000Z")
    shared = lesson("a", 6, 1), lesson("a", 6, 1), lesson("", 7, 1), lesson("", 8, 1)
    expected = [Interval(utc(day, 1), utc(day, 3)) for day in (5, 6, 7, 8, 13)]
    assert times(calendar(weekly, moved, *shared)) == expected
    assert read_busy_times(calendar(*shared), NOW) == read_busy_times(calendar(*reversed(shared)), NOW)


def test_revision_of_an_event_takes_the_place_of_the_former():
    assert times(calendar(lesson("a", 4, 1, "SEQUENCE:1"), lesson("a", 6, 1, "SEQUENCE:2"))) == [
        Interval(utc(6, 1), utc(6, 3))
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<html>登录</html>",
        calendar(lesson("a", 4, 1, "RRULE:FREQ=SECONDLY")),
        calendar(lesson("a", 4, 1, "RRULE:FREQ=DAILY;BYMINUTE=1,2,3")),
        calendar(event("a", ":00010101T010000Z", ":00010101T030000Z", "RRULE:FREQ=DAILY")),
        calendar(lesson("a", 4, 1, "RRULE:FREQ=SOMETIMES")),
        calendar("BEGIN:VEVENT\r\nUID:a\r\nEND:VEVENT"),
    ],
)
def test_what_is_broken_or_never_ends_is_refused(text):
    with pytest.raises(CalendarUnreadable):
        read_busy_times(text, NOW)


def test_too_many_events_are_refused(monkeypatch):
    monkeypatch.setattr(busy_times, "MOST_EVENTS", 2)
    with pytest.raises(CalendarUnreadable):
        read_busy_times(calendar(*(lesson(str(number)) for number in range(3))), NOW)


@given(st.text(max_size=200) | st.builds(calendar, st.text("ABCDEFG:;=,-\r\n0123456789TZ", max_size=80)))
def test_any_text_is_read_or_refused(text):
    try:
        found = read_busy_times(text, NOW)
    except CalendarUnreadable:
        return
    assert all(time.end > NOW for time in found.values())


@pytest.fixture
def answers(monkeypatch):
    """What the address answers: a text, or an error that is raised."""
    given = {}

    def fetch(address, _headers, longest):
        answer = given[address]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, str):
            return Answer(200, answer.encode()[:longest].decode(errors="replace"))
        return answer

    monkeypatch.setattr(external_calendars, "fetch", fetch)
    monkeypatch.setattr(external_calendars, "run_apart", lambda read, *told, seconds: read(*told))
    return given


def connect(city, address=ADDRESS, actor=None):
    return external_calendar_connect(
        actor=actor or city.keeper, instrument_id=city.instrument.pk, address=address, now=NOW
    )


@pytest.fixture
def read(city, answers):
    """`read(text, now)` connects the instrument once and reads the calendar with that text."""
    connected = connect(city)

    def read(answer, now=NOW):
        answers[ADDRESS] = answer
        external_calendar_read(connected.public_id, now)
        connected.refresh_from_db()
        return connected

    return read


def test_a_rule_that_no_day_fulfils_is_given_up(city, answers, monkeypatch):
    """Its reader looks for the 30th of February for ever; in a process of its own, which is ended."""
    monkeypatch.setattr(external_calendars, "run_apart", run_apart)
    monkeypatch.setattr(external_calendars, "SECONDS_TO_READ", 2)
    answers[ADDRESS] = calendar(lesson().replace("END:VEVENT", "RRULE:FREQ=DAILY;INTERVAL=0\r\nEND:VEVENT"))
    connected = connect(city)
    external_calendar_read(connected.public_id, NOW)
    connected.refresh_from_db()
    assert (connected.read_at, "> 2 s" in connected.failure) == (None, True)


def closed():
    standing = Closure.objects.filter(lifted_at__isnull=True).order_by("starts_at", "ends_at")
    return [Interval(*one) for one in standing.values_list("starts_at", "ends_at")]


def told(person):
    return Notification.objects.filter(user=person, path=reverse("external_calendars")).count()


def test_an_event_closes_the_instrument_and_its_name_stays_outside(city, read):
    assert read(calendar(lesson())).read_at == NOW
    closure = Closure.objects.get()
    assert (closure.reason_zh, closure.created_by) == ("另有安排（按外部日历）", city.keeper)
    with pytest.raises(BookingRefused) as refused:
        book(city, slot(day=2, hour=10))
    assert "booking.closed" in codes(refused)


def test_reading_twice_changes_nothing_and_a_moved_event_moves_its_closure(read):
    read(calendar(lesson()))
    read(calendar(lesson()), NOW + MINUTE)
    assert Closure.objects.count() == 1
    read(calendar(lesson(day=5)), NOW + MINUTE)
    assert closed() == [Interval(utc(5, 1), utc(5, 3))]


def test_event_that_becomes_longer_offers_its_time_to_nobody_who_waits(city, read):
    read(calendar(lesson()))
    entry = join(city, wanted=slot(day=2, hour=9))
    read(calendar(longer()), NOW + MINUTE)
    assert closed() == [Interval(utc(4, 1), utc(4, 4))]
    assert offered(entry) == []


def test_event_that_moves_away_offers_its_time_to_who_waits(city, read):
    read(calendar(lesson()))
    entry = join(city, wanted=slot(day=2, hour=9))
    read(calendar(lesson(hour=3)), NOW + MINUTE)
    assert closed() == [Interval(utc(4, 3), utc(4, 5))]
    assert offered(entry) == [(utc(4, 1), utc(4, 3), "offered")]


def test_event_that_gets_another_name_offers_its_time_to_nobody_who_waits(city, read):
    read(calendar(lesson()))
    entry = join(city, wanted=slot(day=2, hour=9))
    read(calendar(lesson("b")), NOW + MINUTE)
    assert (closed(), offered(entry)) == ([Interval(utc(4, 1), utc(4, 3))], [])


def test_event_that_becomes_longer_after_its_end_closes_once(read):
    read(calendar(lesson()))
    for number in range(2):
        read(calendar(longer()), utc(4, 3) + number * MINUTE)
    assert closed() == [Interval(utc(4, 1), utc(4, 3)), Interval(utc(4, 1), utc(4, 4))]


def test_event_that_reaches_into_a_booking_stays_closed_as_before_until_the_booking_goes(city, read):
    read(calendar(lesson()))
    booking = book(city, slot(day=2, hour=11))
    for number in range(1, 3):
        read(calendar(longer()), NOW + number * MINUTE)
    assert (closed(), told(city.keeper)) == ([Interval(utc(4, 1), utc(4, 3))], 1)
    (shown,) = shown_calendars.external_calendars(Instrument.objects.all(), NOW)
    assert [(one.starts_at, one.ends_at) for one in shown.undecided] == [(utc(4, 1), utc(4, 4))]
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=NOW + 3 * MINUTE)
    read(calendar(longer()), NOW + 4 * MINUTE)
    assert (closed(), told(city.keeper)) == ([Interval(utc(4, 1), utc(4, 4))], 1)
    (shown,) = shown_calendars.external_calendars(Instrument.objects.all(), NOW)
    assert shown.undecided == []


def test_event_that_no_longer_reaches_into_a_booking_waits_for_no_decision(city, read):
    read(calendar(lesson()))
    book(city, slot(day=2, hour=11))
    for number, one in enumerate((longer(), lesson()), start=1):
        read(calendar(one), NOW + number * MINUTE)
    (shown,) = shown_calendars.external_calendars(Instrument.objects.all(), NOW)
    assert (closed(), shown.undecided) == ([Interval(utc(4, 1), utc(4, 3))], [])
    closure_lift(actor=city.keeper, closure_id=Closure.objects.get(lifted_at=None).pk, now=NOW + 3 * MINUTE)
    read(calendar(lesson()), NOW + 4 * MINUTE)
    assert closed() == []


def test_event_whose_closure_was_lifted_waits_for_a_decision_where_it_reaches_into_a_booking(city, read):
    read(calendar(lesson()))
    closure_lift(actor=city.keeper, closure_id=Closure.objects.get().pk, now=NOW)
    booking = book(city, slot(day=2, hour=11))
    read(calendar(longer()), NOW + MINUTE)
    (shown,) = shown_calendars.external_calendars(Instrument.objects.all(), NOW)
    assert ([one.ends_at for one in shown.undecided], told(city.keeper)) == ([utc(4, 4)], 1)
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=NOW + 2 * MINUTE)
    read(calendar(longer()), NOW + 3 * MINUTE)
    assert closed() == [Interval(utc(4, 1), utc(4, 4))]


def test_event_that_moves_onto_a_booking_opens_its_time_before_and_is_told_once(city, read):
    read(calendar(lesson()))
    book(city, slot(day=2, hour=11))
    for number in range(1, 3):
        read(calendar(lesson(hour=2)), NOW + number * MINUTE)
    assert (closed(), told(city.keeper)) == ([], 1)


def test_event_that_two_readings_meet_at_once_closes_once(city, read, monkeypatch):
    """The other one comes to its end between the first's look at what is closed and its lock."""
    lock, meanwhile = external_calendars.instrument_group_lock, iter([None])

    def lock_late(instrument_id):
        for _once in meanwhile:
            read(calendar(lesson()))
        return lock(instrument_id)

    monkeypatch.setattr(external_calendars, "instrument_group_lock", lock_late)
    read(calendar(lesson()))
    assert [one.lifted_at for one in Closure.objects.all()] == [None]
    assert closed() == [Interval(utc(4, 1), utc(4, 3))]


def test_who_is_told_that_a_calendar_fails_is_told_once_though_its_row_is_not_saved(city, read, monkeypatch):
    read(TimeoutError())
    save = ExternalCalendar.save

    def fail(*_args, **_kwargs):
        raise KeyError

    monkeypatch.setattr(ExternalCalendar, "save", fail)
    with pytest.raises(KeyError):
        read(TimeoutError(), NOW + timedelta(days=1))
    monkeypatch.setattr(ExternalCalendar, "save", save)
    assert read(TimeoutError(), NOW + timedelta(days=1)).told_at == NOW + timedelta(days=1)
    assert told(city.keeper) == 1


def test_an_event_that_is_gone_opens_its_time_again(city, read):
    read(calendar(lesson()))
    read(calendar(), NOW + MINUTE)
    assert closed() == []
    assert book(city, slot(day=2, hour=10)).state == "approved"


def test_a_closure_that_the_keeper_lifted_stays_lifted(city, read):
    read(calendar(lesson()))
    closure_lift(actor=city.keeper, closure_id=Closure.objects.get().pk, now=NOW)
    read(calendar(lesson()), NOW + MINUTE)
    assert closed() == []


def test_a_booking_in_the_time_stands_and_its_keeper_is_told_once(city, read):
    booking = book(city, slot(day=2, hour=10))
    read(calendar(lesson(), lesson("b", day=5)))
    read(calendar(lesson(), lesson("b", day=5)), NOW + MINUTE)
    booking.refresh_from_db()
    assert booking.state == "approved"
    assert closed() == [Interval(utc(5, 1), utc(5, 3))]
    assert told(city.keeper) == 1
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=NOW)
    read(calendar(lesson(), lesson("b", day=5)), NOW + 2 * MINUTE)
    assert closed() == [Interval(utc(4, 1), utc(4, 3)), Interval(utc(5, 1), utc(5, 3))]


@pytest.mark.parametrize(
    "answer", [ConnectionRefusedError("refused"), Answer(404, ""), "<html>", "x" * 1_000_001]
)
def test_what_cannot_be_read_leaves_closures_and_is_told_after_a_day(city, read, answer):
    read(calendar(lesson()))
    assert read(answer, NOW + MINUTE).failing_since == NOW + MINUTE
    read(answer, NOW + timedelta(hours=24))
    assert told(city.keeper) == 0
    read(answer, NOW + timedelta(hours=25))
    read(answer, NOW + timedelta(hours=26))
    assert told(city.keeper) == 1
    assert closed() == [Interval(utc(4, 1), utc(4, 3))]
    assert read(calendar(lesson()), NOW + timedelta(hours=27)).failing_since is None


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(404, ""), "HTTP 404"),
        ("<html>", "iCalendar: ValueError"),
        (ConnectionRefusedError(111, "Connection refused"), "无法连接该地址的服务器，或其响应不完整"),
        (TimeoutError(), "无法连接该地址的服务器，或其响应不完整"),
        (
            CallRefused("10.0.0.7 is not a public address"),
            "请填写以 https:// 开头、不带其他端口（只能用 443）、能从互联网访问的地址。",
        ),
    ],
)
def test_why_it_cannot_be_read_is_said_without_words_of_another_language(
    client, city, read, answer, reason, clock, caplog
):
    """What the system said of it stands in the log, under the number that the page names."""
    clock.set(NOW)
    caplog.set_level("INFO", "bookings.feeds")
    number = read(answer).public_id
    client.force_login(city.keeper)
    page = text_of(client.get(reverse("external_calendars")))
    assert (
        f"起：{reason} 由它生成的停用时间保持不变。请更正地址或取消关联。"
        f"平台管理员可按编号 {number} 在日志中查到原因。"
    ) in page
    (logged,) = [one.getMessage() for one in caplog.records if number in one.getMessage()]
    assert logged.startswith(f"External calendar {number} could not be read: ")
    read(answer, NOW + timedelta(days=1))
    assert Notification.objects.filter(user=city.keeper, path=reverse("external_calendars")).count() == 1
    assert f"无法读取（{reason}）" in text_of(client.get(reverse("inbox")))


def test_a_calendar_of_more_bytes_than_are_read_is_refused_as_too_large(read):
    read(calendar(lesson()))
    failing = read(calendar("X-NOTE:" + "课" * 400_000, lesson()), NOW + MINUTE)
    assert "1000000" in failing.failure
    assert closed() == [Interval(utc(4, 1), utc(4, 3))]


def lose_role(keeper):
    Keeper.objects.filter(user=keeper).delete()


def lock_account(keeper):
    keeper.is_active = False
    keeper.save()


@pytest.mark.parametrize("leave", [lose_role, lock_account])
def test_calendar_of_a_former_keeper_closes_nothing_and_is_told_once_to_who_is_there(
    client, city, read, clock, leave
):
    clock.set(NOW)
    colleague, locked = (factories.member(city.owner, Role.KEEPER) for _ in range(2))
    for keeper in (colleague, locked):
        Keeper.objects.create(instrument=city.instrument, user=keeper)
    lock_account(locked)
    read(calendar())
    leave(city.keeper)
    failing = read(calendar(lesson()), NOW + MINUTE)
    assert (failing.failing_since, failing.read_at, closed()) == (NOW + MINUTE, NOW, [])
    read(calendar(lesson()), NOW + 2 * MINUTE)
    read(calendar(lesson()), NOW + timedelta(days=2))
    assert [told(one) for one in (city.manager, colleague, locked, city.keeper)] == [1, 1, 0, 0]
    message = Notification.objects.get(user=city.manager, path=reverse("external_calendars"))
    assert (message.params["person"], message.is_urgent) == (city.keeper.name, True)
    client.force_login(colleague)
    page = client.get(reverse("external_calendars")).content.decode()
    assert "关联者已不再负责该仪器，请以您的名义重新关联。" in page
    assert "无法读取" not in page


def test_calendar_is_followed_again_when_its_keeper_is_back(city, read):
    lose_role(city.keeper)
    read(calendar(lesson()))
    Keeper.objects.create(instrument=city.instrument, user=city.keeper)
    followed = read(calendar(lesson()), NOW + MINUTE)
    assert (followed.failing_since, followed.failure, len(closed())) == (None, "", 1)
    lose_role(city.keeper)
    read(calendar(lesson()), NOW + 2 * MINUTE)
    assert told(city.manager) == 2


def test_calendar_of_a_former_keeper_is_taken_over_with_its_closures(client, city, read, clock):
    clock.set(NOW)
    connected = read(calendar(lesson()))
    lose_role(city.keeper)
    read(calendar(lesson()), NOW + MINUTE)
    closure = Closure.objects.get()
    client.force_login(city.manager)
    page = client.get(reverse("external_calendars")).content.decode()
    assert "以本人名义重新关联" in page
    facts = {"instrument": city.instrument.public_id, "address": ADDRESS}
    assert client.post(reverse("external_calendars"), facts).status_code == 302
    taken = ExternalCalendar.objects.get()
    assert (taken.pk, taken.created_by, taken.failing_since, taken.failure) == (
        connected.pk,
        city.manager,
        None,
        "",
    )
    assert (closed(), Closure.objects.get().pk) == ([Interval(utc(4, 1), utc(4, 3))], closure.pk)
    acts = AuditEntry.objects.filter(subject_id=connected.public_id, action="external_calendar.connected")
    assert [one.actor for one in acts.order_by("pk")] == [city.keeper, city.manager]
    assert "以本人名义重新关联" not in client.get(reverse("external_calendars")).content.decode()
    read(calendar(), NOW + 2 * MINUTE)
    assert closed() == []


def test_calendar_of_a_suspended_unit_is_read_when_the_unit_is_back(city, read):
    """Its people may close nothing meanwhile, and are not told to mend an address that works."""
    city.owner.state = OrganizationState.SUSPENDED
    city.owner.save()
    for days in (0, 2):
        connected = read(calendar(lesson()), NOW + timedelta(days=days))
        assert (connected.failing_since, connected.read_at, closed()) == (None, None, [])
    assert [told(one) for one in (city.keeper, city.manager)] == [0, 0]
    assert external_calendars_read_due(NOW) == 0
    city.owner.state = OrganizationState.ADMITTED
    city.owner.save()
    read(calendar(lesson()), NOW + timedelta(days=2))
    assert closed() == [Interval(utc(4, 1), utc(4, 3))]


def test_a_suspension_is_no_day_on_which_a_calendar_could_not_be_read(city, read):
    read(Answer(503, ""))
    city.owner.state = OrganizationState.SUSPENDED
    city.owner.save()
    external_calendars_read_due(NOW + timedelta(hours=1))
    city.owner.state = OrganizationState.ADMITTED
    city.owner.save()
    back = NOW + timedelta(days=9)
    failing = read(Answer(503, ""), back)
    assert (failing.failing_since, failing.failure, told(city.keeper)) == (back, "HTTP 503", 0)
    read(Answer(503, ""), back + timedelta(days=1))
    assert told(city.keeper) == 1


def test_a_calendar_that_failed_before_a_suspension_is_told_again_when_it_fails_afterwards(city, read):
    for days in (0, 1):
        read(Answer(503, ""), NOW + timedelta(days=days))
    assert told(city.keeper) == 1
    city.owner.state = OrganizationState.SUSPENDED
    city.owner.save()
    external_calendars_read_due(NOW + timedelta(days=2))
    city.owner.state = OrganizationState.ADMITTED
    city.owner.save()
    for days in (9, 10):
        read(Answer(503, ""), NOW + timedelta(days=days))
    assert told(city.keeper) == 2


def test_the_journal_does_not_keep_the_address_that_opens_a_calendar(city):
    connected = connect(city, "https://calendar.example.org/private-4711/basic.ics")
    external_calendar_disconnect(actor=city.manager, calendar_id=connected.pk, now=NOW)
    told = [one.details for one in AuditEntry.objects.filter(subject_id=connected.public_id)]
    assert told == [{"instrument": city.instrument.public_id, "host": "calendar.example.org"}] * 2


def test_disconnecting_lifts_what_is_ahead(city, read):
    connected = read(calendar(lesson()))
    external_calendar_disconnect(actor=city.manager, calendar_id=connected.pk, now=NOW)
    assert (closed(), ExternalCalendar.objects.count()) == ([], 0)
    external_calendar_read(connected.public_id, NOW)


def test_addresses_that_are_refused(city):
    connect(city)
    for address, error in [
        ("http://calendar.example.org/a.ics", AddressRefused),
        ("https://a@calendar.example.org/a.ics", AddressRefused),
        (ADDRESS, CalendarKnown),
    ]:
        with pytest.raises(error):
            connect(city, address)
    for number in range(1, MOST_CALENDARS):
        connect(city, f"{ADDRESS}?{number}")
    with pytest.raises(TooManyCalendars):
        connect(city, f"{ADDRESS}?more")


def test_the_clock_reads_every_calendar_by_a_job(city, answers, run_jobs, clock):
    clock.set(NOW)
    connect(city)
    answers[ADDRESS] = calendar(lesson())
    assert external_calendars_read_due(NOW) == 1
    run_jobs()
    assert closed() == [Interval(utc(4, 1), utc(4, 3))]


@pytest.fixture
def slow(city, clock, monkeypatch):
    """Four calendars, of which each takes six seconds, and those that were read."""
    clock.set(NOW)
    monkeypatch.setattr(shown_calendars, "MOST_CALENDARS", 4)
    ids = [connect(city, f"{ADDRESS}?{number}").public_id for number in range(4)]
    DBTaskResult.objects.all().delete()
    taken = []

    def read(public_id, now):
        taken.append(ids.index(public_id))
        clock.set(now + timedelta(seconds=6))
        if taken == [0]:
            raise KeyError(public_id)

    monkeypatch.setattr(external_calendars, "external_calendar_read", read)
    return taken


def test_reading_goes_on_behind_other_jobs_and_begins_again_only_after_its_end(slow, run_jobs):
    """One that fails in a way that nobody foresaw keeps no other from being read."""
    assert external_calendars_read_due(NOW) == 4
    read_so_far = []
    while run_next_job("test"):
        read_so_far.append(list(slow))
        assert external_calendars_read_due(NOW) == (0 if len(slow) < 4 else 4)
        if len(slow) == 4:
            break
    assert read_so_far == [[0], [0, 1, 2], [0, 1, 2, 3]]
    run_jobs()
    assert slow == [0, 1, 2, 3, 0, 1, 2, 3]


def test_reading_that_runs_is_not_begun_again(slow, monkeypatch, run_jobs):
    begun = []

    def read(_public_id, now):
        begun.append(external_calendars_read_due(now))

    monkeypatch.setattr(external_calendars, "external_calendar_read", read)
    assert external_calendars_read_due(NOW) == 4
    run_jobs()
    assert begun == [0, 0, 0, 0]


def test_the_page_connects_and_shows_what_waits_for_a_decision(client, city, answers, run_jobs, clock):
    clock.set(NOW)
    book(city, slot(day=2, hour=10))
    client.force_login(city.keeper)
    address = reverse("external_calendars")
    refused = client.post(
        address, {"instrument": city.instrument.public_id, "address": "https://a@b.example/"}
    )
    assert refused.status_code == 422
    answers[ADDRESS] = calendar(lesson())
    facts = {"instrument": city.instrument.public_id, "address": ADDRESS}
    assert client.post(address, facts).status_code == 302
    run_jobs()
    page = client.get(address).content.decode()
    assert ADDRESS in page
    assert "3月4日" in page


def test_an_instrument_with_all_its_calendars_is_not_offered_for_another(client, city):
    client.force_login(city.keeper)
    second = factories.instrument(city.owner, name_zh="透射电子显微镜")
    Keeper.objects.create(instrument=second, user=city.keeper)
    offered = f'<option value="{city.instrument.public_id}">'
    said = "以下仪器已关联 3 个外部日历，达到上限。如需关联其他日历，请先取消该仪器的一个关联。"

    def show():
        page = client.get(reverse("external_calendars"))
        assert f'<option value="{second.public_id}">' in page.text
        return offered in page.text, said in text_of(page)

    for number in range(MOST_CALENDARS):
        assert show() == (True, False)
        connect(city, f"{ADDRESS}?{number}")
    assert show() == (False, True)
    Keeper.objects.filter(instrument=second).delete()
    page = client.get(reverse("external_calendars"))
    assert ('name="address"' in page.text, said in text_of(page)) == (False, True)


def test_the_page_takes_as_many_statements_for_many_calendars(client, city, statements):
    client.force_login(city.keeper)
    connect(city)
    statements.assert_unchanged(
        lambda: client.get(reverse("external_calendars")),
        by=lambda: [connect(city, f"{ADDRESS}?{number}") for number in range(1, MOST_CALENDARS)],
    )
