"""What holds of vouchers whatever was done: no yuan is paid by two, and balances add up."""

from decimal import Decimal

from django.db.models import Count, Sum

from rewards.vouchers.models import (
    VoucherClaim,
    VoucherGrant,
    VoucherPayout,
    VoucherPayoutRow,
    VoucherScheme,
    VoucherUse,
)
from rewards.vouchers.selectors.vouchers import get_balances


def total(rows, name="amount_yuan"):
    return rows.aggregate(sum=Sum(name))["sum"] or Decimal(0)


def require_everything_adds_up():
    in_force = VoucherClaim.objects.exclude(state="refused")
    for scheme in VoucherScheme.objects.all():
        assert total(scheme.grants) <= scheme.budget_yuan
    for grant in VoucherGrant.objects.all():
        claimed = total(in_force.filter(grant=grant))
        assert get_balances([grant])[grant.pk] + claimed == grant.amount_yuan
    for claimed in (
        in_force.order_by()
        .values("grant__organization", "grant__scheme__code", "year")
        .annotate(sum=Sum("amount_yuan"), cap=Sum("grant__scheme__cap_yuan") / Count("pk"))
    ):
        assert claimed["sum"] <= claimed["cap"]
    for what in ("statement", "invoice_number"):
        assert not in_force.order_by().values("seller", what).annotate(n=Count("pk")).filter(n__gt=1).exists()
    held = VoucherUse.objects.exclude(claim__state="refused").order_by().values("log")
    assert not held.annotate(n=Count("pk")).filter(n__gt=1).exists()
    paid = VoucherPayout.objects.filter(reversal__isnull=True)
    assert not paid.order_by().values("row__claim").annotate(n=Count("pk")).filter(n__gt=1).exists()
    assert total(paid) <= total(VoucherPayoutRow.objects.all()) <= total(in_force.filter(state="audited"))
    for payout in paid.select_related("row__claim"):
        assert payout.amount_yuan == payout.row.claim.amount_yuan
        assert 2 * payout.amount_yuan <= total(payout.row.claim.uses, "billed_yuan")
