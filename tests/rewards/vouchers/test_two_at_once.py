"""Two processes meet between check and write: the last yuan, or a number, goes to one of them."""

from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Sum

from rewards.vouchers.models import VoucherClaim, VoucherGrant
from tests import factories
from tests.bookings.statements.conftest import confirmed_use
from tests.factories import NOW
from tests.processes import in_two_processes
from tests.rewards.vouchers import race
from tests.rewards.vouchers.conftest import (
    LATER,
    Vouchers,
    add_statements,
    local_date,
    statement_of,
    statement_to_another,
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite writes one after the other"),
]


def claim_the_last_yuan(environment, *, is_locked):
    """The outcomes of two claims of 100 yuan each, against two statements, on a voucher of 100 yuan."""
    vouchers = Vouchers(factories.city())
    first, second = add_statements(vouchers.city, vouchers.admin, [200, 200])
    grant = vouchers.grant(vouchers.open(), 100)
    connection.close()
    facts = {
        "is_locked": is_locked,
        "actor_id": vouchers.admin.pk,
        "grant_id": grant.pk,
        "invoice_number": "26500001",
        "invoice_date": NOW.date(),
        "sole_support": True,
        "now": LATER,
    }
    return in_two_processes(
        environment,
        (race.claim_slowly, {**facts, "statement_id": first.pk}),
        (race.claim_meanwhile, {**facts, "statement_id": second.pk}),
    )


def grant_the_last_yuan(environment, *, is_locked):
    """The outcomes of two grants of 100 yuan each, of a batch that has 100 yuan."""
    vouchers = Vouchers(factories.city())
    scheme = vouchers.open(cap_yuan=Decimal(100), budget_yuan=Decimal(100))
    firm, admin = vouchers.firm("云屏小微科技有限公司")
    applications = [vouchers.apply(scheme, 100), vouchers.apply(scheme, 100, of=firm, actor=admin)]
    connection.close()
    facts = {"is_locked": is_locked, "now": NOW}
    first, second = (
        {**facts, "application_id": one.pk, "actor_id": who.pk}
        for one, who in zip(applications, (vouchers.officer, vouchers.second), strict=True)
    )
    return in_two_processes(environment, (race.grant_slowly, first), (race.grant_meanwhile, second))


def record_the_same_number(environment, *, is_locked):
    """The outcomes of a payout that comes back and of another that is made, with one number of the bank."""
    vouchers = Vouchers(factories.city())
    vouchers.account()
    scheme = vouchers.open()
    grant = vouchers.grant(scheme)
    for number, statement in enumerate(add_statements(vouchers.city, vouchers.admin, [200, 200])):
        vouchers.approve(vouchers.claim(grant, statement, invoice=str(number)))
    first, second = vouchers.list(scheme).rows.order_by("position")
    paid = vouchers.pay(first)
    connection.close()
    facts = {
        "is_locked": is_locked,
        "actor_id": vouchers.finance.pk,
        "bank_reference": "HK-2",
        "now": LATER,
    }
    day = local_date(LATER)
    back = {"payout_id": paid.pk, "reversed_date": day, "reason": "账号有误"}
    again = {"row_id": second.pk, "paid_date": day, "amount_yuan": second.amount_yuan}
    return in_two_processes(
        environment, (race.reverse_slowly, {**facts, **back}), (race.pay_meanwhile, {**facts, **again})
    )


def total(model):
    return model.objects.aggregate(sum=Sum("amount_yuan"))["sum"]


def test_one_of_two_claims_the_last_yuan(process_environment):
    outcomes = claim_the_last_yuan(process_environment, is_locked=True)
    assert outcomes == ["voucher_claim", "NothingClaimable"]
    assert total(VoucherClaim) == Decimal(100)


def test_without_the_lock_both_claim_it(process_environment):
    """The test above is worth something: this is what the lock keeps away."""
    assert claim_the_last_yuan(process_environment, is_locked=False) == ["voucher_claim"] * 2
    assert total(VoucherClaim) == Decimal(200)


def test_one_of_two_is_granted_the_last_yuan(process_environment):
    outcomes = grant_the_last_yuan(process_environment, is_locked=True)
    assert "voucher_grant" in outcomes
    assert total(VoucherGrant) == Decimal(100)


def test_without_the_lock_both_are_granted_it(process_environment):
    assert grant_the_last_yuan(process_environment, is_locked=False) == ["voucher_grant"] * 2
    assert total(VoucherGrant) == Decimal(200)


def test_number_of_the_bank_is_recorded_with_one_of_two_transfers(process_environment):
    outcomes = record_the_same_number(process_environment, is_locked=True)
    assert outcomes == ["voucher_payout_reverse", "VoucherUsed"]


def test_without_the_lock_it_is_recorded_with_both(process_environment):
    outcomes = record_the_same_number(process_environment, is_locked=False)
    assert outcomes == ["voucher_payout_reverse", "voucher_payout_record"]


def test_one_of_two_opens_a_batch(process_environment):
    officers = Vouchers(factories.city())
    connection.close()
    outcomes = in_two_processes(
        process_environment,
        (race.open_slowly, {"actor_id": officers.officer.pk, "now": NOW}),
        (race.open_meanwhile, {"actor_id": officers.second.pk, "now": NOW}),
    )
    assert outcomes == ["BatchOpened", "voucher_scheme_open"]


def test_one_of_two_organizations_claims_on_an_invoice(process_environment):
    vouchers = Vouchers(factories.city())
    scheme, (firm, admin) = vouchers.open(), vouchers.firm("云屏小微科技有限公司")
    grants = [vouchers.grant(scheme), vouchers.grant(scheme, of=firm, actor=admin)]
    confirmed_use(vouchers.city)
    statements = [
        statement_of(vouchers.city, vouchers.admin),
        statement_to_another(vouchers.city, firm, admin),
    ]
    connection.close()
    facts = {"invoice_number": "1", "invoice_date": NOW.date(), "sole_support": True, "now": LATER}
    first, second = (
        {**facts, "grant_id": grant.pk, "statement_id": statement.pk, "actor_id": who.pk}
        for grant, statement, who in zip(grants, statements, (vouchers.admin, admin), strict=True)
    )
    outcomes = in_two_processes(
        process_environment,
        (race.claim_on_an_invoice_slowly, first),
        (race.claim_meanwhile, {**second, "is_locked": True}),
    )
    assert outcomes == ["InvoiceUsedByOther", "voucher_claim"]
