"""Who awaits an instrument besides its bookings is told as it goes out of service and as it is back."""

from datetime import timedelta

import pytest

from bookings.requests.models import Booking
from bookings.requests.services.instrument_decisions import (
    instrument_resume,
    instrument_retire,
    instrument_suspend,
)
from bookings.requests.services.notifications import WITHDRAWN
from bookings.requests.services.organization_suspension import organization_suspend
from bookings.samples.selectors import get_order, get_possible_moves, sample_orders_to_answer
from bookings.samples.services import notifications as samples
from bookings.samples.services.handling import sample_order_reject
from bookings.samples.services.orders import sample_order_accept, sample_orders_lapse_due
from bookings.statements.services.reinstatement import organization_reinstate
from bookings.waiting.services import notifications as waiting
from bookings.waiting.services.offers import offer_decline
from instrument_share.accounts.models import Organization
from instrument_share.journal.models import AuditEntry, Notification
from instrument_share.kernel.wording import from_plain
from providers.instruments.models import InstrumentLink
from providers.instruments.services.relations import instrument_links_set
from providers.models import Instrument
from tests import factories
from tests.bookings.requests.booking import book
from tests.bookings.requests.test_together import linked_city
from tests.bookings.samples.steps import (
    accepted,
    planned,
    quoted,
    received,
    reported,
    submitted,
)
from tests.bookings.waiting.waiting import held, join
from tests.factories import NOW, slot
from tests.page_fixtures import text_of

DAY = timedelta(days=1)
LATER = NOW + 20 * DAY


def suspend(city, now=NOW, actor=None, **changes):
    facts = {"actor": actor or city.manager, "instrument_id": city.instrument.pk, "reason": "真空泵故障"}
    outcomes = {one.public_id: "keep" for one in Booking.objects.filter(state="approved")}
    return instrument_suspend(**{**facts, "outcomes": outcomes, **changes}, now=now)


def resume(city, now=NOW, actor=None):
    return instrument_resume(actor=actor or city.manager, instrument_id=city.instrument.pk, now=now)


def told(after):
    """What was told of waits and orders since a notification, as (person, message, address)."""
    about = Notification.objects.filter(pk__gt=after, path__regex="^/(samples|me/waiting)/").order_by("pk")
    return [(one.user.name, one.message, one.path) for one in about.select_related("user")]


def last_told():
    return Notification.objects.latest("pk").pk


def of(order):
    return f"/samples/{order.public_id}/"


def open_orders(city):
    return submitted(city), quoted(city), accepted(city), received(city)


def wait(city):
    """A wait for hours that are taken."""
    book(city, slot(day=5))
    return join(city, wanted=slot(day=5))


def test_who_awaits_an_instrument_is_told_once_as_it_leaves_service_and_once_as_it_is_back(city):
    waiting_for, orders, officer = wait(city), open_orders(city), factories.officer()
    planned(city, interval=slot(day=2))  # Its booking was settled, and its user told of that.
    reported(city)
    sample_order_reject(actor=city.keeper, order_id=submitted(city).pk, reason="不测", now=NOW)
    to_quote, to_accept, to_hand_in, to_plan = map(of, orders)
    who, after = city.researcher.name, last_told()
    suspend(city)
    assert told(after) == [
        (waiting_for.user.name, waiting.OUT_OF_SERVICE, "/me/waiting/"),
        (who, samples.TO_QUOTE_OUT_OF_SERVICE, to_quote),
        (who, samples.TO_ACCEPT_OUT_OF_SERVICE, to_accept),
        (who, samples.TO_HAND_IN_OUT_OF_SERVICE, to_hand_in),
        (who, samples.TO_PLAN_OUT_OF_SERVICE, to_plan),
    ]
    reasons = Notification.objects.filter(pk__gt=after).values_list("params__reason", flat=True)
    assert set(reasons) == {"真空泵故障"}
    after = last_told()
    suspend(city, actor=officer)  # takes over what the unit has suspended
    assert told(after) == []
    resume(city, actor=officer)
    assert told(after) == [
        (waiting_for.user.name, waiting.IN_SERVICE, "/me/waiting/"),
        (who, samples.TO_QUOTE_IN_SERVICE, to_quote),
        (who, samples.TO_ACCEPT_IN_SERVICE, to_accept),
        (who, samples.TO_HAND_IN_IN_SERVICE, to_hand_in),
        (who, samples.TO_PLAN_IN_SERVICE, to_plan),
    ]


def test_who_decides_is_not_told_of_their_own_wait(city):
    book(city, slot(day=5))
    join(city, city.manager, wanted=slot(day=5), payer=False)
    after = last_told()
    suspend(city)
    resume(city)
    assert told(after) == []


@pytest.mark.parametrize("unit", [False, True])
def test_who_loses_an_offer_with_the_instrument_reads_of_both_in_one_message(city, unit):
    entry, officer = join(city, wanted=slot(day=5)), factories.officer()
    offer, after = held(entry), last_told()
    if unit:
        about = {"actor": officer, "organization_id": city.owner.pk, "now": NOW}
        organization_suspend(**about, reason="真空泵故障")
    else:
        suspend(city)
    offer.refresh_from_db()
    assert (offer.state, offer.decision_note) == ("lapsed", "真空泵故障")
    (about,) = Notification.objects.filter(pk__gt=after, user=entry.user)
    assert (about.message, about.path) == (waiting.OFFER_OUT_OF_SERVICE, "/me/waiting/")
    params = {name: from_plain(about.params[name]) for name in ("starts_at", "latest", "reason")}
    assert params == {"starts_at": slot(day=5).start, "latest": slot(day=5).end, "reason": "真空泵故障"}


def test_who_lost_an_offer_with_an_earlier_break_is_told_of_the_later_one_alone(city):
    entry = join(city, wanted=slot(day=5))
    suspend(city)
    after = last_told()
    resume(city, now=NOW + DAY)
    offer_decline(actor=entry.user, booking_id=held(entry).pk, now=NOW + DAY)
    suspend(city, now=NOW + 2 * DAY)
    messages = [message for _who, message, _path in told(after)]
    assert messages == [waiting.IN_SERVICE, waiting.OFFERED, waiting.OUT_OF_SERVICE]


def suspend_second(city, now=NOW):
    return suspend(city, now, instrument_id=city.second.pk)


def resume_second(city, now=NOW):
    return instrument_resume(actor=city.manager, instrument_id=city.second.pk, now=now)


@pytest.fixture
def linked(db):
    """A city whose instrument can't be booked without a second one."""
    return linked_city()


def test_who_awaits_what_needs_an_instrument_is_told_as_that_is_out_of_service_and_back(linked):
    waiting_for, orders = wait(linked), open_orders(linked)
    reported(linked)
    after = last_told()
    suspend_second(linked)
    assert told(after) == [
        (waiting_for.user.name, waiting.COMPANION_OUT_OF_SERVICE, "/me/waiting/"),
        *((linked.researcher.name, samples.COMPANION_OUT_OF_SERVICE, of(order)) for order in orders),
    ]
    about = Notification.objects.filter(pk__gt=after, path__regex="^/(samples|me/waiting)/")
    names = {tuple(one.params[name]["zh"] for name in ("companion", "instrument")) for one in about}
    assert names == {(linked.second.name_zh, linked.instrument.name_zh)}
    for order, due_at in zip(orders, [one.due_at for one in orders], strict=True):
        order.refresh_from_db()
        assert order.due_at == due_at
    after = last_told()
    resume_second(linked)
    assert told(after) == [
        (waiting_for.user.name, waiting.COMPANION_IN_SERVICE, "/me/waiting/"),
        *((linked.researcher.name, samples.COMPANION_IN_SERVICE, of(order)) for order in orders),
    ]


def set_links(city, *linked):
    instrument_links_set(
        actor=city.manager, instrument_id=city.instrument.pk, linked_ids=[one.pk for one in linked], now=NOW
    )


def test_who_awaits_an_instrument_is_told_as_it_no_longer_needs_what_is_out_of_service(linked):
    third, needing = factories.instrument(linked.owner), factories.instrument(linked.owner)
    for one in (third, needing):
        factories.rule(one)
        factories.windows(one)
    waiting_for, order = wait(linked), received(linked)
    InstrumentLink.objects.create(instrument=needing, linked=linked.instrument)
    indirect = join(linked, linked.keeper, instrument_id=needing.pk, wanted=slot(day=5), payer=False)
    set_links(linked, linked.second, third)
    suspend_second(linked)
    after = last_told()
    set_links(linked, linked.second)  # what is needed no more is in service
    assert told(after) == []
    set_links(linked)
    assert sorted(told(after)) == sorted(
        [
            (waiting_for.user.name, waiting.COMPANION_UNLINKED, "/me/waiting/"),
            (linked.researcher.name, samples.COMPANION_UNLINKED, of(order)),
            (indirect.user.name, waiting.COMPANION_UNLINKED, "/me/waiting/"),
        ]
    )
    about = Notification.objects.filter(pk__gt=after)
    assert {one.params["companion"]["zh"] for one in about} == {linked.second.name_zh}


def test_who_awaits_an_instrument_is_told_as_it_comes_to_need_what_is_out_of_service(linked):
    third, needing = factories.instrument(linked.owner), factories.instrument(linked.owner)
    draft = factories.instrument(linked.owner, state="draft")
    for one in (third, needing):
        factories.rule(one)
        factories.windows(one)
    waiting_for, order = wait(linked), received(linked)
    InstrumentLink.objects.create(instrument=needing, linked=linked.instrument)
    indirect = join(linked, linked.keeper, instrument_id=needing.pk, wanted=slot(day=5), payer=False)
    set_links(linked)
    suspend_second(linked)
    after = last_told()
    set_links(linked, third)  # in service
    set_links(linked, draft)  # nobody outside the unit knows it
    set_links(linked)
    assert told(after) == []
    after = last_told()
    set_links(linked, linked.second)
    assert sorted(told(after)) == sorted(
        [
            (waiting_for.user.name, waiting.COMPANION_OUT_OF_SERVICE, "/me/waiting/"),
            (linked.researcher.name, samples.COMPANION_OUT_OF_SERVICE, of(order)),
            (indirect.user.name, waiting.COMPANION_OUT_OF_SERVICE, "/me/waiting/"),
        ]
    )
    about = Notification.objects.filter(pk__gt=after)
    assert {(one.params["companion"]["zh"], one.params["reason"]) for one in about} == {
        (linked.second.name_zh, "真空泵故障")
    }
    after = last_told()
    set_links(linked, linked.second, third)  # it could not be booked before either
    assert told(after) == []


def test_who_loses_an_offer_with_what_is_booked_beside_it_reads_of_both_in_one_message(linked):
    entry = join(linked, wanted=slot(day=5))
    offer, after = held(entry), last_told()
    suspend_second(linked)
    (about,) = Notification.objects.filter(pk__gt=after, user=entry.user)
    assert (about.message, from_plain(about.params["starts_at"])) == (
        waiting.OFFER_COMPANION_OUT_OF_SERVICE,
        slot(day=5).start,
    )
    assert set(Booking.objects.filter(group=offer.group).values_list("state", flat=True)) == {"lapsed"}


def test_who_loses_an_offer_with_what_is_not_booked_beside_it_any_more_is_told(linked):
    entry = join(linked, wanted=slot(day=5))
    offer = held(entry)
    InstrumentLink.objects.filter(instrument=linked.instrument).delete()
    after = last_told()
    suspend_second(linked)
    offer.refresh_from_db()
    assert offer.state == "lapsed"
    (about,) = Notification.objects.filter(pk__gt=after, user=entry.user)
    assert about.message == WITHDRAWN


def test_who_takes_a_suspension_over_reads_of_nobody_who_is_told(linked, see):
    submitted(linked)
    officer, words = factories.officer(), "会收到通知"
    before = text_of(see(officer, "instrument_suspend", linked.second.public_id))
    suspend_second(linked)
    after = text_of(see(officer, "instrument_suspend", linked.second.public_id))
    assert (words in before, words in after) == (True, False)


def test_who_awaits_an_instrument_is_told_that_it_is_back_once_nothing_that_it_needs_is_missing(linked):
    waiting_for, order, after = wait(linked), received(linked), last_told()
    suspend_second(linked)
    suspend(linked)
    messages = [message for _who, message, _path in told(after)]
    assert messages == [
        waiting.COMPANION_OUT_OF_SERVICE,
        samples.COMPANION_OUT_OF_SERVICE,
        waiting.OUT_OF_SERVICE,
        samples.TO_PLAN_OUT_OF_SERVICE,
    ]
    after = last_told()
    resume(linked)
    assert told(after) == []
    resume_second(linked)
    assert told(after) == [
        (waiting_for.user.name, waiting.COMPANION_IN_SERVICE, "/me/waiting/"),
        (linked.researcher.name, samples.COMPANION_IN_SERVICE, of(order)),
    ]


def test_service_break_of_what_is_needed_is_not_told_while_the_instrument_is_out_of_service(linked):
    wait(linked)
    suspend(linked)
    after = last_told()
    suspend_second(linked)
    resume_second(linked)
    assert told(after) == []


def test_page_of_a_service_break_says_that_who_awaits_what_needs_it_is_told(linked, see):
    words = {
        "instrument_suspend": "有 1 个送样委托所用仪器须与暂停服务的仪器同时预约：恢复服务前不能安排机时。"
        f"其用户会收到通知。涉及仪器：{linked.instrument.name_zh}（1）。",
        "instrument_resume": "候补其他须与本仪器同时预约的仪器、或在此类仪器上有未结束送样委托的用户，"
        "会收到通知。",
    }

    def says_so(decision):
        return words[decision] in text_of(see(linked.manager, decision, linked.second.public_id))

    before = says_so("instrument_suspend")
    planned(linked, interval=slot(day=5))
    submitted(linked)
    assert (before, says_so("instrument_suspend")) == (False, True)
    suspend_second(linked)
    assert says_so("instrument_resume")


def test_page_of_a_service_break_counts_the_orders_whose_users_are_told(city, see):
    planned(city, interval=slot(day=5))
    open_orders(city)
    after = last_told()
    page = text_of(see(city.manager, "instrument_suspend", city.instrument.public_id))
    suspend(city)
    assert f"有 {len(told(after))} 个送样委托未结束" in page


def test_page_that_puts_an_instrument_back_says_when_it_can_be_booked_and_who_is_told(linked, see):
    submitted(linked)
    suspend(linked)
    suspend_second(linked)
    words = ("仍不能预约：须同时预约的仪器不在服务中。", "候补该仪器和有送样委托未结束的用户会收到通知。")
    later = "其他送样委托未结束的用户即时收到通知。"

    def says():
        text = text_of(see(linked.manager, "instrument_resume", linked.instrument.public_id))
        return [one in text for one in (*words, later)]

    assert says() == [True, False, True]
    resume_second(linked)
    assert says() == [False, True, False]


def test_who_suspends_an_instrument_is_told_of_the_offer_that_it_costs_them(city):
    join(city, city.manager, wanted=slot(day=5), payer=False)
    after = last_told()
    suspend(city)
    assert told(after) == [(city.manager.name, waiting.OFFER_OUT_OF_SERVICE, "/me/waiting/")]


def test_who_awaits_an_instrument_is_told_as_its_unit_is_suspended_and_reinstated(city):
    waiting_for, order, officer = wait(city), received(city), factories.officer()
    about = {"actor": officer, "organization_id": city.owner.pk, "now": NOW}
    after = last_told()
    organization_suspend(**about, reason="安全事故")
    assert told(after) == [
        (waiting_for.user.name, waiting.OUT_OF_SERVICE, "/me/waiting/"),
        (city.researcher.name, samples.TO_PLAN_OUT_OF_SERVICE, of(order)),
    ]
    after = last_told()
    organization_reinstate(**about)
    assert told(after) == [
        (waiting_for.user.name, waiting.IN_SERVICE, "/me/waiting/"),
        (city.researcher.name, samples.TO_PLAN_IN_SERVICE, of(order)),
    ]


def test_instrument_of_a_suspended_unit_is_back_with_its_unit_alone(city):
    order, officer = received(city), factories.officer()
    about = {"actor": officer, "organization_id": city.owner.pk, "now": NOW}
    suspend(city, actor=officer)
    after = last_told()
    organization_suspend(**about, reason="安全事故")
    resume(city, actor=officer)
    assert told(after) == []
    organization_reinstate(**about)
    assert told(after) == [(city.researcher.name, samples.TO_PLAN_IN_SERVICE, of(order))]


def test_quote_does_not_lapse_while_it_cannot_be_accepted_and_has_its_whole_term_after(city):
    order = quoted(city)
    suspend(city, now=NOW + 13 * DAY)
    assert sample_orders_lapse_due(LATER) == 0
    assert list(sample_orders_to_answer(city.researcher, LATER)) == []
    found = get_order(city.researcher, order.public_id)
    assert (found.due_at, get_possible_moves(city.researcher, found, LATER)) == (None, {"cancel"})
    resume(city, now=LATER)
    assert list(sample_orders_to_answer(city.researcher, LATER)) == [order]
    found.refresh_from_db()
    assert found.due_at == LATER + 14 * DAY
    about = Notification.objects.get(message=samples.TO_ACCEPT_IN_SERVICE)
    assert about.params["amount"] == "200.00"
    entries = AuditEntry.objects.filter(action__in=["sample_order.held", "sample_order.due_anew"])
    assert list(entries.order_by("pk").values_list("action", "actor", "details")) == [
        ("sample_order.held", city.manager.pk, {}),
        ("sample_order.due_anew", city.manager.pk, {"until": "2026-04-05T00:00:00+00:00"}),
    ]
    accept = {"actor": city.researcher, "order_id": order.pk, "now": LATER + 14 * DAY - timedelta(seconds=1)}
    assert sample_order_accept(**accept).state == "accepted"


def test_quote_made_out_of_service_gets_its_term_as_the_instrument_is_back(city):
    order = submitted(city)
    suspend(city)
    assert quoted(city, order, now=NOW + DAY).due_at is None
    told_of_quote = Notification.objects.filter(user=city.researcher).latest("pk")
    assert told_of_quote.message == samples.QUOTED_OUT_OF_SERVICE
    resume(city, now=LATER)
    order.refresh_from_db()
    assert (order.state, order.due_at) == ("quoted", LATER + 14 * DAY)


def test_no_order_lapses_out_of_service_and_each_step_has_its_whole_term_after(city):
    orders = submitted(city), accepted(city)
    suspend(city)
    assert sample_orders_lapse_due(NOW + 90 * DAY) == 0
    resume(city, now=LATER)
    for order, days in zip(orders, (3, 30), strict=True):
        order.refresh_from_db()
        assert order.due_at == LATER + days * DAY


@pytest.mark.parametrize("unit", [False, True])
def test_order_whose_instrument_left_before_deadlines_rested_does_not_lapse_out_of_service(city, unit):
    order, at_unit = quoted(city), received(city)
    if unit:
        Organization.objects.filter(pk=city.owner.pk).update(state="suspended", reason="真空泵故障")
    else:
        suspension = {"state": "suspended", "suspension_reason": "真空泵故障", "suspended_at": NOW}
        Instrument.objects.filter(pk=city.instrument.pk).update(**suspension)
    after = last_told()
    assert [sample_orders_lapse_due(now) for now in (NOW + DAY, NOW + 2 * DAY, LATER)] == [0, 0, 0]
    assert told(after) == [(city.researcher.name, samples.TO_ACCEPT_OUT_OF_SERVICE, of(order))]
    assert Notification.objects.get(pk__gt=after).params["reason"] == "真空泵故障"
    (entry,) = AuditEntry.objects.filter(action="sample_order.held")
    assert (entry.subject_id, entry.actor, entry.at) == (order.public_id, None, NOW + DAY)
    for one in (order, at_unit):
        one.refresh_from_db()
    assert (order.state, order.due_at, at_unit.due_at) == ("quoted", None, NOW + 7 * DAY)
    if unit:
        officer = factories.officer()
        organization_reinstate(actor=officer, organization_id=city.owner.pk, now=LATER)
    else:
        resume(city, now=LATER)
    order.refresh_from_db()
    assert order.due_at == LATER + 14 * DAY


def test_report_stays_due_as_it_was(city):
    order = received(city)
    suspend(city)
    resume(city, now=LATER)
    order.refresh_from_db()
    assert order.due_at == NOW + 7 * DAY


def test_page_of_an_order_without_a_deadline_says_what_it_waits_for(city, see):
    orders = submitted(city), quoted(city), accepted(city)
    suspend(city)
    for order, words in zip(
        orders, ("仪器暂停服务期间委托不会失效", "此前报价不会失效", "此前委托不会失效"), strict=True
    ):
        assert words in text_of(see(city.researcher, "sample_order", order.public_id))


def test_quote_that_lapses_in_the_next_minute_is_not_held(city):
    order, after = quoted(city), last_told()
    suspend(city, now=NOW + 14 * DAY)
    assert told(after) == []
    assert sample_orders_lapse_due(NOW + 14 * DAY) == 1
    order.refresh_from_db()
    assert order.state == "lapsed"


def test_whose_samples_were_not_measured_in_their_time_is_told_as_the_instrument_is_retired(city):
    order = received(city)
    over = planned(city, order).ends_at + DAY
    suspend(city, now=over)
    after = last_told()
    instrument_retire(actor=city.manager, instrument_id=city.instrument.pk, reason="已报废", now=over)
    assert told(after) == [(city.researcher.name, samples.KEPT_BY_RETIRED, of(order))]


def test_who_has_samples_at_a_unit_is_told_as_the_instrument_is_retired(city):
    order = received(city)
    suspend(city)
    after = last_told()
    instrument_retire(actor=city.manager, instrument_id=city.instrument.pk, reason="已报废", now=NOW)
    assert told(after) == [(city.researcher.name, samples.KEPT_BY_RETIRED, of(order))]
