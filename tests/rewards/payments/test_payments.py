"""Accounts that two people vouch for, payments that can come back, and batches for the bank."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors.standing import forget_standing
from instrument_share.journal.guards import guards_lifted
from instrument_share.journal.models import Notification
from instrument_share.kernel.errors import Forbidden
from instrument_share.kernel.wording import Bilingual
from instrument_share.web.responses.problem import problems_told
from rewards.assessment.models import Award
from rewards.assessment.services.telling import APPROVED_WITH_AWARD
from rewards.payments.domain.bank_sheet import BankRow
from rewards.payments.domain.errors import (
    AccountCheckedBySame,
    AccountMissing,
    AccountReplaced,
    AccountUnchecked,
    AlreadyPaid,
    AnswersStale,
    AwardInBatch,
    BankSheetWrong,
    BoundToUnit,
    NothingChosen,
    PaidBeforeReturn,
    PaidInFuture,
    PaymentReversed,
    ReversedTooEarly,
    RowSettled,
    VoucherUsed,
)
from rewards.payments.models import BatchRow, PayeeAccount, Payment
from rewards.payments.selectors.accounts import find_account_tasks
from rewards.payments.selectors.payments import get_paid_by_report
from rewards.payments.services import telling
from rewards.payments.services.accounts import account_check, account_enter
from rewards.payments.services.batches import batch_make, batch_settle, batch_withdraw
from rewards.payments.services.payments import payment_record, payment_reverse
from rewards.report.domain.errors import AwardsNotSealed
from rewards.report.services.answers import report_accept
from tests.rewards.builders import AFTER, YEAR
from tests.rewards.conftest import DAY
from tests.rewards.reading import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_paper")]
NOW = AFTER + 17 * DAY
PAID_ON = date(2026, 1, 21)


@pytest.fixture
def accepted(steps, year):
    """The report of the year, accepted; the first two units keep checked accounts."""
    report = steps.through("send")
    report_accept(actor=steps.city.finance, report_id=report.pk, now=AFTER + 16 * DAY)
    for number, unit in enumerate((year.first, year.second)):
        steps.city.account(unit, f"622202000000123{number}")
    return report


def award_of(unit):
    return Award.objects.get(assessment__organization=unit)


@pytest.fixture
def pay(accepted, steps):
    def pay(unit, voucher="ZF-1", day=PAID_ON):
        award = award_of(unit)
        return payment_record(
            actor=steps.city.finance,
            report_id=accepted.pk,
            award_id=award.pk,
            amount_yuan=award.amount_yuan,
            paid_date=day,
            voucher=voucher,
            now=NOW,
        )

    return pay


@pytest.fixture
def make(accepted, steps):
    def make(*units):
        awards = [award_of(unit).public_id for unit in units]
        made_at = AFTER + 16 * DAY  # on PAID_ON
        return batch_make(actor=steps.city.finance, report_id=accepted.pk, awards=awards, now=made_at)

    return make


@pytest.fixture
def settle(steps):
    def settle(batch, *answers):
        return batch_settle(actor=steps.city.finance, batch_id=batch.pk, answers=answers, now=NOW)

    return settle


def made(unit, voucher, day=PAID_ON):
    return BankRow(award_of(unit).public_id, paid=True, voucher=voucher, day=day)


def reverse(payment, steps, voucher="CH-1", day=date(2026, 1, 22)):
    return payment_reverse(
        actor=steps.city.finance,
        payment_id=payment.pk,
        reversed_date=day,
        voucher=voucher,
        reason="户名不符，银行退回",
        now=NOW,
    )


def enter(unit, manager, number="6222020000009999"):
    return account_enter(
        actor=manager, organization_id=unit.pk, holder=unit.name_zh, bank="云屏银行", number=number, now=NOW
    )


def test_an_account_counts_when_another_person_has_checked_it(accepted, pay, steps, year):
    manager = steps.city.person("管理员", year.first, Role.UNIT_MANAGER)
    account = enter(year.first, manager)
    with pytest.raises(AccountUnchecked):
        pay(year.first)
    with pytest.raises(AccountCheckedBySame):
        account_check(actor=manager, account_id=account.pk, now=NOW)
    with pytest.raises(Forbidden):
        account_check(actor=steps.city.officer, account_id=account.pk, now=NOW)
    account_check(actor=steps.city.finance, account_id=account.pk, now=NOW)
    assert pay(year.first, day=date(2026, 1, 22)).account == "6222020000009999"


def test_desk_of_a_unit_asks_for_the_account_that_its_award_needs(steps, year, see):
    manager, other = (steps.city.person(name, year.first, Role.UNIT_MANAGER) for name in ("甲", "乙"))
    steps.through("announce")
    assert find_account_tasks(manager, [year.first.pk]) == {}
    steps.approve()
    assert "登记收款账户 账户登记并经复核后，本单位奖励资金方可拨付。" in text_of(see(manager, "unit_desk"))
    account = enter(year.first, manager)
    to_check = {year.first.pk: "check"}
    assert [find_account_tasks(one, [year.first.pk]) for one in (manager, other)] == [{}, to_check]
    assert "复核收款账户" in text_of(see(other, "unit_desk"))
    account_check(actor=other, account_id=account.pk, now=NOW)
    assert find_account_tasks(other, [year.first.pk]) == {}
    third = Award.objects.filter(amount_yuan=0).values_list("assessment__organization", flat=True).get()
    assert find_account_tasks(manager, [third]) == {}
    told = Notification.objects.filter(user=manager).values_list("message", flat=True)
    assert APPROVED_WITH_AWARD in told


def test_the_same_account_again_changes_nothing_and_an_old_one_is_not_checked(steps, year):
    manager = steps.city.person("管理员", year.first, Role.UNIT_MANAGER)
    first = enter(year.first, manager)
    assert enter(year.first, manager, "6222-0200 0000 9999") == first
    enter(year.first, manager, "6222020000008888")
    assert PayeeAccount.objects.count() == 2
    with pytest.raises(AccountReplaced):
        account_check(actor=steps.city.finance, account_id=first.pk, now=NOW)


def test_only_the_unit_enters_its_account(steps, year):
    other = steps.city.person("管理员", year.second, Role.UNIT_MANAGER)
    for actor in (other, steps.city.finance, steps.city.officer, steps.city.researcher):
        with pytest.raises(Forbidden):
            enter(year.first, actor)


def test_nothing_is_paid_without_an_account(accepted, make, pay, year):
    with guards_lifted():
        PayeeAccount.objects.all().delete()
    with pytest.raises(AccountMissing):
        pay(year.first)
    with pytest.raises(AccountMissing):
        make(year.first, year.second)
    assert not BatchRow.objects.exists()


def test_a_payment_that_came_back_is_paid_again_and_both_stay(accepted, pay, steps, year):
    first = pay(year.first)
    pay(year.second, "ZF-2")
    assert steps.cycle.state == "paid"
    with pytest.raises(ReversedTooEarly):
        reverse(first, steps, day=date(2026, 1, 20))
    with pytest.raises(PaidInFuture):
        reverse(first, steps, day=date(2026, 1, 24))
    with pytest.raises(VoucherUsed):
        reverse(first, steps, voucher="ZF-2")
    reverse(first, steps)
    assert steps.cycle.state == "reported"
    assert get_paid_by_report([accepted.pk]) == {accepted.pk: Decimal("8067.00")}
    with pytest.raises(PaymentReversed):
        reverse(first, steps, voucher="CH-2")
    with pytest.raises(PaidBeforeReturn):
        pay(year.first, "ZF-3")
    again = pay(year.first, "ZF-3", date(2026, 1, 22))
    assert (again.number, again.amount_yuan) == (2, Decimal("91933.00"))
    assert steps.cycle.state == "paid"
    assert Payment.objects.count() == 3


def test_the_unit_is_told_of_its_payment_and_of_one_that_came_back(pay, steps, year):
    payment = pay(year.first)
    reverse(payment, steps)
    told = Notification.objects.filter(user__memberships__organization=year.first).order_by("id")
    messages = [one.message for one in told]
    assert "The Finance Bureau paid the award of {year} on {day}: ¥{amount}." in messages
    assert "The payment of {year}, ¥{amount}, came back on {day}: {reason}" in messages
    assert {one.params["amount"] for one in told if "amount" in one.params} == {"91,933.00"}


def test_a_voucher_stands_on_one_payment(pay, year):
    pay(year.first)
    with pytest.raises(VoucherUsed):
        pay(year.second, "ZF-1")


def test_a_batch_holds_the_sealed_amounts_and_accounts_of_its_units(make, year):
    rows = make(year.first, year.second, year.third).rows.order_by("position")
    assert [(row.account.number, str(row.amount_yuan)) for row in rows] == [
        ("6222020000001230", "91933.00"),
        ("6222020000001231", "8067.00"),
    ]


def test_an_award_waits_in_one_place_only(make, pay, year):
    make(year.first)
    with pytest.raises(AwardInBatch):
        make(year.first, year.second)
    with pytest.raises(AwardInBatch):
        pay(year.first)
    pay(year.second, "ZF-2")
    with pytest.raises(AlreadyPaid) as refused:
        make(year.second)
    assert refused.value.params["unit"] == Bilingual(year.second.name_zh, year.second.name_en)
    with pytest.raises(NothingChosen):
        make(year.third)


def test_the_banks_answers_become_payments_and_failures(make, pay, settle, steps, year):
    batch = make(year.first, year.second)
    failed = BankRow(award_of(year.second).public_id, paid=False, reason="账号已销户")
    settle(batch, made(year.first, "ZF-1"), failed)
    assert Payment.objects.get().amount_yuan == Decimal("91933.00")
    assert steps.cycle.state == "reported"
    with pytest.raises(AnswersStale):
        settle(batch, made(year.first, "ZF-9"))
    again = make(year.second)
    settle(again, made(year.second, "ZF-2"))
    assert steps.cycle.state == "paid"
    assert (again.number, Payment.objects.count()) == (2, 2)


def test_a_unit_is_told_that_the_bank_did_not_pay_but_not_of_what_finance_withdraws(
    make, settle, steps, year
):
    manager = steps.city.person("负责人", year.second, Role.UNIT_MANAGER)
    failed = BankRow(award_of(year.second).public_id, paid=False, reason="账号已销户")
    settle(make(year.first, year.second), made(year.first, "ZF-1"), failed)
    told = Notification.objects.get(user=manager, message=telling.NOT_CARRIED_OUT)
    assert (told.params["year"], told.params["reason"]) == (YEAR, "账号已销户")
    assert told.params["amount"] == "8,067.00"
    assert told.path == f"/unit-accounts/{year.second.public_id}/"
    again = make(year.second)
    batch_withdraw(actor=steps.city.finance, batch_id=again.pk, reason="改为逐笔支付", now=NOW)
    assert Notification.objects.filter(user=manager, message=telling.NOT_CARRIED_OUT).count() == 1


@pytest.mark.parametrize(
    ("voucher", "day", "code"),
    [
        ("ZF-1", PAID_ON, "reward.voucher_used"),
        ("ZF-2", date(2026, 1, 20), "reward.paid_before_batch"),
        ("ZF-2", date(2026, 1, 23), "reward.paid_in_future"),
    ],
)
def test_one_wrong_answer_and_nothing_is_recorded(make, settle, year, voucher, day, code):
    batch = make(year.first, year.second)
    with pytest.raises(BankSheetWrong) as refused:
        settle(batch, made(year.first, "ZF-1"), made(year.second, voucher, day))
    assert [one.code for one in refused.value.problems] == [code]
    (problem,) = problems_told(refused.value.problems)
    assert problem.detail.startswith("云屏材料研究所")
    assert not Payment.objects.exists()


def test_an_answer_is_not_recorded_for_an_amount_that_was_changed_behind(make, settle, year):
    batch = make(year.first)
    with guards_lifted():
        BatchRow.objects.update(amount_yuan=Decimal("191933.00"))
    with pytest.raises(AwardsNotSealed):
        settle(batch, made(year.first, "ZF-1"))


def test_what_waits_in_a_batch_can_be_withdrawn_and_paid_otherwise(make, pay, steps, year):
    batch = make(year.first)
    take_back = {"actor": steps.city.finance, "batch_id": batch.pk, "reason": "改为逐笔支付", "now": NOW}
    batch_withdraw(**take_back)
    with pytest.raises(RowSettled):
        batch_withdraw(**take_back)
    assert pay(year.first).amount_yuan == Decimal("91933.00")


CHANGES = {
    "another account": "UPDATE rewards_payeeaccount SET number = '1' || number",
    "checked by someone else": "UPDATE rewards_payeeaccount SET checked_by_id = NULL",
    "no account": "DELETE FROM rewards_payeeaccount",
    "a higher amount": "UPDATE rewards_batchrow SET amount_yuan = amount_yuan + 1",
    "another outcome": "UPDATE rewards_batchrow SET failed_reason = 'x'",
    "no row": "DELETE FROM rewards_batchrow",
    "another batch": "UPDATE rewards_paymentbatch SET number = 9",
    "another day": "UPDATE rewards_reversal SET reversed_date = '2026-01-01'",
    "no reversal": "DELETE FROM rewards_reversal",
}


@pytest.mark.parametrize("statement", CHANGES.values(), ids=CHANGES)
def test_the_database_keeps_accounts_batches_and_reversals(make, settle, steps, year, statement):
    batch = make(year.first)
    settle(batch, made(year.first, "ZF-1"))
    reverse(Payment.objects.get(), steps)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def bound(steps, year):
    """Who works at Finance and is a researcher of the first unit."""
    person = steps.city.person(
        "财政局兼职", steps.city.finance.memberships.get().organization, Role.FINANCE_OFFICER
    )
    return steps.city.give(person, year.first, Role.RESEARCHER)


def test_nobody_records_what_is_paid_to_a_unit_of_their_own(accepted, pay, year, bound):
    def pay_as(actor, unit):
        award = award_of(unit)
        return payment_record(
            actor=actor,
            report_id=accepted.pk,
            award_id=award.pk,
            amount_yuan=award.amount_yuan,
            paid_date=PAID_ON,
            voucher=f"ZF-{unit.pk}",
            now=NOW,
        )

    with pytest.raises(BoundToUnit) as refused:
        pay_as(bound, year.first)
    assert refused.value.code == "reward.bound_to_unit"
    assert not Payment.objects.exists()
    assert pay_as(bound, year.second).recorded_by == bound
    paid = pay(year.first)
    with pytest.raises(BoundToUnit):
        payment_reverse(
            actor=bound, payment_id=paid.pk, reversed_date=PAID_ON, voucher="CH-1", reason="退回", now=NOW
        )


def test_who_left_a_unit_does_not_pay_it_for_three_years(accepted, year, bound):
    award = award_of(year.first)
    facts = {
        "report_id": accepted.pk,
        "award_id": award.pk,
        "amount_yuan": award.amount_yuan,
        "paid_date": PAID_ON,
        "voucher": "ZF-1",
        "now": NOW,
    }
    roles = bound.memberships.filter(organization=year.first)
    roles.update(state="ended", ended_at=datetime.now(UTC) - timedelta(days=3 * 365 - 1))
    forget_standing(bound)
    with pytest.raises(BoundToUnit):
        payment_record(actor=bound, **facts)
    roles.update(ended_at=datetime.now(UTC) - timedelta(days=3 * 366))
    forget_standing(bound)
    assert payment_record(actor=bound, **facts).recorded_by == bound


@pytest.mark.parametrize(
    ("day", "entered", "is_told"),
    [
        (PAID_ON, ["6222020000009999"], False),
        (date(2026, 1, 22), ["6222020000009999"], True),
        (date(2026, 1, 22), ["6222020000009999", "6222020000001230"], False),
    ],
)
def test_a_unit_is_told_that_the_bank_paid_to_an_account_that_it_had_replaced(
    make, settle, steps, year, day, entered, is_told
):
    """Not of one that it entered again."""
    batch = make(year.first, year.second)
    paid = batch.rows.get(position=1).account
    for number in entered:
        named = {"holder": paid.holder, "bank": paid.bank, "number": number}
        account_enter(actor=year.manager, organization_id=year.first.pk, now=AFTER + 16 * DAY, **named)
    settle(batch, made(year.first, "ZF-1", day), made(year.second, "ZF-2", day))
    told = Notification.objects.filter(message=telling.TO_REPLACED_BY_BATCH)
    assert [one.params["digits"] for one in told.filter(user=year.manager)] == ["1230"] * is_told
    assert not told.exclude(user__memberships__organization=year.first).exists()


def test_nobody_takes_part_in_a_batch_by_a_payment_to_a_unit_of_their_own(make, accepted, year, bound):
    both = [award_of(unit).public_id for unit in (year.first, year.second)]
    with pytest.raises(BoundToUnit):
        batch_make(actor=bound, report_id=accepted.pk, awards=both, now=NOW)
    assert not BatchRow.objects.exists()
    batch = make(year.first, year.second)
    with pytest.raises(BoundToUnit):
        batch_withdraw(actor=bound, batch_id=batch.pk, reason="撤回", now=NOW)
    answers = [made(year.first, "ZF-1"), made(year.second, "ZF-2")]
    with pytest.raises(BankSheetWrong) as refused:
        batch_settle(actor=bound, batch_id=batch.pk, answers=answers, now=NOW)
    assert [(one.code, one.field) for one in refused.value.problems] == [("reward.bound_to_unit", "1")]
    assert not Payment.objects.exists()
    batch_settle(actor=bound, batch_id=batch.pk, answers=answers[1:], now=NOW)
    assert [payment.voucher for payment in Payment.objects.all()] == ["ZF-2"]
