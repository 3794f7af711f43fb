"""Two processes meet between check and write: the last yuan of a voucher and of a batch go to one of them."""

from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Sum

from rewards.vouchers.models import VoucherClaim, VoucherGrant
from tests import factories
from tests.factories import NOW
from tests.processes import in_two_processes
from tests.rewards.vouchers import race
from tests.rewards.vouchers.conftest import LATER, Vouchers, add_statements

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
