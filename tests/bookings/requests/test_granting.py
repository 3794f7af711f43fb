"""Who is told as the rule of what is booked together refuses an order or a wait, or grants it again."""

from datetime import datetime
from types import SimpleNamespace

import pytest

from bookings.requests.services.rules import rule_withdraw
from bookings.samples.domain.errors import CompanionRefuses
from bookings.samples.selectors import find_planning_obstacle
from bookings.samples.services import notifications as samples
from bookings.samples.services.service_breaks import GRANT_MESSAGES
from bookings.waiting.selectors import find_time_for
from bookings.waiting.services import notifications as waiting
from instrument_share.journal.models import Notification
from providers.domain import ServiceMode, UserKind
from providers.instruments.models import InstrumentLink
from providers.instruments.selectors.relations import own_link_ids
from providers.instruments.services.relations import instrument_links_set
from tests import factories
from tests.bookings.requests.rules import hours, put_in_force
from tests.bookings.requests.test_sheet_effects import RULES_HEADING, bring, rule_row
from tests.bookings.requests.test_together import linked_city
from tests.bookings.samples.steps import accepted, planned, received, submitted
from tests.bookings.waiting.waiting import join
from tests.factories import NOW, slot
from tests.page_fixtures import text_of

pytestmark = pytest.mark.django_db
FOR_OTHERS = {"user_kinds": frozenset({UserKind.INSIDE})}
WITHOUT_SAMPLES = {"service_modes": frozenset({ServiceMode.OPERATED, ServiceMode.SELF_OPERATED})}
BESIDE = "个送样委托所用仪器须与其他仪器同时预约，后者的规则不接收此类送样：按该规则不能安排机时"
WAITS = "人的候补不再符合规则"


@pytest.fixture
def linked():
    """An instrument that can't be booked without a second one, both open every day from 08:00 to 20:00."""
    city = linked_city()
    put_in_force(city, hours())
    set_rule(city.second, city)
    return city


def set_rule(instrument, city, day=0, **changes):
    return put_in_force(SimpleNamespace(instrument=instrument, manager=city.manager), hours(**changes), day)


def third_of(city, **changes):
    made = factories.instrument(city.owner, name_zh="离子溅射仪")
    set_rule(made, city, **changes)
    return made


def told():
    """Who was told what from when on, about which instrument and companion."""
    messages = (*GRANT_MESSAGES, *waiting.GRANT_MESSAGES)
    found = list(Notification.objects.filter(message__in=messages).order_by("pk"))
    Notification.objects.all().delete()
    return [
        (
            one.user.name,
            one.message,
            datetime.fromisoformat(one.params["since"]["instant"]),
            one.params["instrument"]["zh"],
            one.params.get("companion", {}).get("zh"),
        )
        for one in found
    ]


def test_users_with_orders_are_told_as_what_is_booked_beside_takes_no_samples_and_takes_them_again(linked):
    planned(linked, interval=slot(day=5))
    orders = [submitted(linked), accepted(linked), received(linked)]
    join(linked, wanted=slot(day=5))
    since = slot(day=3, hour=8).start
    rule = set_rule(linked.second, linked, 3, **WITHOUT_SAMPLES)
    who, names = linked.researcher.name, (linked.instrument.name_zh, linked.second.name_zh)
    assert told() == [(who, samples.COMPANION_TAKES_NO_MORE, since, *names)] * 3
    assert {type(find_planning_obstacle(one, since)) for one in orders} == {CompanionRefuses}
    rule_withdraw(actor=linked.manager, rule_id=rule.pk, reason="时间有误", now=NOW)
    assert told() == [(who, samples.COMPANION_TAKES_AGAIN, since, names[0], None)] * 3


def test_who_waits_is_told_as_what_is_booked_beside_is_not_open_to_them_and_open_again(linked):
    waits = join(linked, wanted=slot(day=5))
    submitted(linked, instrument_id=third_of(linked).pk)  # of no concern
    since, name = slot(day=3, hour=8).start, linked.instrument.name_zh
    set_rule(linked.second, linked, 3, **FOR_OTHERS)
    expected = (waits.user.name, waiting.COMPANION_GRANTS_NO_MORE, since, name, linked.second.name_zh)
    assert told() == [expected]
    assert find_time_for(waits, NOW) is None
    set_rule(linked.second, linked, 4)
    again = slot(day=4, hour=8).start
    assert told() == [(waits.user.name, waiting.COMPANION_GRANTS_AGAIN, again, name, None)]


def test_nobody_is_told_that_something_is_granted_while_another_rule_still_refuses_it(linked):
    order = submitted(linked)
    join(linked, wanted=slot(day=9))
    for day, instrument in enumerate((linked.instrument, linked.second), start=2):
        set_rule(instrument, linked, day, **FOR_OTHERS)
    messages = [message for _who, message, *_others in told()]
    assert messages == [samples.TAKEN_NO_MORE, waiting.GRANTED_NO_MORE]
    set_rule(linked.instrument, linked, 4)
    assert told() == []
    assert isinstance(find_planning_obstacle(order, slot(day=4).start), CompanionRefuses)
    set_rule(linked.second, linked, 5)
    messages = [message for _who, message, *_others in told()]
    assert messages == [samples.COMPANION_TAKES_AGAIN, waiting.COMPANION_GRANTS_AGAIN]


def test_sheet_that_changes_both_rules_hits_each_wait_once(linked):
    join(linked, wanted=slot(day=9))
    rows = rule_row(linked.instrument, day=5, users="本单位用户") + rule_row(
        linked.second, day=4, users="本单位用户"
    )
    assert bring(linked, RULES_HEADING + rows).applied
    since = slot(day=4, hour=0).start
    assert [(message, at) for _who, message, at, *_names in told()] == [
        (waiting.COMPANION_GRANTS_NO_MORE, since)
    ]


def test_page_of_a_rule_counts_whom_it_hits_on_what_needs_its_instrument(linked, see, send):
    set_rule(linked.second, linked, 2, **FOR_OTHERS)
    rule = set_rule(linked.second, linked, 3)
    received(linked)
    join(linked, wanted=slot(day=5))
    page = text_of(see(linked.manager, "rule_new", linked.second.public_id))
    assert BESIDE not in page
    page = text_of(see(linked.manager, "rule_withdraw", linked.second.public_id, rule.public_id))
    assert f"1 {BESIDE}，其用户会收到通知。涉及仪器：{linked.instrument.name_zh}（1）。" in page
    assert f"有 1 {WAITS}" in page


def links(city, *linked):
    shown = " ".join(map(str, own_link_ids(city.instrument.pk)))
    return {"linked": [one.pk for one in linked], "shown": shown}


def test_page_of_links_says_whom_they_hit_before_they_are_saved(linked, send):
    third = third_of(linked, **WITHOUT_SAMPLES)
    received(linked)
    asked = (linked.manager, "instrument_together", linked.instrument.public_id)
    answer = send(*asked, **links(linked, linked.second, third))
    page = text_of(answer)
    assert f"尚未保存。 请核对受影响的用户后再保存。 1 {BESIDE}" in page
    assert (own_link_ids(linked.instrument.pk), told()) == ([linked.second.pk], [])
    seen = answer.context["form"]["seen"].value()
    accepted(linked)
    answer = send(*asked, **links(linked, linked.second, third), seen=seen)
    assert (answer.status_code, f"2 {BESIDE}" in text_of(answer)) == (200, True)  # more than were shown
    seen = answer.context["form"]["seen"].value()
    answer = send(*asked, **links(linked, linked.second, third), seen=seen)
    assert (answer.status_code, own_link_ids(linked.instrument.pk)) == (302, [linked.second.pk, third.pk])
    who, names = linked.researcher.name, (linked.instrument.name_zh, third.name_zh)
    assert told() == [(who, samples.COMPANION_TAKES_NO_MORE, NOW, *names)] * 2
    assert send(*asked, **links(linked, linked.second)).status_code == 302
    assert told() == [(who, samples.COMPANION_TAKES_AGAIN, NOW, names[0], None)] * 2


def test_links_that_hit_nobody_or_lead_to_a_draft_are_saved_at_once(linked, send):
    third, draft = third_of(linked), factories.instrument(linked.owner, state="draft")
    received(linked)
    join(linked, wanted=slot(day=5))
    asked = (linked.manager, "instrument_together", linked.instrument.public_id)
    assert send(*asked, **links(linked, third, draft)).status_code == 302
    set_rule(draft, linked, 3, **FOR_OTHERS)
    assert told() == []


def test_who_awaits_what_needs_an_instrument_is_told_as_that_comes_to_need_what_refuses_them(linked):
    third, first = third_of(linked, **FOR_OTHERS), factories.instrument(linked.owner, name_zh="能谱仪")
    set_rule(first, linked)
    InstrumentLink.objects.create(instrument=first, linked=linked.instrument)
    waits = join(linked, instrument_id=first.pk, wanted=slot(day=5))
    link = {"actor": linked.manager, "instrument_id": linked.instrument.pk, "now": NOW}
    instrument_links_set(**link, linked_ids=[linked.second.pk, third.pk])
    names = (first.name_zh, third.name_zh)
    assert told() == [(waits.user.name, waiting.COMPANION_GRANTS_NO_MORE, NOW, *names)]


def test_page_of_links_counts_who_awaits_what_comes_to_need_an_instrument_out_of_service(linked, send):
    third = factories.instrument(linked.owner, state="suspended", suspension_reason="检修", suspended_at=NOW)
    set_rule(third, linked)
    received(linked)
    join(linked, wanted=slot(day=5))
    asked = (linked.manager, "instrument_together", linked.instrument.public_id)
    page = text_of(send(*asked, **links(linked, linked.second, third)))
    assert "有 1 个送样委托所用仪器须与暂停服务的仪器同时预约：恢复服务前不能安排机时。" in page
    assert "有 1 人候补的仪器须与暂停服务的仪器同时预约：恢复服务前不会留出时段。" in page


def needing_with_order_and_wait(city, number):
    made = factories.instrument(city.owner, name_zh=f"联用仪器{number}")
    factories.rule(made)
    factories.windows(made)
    InstrumentLink.objects.create(instrument=made, linked=city.second)
    submitted(city, instrument_id=made.pk)
    join(city, factories.user(f"候补{number}"), instrument_id=made.pk, payer=False, wanted=slot(day=5))


@pytest.mark.parametrize("decision", ["rule_withdraw", "instrument_suspend"])
def test_page_of_a_decision_takes_as_many_statements_for_many_that_need_the_instrument(
    linked, see, statements, decision
):
    set_rule(linked.second, linked, 2, **FOR_OTHERS)
    rule = set_rule(linked.second, linked, 3)
    numbers = [linked.second.public_id, *([rule.public_id] if decision == "rule_withdraw" else [])]

    def more():
        for number in range(1, 6):
            needing_with_order_and_wait(linked, number)

    needing_with_order_and_wait(linked, 0)
    assert "联用仪器0（1）" in text_of(see(linked.manager, decision, *numbers))
    statements.assert_unchanged(lambda: see(linked.manager, decision, *numbers), by=more)


def test_page_of_links_takes_as_many_statements_for_many_that_need_the_instrument(linked, send, statements):
    third = third_of(linked, **FOR_OTHERS)
    asked = (linked.manager, "instrument_together", linked.second.public_id)

    def more():
        for number in range(1, 6):
            needing_with_order_and_wait(linked, number)

    needing_with_order_and_wait(linked, 0)
    statements.assert_unchanged(lambda: send(*asked, linked=[third.pk], shown=""), by=more)
