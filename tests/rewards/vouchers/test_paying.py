from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from instrument_share.accounts.domain import Role
from instrument_share.accounts.services import organization_suspend
from instrument_share.journal.models import AuditEntry, Notification
from instrument_share.kernel.errors import Forbidden
from rewards.payments.domain.errors import (
    AccountMissing,
    AccountNotThen,
    AccountReplacedThen,
    AccountUnchecked,
    PaidBeforeReturn,
    PaidInFuture,
    ReversedTooEarly,
    VoucherMissing,
    VoucherUsed,
)
from rewards.payments.services.accounts import account_check, account_enter
from rewards.payments.services.references import require_reference
from rewards.vouchers.domain.errors import (
    NothingToList,
    PaidAlready,
    PaidBeforeList,
    PayoutDiffers,
    PayoutReversed,
    TookPartInClaim,
)
from rewards.vouchers.models import VoucherPayout, VoucherReversal
from rewards.vouchers.selectors.claims import claims
from rewards.vouchers.selectors.payouts import get_payout_list
from tests import factories
from tests.bookings.statements.conftest import APRIL_1, correct
from tests.factories import NOW
from tests.page_fixtures import text_of
from tests.rewards.vouchers.conftest import (
    LATER,
    add_statements,
    claim_of_paid,
    local_date,
    pay_statement,
    reverse_payment,
)


@pytest.fixture
def claim(vouchers, claimable):
    return vouchers.approve(vouchers.claim(claimable.grant, claimable.statement))


@pytest.fixture
def row(vouchers, claimable, claim):
    return vouchers.list(claimable.scheme).rows.get()


def stage(vouchers, claim):
    return claims(vouchers.officer).get(pk=claim.pk).stage


def test_list_takes_what_is_audited_once(vouchers, claimable, claim):
    made = vouchers.list(claimable.scheme)
    assert (made.number, made.total_yuan) == (1, Decimal(100))
    assert [(row.claim, row.amount_yuan) for row in made.rows.all()] == [(claim, Decimal(100))]
    assert stage(vouchers, claim) == "listed"
    with pytest.raises(NothingToList):
        vouchers.list(claimable.scheme)


def test_claim_that_waits_for_its_audit_is_on_no_list(vouchers, claimable):
    vouchers.check(vouchers.claim(claimable.grant, claimable.statement))
    with pytest.raises(NothingToList):
        vouchers.list(claimable.scheme)


def test_a_claim_whose_correction_is_not_billed_waits_for_a_later_list(vouchers, claimable, claim):
    later = APRIL_1 + timedelta(days=8)
    correct(vouchers.city, claimable.log, later, amount_yuan=Decimal(150))
    with pytest.raises(NothingToList):
        vouchers.list(claimable.scheme)
    correct(vouchers.city, claimable.log, later + timedelta(days=1), amount_yuan=Decimal(200))
    made = vouchers.list(claimable.scheme)
    assert [row.amount_yuan for row in made.rows.all()] == [Decimal(100)]


def test_a_claim_waits_alone_while_the_payment_of_its_statement_is_reversed(vouchers):
    claim, payment = claim_of_paid(vouchers)
    reverse_payment(vouchers.city, payment)
    vouchers.approve(claim)
    (other,) = add_statements(vouchers.city, vouchers.admin, [300])
    vouchers.approve(vouchers.claim(claim.grant, other, invoice="FP2"))
    assert vouchers.list(claim.grant.scheme).total_yuan == Decimal(150)
    with pytest.raises(NothingToList):
        vouchers.list(claim.grant.scheme)
    pay_statement(vouchers.city, claim.statement)
    assert vouchers.list(claim.grant.scheme).rows.get().claim == claim


def test_payout_is_recorded_with_account_and_reference(vouchers, claim, row):
    account = vouchers.account()
    payout = vouchers.pay(row)
    assert (payout.amount_yuan, payout.bank_reference, payout.payee_account) == (
        Decimal(100),
        "HK-1",
        account,
    )
    assert stage(vouchers, claim) == "paid"
    found = get_payout_list(vouchers.finance, row.payout_list.public_id)
    assert (found.paid, found.listed) == (1, 1)
    with pytest.raises(PaidAlready):
        vouchers.pay(row, "HK-2")


def test_nothing_is_paid_without_a_checked_account(vouchers, row):
    with pytest.raises(AccountMissing):
        vouchers.pay(row)
    account_enter(
        actor=vouchers.admin,
        organization_id=vouchers.city.company.pk,
        holder="云屏测试科技有限公司",
        bank="云屏银行",
        number="62220000",
        now=NOW,
    )
    with pytest.raises(AccountUnchecked):
        vouchers.pay(row)


def test_what_was_paid_before_the_account_was_replaced_is_recorded_to_it(vouchers, row):
    old, later = vouchers.account(), LATER + timedelta(days=2)
    new = vouchers.account(number="6222020000009999", now=LATER + timedelta(days=1))
    for account in (new, None):
        with pytest.raises(AccountNotThen):
            vouchers.pay(row, paid_account=account and account.public_id, now=later)
    with pytest.raises(AccountReplacedThen):
        vouchers.pay(row, paid_account=old.public_id, paid_date=local_date(later), now=later)
    payout = vouchers.pay(row, paid_account=old.public_id, now=later)
    assert payout.payee_account == old


def test_what_an_order_from_before_paid_to_a_replaced_account_is_recorded_with_its_reason(vouchers, row):
    old, later = vouchers.account(), LATER + timedelta(days=2)
    vouchers.enter_account(number="6222020000009999", now=LATER + timedelta(days=1))
    facts = {"paid_date": local_date(later), "now": later}
    with pytest.raises(AccountUnchecked):
        vouchers.pay(row, **facts)
    payout = vouchers.pay(row, paid_account=old.public_id, account_reason="指令已于前日发出。", **facts)
    assert payout.payee_account == old
    entry = AuditEntry.objects.get(action="voucher_payout.recorded")
    assert (entry.details["account"], entry.details["reason"]) == (old.public_id, "指令已于前日发出。")
    told = Notification.objects.get(user=vouchers.admin, message__contains="ending in")
    assert (told.params["digits"], told.params["reason"]) == ("2345", "指令已于前日发出。")


def test_payout_is_the_listed_amount_on_a_day_that_can_be(vouchers, row):
    vouchers.account()
    with pytest.raises(PayoutDiffers):
        vouchers.pay(row, amount_yuan=Decimal("100.01"))
    with pytest.raises(PaidInFuture):
        vouchers.pay(row, paid_date=local_date(LATER) + timedelta(days=1))
    with pytest.raises(PaidBeforeList):
        vouchers.pay(row, paid_date=local_date(LATER) - timedelta(days=1))
    with pytest.raises(VoucherMissing):
        vouchers.pay(row, " ")


def test_a_payout_is_made_again_from_the_day_on_which_it_came_back(vouchers, row):
    vouchers.account()
    tomorrow = LATER + timedelta(days=1)
    payout = vouchers.pay(row)
    vouchers.come_back(payout, reversed_date=local_date(tomorrow), now=tomorrow)
    with pytest.raises(PaidBeforeReturn):
        vouchers.pay(row, "HK-2", now=tomorrow)
    assert vouchers.pay(row, "HK-2", paid_date=local_date(tomorrow), now=tomorrow).number == 2


def test_who_decided_does_not_pay(vouchers, row):
    vouchers.account()
    bureau_of_finance = vouchers.finance.memberships.get().organization
    for person in (vouchers.officer, vouchers.second):
        with pytest.raises(Forbidden):
            vouchers.pay(row, actor=person)
        factories.member(bureau_of_finance, Role.FINANCE_OFFICER, person)
        with pytest.raises(TookPartInClaim):
            vouchers.pay(row, actor=person)


def test_who_claims_for_the_organization_records_no_payout(vouchers, row):
    vouchers.account()
    bureau_of_finance = vouchers.finance.memberships.get().organization
    colleague = factories.member(vouchers.city.company, Role.RESEARCHER, name="癸")
    payout = vouchers.pay(row)
    for person in (vouchers.admin, colleague):
        factories.member(bureau_of_finance, Role.FINANCE_OFFICER, person)
        with pytest.raises(TookPartInClaim):
            vouchers.come_back(payout, actor=person)
    vouchers.come_back(payout)
    for person in (vouchers.admin, colleague):
        with pytest.raises(TookPartInClaim):
            vouchers.pay(row, "HK-2", actor=person)


def test_who_made_decided_or_listed_a_claim_does_not_pay_it_whatever_the_code_does(vouchers, claim, row):
    vouchers.account()
    payout = vouchers.pay(row)
    claim.refresh_from_db()
    involved = [claim.submitted_by, claim.checked_by, claim.audited_by, row.payout_list.made_by]
    assert None not in involved
    returned = {"payout": payout, "reversed_date": payout.paid_date, "bank_reference": "TH-1"}
    for person in involved:
        with pytest.raises(DatabaseError, match="does not pay it"), transaction.atomic():
            VoucherReversal.objects.create(**returned, recorded_at=LATER, recorded_by=person)
        again = VoucherPayout.objects.get()
        again.pk, again.public_id, again.number, again.bank_reference = None, "VPY-2", 2, "HK-2"
        again.recorded_by = person
        with pytest.raises(DatabaseError, match="does not pay it"), transaction.atomic():
            again.save(force_insert=True)
    VoucherReversal.objects.create(**returned, recorded_at=LATER, recorded_by=payout.recorded_by)


def test_what_came_back_is_paid_again_with_another_reference(vouchers, claim, row):
    vouchers.account()
    payout = vouchers.pay(row)
    with pytest.raises(ReversedTooEarly):
        vouchers.come_back(payout, reversed_date=local_date(LATER) - timedelta(days=1))
    with pytest.raises(VoucherUsed):
        vouchers.come_back(payout, "HK-1")
    vouchers.come_back(payout)
    assert stage(vouchers, claim) == "listed"
    with pytest.raises(PayoutReversed):
        vouchers.come_back(payout, "TH-2")
    with pytest.raises(VoucherUsed):
        vouchers.pay(row, "TH-1")
    again = vouchers.pay(row, "HK-2")
    assert (again.number, stage(vouchers, claim)) == (2, "paid")


def test_a_number_of_the_bank_is_of_one_transfer_whatever_was_paid(vouchers, row):
    vouchers.account()
    payout = vouchers.pay(row)
    vouchers.come_back(payout)
    for number in ("HK-1", " TH-1 "):
        with pytest.raises(VoucherUsed):
            require_reference(number)
    assert require_reference(" HK-2 ") == "HK-2"


def read_told(person):
    told = Notification.objects.filter(user=person, message__contains="came back")
    return list(told.values_list("path", flat=True))


def test_a_payout_that_came_back_is_told_to_administrators_and_who_keeps_the_account(vouchers, claim, row):
    company = vouchers.city.company
    keeper = factories.member(company, Role.UNIT_MANAGER, name="壬")
    factories.member(company, Role.UNIT_MANAGER, both := factories.member(company, Role.ORG_ADMIN, name="癸"))
    company.owns_instruments = True
    company.save()
    vouchers.account(actor=keeper)
    vouchers.come_back(vouchers.pay(row))
    of_claim = [reverse("voucher_claim", args=[claim.public_id])]
    assert read_told(vouchers.admin) == of_claim
    assert read_told(both) == of_claim
    assert read_told(keeper) == [reverse("payee_account", args=[company.public_id])]


def test_a_payout_that_came_back_to_an_organization_without_instruments_is_told_once(vouchers, claim, row):
    vouchers.account()
    vouchers.come_back(vouchers.pay(row))
    assert read_told(vouchers.admin) == [reverse("voucher_claim", args=[claim.public_id])]


def test_suspended_organization_is_told_of_its_money_on_a_page_that_opens(client, vouchers, claimable):
    company = vouchers.city.company
    keeper = factories.member(company, Role.UNIT_MANAGER, name="壬")
    company.owns_instruments = True
    company.save()
    claim = vouchers.claim(claimable.grant, claimable.statement)
    account = vouchers.enter_account(actor=keeper)
    facts = {"organization_id": company.pk, "reason": "电话打不通", "now": LATER}
    organization_suspend(actor=vouchers.officer, **facts)
    Notification.objects.all().delete()
    account_check(actor=vouchers.finance, account_id=account.pk, now=LATER)
    vouchers.approve(claim)
    vouchers.come_back(vouchers.pay(vouchers.list(claimable.scheme).rows.get()))
    told = Notification.objects.filter(user__in=[vouchers.admin, keeper]).order_by("pk")
    page = reverse("organization", args=[company.public_id])
    assert [(one.user, one.message[:18], one.path) for one in told] == [
        (keeper, "The receiving acco", page),
        (vouchers.admin, "The claim of {orga", page),
        (vouchers.admin, "{organization} was", page),
        (vouchers.admin, "The payout of ¥{am", page),
        (keeper, "The payout of ¥{am", page),
    ]
    client.force_login(vouchers.admin)
    assert "电话打不通" in text_of(client.get(page))


def test_account_of_a_unit_is_not_kept_by_an_administrator(vouchers):
    admin = factories.member(vouchers.city.owner, Role.ORG_ADMIN)
    with pytest.raises(Forbidden):
        vouchers.account(of=vouchers.city.owner, actor=admin)


@pytest.mark.parametrize("has_payer", [True, False])
def test_list_is_told_to_who_may_pay_of_it_or_to_all(vouchers, claimable, has_payer):
    claim = vouchers.approve(vouchers.claim(claimable.grant, claimable.statement))
    treasury = vouchers.finance.memberships.get().organization
    member = factories.member(claim.grant.organization, Role.RESEARCHER, vouchers.finance)
    payer = factories.member(treasury, Role.FINANCE_OFFICER) if has_payer else member
    factories.member(treasury, Role.FINANCE_OFFICER, vouchers.second)
    made = vouchers.list(claimable.scheme)
    told = Notification.objects.filter(path=reverse("voucher_list", args=[made.public_id]))
    expected = {payer.pk} if has_payer else {member.pk, vouchers.second.pk}
    assert set(told.values_list("user", flat=True)) == expected
