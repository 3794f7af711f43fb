"""Who is told of open orders and waits as the organization that is to pay can't, or can again."""

import pytest

from bookings.requests.services.membership import membership_end, organization_leave
from bookings.requests.services.organization_suspension import organization_suspend
from bookings.samples.services import notifications as samples
from bookings.statements.services.reinstatement import organization_reinstate
from bookings.waiting.services import notifications as waiting
from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import Membership
from instrument_share.journal.models import Notification
from tests import factories
from tests.bookings.samples.steps import accepted, measured, planned, quoted, received, submitted
from tests.bookings.waiting.waiting import join
from tests.factories import NOW, slot
from tests.page_fixtures import text_of

pytestmark = pytest.mark.django_db
TOLD = (samples.PAYER_LEFT, samples.OWN_PAYER_LEFT, samples.PAYER_SUSPENDED, samples.PAYER_REINSTATED)
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
    assert told() == [(name, samples.PAYER_REINSTATED, number) for name, number in pairs]
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
    assert "有 3 个由其付费、送往其他单位的送样委托：暂停期间不能接受报价，也不能安排时段" in text
    assert "有 1 个由其付费、在其他单位的候补：暂停期间不会留出时段" in text
    organization_suspend(actor=officer, organization_id=city.company.pk, reason="证照已过期", now=NOW)
    text = text_of(see(officer, "organization_reinstate", city.company.public_id))
    assert "由其付费在其他单位候补的，以及有送样委托未结束的用户会收到通知。" in text
