"""What is granted, claimed, listed and paid stays, whatever the code does."""

import pytest
from django.db import IntegrityError, transaction

from rewards.vouchers.models import VoucherClaim
from tests.rewards.vouchers.conftest import LATER


@pytest.fixture
def paid(vouchers, claimable):
    claim = vouchers.approve(vouchers.claim(claimable.grant, claimable.statement))
    made = vouchers.list(claimable.scheme)
    vouchers.account()
    payout = vouchers.pay(made.rows.get())
    return {
        "scheme": claimable.scheme,
        "application": claimable.grant.application,
        "grant": claimable.grant,
        "claim": claim,
        "use": claim.uses.get(),
        "file": claim.files.get(),
        "list": made,
        "row": made.rows.get(),
        "payout": payout,
        "reversal": vouchers.come_back(payout),
    }


@pytest.mark.parametrize(
    ("what", "column", "value"),
    [
        ("scheme", "budget_yuan", 9000),
        ("application", "amount_yuan", 1),
        ("application", "state", "refused"),
        ("application", "decided_at", None),
        ("grant", "amount_yuan", 2000),
        ("claim", "amount_yuan", 1),
        ("claim", "invoice_number", "X"),
        ("claim", "checked_by_id", None),
        ("claim", "audited_by_id", None),
        ("claim", "state", "checked"),
        ("use", "billed_yuan", 1),
        ("file", "sha256", "0"),
        ("list", "total_yuan", 1),
        ("row", "amount_yuan", 1),
        ("payout", "bank_reference", "X"),
        ("reversal", "reason", "X"),
    ],
)
def test_database_refuses_to_change_it(paid, what, column, value):
    rows = type(paid[what]).objects.filter(pk=paid[what].pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(**{column: value})


def test_database_refuses_to_remove_any_of_it(paid):
    for row in paid.values():
        with pytest.raises(IntegrityError), transaction.atomic():
            type(row).objects.filter(pk=row.pk)._raw_delete("default")


def test_check_of_a_claim_and_its_release_are_written_once(vouchers, claimable):
    claim = vouchers.claim(claimable.grant, claimable.statement)
    vouchers.check(claim)
    rows = VoucherClaim.objects.filter(pk=claim.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(checked_by=vouchers.second)
    vouchers.refuse(claim)
    with pytest.raises(IntegrityError), transaction.atomic():
        claim.uses.update(released_at=LATER.replace(year=2027))


def test_database_refuses_an_audit_without_two_and_to_refuse_what_is_listed(vouchers, claimable):
    claim = vouchers.claim(claimable.grant, claimable.statement)
    rows = VoucherClaim.objects.filter(pk=claim.pk)
    with pytest.raises(IntegrityError, match="voucher_audited_by_two"), transaction.atomic():
        rows.update(state="audited", audited_by=vouchers.second)
    vouchers.approve(claim)
    vouchers.list(claimable.scheme)
    with pytest.raises(IntegrityError, match="payout list"), transaction.atomic():
        rows.update(state="refused", reason="发票有误")


def test_database_refuses_an_audit_by_who_checked(vouchers, claimable):
    claim = vouchers.check(vouchers.claim(claimable.grant, claimable.statement))
    with pytest.raises(IntegrityError), transaction.atomic():
        VoucherClaim.objects.filter(pk=claim.pk).update(audited_by=vouchers.officer)
