"""What becomes of bookings when their instrument goes out of service, or the right behind them ends."""

from datetime import timedelta

import pytest
from django.urls import reverse

from bookings.requests.domain.errors import BookingRefused, InstrumentHitsBookings, QualificationHitsBookings
from bookings.requests.models import Booking, NextFree
from bookings.requests.selectors.calendar import get_calendar_events
from bookings.requests.selectors.offers import get_free_intervals
from bookings.requests.services.bookings import booking_move
from bookings.requests.services.closures import closure_place
from bookings.requests.services.deciding import booking_approve
from bookings.requests.services.instrument_decisions import (
    closure_lift,
    instrument_resume,
    instrument_retire,
    instrument_suspend,
    qualification_revoke,
)
from bookings.requests.services.rules import rule_put_in_force
from bookings.requests.views.common import get_possible_actions
from bookings.usage.services.attendance import booking_check_in
from instrument_share.accounts.models import Organization
from instrument_share.journal import selectors as journal
from instrument_share.journal.models import AuditEntry
from instrument_share.kernel.errors import IllegalMove, ReasonMissing
from providers.instruments.services.people import qualification_grant
from providers.instruments.services.suspension import SuspendedByBureau
from providers.terms.domain.choices import ServiceMode
from tests import factories
from tests.bookings.requests.booking import book, codes
from tests.factories import NOW, slot
from tests.providers.conftest import terms

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    return factories.city()


def suspend(city, outcomes=None, actor=None, now=NOW):
    return instrument_suspend(
        actor=actor or city.manager,
        instrument_id=city.instrument.pk,
        reason="更换探测器",
        outcomes=outcomes,
        now=now,
    )


def resume(city, actor=None, now=NOW):
    return instrument_resume(actor=actor or city.manager, instrument_id=city.instrument.pk, now=now)


def qualified(city, expires=None):
    expires = expires or slot(day=90).start
    return qualification_grant(
        actor=city.keeper, instrument_id=city.instrument.pk, user=city.researcher, expires_at=expires, now=NOW
    )


def told(user):
    return [one.message for one in journal.notifications(user)]


def entries(city, action):
    return AuditEntry.objects.filter(action=action, subject_id=city.instrument.public_id).order_by("-id")


def test_suspension_sets_outcome_per_booking_and_notifies_users(city):
    kept, moved, cancelled = (book(city, slot(day=1, hour=hour, length=1)) for hour in (9, 11, 13))
    with pytest.raises(InstrumentHitsBookings) as refused:
        suspend(city, {kept.public_id: "keep"})
    assert [(one.code, one.subject) for one in refused.value.problems] == [
        ("instrument.booking_without_outcome", moved.public_id),
        ("instrument.booking_without_outcome", cancelled.public_id),
    ]
    city.instrument.refresh_from_db()
    assert city.instrument.state == "published"
    done = suspend(
        city,
        {
            kept.public_id: "keep",
            moved.public_id: slot(day=4, hour=9, length=1),
            cancelled.public_id: "cancel",
        },
    )
    assert (done.state, done.suspension_reason, done.suspended_by_bureau) == (
        "suspended",
        "更换探测器",
        False,
    )
    states = [
        (one.state, one.starts_at, one.charged_yuan)
        for one in Booking.objects.filter(pk__in=[kept.pk, moved.pk, cancelled.pk]).order_by("pk")
    ]
    assert states == [
        ("approved", slot(day=1, hour=9).start, None),
        ("approved", slot(day=4, hour=9).start, None),
        ("cancelled", slot(day=1, hour=13).start, None),
    ]
    assert len(told(city.researcher)) == 3


def test_a_suspended_instrument_offers_no_time_and_a_resumed_one_does_again(city):
    book(city, slot(day=0, hour=8, length=1), now=NOW)
    free = NextFree.objects.get().at
    assert free == slot(day=0, hour=9).start
    suspend(city, {one.public_id: "keep" for one in Booking.objects.all()})
    assert not NextFree.objects.exists()
    city.instrument.refresh_from_db()
    assert get_free_intervals(city.researcher, city.instrument, slot(day=1), NOW) == []
    shown = get_calendar_events(city.researcher, [city.instrument], slot(day=1), NOW)
    assert shown["events"] == []
    with pytest.raises(BookingRefused) as refused:
        book(city, slot(day=2))
    assert [one.code for one in refused.value.problems] == ["booking.not_published"]
    resume(city)
    city.instrument.refresh_from_db()
    assert NextFree.objects.get().at == free
    assert get_free_intervals(city.researcher, city.instrument, slot(day=1), NOW) == [slot(day=1)]


@pytest.mark.parametrize(
    ("hindrance", "said"),
    [
        ("none", "恢复后立即可按现行规则预约。"),
        ("unit", "其所属单位已被暂停：单位恢复前不能预约。"),
        ("rule", "仍不能预约：无生效的开放服务规则。"),
        ("companion", "仍不能预约：须同时预约的仪器不在服务中。"),
    ],
)
def test_putting_back_into_service_promises_bookings_only_where_they_are_taken(city, see, hindrance, said):
    suspend(city)
    unruled = factories.instrument(city.owner, state="suspended")
    if hindrance == "unit":
        Organization.objects.filter(pk=city.owner.pk).update(state="suspended")
    if hindrance == "companion":
        city.instrument.links.create(linked=unruled)
    asked = unruled if hindrance == "rule" else city.instrument
    page = see(factories.officer(), "instrument_resume", asked.public_id)
    assert page.context["consequences"] == [said]


def test_only_bureau_resumes_instrument_suspended_by_bureau(city):
    officer = factories.officer()
    done = suspend(city, actor=officer)
    assert done.suspended_by_bureau is True
    assert len(told(city.manager)) == 1
    for person in (city.manager, city.keeper):
        with pytest.raises(SuspendedByBureau):
            resume(city, actor=person)
    again = resume(city, actor=officer)
    assert (again.state, again.suspended_by_bureau, again.suspension_reason) == ("published", False, "")


def test_bureau_takes_over_what_the_unit_suspended(city, see, send):
    kept, moved = (book(city, slot(day=1, hour=hour, length=1)) for hour in (9, 11))
    outcomes = {kept.public_id: "keep", moved.public_id: "keep"}
    suspend(city, outcomes)
    officer = factories.officer()
    with pytest.raises(IllegalMove):
        suspend(city, outcomes)
    with pytest.raises(InstrumentHitsBookings):
        suspend(city, {**outcomes, moved.public_id: slot(day=4, hour=9, length=1)}, actor=officer)
    address = reverse("instrument_suspend", args=[city.instrument.public_id])
    assert address in see(officer, "instrument", city.instrument.public_id).content.decode()
    form = see(officer, "instrument_suspend", city.instrument.public_id).content.decode()
    assert ("只有科技局可以恢复" in form, 'value="move"' in form) == (True, False)
    later = NOW + timedelta(hours=1)
    done = suspend(city, outcomes, actor=officer, now=later)
    assert (done.state, done.suspended_by_bureau, done.suspended_at) == ("suspended", True, NOW)
    assert len(told(city.manager)) == 1
    assert [entry.details["by_bureau"] for entry in entries(city, "instrument.suspended")] == [True, False]
    with pytest.raises(SuspendedByBureau):
        resume(city)
    assert address not in see(officer, "instrument", city.instrument.public_id).content.decode()


def test_unit_is_told_when_the_bureau_resumes_what_it_suspended(city):
    suspend(city)
    resume(city, actor=factories.officer())
    assert [message.split("“")[0] for message in told(city.manager)] == ["The bureau has put "]
    assert [entry.details for entry in entries(city, "instrument.resumed")] == [{"by_bureau": True}]


def test_retirement_cancels_kept_bookings(city):
    kept = book(city)
    with pytest.raises(IllegalMove):
        instrument_retire(
            actor=city.manager,
            instrument_id=city.instrument.pk,
            reason="报废",
            outcomes={kept.public_id: "cancel"},
            now=NOW,
        )
    suspend(city, {kept.public_id: "keep"})
    common = {"actor": city.manager, "instrument_id": city.instrument.pk, "reason": "报废", "now": NOW}
    with pytest.raises(InstrumentHitsBookings) as refused:
        instrument_retire(outcomes={kept.public_id: "keep"}, **common)
    assert [one.subject for one in refused.value.problems] == [kept.public_id]
    done = instrument_retire(outcomes={kept.public_id: "cancel"}, **common)
    kept.refresh_from_db()
    assert (done.state, kept.state, kept.late_cancel) == ("retired", "cancelled", False)


def test_started_and_finished_bookings_are_kept(city):
    running, over = book(city, slot(day=0, hour=9)), book(city, slot(day=0, hour=12))
    booking_check_in(actor=city.keeper, booking_id=running.pk, now=slot(day=0, hour=9).start)
    done = suspend(city, now=slot(day=0, hour=15).start)
    assert done.state == "suspended"
    assert {one.state for one in Booking.objects.filter(pk__in=[running.pk, over.pk])} == {
        "in_use",
        "approved",
    }


@pytest.fixture
def trained():
    return factories.city(needs_qualification=True)


def revoke(city, right, outcomes=None, reason="违规操作", now=NOW):
    return qualification_revoke(
        actor=city.keeper, qualification_id=right.pk, reason=reason, outcomes=outcomes, now=now
    )


def test_revoking_qualification_requires_outcome_per_booking(trained):
    right = qualified(trained)
    first, second = book(trained, slot(day=1)), book(trained, slot(day=2))
    measured = book(trained, slot(day=3), service_mode=ServiceMode.OPERATED)
    with pytest.raises(ReasonMissing) as unexplained:
        revoke(trained, right, reason=" ")
    assert unexplained.value.code == "booking.reason_missing"
    with pytest.raises(QualificationHitsBookings) as refused:
        revoke(trained, right)
    assert [one.subject for one in refused.value.problems] == [first.public_id, second.public_id]
    ended = revoke(trained, right, {first.public_id: "keep", second.public_id: "cancel"})
    assert ended.revoked_at == NOW
    states = [Booking.objects.get(pk=one.pk).state for one in (first, second, measured)]
    assert states == ["approved", "cancelled", "approved"]
    # A second time changes nothing, though the first booking still stands.
    assert revoke(trained, right, now=NOW + timedelta(days=1)).revoked_at == NOW


def test_who_loses_a_qualification_and_the_journal_are_told_why(trained):
    revoke(trained, qualified(trained), reason=" 违规操作 ")
    told = journal.notifications(trained.researcher).first()
    assert (told.params["reason"], "{reason}" in told.message) == ("违规操作", True)
    (entry,) = journal.entries().filter(action="qualification.revoked")
    assert entry.details["reason"] == "违规操作"


def test_booking_covered_by_other_qualification_needs_no_outcome(trained):
    right, _other = qualified(trained), qualified(trained, expires=slot(day=2, hour=0).start)
    book(trained, slot(day=1))
    beyond = book(trained, slot(day=2))
    with pytest.raises(QualificationHitsBookings) as refused:
        revoke(trained, right)
    assert [one.subject for one in refused.value.problems] == [beyond.public_id]


def test_request_is_decided_and_moved_only_while_the_instrument_is_in_service():
    city = factories.city(decision="by_keeper", decision_hours=48)
    request = book(city, slot(day=3))
    suspend(city, {request.public_id: "keep"})
    kept = Booking.objects.get()
    assert get_possible_actions(city.keeper, kept, NOW) == {"reject", "cancel"}
    with pytest.raises(BookingRefused) as refused:
        booking_approve(actor=city.keeper, booking_id=request.pk, now=NOW)
    assert codes(refused) == ["booking.not_published"]
    with pytest.raises(BookingRefused) as refused:
        booking_move(actor=city.keeper, booking_id=request.pk, interval=slot(day=4), now=NOW)
    assert codes(refused) == ["booking.not_published"]
    resume(city)
    kept = Booking.objects.get()
    assert get_possible_actions(city.keeper, kept, NOW) == {"approve", "reject", "cancel", "move"}
    assert booking_approve(actor=city.keeper, booking_id=request.pk, now=NOW).state == "approved"


def test_a_lifted_closure_gives_its_time_back_at_once(city):
    closure = closure_place(
        actor=city.keeper,
        instrument_id=city.instrument.pk,
        interval=slot(day=0, hour=8, length=5),
        reason_zh="保养",
        now=NOW,
    )
    assert NextFree.objects.get().at == slot(day=0, hour=13).start
    closure_lift(actor=city.keeper, closure_id=closure.pk, now=NOW)
    assert NextFree.objects.get().at == slot(day=0, hour=8).start


def test_a_new_rule_moves_the_next_free_time(city):
    book(city, slot(day=0, hour=8, length=1))
    rule_put_in_force(
        actor=city.manager, instrument_id=city.instrument.pk, draft=terms(), applies_from=NOW, now=NOW
    )
    assert NextFree.objects.get().at == slot(day=0, hour=9).start
