"""Who is told of open orders and waits as the organization that is to pay can't, or can again."""

from datetime import timedelta

import pytest

from bookings.requests.services.instrument_decisions import instrument_resume, instrument_suspend
from bookings.requests.services.membership import membership_end, organization_leave
from bookings.requests.services.organization_suspension import organization_suspend
from bookings.samples.models import SampleOrder
from bookings.samples.services import notifications as samples
from bookings.samples.services.orders import sample_order_accept, sample_orders_lapse_due
from bookings.statements.services.reinstatement import organization_reinstate
from bookings.waiting.services import notifications as waiting
from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import Membership, Organization
from instrument_share.journal.models import AuditEntry, Notification
from tests import factories
from tests.bookings.samples.steps import accepted, measured, planned, quoted, received, submitted
from tests.bookings.waiting.waiting import join
from tests.factories import NOW, slot
from tests.page_fixtures import text_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TOLD = (
    samples.PAYER_LEFT,
    samples.OWN_PAYER_LEFT,
    samples.PAYER_SUSPENDED,
    samples.PAYER_REINSTATED,
    samples.PAYER_REINSTATED_DUE,
    samples.PAYER_REINSTATED_OUT_OF_SERVICE,
)
OF_WAITS = (waiting.PAYER_SUSPENDED, waiting.PAYER_REINSTATED)


def told(messages=TOLD):
    found = Notification.objects.filter(message__in=messages).order_by("pk")
    return [(one.user.name, one.message, one.path.rpartition("/samples/")[2].strip("/")) for one in found]


def orders_of_every_stage(city):
    """Orders that wait for a time, of which the last is planned, and others that go on."""
    measured(city, received(city))
    submitted(city, payer_organization_id=None)
    waiting_for = [submitted(city), quoted(city), accepted(city), received(city)]
    planned(city, waiting_for[-1], slot(day=5))
    return [one.public_id for one in waiting_for]


def test_user_and_keeper_are_told_of_orders_that_the_organization_pays_no_more(city):
    numbers = orders_of_every_stage(city)
    role = Membership.objects.get(user=city.researcher, organization=city.company)
    administrator = factories.member(city.company, Role.ORG_ADMIN)
    membership_end(actor=administrator, membership_id=role.pk, reason="离职", now=NOW)
    assert told() == [
        told_of
        for number in numbers
        for told_of in (
            (city.researcher.name, samples.OWN_PAYER_LEFT, number),
            (city.keeper.name, samples.PAYER_LEFT, number),
        )
    ]


def test_an_order_whose_time_the_organization_still_pays_goes_on_untold(city):
    planned(city)
    role = Membership.objects.get(user=city.researcher, organization=city.company)
    administrator = factories.member(city.company, Role.ORG_ADMIN)
    about = {"actor": administrator, "membership_id": role.pk, "reason": "离职", "now": NOW}
    membership_end(**about, bookings="keep")
    assert told() == []


def test_nobody_is_told_while_another_role_in_the_organization_is_left(city):
    quoted(city)
    factories.member(city.company, Role.ORG_ADMIN, city.researcher)
    factories.member(city.company, Role.ORG_ADMIN)
    role = Membership.objects.get(user=city.researcher, organization=city.company, role=Role.RESEARCHER)
    membership_end(actor=city.researcher, membership_id=role.pk, now=NOW)
    assert told() == []
    organization_leave(actor=city.researcher, organization_id=city.company.pk, now=NOW)
    assert len(told()) == 2


def test_who_awaits_at_the_expense_of_a_suspended_organization_is_told_and_again_as_it_is_back(city):
    numbers, officer = orders_of_every_stage(city), factories.officer()
    wait = join(city, wanted=slot(day=5))
    about = {"actor": officer, "organization_id": city.company.pk, "now": NOW}
    organization_suspend(**about, reason="证照已过期。")
    pairs = [(person.name, number) for number in numbers for person in (city.researcher, city.keeper)]
    assert told() == [(name, samples.PAYER_SUSPENDED, number) for name, number in pairs]
    assert told(OF_WAITS) == [(wait.user.name, waiting.PAYER_SUSPENDED, "me/waiting")]
    assert {one.params["reason"] for one in Notification.objects.filter(message__in=TOLD)} == {"证照已过期。"}
    Notification.objects.all().delete()
    organization_reinstate(**about)
    terms = 6 * [samples.PAYER_REINSTATED_DUE] + 2 * [samples.PAYER_REINSTATED]
    told_again = [(name, message, number) for (name, number), message in zip(pairs, terms, strict=True)]
    assert told() == told_again
    assert told(OF_WAITS) == [(wait.user.name, waiting.PAYER_REINSTATED, "me/waiting")]


def test_who_awaits_what_is_the_payers_own_is_told_of_the_instrument_alone(city):
    factories.member(city.owner, Role.RESEARCHER, city.researcher)
    submitted(city, payer_organization_id=city.owner.pk)
    organization_suspend(actor=factories.officer(), organization_id=city.owner.pk, reason="安全事故", now=NOW)
    assert told() == []
    assert Notification.objects.filter(message=samples.TO_QUOTE_OUT_OF_SERVICE).count() == 1


def test_whoever_ends_a_membership_reads_which_orders_and_waits_nobody_pays(see, city):
    administrator = factories.member(city.company, Role.ORG_ADMIN)
    role = Membership.objects.get(user=city.researcher, organization=city.company)
    pages = (
        (administrator, "member_end", city.company.public_id, role.public_id),
        (city.researcher, "organization_leave", city.company.public_id),
    )
    assert not any("由该单位付费的送样委托" in text_of(see(*page)) for page in pages)
    orders_of_every_stage(city)
    join(city, city.researcher, wanted=slot(day=5))
    for page in pages:
        text = text_of(see(*page))
        assert "有 3 个由该单位付费的送样委托：不能再接受报价，也不能再安排时段。" in text
        assert "有 1 个由该单位付费的候补：候补随之结束" in text


def test_bureau_reads_which_orders_and_waits_elsewhere_a_suspension_stops(see, city):
    officer, asked = factories.officer(), ("organization_suspend", city.company.public_id)
    assert "由其付费" not in text_of(see(officer, *asked))
    orders_of_every_stage(city)
    join(city, city.researcher, wanted=slot(day=5))
    text = text_of(see(officer, *asked))
    of_orders = "有 3 个由其付费、送往其他单位的送样委托：暂停期间不能接受报价，也不能安排时段，委托不会"
    assert of_orders in text
    assert "有 1 个由其付费、在其他单位的候补：暂停期间不会留出时段" in text
    organization_suspend(actor=officer, organization_id=city.company.pk, reason="证照已过期", now=NOW)
    text = text_of(see(officer, "organization_reinstate", city.company.public_id))
    assert "由其付费在其他单位候补的，以及有送样委托未结束的用户会收到通知。" in text


def suspend_payer(city, now=NOW):
    about = {"organization_id": city.company.pk, "reason": "证照已过期。", "now": now}
    organization_suspend(actor=factories.officer(), **about)


def reinstate_payer(city, now):
    organization_reinstate(actor=factories.officer(), organization_id=city.company.pk, now=now)


def get_deadlines(*orders):
    found = SampleOrder.objects.filter(pk__in=[one.pk for one in orders])
    return [(one.state, one.due_at) for one in found.order_by("pk")]


def test_no_order_lapses_while_its_payer_is_suspended_and_each_step_has_its_whole_term_after(city):
    orders = submitted(city), quoted(city), accepted(city), received(city)
    later = NOW + 90 * DAY
    suspend_payer(city, NOW + DAY)
    assert sample_orders_lapse_due(later) == 0
    reports_due = ("received", NOW + 7 * DAY)
    assert get_deadlines(*orders) == [("submitted", None), ("quoted", None), ("accepted", None), reports_due]
    Notification.objects.all().delete()
    reinstate_payer(city, later)
    terms = [("submitted", later + 3 * DAY), ("quoted", later + 14 * DAY), ("accepted", later + 30 * DAY)]
    assert get_deadlines(*orders) == [*terms, reports_due]
    due = Notification.objects.filter(user=city.researcher, message=samples.PAYER_REINSTATED_DUE)
    deadlines = [list(one.params["due"].values()) for one in due.order_by("pk")]
    assert deadlines == [[at.isoformat()] for _, at in terms]
    entries = AuditEntry.objects.filter(action__in=["sample_order.held", "sample_order.due_anew"])
    assert [one.action for one in entries.order_by("pk")] == 3 * ["sample_order.held"] + 3 * [
        "sample_order.due_anew"
    ]
    assert None not in entries.values_list("actor", flat=True)
    accept = {"actor": city.researcher, "order_id": orders[1].pk}
    assert sample_order_accept(**accept, now=later + 14 * DAY - timedelta(seconds=1)).state == "accepted"


def test_an_order_that_lapses_before_its_payer_is_suspended_stays_lapsing(city):
    order = submitted(city)
    suspend_payer(city, NOW + 3 * DAY)
    assert sample_orders_lapse_due(NOW + 3 * DAY) == 1
    assert get_deadlines(order) == [("lapsed", None)]


def test_quote_made_while_the_payer_is_suspended_gets_its_term_as_that_is_reinstated(city):
    order = submitted(city)
    suspend_payer(city)
    quoted(city, order, now=NOW + DAY)
    assert Notification.objects.filter(user=city.researcher).latest("pk").message == (
        samples.QUOTED_PAYER_SUSPENDED
    )
    reinstate_payer(city, NOW + 20 * DAY)
    assert get_deadlines(order) == [("quoted", NOW + 34 * DAY)]


@pytest.mark.parametrize("payer_first", [False, True])
def test_an_order_that_rests_for_two_reasons_has_its_term_once_both_are_over(city, payer_first):
    order, about = quoted(city), {"actor": city.manager, "instrument_id": city.instrument.pk}
    suspend_payer(city)
    instrument_suspend(**about, reason="检修", now=NOW)
    ends = [
        lambda now: instrument_resume(**about, now=now),
        lambda now: reinstate_payer(city, now),
    ]
    first, last = reversed(ends) if payer_first else ends
    first(NOW + DAY)
    assert get_deadlines(order) == [("quoted", None)]
    last(NOW + 2 * DAY)
    assert get_deadlines(order) == [("quoted", NOW + 16 * DAY)]
    held_once = AuditEntry.objects.filter(action="sample_order.held")
    assert held_once.count() == 1


@pytest.mark.parametrize("payer_first", [True, False])
def test_who_has_orders_that_rest_for_two_reasons_reads_that_they_go_on_once_both_are_over(city, payer_first):
    quoted(city)
    received(city)
    officer = factories.officer()
    payer = {"actor": officer, "organization_id": city.company.pk, "now": NOW}
    instrument = {"actor": city.manager, "instrument_id": city.instrument.pk, "now": NOW}
    organization_suspend(**payer, reason="证照已过期。")
    instrument_suspend(**instrument, reason="真空泵故障")
    Notification.objects.all().delete()
    messages = []
    over = [lambda: organization_reinstate(**payer), lambda: instrument_resume(**instrument)]
    for end in over if payer_first else over[::-1]:
        end()
        found = Notification.objects.filter(user=city.researcher, path__startswith="/samples/").order_by("pk")
        messages.append([one.message for one in found])
        Notification.objects.all().delete()
    assert messages == (
        [
            [samples.PAYER_REINSTATED_OUT_OF_SERVICE] * 2,
            [samples.TO_ACCEPT_IN_SERVICE, samples.TO_PLAN_IN_SERVICE],
        ]
        if payer_first
        else [[], [samples.PAYER_REINSTATED_DUE, samples.PAYER_REINSTATED]]
    )


def test_an_order_whose_payer_was_suspended_before_deadlines_rested_does_not_lapse(city):
    order = quoted(city)
    Organization.objects.filter(pk=city.company.pk).update(state="suspended", reason="证照已过期。")
    assert [sample_orders_lapse_due(NOW + days * DAY) for days in (1, 2, 60)] == [0, 0, 0]
    assert get_deadlines(order) == [("quoted", None)]
    people = (city.researcher, city.keeper)
    assert told() == [(one.name, samples.PAYER_SUSPENDED, order.public_id) for one in people]


def test_the_page_says_what_an_order_waits_for_whose_payer_is_suspended(see, city):
    order = quoted(city)
    suspend_payer(city)
    text = text_of(see(city.keeper, "sample_order", order.public_id))
    assert "付费单位恢复后方可接受报价，此前报价不会失效。" in text


@pytest.mark.parametrize(
    ("is_suspended", "said"),
    [
        (False, "用户须在 14 天内接受。"),
        (True, "用户可在付费单位恢复后 14 天内接受报价。"),
    ],
)
def test_keeper_who_quotes_reads_from_when_on_the_user_can_accept(see, city, is_suspended, said):
    order = submitted(city)
    if is_suspended:
        suspend_payer(city)
    assert said in text_of(see(city.keeper, "sample_order_quote", order.public_id))
