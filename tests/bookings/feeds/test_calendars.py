"""Calendar feeds, read back by a parser that did not write them."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import vobject
from django.db import IntegrityError, transaction

from bookings.feeds.models import CalendarFeed
from bookings.feeds.selectors.calendars import (
    KEPT_FOR,
    count_feeds,
    get_feed_address,
    get_feed_bookings,
    get_feed_events,
    subscriptions,
)
from bookings.feeds.services.calendars import (
    calendar_feed_close,
    calendar_feed_open,
    calendar_feed_rekey,
)
from bookings.requests.models import Booking
from bookings.requests.selectors.companions import get_companions
from bookings.requests.services.bookings import booking_move
from bookings.requests.services.cancellations import booking_cancel
from bookings.requests.services.deciding import booking_approve
from bookings.requests.services.lapses_and_no_shows import bookings_no_show_due
from instrument_share.accounts import services as accounts
from instrument_share.accounts.domain import OrganizationKind, Role
from instrument_share.accounts.models import Membership, User
from instrument_share.journal.models import AuditEntry, Notification
from instrument_share.kernel.errors import Forbidden, NotFound
from tests import factories
from tests.bookings.requests.booking import book, use
from tests.bookings.requests.test_together import linked_city
from tests.factories import NOW, slot

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def path_of(feed):
    return urlsplit(get_feed_address(feed)).path


@pytest.fixture
def fetch(client, clock):
    """`fetch(feed)` answers as its address does, at the time given."""

    def fetch(feed, now=NOW, **headers):
        clock.set(now)
        return client.get(feed if isinstance(feed, str) else path_of(feed), headers=headers)

    return fetch


@pytest.fixture
def own(city):
    return calendar_feed_open(actor=city.researcher, now=NOW)


def events(response):
    """The events by UID, as vobject reads them; the zone must be the file's own."""
    assert response.status_code == 200
    calendar = vobject.readOne(response.content.decode())
    assert calendar.vtimezone.tzid.value == "Asia/Shanghai"
    return {event.uid.value.partition("@")[0]: event for event in calendar.contents.get("vevent", [])}


def test_a_booking_is_an_event_with_what_its_person_needs(city, own, fetch):
    booking = book(city)
    answer = fetch(own)
    event = events(answer)[booking.public_id]
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert (event.dtstart.value, event.dtend.value) == (booking.starts_at, booking.ends_at)
    assert event.dtstart.value.utcoffset() == 8 * HOUR
    assert b"DTSTART;TZID=Asia/Shanghai:20260303T090000" in answer.content
    assert event.summary.value == "场发射扫描电子显微镜"
    assert "已通过" in event.description.value and "二氧化钛薄膜" in event.description.value
    assert event.url.value.endswith(f"/bookings/{booking.public_id}/")
    assert (event.status.value, event.sequence.value) == ("CONFIRMED", "0")
    assert event.last_modified.value == NOW


def test_each_change_raises_the_sequence_and_keeps_the_uid(city, own, fetch):
    booking = book(city)
    booking_move(actor=city.researcher, booking_id=booking.pk, interval=slot(day=2), now=NOW + HOUR)
    moved = events(fetch(own))[booking.public_id]
    assert (moved.sequence.value, moved.last_modified.value) == ("1", NOW + HOUR)
    assert moved.dtstart.value == slot(day=2).start
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=NOW + 2 * HOUR)
    gone = events(fetch(own))[booking.public_id]
    assert (gone.sequence.value, gone.status.value) == ("2", "CANCELLED")
    assert gone.last_modified.value == NOW + 2 * HOUR
    assert gone.transp.value == "TRANSPARENT"


def test_a_request_is_tentative_until_it_is_approved(db, fetch):
    city = factories.city(decision="by_keeper", decision_hours=24)
    feed = calendar_feed_open(actor=city.researcher, now=NOW)
    booking = book(city)
    assert events(fetch(feed))[booking.public_id].status.value == "TENTATIVE"
    booking_approve(actor=city.keeper, booking_id=booking.pk, now=NOW)
    assert events(fetch(feed))[booking.public_id].status.value == "CONFIRMED"


def test_an_approved_booking_is_tentative_while_a_linked_one_waits(db, fetch):
    city = linked_city(decision="by_keeper", decision_hours=24)
    feed = calendar_feed_open(actor=city.researcher, now=NOW)
    booking = book(city)
    (mate,) = get_companions(booking)
    assert (booking.state, mate.state) == ("approved", "requested")
    assert {one.status.value for one in events(fetch(feed)).values()} == {"TENTATIVE"}
    booking_approve(actor=city.keeper, booking_id=mate.pk, now=NOW)
    assert {one.status.value for one in events(fetch(feed)).values()} == {"CONFIRMED"}


def test_what_nobody_came_for_is_shown_as_cancelled(city, own, fetch):
    booking = book(city)
    bookings_no_show_due(booking.starts_at + HOUR)
    assert events(fetch(own))[booking.public_id].status.value == "CANCELLED"


def test_what_is_long_over_is_left_out(city, own, fetch):
    booking = book(city)
    last = booking.ends_at + KEPT_FOR
    assert booking.public_id in events(fetch(own, last - timedelta(seconds=1)))
    assert booking.public_id not in events(fetch(own, last))


def test_of_too_many_the_latest_stay(city, own, monkeypatch):
    monkeypatch.setattr("bookings.feeds.selectors.calendars.MOST_EVENTS", 2)
    days = [book(city, slot(day=day)).public_id for day in (1, 2, 3)]
    assert [event.public_id for event in get_feed_events(own, get_feed_bookings(own, NOW))] == days[1:]


def test_a_feed_takes_as_many_statements_for_many(city, own, statements):
    def more():
        book(city, slot(day=2 + Booking.objects.count()))

    book(city)
    statements.assert_unchanged(lambda: get_feed_events(own, get_feed_bookings(own, NOW)), by=more)


def test_the_unit_sees_who_comes_and_the_user_only_their_own(city, own, fetch):
    other = factories.member(city.company, name="庚")
    mine, theirs = book(city), book(city, slot(day=2), actor=other)
    kept = calendar_feed_open(actor=city.keeper, instrument=city.instrument, now=NOW)
    unit = calendar_feed_open(actor=city.manager, organization=city.owner, now=NOW)
    assert events(fetch(own)).keys() == {mine.public_id}
    for feed in (kept, unit):
        found = events(fetch(feed))
        assert found.keys() == {mine.public_id, theirs.public_id}
        assert found[theirs.public_id].summary.value == "庚 · 场发射扫描电子显微镜"


def test_calendar_that_names_others_leaves_an_entry_a_day_when_it_is_sent(city, own, fetch):
    book(city)
    unit = calendar_feed_open(actor=city.manager, organization=city.owner, now=NOW)
    entries = AuditEntry.objects.filter(action="personal_data.disclosed")
    fetch(own)
    assert not entries.exists()
    etag = fetch(unit)["ETag"]
    fetch(unit, NOW + HOUR)
    entry = entries.get()
    assert (entry.actor, entry.details) == (city.manager, {"what": "calendar.read", "rows": 1})
    fetch(unit, NOW + DAY, **{"If-None-Match": etag})
    assert entries.count() == 1
    fetch(unit, NOW + DAY)
    assert entries.count() == 2


def test_a_keeper_reads_of_the_unit_what_they_keep(city, fetch):
    elsewhere = factories.instrument(city.owner)
    factories.rule(elsewhere)
    factories.windows(elsewhere)
    not_kept = book(city, instrument_id=elsewhere.pk, actor=city.keeper, payer=False)
    feed = calendar_feed_open(actor=city.keeper, organization=city.owner, now=NOW)
    assert not_kept.public_id not in events(fetch(feed))


def test_only_who_answers_for_it_may_subscribe(city):
    for target in ({"instrument": city.instrument}, {"organization": city.owner}):
        with pytest.raises(Forbidden):
            calendar_feed_open(actor=city.researcher, now=NOW, **target)
    assert [one.name for one in subscriptions(city.researcher)] == ["我的预约"]
    assert len(subscriptions(city.keeper)) == 3


def test_an_address_ends_with_the_role(city, fetch):
    feed = calendar_feed_open(actor=city.keeper, instrument=city.instrument, now=NOW)
    assert fetch(feed).status_code == 200
    Membership.objects.filter(user=city.keeper).update(state="ended")
    assert fetch(feed).status_code == 404


def test_an_address_ends_with_the_account(city, own, fetch):
    city.researcher.is_active = False
    city.researcher.save()
    assert fetch(own).status_code == 404


def test_a_new_address_makes_the_old_one_worthless(city, own, fetch):
    old = path_of(own)
    assert fetch(old).status_code == 200
    new = calendar_feed_rekey(actor=city.researcher, public_id=own.public_id, now=NOW)
    assert fetch(old).status_code == 404
    assert fetch(new).status_code == 200
    calendar_feed_close(actor=city.researcher, public_id=own.public_id, now=NOW)
    assert fetch(path_of(new)).status_code == 404
    with pytest.raises(NotFound):
        calendar_feed_rekey(actor=city.researcher, public_id=own.public_id, now=NOW)


def test_request_under_way_as_its_account_is_locked_changes_no_address(city, own):
    as_read_before = User.objects.get(pk=city.researcher.pk)
    admin = factories.member(factories.organization(), Role.SYSADMIN)
    accounts.account_lock(actor=admin, user_id=city.researcher.pk, reason="被盗用", now=NOW)
    left = CalendarFeed.objects.values().get()
    for act, facts in (
        (calendar_feed_rekey, {"public_id": own.public_id}),
        (calendar_feed_close, {"public_id": own.public_id}),
        (calendar_feed_open, {}),
    ):
        with pytest.raises(Forbidden):
            act(actor=as_read_before, now=NOW, **facts)
    assert CalendarFeed.objects.values().get() == left


def test_a_guessed_address_answers_nothing(own, fetch):
    assert fetch(f"{path_of(own)[:-5]}x.ics").status_code == 404
    assert fetch(f"/calendars/{own.public_id}/é.ics").status_code == 404


def test_unchanged_is_answered_without_a_body(city, own, fetch):
    first = fetch(own)
    again = fetch(own, NOW + HOUR, if_none_match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    book(city)
    assert fetch(own, if_none_match=first["ETag"]).status_code == 200


def test_a_feed_speaks_its_persons_language(city, own, fetch):
    booking = book(city)
    city.researcher.language = "en"
    city.researcher.save()
    event = events(fetch(own, accept_language="zh"))[booking.public_id]
    assert event.summary.value == "Field emission SEM"
    assert event.description.value.startswith("Approved")


def test_one_feed_of_a_kind(city, own):
    assert calendar_feed_open(actor=city.researcher, now=NOW + HOUR) == own
    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarFeed.objects.create(user=city.researcher, opened_at=NOW)


def test_a_year_of_bookings_passes_an_independent_parser(city, own, fetch):
    """Every state, texts with what iCalendar escapes, lines longer than it allows, 12 months."""
    factories.windows(city.instrument, NOW + 30 * DAY, 335)
    city.rule.horizon_days = 400
    city.rule.save()
    subjects = ["逗号, 分号; 反斜线\\ 与换行", "长" * 120, 'Ti "O2"']
    made = [
        book(city, slot(day=day, hour=9 + day % 8), subject=subjects[day // 9 % 3])
        for day in range(2, 360, 9)
    ]
    for number, booking in enumerate(made[:20]):
        if number % 2:
            booking_cancel(actor=city.researcher, booking_id=booking.pk, now=NOW)
    use(city, slot(day=1))
    answer = fetch(own)
    found = events(answer)
    assert len(found) == len(made) + 1
    for booking in Booking.objects.filter(pk__in=[one.pk for one in made]):
        event = found[booking.public_id]
        assert (event.dtstart.value, event.dtend.value) == (booking.starts_at, booking.ends_at)
        assert booking.subject in event.description.value
        assert (event.status.value == "CANCELLED") == (booking.state == "cancelled")
    assert max(len(line) for line in answer.content.split(b"\r\n")) <= 75


def test_the_page_opens_renews_and_ends_a_subscription(city, see, send):
    assert "还没有订阅" in see(city.keeper, "my_calendars").content.decode()
    assert send(city.keeper, "my_calendars", of=city.instrument.public_id).status_code == 302
    feed = CalendarFeed.objects.get(user=city.keeper)
    assert feed.instrument == city.instrument
    assert get_feed_address(feed) in see(city.keeper, "my_calendars").content.decode()
    send(city.keeper, "calendar_rekey", feed.public_id)
    feed.refresh_from_db()
    assert feed.generation == 2
    assert send(city.researcher, "calendar_close", feed.public_id).status_code == 404
    send(city.keeper, "calendar_close", feed.public_id)
    assert not CalendarFeed.objects.exists()
    assert send(city.researcher, "my_calendars", of=city.instrument.public_id).status_code == 422


def test_addresses_end_with_the_password_and_wherever_tokens_end(city, own, fetch):
    """Whoever knew the password may have read them."""
    first = path_of(own)
    assert fetch(first).status_code == 200
    accounts.user_password_changed(user=city.researcher, session_key="", now=NOW)
    own.refresh_from_db()
    second = path_of(own)
    assert (fetch(first).status_code, fetch(second).status_code) == (404, 200)
    assert AuditEntry.objects.get(action="user.password_changed").details["calendars"] == 1
    assert Notification.objects.get(user=city.researcher, path="/me/calendars/")
    office = factories.organization("云屏市大数据中心", kind=OrganizationKind.GOVERNMENT.value)
    admin = factories.member(office, Role.SYSADMIN)
    accounts.account_end_access(actor=admin, user_id=city.researcher.pk, now=NOW)
    assert fetch(second).status_code == 404


def test_who_is_locked_out_is_told_that_the_addresses_have_ended(city, own, fetch):
    office = factories.organization("云屏市大数据中心", kind=OrganizationKind.GOVERNMENT.value)
    admin = factories.member(office, Role.SYSADMIN)
    accounts.account_lock(actor=admin, user_id=city.researcher.pk, reason="账号异常", now=NOW)
    assert AuditEntry.objects.get(action="user.locked").details["calendars"] == 1
    assert Notification.objects.filter(user=city.researcher, path="/me/calendars/").count() == 1


def test_address_that_ended_with_its_role_is_not_counted_nor_given_anew(city, see):
    feed = calendar_feed_open(actor=city.keeper, instrument=city.instrument, now=NOW)
    calendar_feed_open(actor=city.keeper, now=NOW)

    def offers():
        person = User.objects.get(pk=city.keeper.pk)
        return count_feeds(person), see(person, "calendar_rekey", feed.public_id).status_code

    before = offers()
    Membership.objects.filter(user=city.keeper).update(state="ended")
    assert [before, offers()] == [(2, 200), (1, 403)]
    with pytest.raises(Forbidden):
        calendar_feed_rekey(actor=User.objects.get(pk=city.keeper.pk), public_id=feed.public_id, now=NOW)


def test_address_that_answers_nothing_is_ended_without_a_word_before_its_role_is_back(city, fetch, see):
    feed = calendar_feed_open(actor=city.keeper, instrument=city.instrument, now=NOW)
    office = factories.organization("云屏市大数据中心", kind=OrganizationKind.GOVERNMENT.value)
    admin = factories.member(office, Role.SYSADMIN)
    roles = Membership.objects.filter(user=city.keeper)
    roles.update(state="ended")
    page = see(admin, "system_account", city.keeper.public_id).content.decode()
    assert (f"{city.keeper.public_id}/end-access/" in page, "日历订阅地址" in page) == (True, False)
    accounts.account_end_access(actor=admin, user_id=city.keeper.pk, now=NOW)
    assert not Notification.objects.filter(user=city.keeper, path="/me/calendars/").exists()
    roles.update(state="active")
    former = path_of(feed)
    feed.refresh_from_db()
    assert (fetch(former).status_code, fetch(path_of(feed)).status_code) == (404, 200)
