"""What of vouchers waits for whom at the bureau, on its desk and on the page of vouchers."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from instrument_share.accounts.domain import Role
from tests import factories
from tests.bookings.statements.conftest import APRIL_1, correct
from tests.page_fixtures import text_of
from tests.rewards.vouchers.conftest import DAY, LATER, add_statements, statement_of

TO_DECIDE, TO_CHECK, TO_AUDIT, TO_LIST = (
    "待您审批的创新券申请",
    "待您初审的兑付申请",
    "待您复审的兑付申请",
    "待列入兑付清单的申请",
)


@pytest.fixture
def opened(clock):
    clock.set(LATER)

    def opened(person, address):
        client = Client()
        client.force_login(person)
        answer = client.get(address)
        assert answer.status_code == 200
        return answer

    return opened


@pytest.fixture
def tasks(opened):
    def tasks(person):
        """The lines of the desk, by their words; each leads to a list of as many, or to a page that opens."""
        found = opened(person, reverse("bureau")).context["voucher_tasks"]
        for task in found:
            context = opened(person, task.address).context
            if "form" in context:
                listed = context["applications" if task.name == TO_DECIDE else "claims"]
                assert len(listed.items) == task.count
        return {task.name: task.count for task in found}

    return tasks


def test_each_at_the_bureau_is_told_what_waits_for_them(vouchers, tasks):
    scheme = vouchers.open()
    grant = vouchers.grant(scheme)
    firm, admin = vouchers.firm("云屏小微科技有限公司")
    found = add_statements(vouchers.city, vouchers.admin, [100, 120, 140])
    assert tasks(vouchers.officer) == {}
    vouchers.apply(scheme, of=firm, actor=admin)
    first, second, third = (
        vouchers.claim(grant, one, invoice=f"FP{number}") for number, one in enumerate(found)
    )
    assert tasks(vouchers.officer) == {TO_DECIDE: 1, TO_CHECK: 3}
    assert tasks(vouchers.auditor) == {}
    vouchers.check(first)
    vouchers.check(second, actor=vouchers.second)
    assert tasks(vouchers.officer) == {TO_DECIDE: 1, TO_CHECK: 1, TO_AUDIT: 1}
    assert tasks(vouchers.auditor) == {TO_AUDIT: 2}
    vouchers.audit(first)
    vouchers.audit(second, actor=vouchers.auditor)
    assert tasks(vouchers.officer) == {TO_DECIDE: 1, TO_CHECK: 1, TO_LIST: 2}
    assert tasks(vouchers.auditor) == {}
    vouchers.list(scheme)
    vouchers.refuse(third)
    assert tasks(vouchers.officer) == {TO_DECIDE: 1}


def test_what_somebody_else_decides_waits_for_nobody_who_belongs_to_the_firm(vouchers, claimable, tasks):
    firm, admin = vouchers.firm("云屏小微科技有限公司")
    vouchers.apply(claimable.scheme, of=firm, actor=admin)
    vouchers.claim(claimable.grant, claimable.statement)
    factories.member(vouchers.city.company, Role.RESEARCHER, vouchers.officer)
    factories.member(firm, Role.RESEARCHER, vouchers.second)
    assert tasks(vouchers.officer) == {TO_DECIDE: 1}
    assert tasks(vouchers.second) == {TO_CHECK: 1}


def test_lines_of_claims_lead_to_those_of_their_state_the_first_received_on_top(vouchers, opened):
    grant = vouchers.grant(vouchers.open())
    found = add_statements(vouchers.city, vouchers.admin, [100, 120, 140])
    claims = [vouchers.claim(grant, one, invoice=f"FP{number}") for number, one in enumerate(found)]
    vouchers.check(claims[1])
    desk = opened(vouchers.second, reverse("bureau"))
    led = {
        task.name: [one.public_id for one in opened(vouchers.second, task.address).context["claims"].items]
        for task in desk.context["voucher_tasks"]
    }
    first, second, third = (claim.public_id for claim in claims)
    assert led == {TO_CHECK: [first, third], TO_AUDIT: [second]}
    assert f'{reverse("voucher_claims")}?sort=number&amp;mine=1&amp;state=submitted"' in desk.content.decode()


def test_lists_can_be_narrowed_to_what_waits_for_the_viewer(vouchers, opened):
    grant = vouchers.grant(vouchers.open())
    found = add_statements(vouchers.city, vouchers.admin, [100, 120])
    claims = [vouchers.claim(grant, one, invoice=f"FP{number}") for number, one in enumerate(found)]
    for claim in claims[:1]:
        vouchers.check(claim, actor=vouchers.officer)

    def listed(person, query):
        page = opened(person, f"{reverse('voucher_claims')}?sort=number{query}")
        return [one.public_id for one in page.context["claims"].items]

    first, second = (claim.public_id for claim in claims)
    assert listed(vouchers.officer, "") == [first, second]
    assert listed(vouchers.officer, "&mine=1") == [second]
    assert listed(vouchers.auditor, "&mine=1") == [first]
    assert listed(vouchers.finance, "&mine=1") == []
    assert "待您办理" in text_of(opened(vouchers.officer, reverse("voucher_claims")))
    assert listed(vouchers.admin, "&mine=1") == [first, second]
    assert "待您办理" not in text_of(opened(vouchers.admin, reverse("voucher_claims")))


def test_approved_claims_stand_on_the_overview_by_batch_until_they_are_listed(vouchers, claimable, opened):
    address = reverse("vouchers")
    (other,) = add_statements(vouchers.city, vouchers.admin, [300])
    batch = vouchers.open(batch=2)
    shown = text_of(opened(vouchers.officer, address))
    assert ("没有可列入兑付清单的申请。" in shown, "更正结算后" in shown) == (True, False)
    vouchers.approve(vouchers.claim(claimable.grant, claimable.statement))
    vouchers.approve(vouchers.claim(vouchers.grant(batch), other, invoice="FP2"))
    page = opened(vouchers.officer, address)
    first = "云屏市科技创新券 · 第 1 批 ¥100.00 1 笔申请"
    second = "云屏市科技创新券 · 第 2 批 ¥150.00 1 笔申请"
    assert f"{TO_LIST} {first} {second}" in text_of(page)
    for scheme in (claimable.scheme, batch):
        assert reverse("voucher_scheme", args=[scheme.public_id]) in page.content.decode()
    for person in (vouchers.auditor, vouchers.finance, vouchers.admin):
        assert TO_LIST not in text_of(opened(person, address))
    vouchers.list(claimable.scheme)
    assert f"{TO_LIST} {second}" in text_of(opened(vouchers.officer, address))


def test_a_claim_is_not_to_be_listed_before_its_correction_is_billed_and_then_refused(
    vouchers, claimable, opened, tasks
):
    vouchers.approve(vouchers.claim(claimable.grant, claimable.statement))
    said = "其中 1 笔须先作不予通过处理"
    assert tasks(vouchers.officer) == {TO_LIST: 1}
    correct(vouchers.city, claimable.log, APRIL_1 + 8 * DAY, amount_yuan=Decimal(150))
    assert tasks(vouchers.officer) == {}
    waits = "没有可列入兑付清单的申请。 1 笔复审通过的申请须待上机记录的更正结算后才能列入兑付清单。"
    assert waits in text_of(opened(vouchers.officer, reverse("vouchers")))
    statement_of(vouchers.city, vouchers.admin, month=date(2026, 4, 1), over=APRIL_1 + 30 * DAY)
    assert tasks(vouchers.officer) == {TO_LIST: 1}
    shown = text_of(opened(vouchers.officer, reverse("vouchers")))
    assert (said in shown, "须待上机记录的更正结算" in shown) == (True, False)


def test_what_waits_takes_as_many_statements_however_much_it_is(vouchers, opened, statements):
    scheme, other = vouchers.open(), vouchers.open(batch=2)
    grants = vouchers.grant(scheme), vouchers.grant(other)
    firms = [vouchers.firm(f"云屏小微科技{number}公司") for number in range(3)]
    found = add_statements(vouchers.city, vouchers.admin, [10, 12, 14, 16, 18, 20, 22])

    def add(number, grant=grants[0]):
        statement = found[number]
        return vouchers.claim(grant, statement, invoice=f"FP{number}")

    def add_more():
        for firm, admin in firms[1:]:
            vouchers.apply(scheme, of=firm, actor=admin)
        add(3)
        vouchers.check(add(4))
        vouchers.approve(add(5))
        vouchers.approve(add(6, grants[1]))

    vouchers.apply(scheme, of=firms[0][0], actor=firms[0][1])
    add(0)
    vouchers.check(add(1))
    vouchers.approve(add(2))

    def read_all():
        for address in (reverse("bureau"), reverse("vouchers")):
            opened(vouchers.second, address)

    statements.assert_unchanged(read_all, by=add_more)
