from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import translation

from bookings.requests.domain.errors import AlreadyAgreed, BookingRefused, ClosureHitsBookings
from bookings.requests.models import Booking, CreditEvent, NextFree
from bookings.requests.selectors.costs import get_cancel_cost
from bookings.requests.selectors.rule_effects import find_starts_around_closure
from bookings.requests.selectors.searching import search_catalogue
from bookings.requests.services.bookings import booking_move
from bookings.requests.services.cancellations import booking_cancel
from bookings.requests.services.closures import closure_place
from bookings.requests.services.deciding import booking_agree
from bookings.requests.services.instrument_decisions import closure_lift, instrument_suspend
from bookings.requests.services.lapses_and_no_shows import bookings_no_show_due
from bookings.requests.services.notifications import CANCELLED_NOT_AGREED, MOVED_BY_UNIT
from bookings.requests.views import closures as views
from instrument_share.journal import selectors as journal
from instrument_share.kernel.errors import Forbidden, IllegalMove
from instrument_share.kernel.interval import Interval
from instrument_share.web.responses.problem import told
from providers.instruments.services.people import qualification_grant
from providers.models import Instrument
from providers.terms.selectors.closures import closures
from tests import factories
from tests.bookings.projects.things import add_project
from tests.bookings.requests.booking import book
from tests.factories import NOW, slot

pytestmark = pytest.mark.django_db


def close(city, interval, outcomes=None, actor=None):
    return closure_place(
        actor=actor or city.keeper,
        instrument_id=city.instrument.pk,
        interval=interval,
        reason_zh="更换灯丝",
        reason_en="Change of filament",
        now=NOW,
        outcomes=outcomes,
    )


def test_a_closure_takes_the_time_out_and_moves_the_next_free_time(city):
    close(city, slot(day=0, hour=8, length=5))
    assert NextFree.objects.get().at == slot(day=0, hour=13).start
    with pytest.raises(BookingRefused) as refused:
        book(city, slot(day=0, hour=12, length=2))
    assert [one.code for one in refused.value.problems] == ["booking.closed"]


def test_closure_requires_outcome_for_each_affected_booking(city):
    moved, cancelled = book(city, slot(hour=9, length=1)), book(city, slot(hour=11, length=1), payer=False)
    with pytest.raises(ClosureHitsBookings) as refused:
        close(city, slot(hour=8, length=8), {moved.public_id: slot(day=4, hour=9, length=1)})
    assert [one.subject for one in refused.value.problems] == [cancelled.public_id]
    assert closures([city.instrument.pk], slot(hour=8, length=8)) == {city.instrument.pk: []}
    close(
        city,
        slot(hour=8, length=8),
        {moved.public_id: slot(day=4, hour=9, length=1), cancelled.public_id: "cancel"},
    )
    moved.refresh_from_db()
    cancelled.refresh_from_db()
    assert (moved.state, moved.starts_at) == ("approved", slot(day=4, hour=9).start)
    assert (cancelled.state, cancelled.charged_yuan, cancelled.late_cancel) == ("cancelled", None, False)
    assert cancelled.decision_note == "更换灯丝"
    (told,) = (one.details for one in journal.history(cancelled) if one.action == "booking.cancelled")
    assert told == {"closure": True, "reason": "更换灯丝"}
    (told,) = (one.details for one in journal.history(moved) if one.action == "booking.moved")
    assert (told["closure"], told["reason"]) == (True, "更换灯丝")
    notices = journal.notifications(city.researcher)
    assert [one.params["reason"] for one in notices] == [{"zh": "更换灯丝", "en": "Change of filament"}] * 2


def test_user_of_moved_booking_is_told_why_and_agrees(city):
    moved = book(city, slot(hour=9, length=1))
    close(city, slot(hour=8, length=8), {moved.public_id: slot(day=4, hour=9, length=1)})
    notice = journal.notifications(city.researcher).get()
    with translation.override("en"):
        assert ": Change of filament Agree to it" in told(notice.message, notice.params)
    agree = partial(booking_agree, booking_id=moved.pk, now=NOW)
    with pytest.raises(Forbidden):
        agree(actor=city.keeper)
    assert agree(actor=city.researcher).moved_by_unit_at is None
    with pytest.raises(AlreadyAgreed):
        agree(actor=city.researcher)
    assert [entry.action for entry in journal.history(moved)][-1] == "booking.agreed"


@pytest.mark.parametrize(("agreed", "late"), [(False, False), (True, True)])
def test_moved_booking_is_cancelled_without_charge_until_its_start_unless_agreed_to(city, agreed, late):
    moved = book(city, slot(hour=9, length=1))
    close(city, slot(hour=8, length=8), {moved.public_id: slot(day=2, hour=9, length=1)})
    if agreed:
        booking_agree(actor=city.researcher, booking_id=moved.pk, now=NOW)
    moved.refresh_from_db()
    start = slot(day=2, hour=9).start
    assert get_cancel_cost(city.researcher, moved, start).late == late
    cancelled = booking_cancel(actor=city.researcher, booking_id=moved.pk, now=start)
    assert (cancelled.late_cancel, cancelled.charged_yuan is not None) == (late, late)


def test_moved_booking_that_was_not_agreed_to_is_no_no_show(city):
    moved, kept = book(city, slot(hour=9, length=1)), book(city, slot(hour=11, length=1))
    booking_move(actor=city.keeper, booking_id=moved.pk, interval=slot(hour=14), now=NOW)
    booking_move(actor=city.keeper, booking_id=kept.pk, interval=slot(hour=11, length=2), now=NOW)
    assert {one.message for one in journal.notifications(city.researcher)} == {MOVED_BY_UNIT}
    booking_agree(actor=city.researcher, booking_id=kept.pk, now=NOW)
    assert bookings_no_show_due(slot(hour=16).start) == 1
    moved.refresh_from_db()
    assert (moved.state, moved.charged_yuan, moved.late_cancel) == ("cancelled", None, False)
    assert [event.booking_id for event in CreditEvent.objects.all()] == [kept.pk]
    for person in (city.researcher, city.keeper):
        assert [one.message for one in journal.notifications(person)].count(CANCELLED_NOT_AGREED) == 1


def test_booking_that_was_cancelled_is_not_agreed_to(city):
    moved = book(city, slot(hour=9, length=1))
    booking_move(actor=city.keeper, booking_id=moved.pk, interval=slot(hour=14), now=NOW)
    booking_cancel(actor=city.researcher, booking_id=moved.pk, now=NOW)
    with pytest.raises(IllegalMove):
        booking_agree(actor=city.researcher, booking_id=moved.pk, now=NOW)


def test_user_who_moves_a_booking_themselves_agrees(city):
    booking = book(city, slot(hour=9, length=1))
    moved = booking_move(actor=city.keeper, booking_id=booking.pk, interval=slot(hour=14), now=NOW)
    assert moved.moved_by_unit_at == NOW
    moved = booking_move(actor=city.researcher, booking_id=booking.pk, interval=slot(hour=15), now=NOW)
    assert moved.moved_by_unit_at is None


def test_free_starts_are_proposed_outside_the_closure_and_do_not_overlap(city):
    one, other = book(city, slot(hour=9, length=2)), book(city, slot(hour=11, length=2), payer=False)
    closed = slot(hour=8, length=8)
    proposed = find_starts_around_closure(city.instrument, closed, [one, other], NOW)
    assert proposed == {one.public_id: closed.end, other.public_id: closed.end + timedelta(hours=2)}
    outcomes = {key: Interval(start, start + timedelta(hours=2)) for key, start in proposed.items()}
    close(city, closed, outcomes)


def test_closure_move_reports_times_and_recharges_late_canceller(city):
    cancelled = book(city, slot(day=0, hour=9, length=2), now=NOW - timedelta(days=2))
    booking_cancel(actor=city.researcher, booking_id=cancelled.pk, now=NOW)
    taker = book(city, slot(day=0, hour=9, length=2), payer=False)
    cancelled.refresh_from_db()
    assert cancelled.charged_yuan == Decimal("0.00")
    close(city, slot(day=0, hour=8, length=8), {taker.public_id: slot(day=4, hour=9, length=2)})
    cancelled.refresh_from_db()
    assert cancelled.charged_yuan == Decimal("100.00")
    (moved,) = [one for one in journal.history(taker) if one.action == "booking.moved"]
    assert (moved.details["from"], moved.details["to"]) == (
        "2026-03-02T01:00:00Z/2026-03-02T03:00:00Z",
        "2026-03-06T01:00:00Z/2026-03-06T03:00:00Z",
    )


def test_closure_with_inadmissible_move_changes_nothing(city):
    booking = book(city)
    with pytest.raises(BookingRefused):
        close(city, slot(hour=8, length=8), {booking.public_id: slot(day=4, hour=19, length=4)})
    assert Booking.objects.get().starts_at == slot().start
    assert closures([city.instrument.pk], slot()) == {city.instrument.pk: []}


def test_refused_new_time_of_a_booking_is_told_beside_that_and_not_beside_the_closure(city, client, clock):
    clock.set(NOW)
    first, second = book(city, slot(hour=9, length=1)), book(city, slot(hour=11, length=1))
    client.force_login(city.keeper)
    sent = {"instrument": city.instrument.public_id, "reason_zh": "更换灯丝"} | {
        "starts_at": "2026-03-03T08:00",
        "ends_at": "2026-03-03T18:00",
        f"outcome_{first.public_id}": "cancel",
        f"outcome_{second.public_id}": "move",
        f"start_{second.public_id}": "2026-03-03T12:00",
    }
    refused = client.post("/keeper/closure/", sent)
    assert (refused.status_code, refused.context["form"].errors) == (422, {})
    assert list(refused.context["fates"].errors) == [f"start_{second.public_id}"]
    assert closures([city.instrument.pk], slot()) == {city.instrument.pk: []}


def test_user_cannot_close_instrument(city):
    with pytest.raises(Forbidden):
        close(city, slot(), actor=city.researcher)


def test_a_search_for_free_time_leaves_out_a_closed_instrument_until_the_closure_is_lifted(city):
    def free(interval):
        found = search_catalogue(AnonymousUser(), free=interval, now=NOW)
        return list(found.instruments)

    closure = close(city, slot(hour=9, length=3))
    assert free(slot(hour=10, length=1)) == []
    assert free(slot(hour=11, length=2)) == []
    assert free(slot(hour=12, length=1)) == [city.instrument]
    closure_lift(actor=city.keeper, closure_id=closure.pk, now=NOW)
    assert free(slot(hour=10, length=1)) == [city.instrument]


def test_past_closures_go_on_behind_the_first_page(city, see, monkeypatch):
    monkeypatch.setattr(views, "PAST_PER_PAGE", 1)
    for day in (0, 1):
        closure_lift(actor=city.keeper, closure_id=close(city, slot(day=day)).pk, now=NOW)
    first = see(city.keeper, "closures").context["past"]
    later = see(city.keeper, "closures", past=first.next_cursor).context["past"]
    assert [one.starts_at for page in (first, later) for one in page.items] == [
        slot(day=1).start,
        slot(day=0).start,
    ]
    assert later.next_cursor is None


def test_lifting_one_of_two_closures_names_the_one_that_remains(city, see):
    lifted, _other = close(city, slot(day=1)), close(city, slot(day=1, hour=8, length=12))
    asked = see(city.keeper, "closure_lift", lifted.public_id).context["consequences"]
    assert asked[:-1] == ["另有停用仍然有效：2026年3月3日 周二 08:00–20:00。"]


def test_lifting_a_closure_of_a_retired_instrument_promises_no_bookings(city, see):
    lifted = close(city, slot(day=1))
    Instrument.objects.update(state="retired", retired_at=NOW)
    asked = see(city.keeper, "closure_lift", lifted.public_id).context["consequences"]
    assert asked[0] == "该仪器已退役，不再接受预约。"


def test_lifting_a_closure_of_a_suspended_instrument_says_that_it_stays_suspended(city, see):
    lifted = close(city, slot(day=1))
    instrument_suspend(
        actor=city.manager, instrument_id=city.instrument.pk, reason="检修", outcomes={}, now=NOW
    )
    asked = see(city.keeper, "closure_lift", lifted.public_id).context["consequences"]
    assert asked[:-1] == ["仪器仍处于暂停状态：恢复服务前不能预约。"]


def test_times_proposed_around_a_closure_lie_within_the_qualification_of_the_user():
    city = factories.city(needs_qualification=True)
    closed = slot(day=1, hour=8, length=12)
    qualification_grant(
        actor=city.keeper,
        instrument_id=city.instrument.pk,
        user=city.researcher,
        expires_at=closed.end,
        now=NOW,
    )
    booking = book(city, slot(day=1, hour=9))
    start = find_starts_around_closure(city.instrument, closed, [booking], NOW)[booking.public_id]
    assert start < closed.start
    close(city, closed, {booking.public_id: Interval(start, start + timedelta(hours=2))})


def test_a_keeper_moves_their_own_booking_out_of_a_closure_after_the_deadline_for_changes(city):
    own = book(city, slot(day=0, hour=15), actor=city.keeper, payer=False)
    close(city, slot(day=0, hour=14, length=6), {own.public_id: slot(day=4)})
    own.refresh_from_db()
    assert (own.starts_at, own.moved_by_unit_at) == (slot(day=4).start, None)


def test_no_time_around_a_closure_is_proposed_that_the_project_refuses(city):
    project = add_project(city, last_date=slot(day=1).start.date())
    booking = book(city, slot(day=1, hour=9), organization_project_id=project.pk)
    closed = Interval(NOW, slot(day=1, hour=20).end)
    assert find_starts_around_closure(city.instrument, closed, [booking], NOW) == {}


def test_closing_says_where_a_booking_could_go_and_that_its_project_covers_no_free_time(city, client, clock):
    clock.set(NOW)
    project = add_project(city, last_date=slot(day=1).start.date())
    free = book(city, slot(day=1, hour=9))
    bound = book(city, slot(day=1, hour=11), organization_project_id=project.pk)
    client.force_login(city.keeper)
    sent = {"instrument": city.instrument.public_id, "reason_zh": "更换灯丝"}
    sent |= {"starts_at": "2026-03-02T08:00", "ends_at": "2026-03-03T20:00"}
    fields = client.post("/keeper/closure/", sent).context["fates"].fields
    told = [str(fields[f"start_{one.public_id}"].help_text) for one in (free, bound)]
    assert told == ["可改至：2026年3月4日 08:00", "未找到可改至、且其项目可承担的空闲时段。"]


def test_time_before_a_closure_is_proposed_where_the_project_ends_before_what_is_free_after_it(city):
    project = add_project(city, last_date=slot(day=3).start.date())
    booking = book(city, slot(day=3, hour=9), organization_project_id=project.pk)
    closed = Interval(slot(day=3, hour=8).start, slot(day=5, hour=20).end)
    starts = find_starts_around_closure(city.instrument, closed, [booking], NOW)
    assert starts == {booking.public_id: slot(day=0, hour=8).start}
    close(city, closed, {booking.public_id: slot(day=0, hour=8)})


@pytest.mark.parametrize("holder", ["user", "organization"])
def test_times_proposed_around_a_closure_keep_the_quotas(holder):
    city = factories.city(quotas=[{"holder": holder, "span": "day", "most_bookings": 1}])
    hit, also_hit, later = (book(city, slot(day=day)) for day in (1, 2, 3))
    closed = Interval(slot(day=1).start, slot(day=2).end)
    starts = find_starts_around_closure(city.instrument, closed, [hit, also_hit], NOW)
    moved = {public_id: Interval(start, start + timedelta(hours=2)) for public_id, start in starts.items()}
    assert len({one.start.date() for one in moved.values()} | {later.starts_at.date()}) == 3
    closure_place(
        actor=city.keeper,
        instrument_id=city.instrument.pk,
        interval=closed,
        reason_zh="检修",
        outcomes=moved,
        now=NOW,
    )
