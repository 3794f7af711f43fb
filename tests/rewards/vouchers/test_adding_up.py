"""Random orders of everything that can be done with vouchers: no yuan is paid by two, balances add up."""

import random
from decimal import Decimal

from django.db.models import Count, Sum

from instrument_share.kernel.errors import DomainError
from rewards.vouchers.models import (
    VoucherClaim,
    VoucherGrant,
    VoucherPayout,
    VoucherPayoutRow,
    VoucherScheme,
    VoucherUse,
)
from rewards.vouchers.selectors.vouchers import get_balances
from tests.rewards.vouchers.conftest import add_statements

STEPS = 250
AMOUNTS = (800, 1400, 600, 70, 333, 45, 510)


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


def test_no_yuan_is_paid_by_two_vouchers_and_balances_add_up(vouchers):
    draw = random.Random(11)
    statements = add_statements(vouchers.city, vouchers.admin, AMOUNTS)
    vouchers.account()
    schemes = [vouchers.open(), vouchers.open(batch=2), vouchers.open(code="PROVINCE", cap_yuan=Decimal(700))]
    grants = [
        vouchers.grant(scheme, amount) for scheme, amount in zip(schemes, (500, 1000, 700), strict=True)
    ]

    def any_claim():
        return draw.choice(list(VoucherClaim.objects.all()))

    acts = {
        "claim": lambda n: vouchers.claim(
            draw.choice(grants), draw.choice(statements), f"{draw.randrange(9)}"
        ),
        "check": lambda n: vouchers.check(any_claim(), draw.choice([vouchers.officer, vouchers.second])),
        "audit": lambda n: vouchers.audit(any_claim(), draw.choice([vouchers.officer, vouchers.second])),
        "refuse": lambda n: vouchers.refuse(any_claim()),
        "list": lambda n: vouchers.list(draw.choice(schemes)),
        "pay": lambda n: vouchers.pay(draw.choice(list(VoucherPayoutRow.objects.all())), f"HK-{n}"),
        "back": lambda n: vouchers.come_back(draw.choice(list(VoucherPayout.objects.all())), f"TH-{n}"),
    }
    done, refused = dict.fromkeys(acts, 0), 0
    weights = (5, 3, 3, 1, 1, 3, 1)
    for number in range(STEPS):
        (act,) = draw.choices(list(acts), weights)
        try:
            acts[act](number)
        except (DomainError, IndexError):
            refused += 1
            continue
        done[act] += 1
        require_everything_adds_up()
    assert refused
    assert all(done.values()), done
