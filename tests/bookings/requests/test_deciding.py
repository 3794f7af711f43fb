import re
from datetime import timedelta

import pytest

from bookings.requests.domain.errors import BookingRefused
from bookings.requests.models import Booking
from bookings.requests.services.bookings import booking_move
from bookings.requests.services.cancellations import booking_cancel
from bookings.requests.services.deciding import booking_agree, booking_approve, requests_decide
from bookings.requests.services.lapses_and_no_shows import bookings_lapse_due
from instrument_share.accounts.domain import Role
from instrument_share.journal import selectors as journal
from instrument_share.journal.models import AuditEntry
from instrument_share.kernel.errors import Forbidden, ReasonMissing
from instrument_share.kernel.interval import Interval
from providers.instruments.domain.choices import InstrumentState
from providers.instruments.models import Instrument
from providers.terms.domain.choices import Decision
from tests import factories
from tests.bookings.requests.booking import book
from tests.bookings.requests.rules import hours, put_in_force
from tests.factories import NOW, slot

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    return factories.city(decision="by_keeper")


def states():
    return sorted(Booking.objects.values_list("state", flat=True))


def test_many_requests_are_approved_at_once_but_for_those_gone_meanwhile(city):
    ids = [book(city, slot(day=day)).pk for day in (1, 2, 3)]
    booking_cancel(actor=city.researcher, booking_id=ids[0], now=NOW)
    assert requests_decide(actor=city.keeper, booking_ids=ids, approve=True, now=NOW) == 2
    assert states() == ["approved", "approved", "cancelled"]


def test_managers_are_told_what_happens_where_an_instrument_has_no_keeper(city):
    city.instrument.keeper_links.all().delete()
    manager = factories.member(city.owner, Role.UNIT_MANAGER)
    booking = book(city)
    assert journal.notifications(manager).get().path == f"/bookings/{booking.public_id}/"
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=NOW)
    assert journal.notifications(manager).count() == 2


def test_many_requests_are_declined_with_one_reason(city):
    ids = [book(city, slot(day=day)).pk for day in (1, 2)]
    with pytest.raises(ReasonMissing):
        requests_decide(actor=city.keeper, booking_ids=ids, approve=False, now=NOW)
    assert requests_decide(actor=city.keeper, booking_ids=ids, approve=False, reason="检修", now=NOW) == 2
    assert set(Booking.objects.values_list("state", "decision_note")) == {("rejected", "检修")}
    told = AuditEntry.objects.filter(action="booking.rejected").values_list("subject_id", "details")
    assert sorted(told) == sorted((one.public_id, {"reason": "检修"}) for one in Booking.objects.all())


def test_reason_of_each_decision_stays_in_the_journal_after_the_booking_has_another(city):
    booking = book(city)
    booking_approve(actor=city.keeper, booking_id=booking.pk, now=NOW, note="请提前烘干样品")
    booking_cancel(actor=city.keeper, booking_id=booking.pk, now=NOW, reason="真空泵故障")
    assert [(one.action, one.details.get("reason")) for one in journal.history(booking)] == [
        ("booking.requested", None),
        ("booking.approved", "请提前烘干样品"),
        ("booking.cancelled", "真空泵故障"),
    ]


def test_all_or_none_of_them_are_decided(city):
    own = book(city)
    elsewhere = book(factories.city(decision="by_keeper"))
    with pytest.raises(Forbidden):
        requests_decide(actor=city.keeper, booking_ids=[own.pk, elsewhere.pk], approve=True, now=NOW)
    assert states() == ["requested", "requested"]


def test_user_accepts_another_time_that_the_keeper_proposes(city):
    booking = book(city)
    booking_move(actor=city.keeper, booking_id=booking.pk, interval=slot(day=3), now=NOW)
    agreed = booking_agree(actor=city.researcher, booking_id=booking.pk, now=NOW)
    assert (agreed.state, agreed.starts_at, agreed.moved_by_unit_at) == ("approved", slot(day=3).start, None)


def test_cancelling_what_one_did_not_agree_to_costs_no_more_than_not_coming(clock):
    """Without agreement it is cancelled free of charge by the clock; to say so oneself costs nothing."""
    city = factories.city(late_cancel_percent=50)
    days = [slot(day=day, hour=12) for day in (1, 2)]
    first, second = (book(city, slot(day=day)).pk for day in (1, 2))
    for pk, time in zip((first, second), days, strict=True):
        booking_move(actor=city.keeper, booking_id=pk, interval=time, now=NOW)
    booking_agree(actor=city.researcher, booking_id=second, now=NOW)
    late = [
        booking_cancel(actor=city.researcher, booking_id=pk, now=time.start + HOUR / 6).late_cancel
        for pk, time in zip((first, second), days, strict=True)
    ]
    assert late == [False, True]


def test_agreement_is_offered_while_it_would_be_accepted(city, client, clock):
    clock.set(NOW)
    booking = book(city)
    moved = booking_move(actor=city.keeper, booking_id=booking.pk, interval=slot(day=3), now=NOW)
    client.force_login(city.researcher)
    address = f"/bookings/{booking.public_id}/"

    def is_offered():
        page = client.get(address)
        return "agree" in page.context["may"], f"{address}agree/" in page.content.decode()

    assert is_offered() == (True, True)
    Instrument.objects.filter(pk=city.instrument.pk).update(state=InstrumentState.SUSPENDED)
    assert is_offered() == (False, False)
    with pytest.raises(BookingRefused):
        booking_agree(actor=city.researcher, booking_id=booking.pk, now=NOW)
    Instrument.objects.filter(pk=city.instrument.pk).update(state=InstrumentState.PUBLISHED)
    clock.set(moved.decide_by)
    assert is_offered() == (False, False)


def test_keeper_decides_on_the_chosen_requests_of_the_desk(city, client, clock):
    clock.set(NOW)
    first, second, third = (book(city, slot(day=day)) for day in (1, 2, 3))
    client.force_login(city.keeper)
    page = client.get("/keeper/").content.decode()
    assert page.count('form="decide-many"') == 3
    sent = {"booking": [first.public_id, third.public_id], "decision": "approve"}
    assert client.post("/keeper/decide/", sent).url == "/keeper/"
    second.refresh_from_db()
    assert (states(), second.state) == (["approved", "approved", "requested"], "requested")


def test_request_that_changed_since_the_desk_was_read_is_not_approved_unseen(city, client, clock):
    clock.set(NOW)
    _, second = (book(city, slot(day=day)) for day in (1, 2))
    client.force_login(city.keeper)
    page = client.get("/keeper/").content.decode()
    chosen = re.findall(r'name="booking"\s+value="([^"]+)"', page)
    booking_move(actor=city.researcher, booking_id=second.pk, interval=slot(day=5), now=NOW)
    answer = client.post("/keeper/decide/", {"booking": chosen, "decision": "approve"}, follow=True)
    assert states() == ["requested", "requested"]
    assert "刚刚被他人修改" in answer.content.decode()
    page = answer.content.decode()
    chosen = re.findall(r'name="booking"\s+value="([^"]+)"', page)
    client.post("/keeper/decide/", {"booking": chosen, "decision": "approve"})
    assert states() == ["approved", "approved"]


def test_declining_many_names_them_and_keeps_them_until_there_is_a_reason(city, client, clock):
    clock.set(NOW)
    first, second, _ = (book(city, slot(day=day)) for day in (1, 2, 3))
    client.force_login(city.keeper)
    chosen = {"booking": [first.public_id, second.public_id], "decision": "reject"}
    asks = client.post("/keeper/decide/", chosen).url
    page = client.get(asks).content.decode()
    assert "退回 2 项申请？" in page
    assert page.count(city.researcher.name) >= 2
    assert (client.post(asks, {"reason": ""}).status_code, states()) == (422, ["requested"] * 3)
    sent = {"reason": "检修", "form_token": "once"}
    assert [client.post(asks, sent)["Location"] for _ in range(2)] == ["/keeper/", "/keeper/"]
    assert states() == ["rejected", "rejected", "requested"]
    page = client.get("/keeper/").content.decode()
    assert page.count("已退回 2 项申请。") == 1
    assert "请至少选择一项" not in page
    assert client.get(asks).url == "/keeper/"


def test_requests_are_declined_only_as_the_page_that_asks_for_the_reason_shows_them(city, client, clock):
    clock.set(NOW)
    first, second = (book(city, slot(day=day)) for day in (1, 2))
    client.force_login(city.keeper)
    chosen = {"booking": [first.public_id, second.public_id], "decision": "reject"}
    asks = client.get(client.post("/keeper/decide/", chosen).url).context["action_address"]
    booking_move(actor=city.researcher, booking_id=second.pk, interval=slot(day=5), now=NOW)
    refused = client.post(asks, {"reason": "周三停机。"})
    page = refused.content.decode()
    assert (refused.status_code, states()) == (409, ["requested", "requested"])
    assert ("刚刚被他人修改" in page, "周三停机。" in page, "2026年3月7日" in page) == (True, True, True)
    assert client.post(refused.context["action_address"], {"reason": "检修"}).status_code == 302
    assert states() == ["rejected", "rejected"]


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_deciding_without_a_choice_says_so_on_the_desk(city, client, clock, decision):
    clock.set(NOW)
    book(city)
    client.force_login(city.keeper)
    page = client.post("/keeper/decide/", {"decision": decision}, follow=True).content.decode()
    assert "请至少选择一项待审批的申请" in page
    assert states() == ["requested"]


def test_request_whose_deadline_is_over_is_offered_to_nobody_for_a_decision(city, client, clock):
    booking = book(city)
    clock.set(booking.decide_by)
    client.force_login(city.keeper)
    page = client.get(f"/bookings/{booking.public_id}/")
    assert page.context["may"].isdisjoint({"approve", "reject"})
    assert "无人审批，申请即将自动失效" in page.content.decode()
    assert client.get("/keeper/").context["waiting"].count == 0


def test_deciding_too_late_says_so_on_the_desk(city, client, clock):
    ids = [book(city, slot(day=day)).public_id for day in (1, 2)]
    clock.set(Booking.objects.latest("decide_by").decide_by)
    client.force_login(city.keeper)
    page = client.post("/keeper/decide/", {"decision": "approve", "booking": ids}, follow=True)
    assert (page.status_code, states()) == (200, ["requested", "requested"])
    assert "失效" in page.content.decode()


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_what_has_become_too_late_keeps_nobody_from_deciding_on_the_rest(city, client, clock, decision):
    late, other = (book(city, slot(day=day)) for day in (1, 2))
    Booking.objects.filter(pk=late.pk).update(decide_by=NOW + HOUR)
    clock.set(NOW + HOUR)
    client.force_login(city.keeper)
    sent = {"booking": [late.public_id, other.public_id], "decision": decision}
    answer = client.post("/keeper/decide/", sent, follow=True)
    if decision == "approve":
        page = answer.content.decode()
        assert "已通过 1 项申请。" in page
        assert "1 项已不在等待审批。" in page
        assert states() == ["approved", "requested"]
    else:
        assert "退回 1 项申请？" in answer.content.decode()


@pytest.mark.parametrize(("lead", "state"), [(timedelta(0), "approved"), (2 * HOUR, "requested")])
def test_request_that_the_keeper_moves_to_within_two_hours_is_approved_by_it(lead, state):
    city = factories.city(decision="by_keeper", decision_hours=48)
    booking, now = book(city, slot(day=2)), slot(day=1).start
    time = Interval(now + lead, now + lead + HOUR)
    moved = booking_move(actor=city.keeper, booking_id=booking.pk, interval=time, now=now)
    assert bookings_lapse_due(now) == 0
    assert (moved.state, moved.moved_by_unit_at, moved.decided_by) == (
        state,
        now,
        city.keeper if state == "approved" else None,
    )
    agreed = booking_agree(actor=city.researcher, booking_id=booking.pk, now=now)
    assert (agreed.state, agreed.starts_at) == ("approved", time.start)


@pytest.mark.parametrize("mover", ["user", "keeper"])
def test_request_moved_to_where_the_rule_decides_at_once_waits_no_longer(mover):
    """Its deadline would lie after the new start: it would hold the time, and nobody could be checked in."""
    city = factories.city()
    put_in_force(city, hours())
    put_in_force(city, hours(decision=Decision.BY_KEEPER, decision_hours=72), day=8)
    booking = book(city, slot(day=10))
    assert booking.decide_by > slot(day=2).start
    actor = city.researcher if mover == "user" else city.keeper
    moved = booking_move(actor=actor, booking_id=booking.pk, interval=slot(day=2), now=NOW)
    assert moved.state == "approved"
    assert moved.decided_by == (None if mover == "user" else city.keeper)
    (entry,) = journal.history(moved).filter(action="booking.moved")
    assert entry.details["state"] == "approved"
